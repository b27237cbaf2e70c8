//! Parquet files prepared, and corpora exported as such.

#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used)] // a test may fail

mod common;

use common::{melody, save, save_bytes, text};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use partita_dataset::{Corpus, DatasetError, Layout, PrepareOptions, PrepareReport, Split, export, prepare};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// A column: how it is declared, and its cells.
type Column<'a> = (&'a str, Vec<Option<Vec<u8>>>);

/// Writes a Parquet file with a group for each of `groups`.
fn write_table(path: &Path, compression: Compression, groups: &[Vec<Column<'_>>]) {
    let declared: Vec<_> = groups[0].iter().map(|(column, _)| format!("OPTIONAL BYTE_ARRAY {column};")).collect();
    let schema = parse_message_type(&format!("message rows {{ {} }}", declared.join(" "))).unwrap();
    let properties = WriterProperties::builder().set_compression(compression).build();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = fs::File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).unwrap();
    for group in groups {
        let mut rows = writer.next_row_group().unwrap();
        for (_, cells) in group {
            let values: Vec<_> = cells.iter().flatten().map(|cell| ByteArray::from(cell.clone())).collect();
            let levels: Vec<_> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
            let mut column = rows.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None).unwrap();
            column.close().unwrap();
        }
        rows.close().unwrap();
    }
    writer.close().unwrap();
}

fn midi(number: u32) -> Option<Vec<u8>> {
    Some(partita_score::write(&melody(number, 40, 0)).unwrap())
}

fn texts(cells: &[&str]) -> Vec<Option<Vec<u8>>> {
    cells.iter().map(|cell| (!cell.is_empty()).then(|| cell.as_bytes().to_vec())).collect()
}

fn options(home: &Path) -> PrepareOptions {
    PrepareOptions::new(home.join("set"), home.join("corpus"))
}

fn prepared(home: &Path) -> PrepareReport {
    prepare(&options(home), &()).unwrap()
}

fn corpus(home: &Path, name: &str) -> Corpus {
    Corpus::open(&home.join(name)).unwrap()
}

/// Genre, composer and side by path.
fn pieces(corpus: &Corpus) -> BTreeMap<String, (String, String, Split)> {
    let or_none = |name: Option<&str>| name.unwrap_or("-").to_owned();
    let row = |piece: partita_dataset::Piece<'_>| {
        (piece.path().to_owned(), (or_none(piece.genre()), or_none(piece.composer()), piece.split()))
    };
    corpus.all().map(row).collect()
}

#[test]
fn rows_are_prepared_as_files_are() {
    let home = tempfile::tempdir().unwrap();
    let group = |numbers: [u32; 2], artists: &[&str]| {
        vec![
            ("music", numbers.map(midi).into()),
            ("artist (STRING)", texts(artists)),
            ("md5 (STRING)", texts(&["a", "b"])),
        ]
    };
    let set = home.path().join("set/data");
    let train = [group([1, 2], &["Ann", ""]), group([3, 1], &["Bo", "Ann"])];
    write_table(&set.join("train-00000-of-00001.parquet"), Compression::SNAPPY, &train);
    write_table(&set.join("validation-00000-of-00001.parquet"), Compression::UNCOMPRESSED, &[group([4, 5], &["", ""])]);
    let report = prepared(home.path());
    let found = report.layout.as_ref().unwrap();
    assert_eq!((found.layout, found.files, found.own_splits), (Layout::Parquet, 6, true));
    assert_eq!((report.files, report.kept, report.duplicates), (6, 5, 1));
    let row = |path: &str, artist: &str, split| (format!("data/{path}"), ("-".into(), artist.into(), split));
    let expected = [
        row("train-00000-of-00001.parquet#0.0", "Ann", Split::Train),
        row("train-00000-of-00001.parquet#0.1", "-", Split::Train),
        row("train-00000-of-00001.parquet#1.0", "Bo", Split::Train),
        row("validation-00000-of-00001.parquet#0.0", "-", Split::Valid),
        row("validation-00000-of-00001.parquet#0.1", "-", Split::Valid),
    ];
    assert_eq!(pieces(&corpus(home.path(), "corpus")), BTreeMap::from(expected));
}

#[test]
fn labels_stand_in_columns_and_odd_cells_are_counted() {
    let home = tempfile::tempdir().unwrap();
    let long = "x".repeat(300);
    let group = vec![
        ("midi", vec![midi(1), midi(2), None, Some(b"no MIDI".to_vec())]),
        ("path (STRING)", texts(&["folk/one.mid", "two.mid", "two.mid", ""])),
        ("genre (STRING)", texts(&["folk", &long, "", ""])),
        ("split (STRING)", texts(&["test", "dev", "", ""])),
    ];
    write_table(&home.path().join("set/rows.parquet"), Compression::SNAPPY, &[group]);
    let report = prepared(home.path());
    let reasons = BTreeMap::from([("not readable as MIDI", 1), ("without MIDI", 1)]);
    assert_eq!((report.kept, report.reasons), (2, reasons));
    assert!(report.layout.unwrap().notes[0].starts_with("2 cells are no labels"));
    let taken = pieces(&corpus(home.path(), "corpus"));
    assert_eq!(taken["folk/one.mid"], ("folk".into(), "-".into(), Split::Test));
    assert_eq!(taken["two.mid"].0, "-");
    let files = text(&home.path().join("corpus"), "report.csv");
    assert!(files.contains("rows.parquet#0.2,rejected,without MIDI,the row holds no MIDI file"), "{files}");
}

#[test]
fn another_column_is_named_and_a_wrong_one_is_an_error_that_lists_them() {
    let home = tempfile::tempdir().unwrap();
    let group = vec![("song", vec![midi(1)]), ("title (STRING)", texts(&["One"]))];
    write_table(&home.path().join("set/rows.parquet"), Compression::SNAPPY, &[group]);
    let error = prepare(&options(home.path()), &()).unwrap_err().to_string();
    assert!(error.contains("its columns of bytes: song; say which it is (--column NAME)"), "{error}");
    let by_column = |column: &str| PrepareOptions { column: Some(column.into()), ..options(home.path()) };
    let error = prepare(&by_column("title"), &()).unwrap_err().to_string();
    assert!(error.contains("no column of MIDI files \"title\""), "{error}");
    assert_eq!(prepare(&by_column("song"), &()).unwrap().kept, 1);
}

#[test]
fn one_file_may_be_given_and_broken_ones_are_reported() {
    let home = tempfile::tempdir().unwrap();
    let set = home.path().join("set");
    let good = set.join("good.parquet");
    write_table(&good, Compression::SNAPPY, &[vec![("music", vec![midi(1)])]]);
    let report = prepare(&PrepareOptions { input: good.clone(), ..options(home.path()) }, &()).unwrap();
    assert_eq!((report.files, report.kept), (1, 1));
    let bytes = fs::read(&good).unwrap();
    save_bytes(&set, "cut.parquet", &bytes[..bytes.len() - 9]);
    save_bytes(&set, "empty.parquet", b"");
    write_table(&set.join("other.parquet"), Compression::SNAPPY, &[vec![("song", vec![midi(2)])]]);
    let report = prepare(&PrepareOptions { overwrite: true, ..options(home.path()) }, &()).unwrap();
    assert_eq!((report.kept, report.reasons), (1, BTreeMap::from([("not readable as Parquet", 3)])));
    let files = text(&home.path().join("corpus"), "report.csv");
    assert!(files.contains("it does not end as a Parquet file does"), "{files}");
    assert!(files.contains("other.parquet#group 0,rejected,not readable as Parquet,"), "{files}");
}

#[test]
fn what_is_exported_is_prepared_to_the_same_pieces() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    for number in 0..40 {
        let genre = ["jazz", "folk"][number as usize % 2];
        save(&midi, &format!("{genre}/{number}.mid"), &melody(number, 30 + number, 0));
    }
    let labels = "path,genre,composer,source,license,group,mood,split,beat_grid,tempo_source\n\
        jazz/0.mid,jazz,Ann,attic,CC0,g,calm,test,yes,file\njazz/2.mid,jazz,Ann,attic,CC0,g,,test,no,\n";
    fs::write(home.path().join("labels.csv"), labels).unwrap();
    let first = PrepareOptions {
        labels: Some(home.path().join("labels.csv")),
        ..PrepareOptions::new(&midi, home.path().join("first"))
    };
    prepare(&first, &()).unwrap();
    let original = corpus(home.path(), "first");
    let report = export(&original, &home.path().join("set"), false, &()).unwrap();
    assert_eq!(report.files.iter().map(|file| file.pieces).sum::<u64>(), 40);
    let again = prepared(home.path());
    assert_eq!((again.kept, again.rejected, again.duplicates), (40, 0, 0));
    let copy = corpus(home.path(), "corpus");
    assert_eq!(copy.all().len(), 40);
    for (one, other) in original.all().zip(copy.all()) {
        assert_eq!((one.path(), one.split(), one.grid()), (other.path(), other.split(), other.grid()));
        assert_eq!((one.source(), one.license(), one.group()), (other.source(), other.license(), other.group()));
        assert_eq!(one.encoded().unwrap(), other.encoded().unwrap(), "{}", one.path());
        assert_eq!(one.difficulty(), other.difficulty());
    }
}

#[test]
fn an_export_has_a_file_a_side_and_is_replaced_only_when_asked() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    (0..6).for_each(|number| save(&midi, &format!("{number}.mid"), &melody(number, 40, 0)));
    fs::write(
        home.path().join("labels.csv"),
        "path,split\n0.mid,test\n1.mid,train\n2.mid,train\n3.mid,train\n4.mid,train\n5.mid,train\n",
    )
    .unwrap();
    let options = PrepareOptions::new(&midi, home.path().join("corpus"));
    prepare(&PrepareOptions { labels: Some(home.path().join("labels.csv")), ..options }, &()).unwrap();
    let corpus = corpus(home.path(), "corpus");
    let output = home.path().join("out");
    let report = export(&corpus, &output, false, &()).unwrap();
    let files: Vec<_> = report.files.iter().map(|file| (file.name.as_str(), file.pieces, file.notes)).collect();
    assert_eq!(files, [("train.parquet", 5, 200), ("test.parquet", 1, 40)]);
    assert_eq!(report.files[0].bytes, fs::metadata(output.join("train.parquet")).unwrap().len());
    assert!(matches!(export(&corpus, &output, false, &()), Err(DatasetError::Exists { .. })));
    let before = fs::read(output.join("train.parquet")).unwrap();
    assert_eq!(export(&corpus, &output, true, &()).unwrap(), report);
    assert_eq!(fs::read(output.join("train.parquet")).unwrap(), before);
    assert!(matches!(export(&corpus, &midi, true, &()), Err(DatasetError::NotAnExport { .. })));
    assert!(midi.join("0.mid").exists());
}
