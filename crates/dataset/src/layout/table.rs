//! Tables that data sets bring along: CSV, or the same with tabs, with a heading.

use crate::DatasetError;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a table. The largest known one, GiantMIDI's of 143,701 works, has 35 MB.
pub(crate) const TABLE_BYTES_MAX: u64 = 256 << 20;

/// How the cells of a row stand apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cells {
    /// CSV (RFC 4180).
    Commas,
    /// Tabs; quotes are letters like any other.
    Tabs,
}

/// A table, read row by row.
pub(crate) struct Table {
    path: PathBuf,
    reader: csv::Reader<Box<dyn Read>>,
    columns: HashMap<String, usize>,
    record: csv::StringRecord,
}

impl Table {
    /// Opens a table and reads its heading, which must name all of `required`.
    pub(crate) fn open(path: &Path, cells: Cells, required: &[&str]) -> Result<Self, DatasetError> {
        let mut builder = csv::ReaderBuilder::new();
        if cells == Cells::Tabs {
            builder.delimiter(b'\t').quoting(false);
        }
        let mut reader = builder.from_reader(open_bounded(path, TABLE_BYTES_MAX)?);
        let heading = reader.headers().map_err(|error| DatasetError::table(path, error))?;
        let name = |cell: &str| cell.trim_start_matches('\u{feff}').trim().to_owned();
        let columns: HashMap<_, _> = heading.iter().enumerate().map(|(place, cell)| (name(cell), place)).collect();
        match required.iter().find(|column| !columns.contains_key(**column)) {
            Some(missing) => Err(DatasetError::Labels {
                path: path.to_path_buf(),
                line: 1,
                column: (*missing).into(),
                problem: "the heading does not name this column: give the table as its authors made it".into(),
            }),
            None => Ok(Self { path: path.to_path_buf(), reader, columns, record: csv::StringRecord::new() }),
        }
    }

    /// Moves on to the next row; false after the last.
    pub(crate) fn advance(&mut self) -> Result<bool, DatasetError> {
        self.reader.read_record(&mut self.record).map_err(|error| DatasetError::table(&self.path, error))
    }

    /// A cell of this row, unless it is empty or its column is absent.
    pub(crate) fn cell(&self, column: &str) -> Option<&str> {
        let cell = self.record.get(*self.columns.get(column)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    /// A cell of this row that may not be empty.
    pub(crate) fn required(&self, column: &str) -> Result<&str, DatasetError> {
        self.cell(column).ok_or_else(|| self.problem(column, "it is empty".into()))
    }

    /// What is wrong with a cell of this row.
    pub(crate) fn problem(&self, column: &str, problem: String) -> DatasetError {
        let line = self.record.position().map_or(0, csv::Position::line);
        DatasetError::Labels { path: self.path.clone(), line, column: column.into(), problem }
    }
}

/// A file of at most `bytes_max` bytes, to read.
pub(crate) fn open_bounded(path: &Path, bytes_max: u64) -> Result<Box<dyn Read>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::io("open", path))?;
    let found = file.metadata().map_err(DatasetError::io("open", path))?.len();
    if found > bytes_max {
        let problem = format!("it has {found} bytes, and {bytes_max} are the most: this is another file");
        return Err(DatasetError::Metadata { path: path.to_path_buf(), problem });
    }
    Ok(Box::new(file.take(bytes_max))) // the file may grow while it is read
}

/// Whether the heading of a table names a column; false where it cannot be read.
pub(crate) fn has_column(path: &Path, cells: Cells, column: &str) -> bool {
    Table::open(path, cells, &[column]).is_ok()
}
