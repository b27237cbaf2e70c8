//! One Parquet file: its footer, checked against its length, and the columns that can be read.

use super::Unreadable;
use super::cells::Cells;
use super::limits::{FOOTER_BYTES_MAX, ROW_BYTES_MIN, ROWS_FREE};
use super::pages::Pages;
use super::schema;
use parquet::basic::Type;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::ColumnDescriptor;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// What a file ends with: the footer's length, and the letters.
const TAIL_BYTES: u64 = 8;
const MAGIC: &[u8; 4] = b"PAR1";

/// A Parquet file whose footer was read.
pub(super) struct ParquetFile {
    path: PathBuf,
    bytes: u64,
    metadata: ParquetMetaData,
}

impl ParquetFile {
    /// Opens a file, and checks what its footer says.
    pub(super) fn open(path: &Path) -> Result<Self, Unreadable> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let footer = footer(&mut file, bytes)?;
        schema::check(&footer)?;
        let metadata = ParquetMetaDataReader::decode_metadata(&footer)?;
        Ok(Self { path: path.to_path_buf(), bytes, metadata })
    }

    /// Groups of rows.
    pub(super) fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// Rows of a group, as many as the length of `column` there allows.
    pub(super) fn rows(&self, group: usize, column: usize) -> Result<u64, Unreadable> {
        let stated = self.metadata.row_group(group).num_rows();
        let (_, length) = self.place(self.chunk(group, column)?)?;
        let rows = u64::try_from(stated).ok().filter(|rows| *rows <= ROWS_FREE + length / ROW_BYTES_MIN);
        rows.ok_or_else(|| Unreadable(format!("{stated} rows cannot lie in {length} bytes")))
    }

    /// Columns whose cells are bytes or texts, or lists of them.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, &ColumnDescriptor)> {
        let columns = self.metadata.file_metadata().schema_descr().columns().iter().map(AsRef::as_ref).enumerate();
        columns.filter(|(_, column)| column.physical_type() == Type::BYTE_ARRAY && column.max_rep_level() <= 1)
    }

    /// The cells of a column in a group, from the first on.
    pub(super) fn cells(&self, group: usize, column: usize) -> Result<Cells, Unreadable> {
        let chunk = self.chunk(group, column)?;
        let (start, length) = self.place(chunk)?;
        let pages = Pages::new(File::open(&self.path)?, start, length, chunk)?;
        Ok(Cells::new(chunk.column_descr_ptr(), pages))
    }

    fn chunk(&self, group: usize, column: usize) -> Result<&ColumnChunkMetaData, Unreadable> {
        let chunk = self.metadata.row_group(group).columns().get(column);
        let chunk = chunk.ok_or_else(|| Unreadable("a group of its rows lacks columns".into()))?;
        match chunk.file_path() {
            Some(other) => Err(Unreadable(format!("its column lies in another file, {other:?}"))),
            None => Ok(chunk),
        }
    }

    /// Where the pages of a column chunk begin, and their length.
    fn place(&self, chunk: &ColumnChunkMetaData) -> Result<(u64, u64), Unreadable> {
        let data = chunk.data_page_offset();
        let start = chunk.dictionary_page_offset().filter(|offset| (1..data).contains(offset)).unwrap_or(data);
        let place = u64::try_from(start).ok().zip(u64::try_from(chunk.compressed_size()).ok());
        let inside = |(start, length): &(u64, u64)| start.checked_add(*length).is_some_and(|end| end <= self.bytes);
        place.filter(inside).ok_or_else(|| Unreadable("a column of it lies past its end".into()))
    }
}

fn footer(file: &mut File, bytes: u64) -> Result<Vec<u8>, Unreadable> {
    let mut tail = [0; TAIL_BYTES as usize];
    let start = bytes.checked_sub(TAIL_BYTES).ok_or_else(|| Unreadable("it is too short for a Parquet file".into()))?;
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    if &magic != MAGIC {
        return Err(Unreadable("it does not end as a Parquet file does: it is another file, or cut short".into()));
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if length > FOOTER_BYTES_MAX {
        return Err(Unreadable(format!("its footer has {length} bytes, and {FOOTER_BYTES_MAX} are the most")));
    }
    let start = start.checked_sub(length).ok_or_else(|| Unreadable("its footer is longer than the file".into()))?;
    let mut footer = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut footer)?;
    Ok(footer)
}
