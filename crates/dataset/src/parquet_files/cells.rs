//! The cells of a column, one after another.

use super::Unreadable;
use super::pages::Pages;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::schema::types::ColumnDescPtr;

/// Reads a column of bytes or texts cell by cell; of a list it gives the first entry.
pub(super) struct Cells {
    reader: ColumnReaderImpl<ByteArrayType>,
    values: Vec<ByteArray>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl Cells {
    pub(super) fn new(column: ColumnDescPtr, pages: Pages) -> Self {
        Self {
            reader: ColumnReaderImpl::new(column, Box::new(pages)),
            values: Vec::new(),
            definitions: Vec::new(),
            repetitions: Vec::new(),
        }
    }

    /// The next cell; `None` where it is empty.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Unreadable> {
        self.values.clear();
        self.definitions.clear();
        self.repetitions.clear();
        let levels = (Some(&mut self.definitions), Some(&mut self.repetitions));
        match self.reader.read_records(1, levels.0, levels.1, &mut self.values)? {
            (0, ..) => Err(Unreadable("a column of it has fewer cells than the file has rows".into())),
            // The first entry of a list is the first value, if it is there at all.
            _ => Ok(self.values.first().map(ByteArray::data)),
        }
    }
}
