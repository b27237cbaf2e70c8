//! Damaged files: an error or fewer rows, never a panic.

use super::find;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;

const SCHEMA: &str = "message rows { OPTIONAL BYTE_ARRAY music; REQUIRED BYTE_ARRAY genre (STRING);
    OPTIONAL GROUP music_styles_curated (LIST) { REPEATED GROUP list { OPTIONAL BYTE_ARRAY element (STRING); } } }";

/// Two groups of three rows.
fn file(version: WriterVersion, compression: Compression) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = WriterProperties::builder().set_writer_version(version).set_compression(compression);
    let properties = properties.set_encoding(parquet::basic::Encoding::PLAIN);
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties.build())).unwrap();
    for _ in 0..2 {
        let mut group = writer.next_row_group().unwrap();
        let mut write = |cells: &[&str], definitions: Option<&[i16]>, repetitions: Option<&[i16]>| {
            let cells: Vec<_> = cells.iter().map(|cell| ByteArray::from(*cell)).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&cells, definitions, repetitions).unwrap();
            column.close().unwrap();
        };
        write(&["MThd first", "MThd second"], Some(&[1, 0, 1]), None);
        write(&["folk", "folk", "jazz"], None, None);
        write(&["a", "b", "c"], Some(&[2, 2, 0, 2]), Some(&[0, 1, 0, 0]));
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

/// Reads all that there is to read of a file, the rows backwards too.
fn read_all(folder: &Path, bytes: &[u8]) -> usize {
    let path = folder.join("rows.parquet");
    std::fs::write(&path, bytes).unwrap();
    let Ok(mut found) = find(&path, Some("music"), &()) else { return 0 };
    let ids: Vec<_> = found.rows.iter().map(|(id, _)| *id).collect();
    ids.iter().chain(ids.iter().rev()).filter(|id| found.music.read(**id, 1000).is_ok()).count()
}

fn files() -> Vec<Vec<u8>> {
    let codecs = [Compression::UNCOMPRESSED, Compression::SNAPPY];
    let versions = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0];
    versions.into_iter().flat_map(|version| codecs.map(|codec| file(version, codec))).collect()
}

#[test]
fn whole_files_are_read_whole() {
    let home = tempfile::tempdir().unwrap();
    files().iter().for_each(|bytes| assert_eq!(read_all(home.path(), bytes), 8));
}

#[test]
fn files_cut_anywhere_are_errors() {
    let home = tempfile::tempdir().unwrap();
    let bytes = file(WriterVersion::PARQUET_1_0, Compression::SNAPPY);
    (0..bytes.len()).for_each(|length| assert_eq!(read_all(home.path(), &bytes[..length]), 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn damaged_files_never_panic(
        number in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let home = tempfile::tempdir().unwrap();
        let mut bytes = files()[number].clone();
        let length = bytes.len();
        changes.iter().for_each(|(place, byte)| bytes[place.index(length)] = *byte);
        read_all(home.path(), &bytes);
    }
}
