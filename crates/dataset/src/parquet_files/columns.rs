//! Which column holds the MIDI files, and which ones the labels.

use super::file::ParquetFile;
use crate::DatasetError;
use parquet::basic::{ConvertedType, LogicalType};
use parquet::schema::types::ColumnDescriptor;
use std::path::Path;

/// Names that the column of MIDI files has in known data sets: GigaMIDI's, ours, others'.
const MUSIC: [&str; 7] = ["music", "midi", "midi.bytes", "midi_bytes", "bytes", "content", "data"];

/// Columns of labels, and what other data sets call them, in the order of preference.
const LABELS: [(Label, &[&str]); 10] = [
    (Label::Path, &["path"]),
    (Label::Genre, &["genre", "music_styles_curated", "music_style_scraped", "style"]),
    (Label::Composer, &["composer", "artist", "canonical_composer"]),
    (Label::Source, &["source"]),
    (Label::License, &["license"]),
    (Label::Group, &["group"]),
    (Label::Mood, &["mood"]),
    (Label::Split, &["split"]),
    (Label::BeatGrid, &["beat_grid"]),
    (Label::TempoSource, &["tempo_source"]),
];

/// What a column tells of a piece; as in a labels file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Path,
    Genre,
    Composer,
    Source,
    License,
    Group,
    Mood,
    Split,
    BeatGrid,
    TempoSource,
}

/// The name of the column of MIDI files: the one that is asked for, or one with a known name.
pub(super) fn music_name(file: &ParquetFile, path: &Path, asked: Option<&str>) -> Result<String, DatasetError> {
    let found = match asked {
        Some(name) => music(file, name).map(|_| name),
        None => MUSIC.into_iter().find(|name| music(file, name).is_some()),
    };
    found.map(str::to_owned).ok_or_else(|| {
        let columns: Vec<String> = file.columns().filter(|(_, column)| is_music(column)).map(name).collect();
        let known = if columns.is_empty() { "none".to_owned() } else { columns.join(", ") };
        let wanted = asked.map_or("of a known name".to_owned(), |name| format!("{name:?}"));
        let problem = format!(
            "it has no column of MIDI files {wanted}; its columns of bytes: {known}; say which it is (--column NAME)"
        );
        DatasetError::Metadata { path: path.to_path_buf(), problem }
    })
}

/// The column of MIDI files by its name.
pub(super) fn music(file: &ParquetFile, wanted: &str) -> Option<usize> {
    file.columns().find(|column| is_music(column.1) && name(*column) == wanted).map(|(place, _)| place)
}

/// The columns of labels that the file has.
pub(super) fn labels(file: &ParquetFile) -> Vec<(Label, usize)> {
    let columns: Vec<(String, usize)> =
        file.columns().filter(|(_, column)| !is_music(column)).map(|column| (name(column), column.0)).collect();
    let place = |wanted: &&str| columns.iter().find(|(name, _)| name == wanted).map(|(_, place)| *place);
    let found = |(label, names): (Label, &[&str])| names.iter().find_map(place).map(|place| (label, place));
    LABELS.into_iter().filter_map(found).collect()
}

/// Bytes that are not said to be text.
fn is_music(column: &ColumnDescriptor) -> bool {
    let is_text = column.converted_type() == ConvertedType::UTF8
        || matches!(column.logical_type_ref(), Some(LogicalType::String | LogicalType::Enum | LogicalType::Json));
    column.max_rep_level() == 0 && !is_text
}

/// A column's name; of a list that of the list, of a part of a group both with a dot between.
fn name((_, column): (usize, &ColumnDescriptor)) -> String {
    let parts = column.path().parts();
    if column.max_rep_level() > 0 { parts.first().cloned().unwrap_or_default() } else { parts.join(".") }
}
