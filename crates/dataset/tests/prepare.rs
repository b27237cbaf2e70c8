//! From MIDI files and labels to a corpus: what is kept, where it goes, and what is said of the rest.

#![allow(clippy::unwrap_used)] // a test may fail

mod common;

use common::{melody, save, save_bytes, text};
use partita_dataset::{Corpus, DatasetError, PrepareOptions, PrepareReport, Progress, Split, prepare};
use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

fn prepared(home: &Path) -> PrepareReport {
    prepare(&PrepareOptions::new(home.join("midi"), home.join("corpus")), &()).expect("a corpus")
}

fn prepared_with_labels(home: &Path, labels: &str) -> Result<PrepareReport, DatasetError> {
    fs::write(home.join("labels.csv"), labels).unwrap();
    let options = PrepareOptions::new(home.join("midi"), home.join("corpus"));
    prepare(&PrepareOptions { labels: Some(home.join("labels.csv")), ..options }, &())
}

fn corpus(home: &Path) -> Corpus {
    Corpus::open(&home.join("corpus")).expect("a corpus that opens")
}

/// The split of each path.
fn sides(corpus: &Corpus) -> BTreeMap<&str, Split> {
    corpus.all().map(|piece| (piece.path(), piece.split())).collect()
}

#[test]
fn folders_label_their_files() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    save(&midi, "jazz/monk/one.mid", &melody(1, 40, 0));
    save(&midi, "folk/two.MIDI", &melody(2, 50, 0));
    save_bytes(&midi, "folk/notes.txt", b"not a MIDI file, and not named as one");
    let report = prepared(home.path());
    assert_eq!((report.files, report.kept, report.notes, report.bars), (2, 2, 90, 5 + 7));
    let corpus = corpus(home.path());
    let labels: Vec<_> = corpus.all().map(|piece| (piece.path(), piece.genre(), piece.composer())).collect();
    assert_eq!(labels, [("folk/two.MIDI", Some("folk"), None), ("jazz/monk/one.mid", Some("jazz"), Some("monk"))]);
}

#[test]
fn a_prepared_piece_is_the_encoded_piece() {
    let home = tempfile::tempdir().unwrap();
    let score = melody(3, 40, 0);
    save(&home.path().join("midi"), "one.mid", &score);
    prepared(home.path());
    let corpus = corpus(home.path());
    let piece = corpus.all().next().unwrap();
    let (hints, limits) = (partita_encoding::Hints::default(), partita_encoding::EncodingLimits::default());
    let encoded = partita_encoding::encode(&score, piece.grid(), &hints, &limits).unwrap();
    assert_eq!(piece.bar_count(), encoded.bars.len());
    let music = piece.music().unwrap();
    for (view, bar) in music.bars().zip(&encoded.bars) {
        assert_eq!((view.metre, view.conditions, view.notes), (bar.metre, bar.conditions, &bar.notes[..]));
    }
    assert_eq!(piece.encoded().unwrap(), encoded);
    assert_eq!((piece.note_count(), music.notes().len(), piece.difficulty().bars), (40, 40, 5));
}

#[test]
fn duplicates_in_any_key_are_left_out_and_join_their_groups() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    save(&midi, "a.mid", &melody(1, 40, 0));
    save(&midi, "b.mid", &melody(1, 40, 5));
    save(&midi, "c.mid", &melody(2, 40, 0));
    save(&midi, "d.mid", &melody(3, 40, 0));
    // b repeats a, and c is of b's group: so c must stand where a stands. d is of nobody's group.
    let labels = "path,split,group\na.mid,train,g\nb.mid,test,h\nc.mid,test,h\nd.mid,test,i\n";
    let report = prepared_with_labels(home.path(), labels).unwrap();
    assert_eq!((report.files, report.kept, report.duplicates, report.moved), (4, 3, 1, 1));
    let corpus = corpus(home.path());
    let expected = [("a.mid", Split::Train), ("c.mid", Split::Train), ("d.mid", Split::Test)];
    assert_eq!(sides(&corpus), BTreeMap::from(expected));
    let files = text(&home.path().join("corpus"), "report.csv");
    assert!(files.contains("b.mid,duplicate,other key,\"the notes of a.mid, 5 semitones higher\""), "{files}");
    assert!(files.contains("c.mid,remark,moved,\"moved from test to train"), "{files}");
}

#[test]
fn versions_of_a_work_stand_on_one_side() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    save(&midi, "sonata.mid", &melody(1, 100, 0));
    save(&midi, "sonata, with repeat.mid", &melody(1, 150, 2));
    save(&midi, "other.mid", &melody(2, 100, 0));
    let labels = "path,split\nsonata.mid,train\n\"sonata, with repeat.mid\",test\nother.mid,test\n";
    let report = prepared_with_labels(home.path(), labels).unwrap();
    assert_eq!((report.kept, report.duplicates, report.versions, report.moved), (3, 0, 1, 1));
    let sides = sides(&corpus(home.path())).into_values().collect::<Vec<_>>();
    assert_eq!(sides, [Split::Test, Split::Train, Split::Train]);
}

#[test]
fn of_two_equal_pieces_the_better_labelled_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    save(&midi, "a.mid", &melody(1, 40, 0));
    save(&midi, "b.mid", &melody(1, 40, 0));
    prepared_with_labels(home.path(), "path,genre,composer\na.mid,jazz,\nb.mid,jazz,monk\n").unwrap();
    assert_eq!(corpus(home.path()).all().map(|piece| piece.path().to_owned()).collect::<Vec<_>>(), ["b.mid"]);
}

#[test]
fn without_labels_groups_and_contents_are_split_by_hash() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    for number in 0..200 {
        save(&midi, &format!("{number:03}.mid"), &melody(number, 24, 0));
    }
    prepared(home.path());
    let corpus = corpus(home.path());
    let counts = Split::ALL.map(|split| corpus.pieces(split).len());
    assert_eq!(counts.iter().sum::<usize>(), 200);
    assert!((140..180).contains(&counts[0]) && counts[1] > 8 && counts[2] > 8, "{counts:?}");
    // The side belongs to the content: another name and key change nothing.
    let (path, side) = sides(&corpus).into_iter().find(|(_, side)| *side != Split::Train).unwrap();
    let again = tempfile::tempdir().unwrap();
    save(&again.path().join("midi"), "renamed.mid", &melody(path[..3].parse().unwrap(), 24, 7));
    prepared(again.path());
    assert_eq!(sides(&self::corpus(again.path()))["renamed.mid"], side);
}

#[test]
fn small_corpora_have_two_pieces_to_validate_with() {
    for first in (0..80).step_by(10) {
        for (pieces, count) in [(first..first + 10, 10), (2 * first..2 * first + 20, 20), (first..first + 4, 4)] {
            let home = tempfile::tempdir().unwrap();
            pieces.for_each(|n| save(&home.path().join("midi"), &format!("{n}.mid"), &melody(n, 24, 0)));
            prepared(home.path());
            let corpus = corpus(home.path());
            let counts = Split::ALL.map(|split| corpus.pieces(split).len());
            assert!(counts[0] >= 2 && counts[1] >= 2, "{counts:?} of {count} from {first}");
        }
    }
}

#[test]
fn other_shares_are_those_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    (0..100).for_each(|n| save(&midi, &format!("{n}.mid"), &melody(n, 24, 0)));
    let options = PrepareOptions::new(midi, home.path().join("corpus"));
    prepare(&PrepareOptions { split: "50/50/0".parse().unwrap(), ..options }, &()).unwrap();
    let counts = Split::ALL.map(|split| corpus(home.path()).pieces(split).len());
    assert!((40..=60).contains(&counts[0]) && counts[2] == 0, "{counts:?}");
}

#[test]
fn what_is_left_out_has_its_reason_in_words() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    save(&midi, "good.mid", &melody(1, 40, 0));
    save(&midi, "short.mid", &melody(2, 15, 0));
    save_bytes(&midi, "text.mid", b"<html>404</html>");
    let report =
        prepared_with_labels(home.path(), "path,genre\ngood.mid,folk\nshort.mid,folk\nlost.mid,folk\n").unwrap();
    assert_eq!((report.files, report.kept, report.rejected, report.unlabelled), (4, 1, 3, 0));
    let reasons = BTreeMap::from([("missing", 1), ("not readable as MIDI", 1), ("too few notes", 1)]);
    assert_eq!(report.reasons, reasons);
    let files = text(&home.path().join("corpus"), "report.csv");
    assert!(files.contains("short.mid,rejected,too few notes,\"too few notes: 15, and 16 are the least\""), "{files}");
    assert!(files.contains("lost.mid,rejected,missing,"), "{files}");
    assert!(files.contains("text.mid,rejected,not readable as MIDI,"), "{files}");
}

#[test]
fn where_nothing_is_kept_the_reasons_are_told_and_the_report_is_written() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    save(&midi, "short.mid", &melody(2, 15, 0));
    save_bytes(&midi, "text.mid", b"<html>404</html>");
    save(&midi, "shorter.mid", &melody(3, 14, 0));
    let error = prepare(&PrepareOptions::new(midi, home.path().join("corpus")), &()).unwrap_err().to_string();
    assert!(
        error.contains("none of 3 MIDI files could be kept (too few notes: 2, not readable as MIDI: 1)"),
        "{error}"
    );
    assert!(error.ends_with("corpus.report.csv says why of each"), "{error}");
    let report = text(home.path(), "corpus.report.csv");
    assert!(
        report.contains("short.mid,rejected,too few notes,\"too few notes: 15, and 16 are the least\""),
        "{report}"
    );
    let mut left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["corpus.report.csv", "midi"]);
}

#[cfg(unix)]
#[test]
fn names_in_other_encodings_are_read_and_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    // Latin-1, Shift-JIS, and a folder too.
    let names: [&[u8]; 3] = [b"caf\xe9.mid", b"\x8b\xc8.mid", b"caf\xe8/b.mid"];
    for (number, name) in (0..).zip(names) {
        let path = midi.join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, partita_score::write(&melody(number, 40, 0)).unwrap()).unwrap();
    }
    let labels = "path,genre\ncaf\\xE9.mid,chanson\n\\x8B\\xC8.mid,enka\ncaf\\xE8/b.mid,fado\n";
    let report = prepared_with_labels(home.path(), labels).unwrap();
    assert_eq!((report.kept, report.rejected, report.unlabelled), (3, 0, 0));
    let corpus = corpus(home.path());
    let genres: Vec<_> = corpus.all().map(|piece| (piece.path(), piece.genre().unwrap())).collect();
    assert_eq!(genres, [("\\x8B\\xC8.mid", "enka"), ("caf\\xE8/b.mid", "fado"), ("caf\\xE9.mid", "chanson")]);
}

#[test]
fn rows_match_files_however_their_paths_are_written() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    (0..3).for_each(|number| save(&midi, &format!("x/{number}.mid"), &melody(number, 40, 0)));
    let absolute = format!("{}/x", midi.display());
    for front in ["x\\", "./x/", "midi/x/", "..\\midi\\x\\", &absolute] {
        let row = |number| format!("{}/{number}.mid,jazz\n", front.trim_end_matches(['/', '\\']));
        let labels: String = (0..3).map(row).collect();
        let report = prepared_with_labels(home.path(), &format!("path,genre\n{labels}")).unwrap();
        assert_eq!((report.unlabelled, report.genres["jazz"].files), (0, 3), "{front}");
        fs::remove_dir_all(home.path().join("corpus")).unwrap();
    }
}

#[test]
fn labels_of_other_files_are_an_error_that_shows_one_of_each() {
    let home = tempfile::tempdir().unwrap();
    (0..3).for_each(|number| save(&home.path().join("midi"), &format!("x/{number}.mid"), &melody(number, 40, 0)));
    let error = |labels: &str| prepared_with_labels(home.path(), labels).unwrap_err().to_string();
    let other = error("path,genre\nx/0.mid,jazz\ny/1.mid,jazz\nz/2.mid,jazz\n");
    assert!(other.contains("labels.csv: only 1 of its 3 rows name a file in "), "{other}");
    assert!(other.contains(": it has \"y/1.mid\", the folder has \"x/1.mid\"; write paths"), "{other}");
    let twice = error("path,genre\nx/0.mid,jazz\nx\\0.mid,rock\n");
    assert!(twice.contains("\"x\\\\0.mid\" and another row both mean \"x/0.mid\": leave one of them"), "{twice}");
    assert!(!home.path().join("corpus").exists());
}

#[test]
fn spellings_of_a_genre_are_one() {
    let home = tempfile::tempdir().unwrap();
    for (number, genre) in (0..).zip(["hip hop", "Hip-Hop", "hip hop", "JAZZ", "folk"]) {
        save(&home.path().join("midi"), &format!("{genre}/{number}.mid"), &melody(number, 40, 0));
    }
    let report = prepared(home.path());
    assert_eq!(report.genres.keys().collect::<Vec<_>>(), ["JAZZ", "folk", "hip hop"]);
    assert_eq!(report.spellings, BTreeMap::from([("hip hop".into(), ["Hip-Hop".into()].into())]));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_bad_ones_reported() {
    use std::os::unix::fs::symlink;
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    save(&midi, "good.mid", &melody(1, 40, 0));
    save(&home.path().join("elsewhere"), "linked.mid", &melody(2, 40, 0));
    symlink(home.path().join("elsewhere"), midi.join("there")).unwrap();
    symlink("nowhere.mid", midi.join("broken.mid")).unwrap();
    symlink(".", midi.join("round")).unwrap();
    let report = prepared(home.path());
    assert_eq!((report.kept, report.reasons), (2, BTreeMap::from([("cannot read", 2)])));
    let files = text(&home.path().join("corpus"), "report.csv");
    assert!(files.contains("round,rejected,cannot read,cannot read it: the link leads back"), "{files}");
}

#[test]
fn the_licence_manifest_counts_by_source() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    (0..3).for_each(|number| save(&midi, &format!("{number}.mid"), &melody(number, 20 + number, 0)));
    let labels = "path,source,license\n0.mid,\"attic, box 2\",CC0\n1.mid,\"attic, box 2\",CC0\n2.mid,,\n";
    prepared_with_labels(home.path(), labels).unwrap();
    let sources = text(&home.path().join("corpus"), "sources.csv");
    assert_eq!(sources, "source,license,files,notes\n,,1,22\n\"attic, box 2\",CC0,2,41\n");
}

#[test]
fn the_corpus_has_the_same_bytes_whatever_the_threads() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    for number in 0..300 {
        save(
            &midi,
            &format!("{}/{number}.mid", number % 7),
            &melody(number % 280, 20 + number % 50, (number / 280) as u8),
        );
    }
    let bytes = |threads: usize| {
        let output = home.path().join(threads.to_string());
        let options = PrepareOptions { threads: NonZeroUsize::new(threads), ..PrepareOptions::new(&midi, &output) };
        prepare(&options, &()).unwrap();
        let mut files: Vec<_> = fs::read_dir(&output).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>()
    };
    let one = bytes(1);
    assert_eq!(one.len(), 5);
    assert!(one == bytes(3) && one == bytes(8));
}

#[test]
fn a_corpus_is_overwritten_only_when_asked_and_anything_else_never() {
    let home = tempfile::tempdir().unwrap();
    save(&home.path().join("midi"), "a.mid", &melody(1, 40, 0));
    prepared(home.path());
    let options = PrepareOptions::new(home.path().join("midi"), home.path().join("corpus"));
    assert!(matches!(prepare(&options, &()), Err(DatasetError::Exists { .. })));
    save(&home.path().join("midi"), "b.mid", &melody(2, 40, 0));
    let overwriting = PrepareOptions { overwrite: true, ..options };
    assert_eq!(prepare(&overwriting, &()).unwrap().kept, 2);
    let precious = PrepareOptions { output: home.path().join("midi"), ..overwriting };
    assert!(matches!(prepare(&precious, &()), Err(DatasetError::WouldDestroy { .. })));
    assert!(home.path().join("midi/a.mid").exists());
}

/// Stops once the first batch has been read.
#[derive(Default)]
struct Impatient {
    begun: AtomicU64,
    read: AtomicU64,
}

impl Progress for Impatient {
    fn begin(&self, files: u64) {
        self.begun.store(files, Ordering::Relaxed);
    }
    fn advance(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }
    fn is_cancelled(&self) -> bool {
        self.read.load(Ordering::Relaxed) > 0
    }
}

#[test]
fn a_cancelled_preparing_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    (0..300).for_each(|n| save(&home.path().join("midi"), &format!("{n}.mid"), &melody(n, 20, 0)));
    let progress = Impatient::default();
    let options = PrepareOptions::new(home.path().join("midi"), home.path().join("corpus"));
    assert!(matches!(prepare(&options, &progress), Err(DatasetError::Cancelled)));
    assert_eq!(progress.begun.into_inner(), 300);
    assert!((1..300).contains(&progress.read.into_inner()));
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["midi"]);
}

#[test]
fn bad_labels_and_empty_folders_are_errors_that_write_nothing() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("midi")).unwrap();
    let error = prepared_with_labels(home.path(), "path,split\na.mid,dev\n").unwrap_err();
    assert!(
        error.to_string().ends_with("labels.csv, line 2, column split: \"dev\" is not train, valid or test"),
        "{error}"
    );
    let empty = prepared_with_labels(home.path(), "path\n").unwrap_err();
    assert!(matches!(empty, DatasetError::NoFiles { .. }));
    let absent =
        prepare(&PrepareOptions::new(home.path().join("absent"), home.path().join("corpus")), &()).unwrap_err();
    assert!(matches!(absent, DatasetError::Io { .. }), "{absent}");
    assert!(!home.path().join("corpus").exists());
}

#[test]
fn what_a_killed_preparing_left_is_tidied_up_by_the_next() {
    let home = tempfile::tempdir().unwrap();
    save(&home.path().join("midi"), "a.mid", &melody(1, 40, 0));
    prepared(home.path());
    // Killed between the two renames of an overwriting.
    fs::create_dir(home.path().join(".corpus.old-aB3dE6")).unwrap();
    fs::rename(home.path().join("corpus"), home.path().join(".corpus.old-aB3dE6/corpus")).unwrap();
    save_bytes(home.path(), ".corpus.partial-aB3dE6/shard-0000.bin", b"PARTITA");
    let options = PrepareOptions::new(home.path().join("midi"), home.path().join("corpus"));
    assert!(matches!(prepare(&options, &()), Err(DatasetError::Exists { .. })));
    assert_eq!(corpus(home.path()).all().len(), 1);
    let mut left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["corpus", "midi"]);
}
