//! What became of each file, and the totals.

use crate::digest::DigestedFile;
use crate::index::Record;
use crate::manifest::FileEntry;
use crate::prepare::rejection::Rejection;
use crate::{DatasetError, LayoutFound, Split};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The report of each file, in the corpus.
pub(super) const FILES: &str = "report.csv";
/// The licence manifest, in the corpus.
const SOURCES: &str = "sources.csv";

/// The totals of a prepared corpus. `files` = `kept` + `rejected` + `duplicates`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PrepareReport {
    /// How the files lie.
    pub layout: Option<LayoutFound>,
    /// MIDI files found, and files that the labels name but are not there.
    pub files: u64,
    /// Pieces in the corpus.
    pub kept: u64,
    /// Of these, pieces whose file was damaged and could be mended.
    pub repaired: u64,
    /// Files left out, each with its reason in the corpus' `report.csv`.
    pub rejected: u64,
    /// Files left out because another one has the same notes, if in another key, or is of the same work in a data set
    /// that has several files of one.
    pub duplicates: u64,
    /// Notes in the corpus.
    pub notes: u64,
    /// Notes of the files that are struck while their key still sounds: the note before ends there, or is left out if both
    /// begin together.
    pub overlapping_notes: u64,
    /// Bars in the corpus.
    pub bars: u64,
    /// Pieces taken by the clock although their labels claim a beat, since the notes do not follow it.
    pub without_pulse: u64,
    /// Pairs of pieces that are versions of one work, and so on one side.
    pub versions: u64,
    /// Pieces moved to another side than their label's, to keep a group, or groups joined by a duplicate or a version, whole.
    pub moved: u64,
    /// Pieces on another side than by their hash, since there would have been too few to learn from or to validate with.
    pub filled: u64,
    /// Files without a row in the labels file or the data set's tables; labelled by where they lie.
    pub unlabelled: u64,
    /// Names of genres that were taken for another, which differs only in writing, by the one that was kept.
    pub spellings: BTreeMap<String, BTreeSet<String>>,
    /// Pieces by genre; "" where there is none.
    pub genres: BTreeMap<String, GenreTotals>,
    /// Pieces by source and licence, as labelled: the licence manifest.
    pub sources: Vec<SourceTotals>,
    /// Rejected files by kind of reason.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Length of all files of the corpus together.
    pub bytes: u64,
}

/// The pieces of one genre.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GenreTotals {
    /// Pieces.
    pub files: u64,
    /// Their notes.
    pub notes: u64,
    /// Their bars.
    pub bars: u64,
    /// Pieces learned from.
    pub train: u64,
    /// Pieces watched while learning.
    pub valid: u64,
    /// Pieces measured at the end.
    pub test: u64,
}

/// The pieces of one source under one licence; "" where the labels name none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceTotals {
    /// Where the files came from.
    pub source: String,
    /// Under what terms.
    pub license: String,
    /// Pieces.
    pub files: u64,
    /// Their notes.
    pub notes: u64,
}

impl PrepareReport {
    pub(crate) fn count_pieces(&mut self, records: &[Record]) {
        let mut sources: BTreeMap<(&str, &str), SourceTotals> = BTreeMap::new();
        for record in records {
            let (notes, bars) = (u64::from(record.notes), u64::from(record.difficulty.bars));
            self.kept += 1;
            self.notes += notes;
            self.bars += bars;
            let genre = self.genres.entry(text(record.conditions.genre.as_deref())).or_default();
            genre.count(record.split, notes, bars);
            let key = (record.source.as_deref().unwrap_or(""), record.license.as_deref().unwrap_or(""));
            let source = sources.entry(key).or_default();
            source.files += 1;
            source.notes += notes;
        }
        let named = |((source, license), totals): ((&str, &str), SourceTotals)| SourceTotals {
            source: source.into(),
            license: license.into(),
            ..totals
        };
        self.sources = sources.into_iter().map(named).collect();
    }

    /// Writes the licence manifest into `folder`.
    pub(crate) fn write_sources(&self, folder: &Path) -> Result<FileEntry, DatasetError> {
        let mut table = Table::create(folder, SOURCES, &["source", "license", "files", "notes"])?;
        for SourceTotals { source, license, files, notes } in &self.sources {
            table.row([source, license, &files.to_string(), &notes.to_string()])?;
        }
        table.finish()
    }
}

impl GenreTotals {
    fn count(&mut self, split: Split, notes: u64, bars: u64) {
        self.files += 1;
        self.notes += notes;
        self.bars += bars;
        match split {
            Split::Train => self.train += 1,
            Split::Valid => self.valid += 1,
            Split::Test => self.test += 1,
        }
    }
}

fn text(name: Option<&str>) -> String {
    name.unwrap_or_default().to_owned()
}

/// Writes `report.csv` row by row, so that it takes no memory.
pub(crate) struct FileReport {
    table: Table,
}

impl FileReport {
    pub(crate) fn create(folder: &Path) -> Result<Self, DatasetError> {
        Ok(Self { table: Table::create(folder, FILES, &["path", "outcome", "kind", "reason"])? })
    }

    pub(crate) fn rejected(&mut self, path: &str, rejection: &Rejection) -> Result<(), DatasetError> {
        self.table.row([path, "rejected", rejection.kind(), &rejection.to_string()])
    }

    pub(crate) fn duplicate(&mut self, path: &str, of: &str, semitones: i16) -> Result<(), DatasetError> {
        let (kind, transposed) = match semitones {
            0 => ("same key", String::new()),
            up if up > 0 => ("other key", format!(", {up} semitones higher")),
            down => ("other key", format!(", {} semitones lower", -down)),
        };
        self.table.row([path, "duplicate", kind, &format!("the notes of {of}{transposed}")])
    }

    /// Another file of the work is kept.
    pub(crate) fn alternative(&mut self, path: &str, work: &str, kept: &str) -> Result<(), DatasetError> {
        self.table.row([path, "duplicate", "same work", &format!("of {work}, as {kept} is, which is kept")])
    }

    pub(crate) fn repaired(&mut self, path: &str, repairs: &str) -> Result<(), DatasetError> {
        self.table.row([path, "repaired", "", repairs])
    }

    /// A kept file of which there is something to say.
    pub(crate) fn remark(&mut self, path: &str, kind: &str, remark: &str) -> Result<(), DatasetError> {
        self.table.row([path, "remark", kind, remark])
    }

    pub(crate) fn finish(self) -> Result<FileEntry, DatasetError> {
        self.table.finish()
    }
}

/// A CSV file with its digest.
struct Table {
    name: &'static str,
    path: PathBuf,
    writer: csv::Writer<DigestedFile>,
}

impl Table {
    fn create(folder: &Path, name: &'static str, heading: &[&str]) -> Result<Self, DatasetError> {
        let path = folder.join(name);
        let file = DigestedFile::create(&path).map_err(DatasetError::io("create", &path))?;
        let mut table = Self { name, path, writer: csv::Writer::from_writer(file) };
        table.row(heading)?;
        Ok(table)
    }

    fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<(), DatasetError> {
        self.writer.write_record(cells).map_err(|error| DatasetError::io("write", &self.path)(error.into()))
    }

    fn finish(self) -> Result<FileEntry, DatasetError> {
        let file =
            self.writer.into_inner().map_err(|error| DatasetError::io("write", &self.path)(error.into_error()))?;
        let (bytes, sha256) = file.finish().map_err(DatasetError::io("write", &self.path))?;
        Ok(FileEntry { name: self.name.into(), bytes, sha256 })
    }
}
