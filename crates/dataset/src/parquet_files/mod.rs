//! Parquet files with MIDI files in a column: their rows are prepared as files are.
//!
//! A file is untrusted bytes. Footer and pages are checked here before the `parquet` crate decodes them: what a file
//! says of its sizes is believed only as far as its own length allows. At a time memory holds one footer (at most
//! [`limits::FOOTER_BYTES_MAX`], 64 times that when decoded), one page of each column that is read (at most
//! [`limits::PAGE_BYTES_MAX`]), and a record a row.

mod cells;
mod columns;
mod compact;
mod compression;
mod file;
mod labels;
mod limits;
mod pages;
mod rows;
mod schema;
mod source;
#[cfg(test)]
mod tests;

pub(crate) use rows::{RowId, Rows};
pub(crate) use source::{FoundRows, find};

/// What is wrong with a file, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreadable(pub(crate) String);

impl From<parquet::errors::ParquetError> for Unreadable {
    fn from(error: parquet::errors::ParquetError) -> Self {
        match error {
            parquet::errors::ParquetError::General(problem) => Self(problem),
            parquet::errors::ParquetError::External(problem) => Self(problem.to_string()),
            other => Self(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}
