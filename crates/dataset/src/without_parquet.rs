//! What stands for [`crate::parquet_files`] in a program that is built without it.

use crate::labels::FileLabels;
use crate::prepare::Rejection;
use crate::{DatasetError, Progress};
use std::path::Path;

/// A row; there are none.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RowId {}

/// Reads no rows.
pub(crate) struct Rows(RowId);

/// What is never found.
pub(crate) struct FoundRows {
    pub(crate) rows: Vec<(RowId, (String, FileLabels))>,
    pub(crate) lost: Vec<(String, Rejection)>,
    pub(crate) notes: Vec<String>,
    pub(crate) music: Rows,
}

impl Rows {
    pub(crate) fn read(&mut self, row: RowId, _bytes_max: usize) -> Result<Vec<u8>, Rejection> {
        match row {}
    }
}

/// Says that Parquet files cannot be read.
pub(crate) fn find(_input: &Path, _column: Option<&str>, _progress: &dyn Progress) -> Result<FoundRows, DatasetError> {
    Err(DatasetError::NotBuiltIn { what: "Parquet files", feature: "parquet" })
}
