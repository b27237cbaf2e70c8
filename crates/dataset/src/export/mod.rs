//! A corpus as a table that other programs read: a Parquet file for each side of the split, a row a piece.
//!
//! A row holds the piece as a MIDI file, decoded from the corpus, its labels under the names that a labels file has,
//! so that `prepare` makes the same pieces of it again, and what is known of its notes.

#[cfg(feature = "parquet")]
mod row;
#[cfg(feature = "parquet")]
mod table;
#[cfg(feature = "parquet")]
mod write;

use crate::{Corpus, DatasetError, Progress, Split};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What an export came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// The files, in the order of the splits. A side without pieces has none.
    pub files: Vec<ExportedFile>,
}

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedFile {
    /// Its name in the folder: `train.parquet`, `valid.parquet` or `test.parquet`.
    pub name: String,
    /// Pieces in it.
    pub pieces: u64,
    /// Their notes.
    pub notes: u64,
    /// Its length.
    pub bytes: u64,
}

/// Writes `corpus` as Parquet files into the new folder `output`, which appears when it is complete, or not at all. With
/// `overwrite` it takes the place of an earlier export.
///
/// # Errors
/// Where `output` exists and may not or must not be replaced, where it cannot be written, and where the program was
/// built without the feature `parquet`.
pub fn export(
    corpus: &Corpus,
    output: &Path,
    overwrite: bool,
    progress: &dyn Progress,
) -> Result<ExportReport, DatasetError> {
    #[cfg(feature = "parquet")]
    return write::export(corpus, output, overwrite, progress);
    #[cfg(not(feature = "parquet"))]
    {
        let _ = (corpus, output, overwrite, progress);
        Err(DatasetError::NotBuiltIn { what: "Parquet files", feature: "parquet" })
    }
}

/// A side's file.
#[cfg_attr(not(feature = "parquet"), allow(dead_code))]
fn file_name(split: Split) -> PathBuf {
    Path::new(split.name()).with_extension("parquet")
}
