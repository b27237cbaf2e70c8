//! The labels of each row of a file.

use super::Unreadable;
use super::cells::Cells;
use super::columns::{Label, labels};
use super::file::ParquetFile;
use super::limits::{LABEL_BYTES_MAX, PATH_BYTES_MAX};
use crate::Split;
use crate::labels::{FileLabels, mood, yes_or_no};
use crate::names::Names;

/// Reads the labels of the rows of a group, one row after another.
pub(super) struct LabelRows(Vec<(Label, Cells)>);

/// What is known of a row.
#[derive(Debug, Default)]
pub(super) struct LabelRow {
    pub(super) path: Option<String>,
    pub(super) labels: FileLabels,
    /// Cells that are no labels: too long, not UTF-8, or not what their column holds.
    pub(super) odd: u64,
}

impl LabelRows {
    pub(super) fn new(file: &ParquetFile, group: usize) -> Result<Self, Unreadable> {
        let open = |(label, column)| Ok((label, file.cells(group, column)?));
        labels(file).into_iter().map(open).collect::<Result<_, _>>().map(Self)
    }

    /// The labels of the next row.
    pub(super) fn next(&mut self, names: &mut Names) -> Result<LabelRow, Unreadable> {
        let mut row = LabelRow::default();
        for (label, cells) in &mut self.0 {
            let Some(cell) = cells.next()? else { continue };
            let bytes_max = if *label == Label::Path { PATH_BYTES_MAX } else { LABEL_BYTES_MAX };
            let text = str::from_utf8(cell).ok().filter(|text| text.len() <= bytes_max).map(str::trim);
            let taken = text.is_some_and(|text| text.is_empty() || row.take(*label, text, names));
            row.odd += u64::from(!taken);
        }
        Ok(row)
    }
}

impl LabelRow {
    /// Takes a cell; false where it is none of its column.
    fn take(&mut self, label: Label, text: &str, names: &mut Names) -> bool {
        let labels = &mut self.labels;
        match label {
            Label::Path => self.path = Some(text.to_owned()),
            Label::Genre => labels.genre = Some(text.to_owned()),
            Label::Composer => labels.composer = Some(text.to_owned()),
            Label::Group => labels.group = Some(text.to_owned()),
            Label::Source => labels.source = names.share(Some(text)),
            Label::License => labels.license = names.share(Some(text)),
            Label::TempoSource => labels.tempo_is_real = Some(text == "file"),
            Label::Mood => return set(&mut labels.mood, mood(text)),
            Label::Split => return set(&mut labels.split, text.parse::<Split>().ok()),
            Label::BeatGrid => return set(&mut labels.has_beat, yes_or_no(text)),
        }
        true
    }
}

fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    *place = value;
    place.is_some()
}
