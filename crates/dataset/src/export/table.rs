//! The columns of an exported file, and how rows become columns.

use super::row::Row;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type};
use parquet::errors::Result;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// The columns, in order. A `(STRING)` is text, and text alone may be shown as such.
const SCHEMA: &str = "message piece {
    REQUIRED BYTE_ARRAY midi;
    REQUIRED BYTE_ARRAY path (STRING);
    OPTIONAL BYTE_ARRAY genre (STRING);
    OPTIONAL BYTE_ARRAY composer (STRING);
    OPTIONAL BYTE_ARRAY source (STRING);
    OPTIONAL BYTE_ARRAY license (STRING);
    OPTIONAL BYTE_ARRAY group (STRING);
    OPTIONAL BYTE_ARRAY mood (STRING);
    REQUIRED BYTE_ARRAY split (STRING);
    REQUIRED BYTE_ARRAY beat_grid (STRING);
    REQUIRED BYTE_ARRAY tempo_source (STRING);
    REQUIRED INT32 notes;
    REQUIRED INT32 bars;
    OPTIONAL FLOAT qpm;
    OPTIONAL BYTE_ARRAY key (STRING);
    REQUIRED BYTE_ARRAY metre (STRING);
    REQUIRED GROUP instruments (LIST) { REPEATED GROUP list { REQUIRED BYTE_ARRAY element (STRING); } }
    REQUIRED FLOAT density;
    REQUIRED FLOAT polyphony;
}";

/// Cells between two looks at whether a page is full: MIDI files are long.
const CELLS_BETWEEN_LOOKS: usize = 16;

pub(super) fn schema() -> Result<TypePtr> {
    parse_message_type(SCHEMA).map(Arc::new)
}

pub(super) fn properties() -> WriterPropertiesPtr {
    let midi = ColumnPath::from("midi");
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_write_batch_size(CELLS_BETWEEN_LOOKS)
        .set_column_dictionary_enabled(midi.clone(), false) // no two are alike
        .set_column_statistics_enabled(midi, EnabledStatistics::None)
        .set_created_by(concat!("partita ", env!("CARGO_PKG_VERSION")).into());
    Arc::new(properties.build())
}

/// Writes rows as one group.
pub(super) fn write_group<W: Write + Send>(file: &mut SerializedFileWriter<W>, rows: &[Row]) -> Result<()> {
    let mut columns = Columns { group: file.next_row_group()?, rows };
    columns.required(|row| row.midi.as_slice())?;
    columns.required(|row| row.path.as_bytes())?;
    columns.text(|row| row.genre.as_deref())?;
    columns.text(|row| row.composer.as_deref())?;
    columns.text(|row| row.source.as_deref())?;
    columns.text(|row| row.license.as_deref())?;
    columns.text(|row| row.group.as_deref())?;
    columns.text(|row| row.mood.as_deref())?;
    columns.required(|row| row.split.as_bytes())?;
    columns.required(|row| row.beat_grid.as_bytes())?;
    columns.required(|row| row.tempo_source.as_bytes())?;
    columns.numbers::<Int32Type>(|row| Some(row.notes), false)?;
    columns.numbers::<Int32Type>(|row| Some(row.bars), false)?;
    columns.numbers::<FloatType>(|row| row.qpm, true)?;
    columns.text(|row| row.key.as_deref())?;
    columns.required(|row| row.metre.as_bytes())?;
    columns.list(|row| &row.instruments)?;
    columns.numbers::<FloatType>(|row| Some(row.density), false)?;
    columns.numbers::<FloatType>(|row| Some(row.polyphony), false)?;
    columns.group.close().map(|_| ())
}

/// Writes one column after another of the same rows.
struct Columns<'a, 'w, W: Write> {
    group: SerializedRowGroupWriter<'w, W>,
    rows: &'a [Row],
}

impl<W: Write + Send> Columns<'_, '_, W> {
    fn required(&mut self, cell: impl Fn(&Row) -> &[u8]) -> Result<()> {
        let cells: Vec<_> = self.rows.iter().map(|row| ByteArray::from(cell(row).to_vec())).collect();
        self.write::<ByteArrayType>(&cells, None, None)
    }

    fn text(&mut self, cell: impl Fn(&Row) -> Option<&str>) -> Result<()> {
        let cells: Vec<_> = self.rows.iter().filter_map(|row| cell(row).map(ByteArray::from)).collect();
        let levels: Vec<_> = self.rows.iter().map(|row| i16::from(cell(row).is_some())).collect();
        self.write::<ByteArrayType>(&cells, Some(&levels), None)
    }

    fn numbers<T: DataType>(&mut self, cell: impl Fn(&Row) -> Option<T::T>, optional: bool) -> Result<()> {
        let cells: Vec<_> = self.rows.iter().filter_map(&cell).collect();
        let levels: Vec<_> = self.rows.iter().map(|row| i16::from(cell(row).is_some())).collect();
        self.write::<T>(&cells, optional.then_some(levels.as_slice()), None)
    }

    /// A list's first entry begins a row; an empty list has a level of its own.
    fn list(&mut self, cell: impl Fn(&Row) -> &[&'static str]) -> Result<()> {
        let (mut cells, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
        for row in self.rows {
            let entries = cell(row);
            cells.extend(entries.iter().map(|entry| ByteArray::from(*entry)));
            let levels = entries.len().max(1);
            definitions.extend(std::iter::repeat_n(i16::from(!entries.is_empty()), levels));
            repetitions.extend((0..levels).map(|level| i16::from(level > 0)));
        }
        self.write::<ByteArrayType>(&cells, Some(&definitions), Some(&repetitions))
    }

    fn write<T: DataType>(
        &mut self,
        cells: &[T::T],
        definitions: Option<&[i16]>,
        repetitions: Option<&[i16]>,
    ) -> Result<()> {
        let column = self.group.next_column()?;
        let mut column =
            column.ok_or_else(|| parquet::errors::ParquetError::General("more cells than columns".into()))?;
        column.typed::<T>().write_batch(cells, definitions, repetitions)?;
        column.close()
    }
}
