//! The MIDI files in the rows of Parquet files.

use super::Unreadable;
use super::cells::Cells;
use super::columns::music;
use super::file::ParquetFile;
use crate::prepare::Rejection;
use std::path::PathBuf;

/// A row of one of several files; their order is that of the files and of the rows in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowId {
    pub(super) file: u32,
    pub(super) group: u32,
    pub(super) row: u32,
}

/// Reads MIDI files from rows. Rows asked for in order are read in one pass.
pub(crate) struct Rows {
    files: Vec<PathBuf>,
    column: String,
    open: Option<(u32, ParquetFile)>,
    cursor: Option<Cursor>,
}

/// The next row of a group, or what prevents it from being read.
struct Cursor {
    file: u32,
    group: u32,
    row: u32,
    cells: Result<Cells, Unreadable>,
}

impl Rows {
    pub(super) fn new(files: Vec<PathBuf>, column: String) -> Self {
        Self { files, column, open: None, cursor: None }
    }

    /// The MIDI file of a row; one byte more than `bytes_max` of a longer one.
    pub(crate) fn read(&mut self, row: RowId, bytes_max: usize) -> Result<Vec<u8>, Rejection> {
        let cell = self.cell(row, bytes_max.saturating_add(1)).map_err(|problem| Rejection::Parquet(problem.0))?;
        cell.ok_or(Rejection::EmptyCell)
    }

    fn cell(&mut self, row: RowId, bytes_max: usize) -> Result<Option<Vec<u8>>, Unreadable> {
        let ahead = |cursor: &Cursor| (cursor.file, cursor.group) == (row.file, row.group) && cursor.row <= row.row;
        if !self.cursor.as_ref().is_some_and(ahead) {
            let cells = self.cells(row);
            self.cursor = Some(Cursor { file: row.file, group: row.group, row: 0, cells });
        }
        let cursor = self.cursor.as_mut().ok_or_else(|| Unreadable("its rows are lost".into()))?;
        while cursor.row < row.row {
            cursor.next(0)?;
        }
        cursor.next(bytes_max)
    }

    /// The cells of a row's group.
    fn cells(&mut self, row: RowId) -> Result<Cells, Unreadable> {
        if self.open.as_ref().is_none_or(|(file, _)| *file != row.file) {
            self.open = Some((row.file, ParquetFile::open(&self.files[row.file as usize])?));
        }
        let file = self.open.as_ref().map(|(_, file)| file);
        let column = file.and_then(|file| music(file, &self.column).map(|column| (file, column)));
        let (file, column) = column.ok_or_else(|| Unreadable(format!("it has no column {:?}", self.column)))?;
        file.cells(row.group as usize, column)
    }
}

impl Cursor {
    /// The first bytes of the next cell. A column that cannot be read here cannot be read further on.
    fn next(&mut self, bytes_max: usize) -> Result<Option<Vec<u8>>, Unreadable> {
        let next = match &mut self.cells {
            Ok(cells) => cells.next().map(|cell| cell.map(|cell| cell[..cell.len().min(bytes_max)].to_vec())),
            Err(problem) => return Err(problem.clone()),
        };
        self.row += 1;
        if let Err(problem) = &next {
            self.cells = Err(problem.clone());
        }
        next
    }
}
