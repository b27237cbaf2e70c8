//! The pages of one column in one group of rows, checked before they are decoded.

use super::Unreadable;
use super::compact::{Compact, Numbers};
use super::compression::decompress;
use super::limits::{PAGE_BYTES_MAX, PAGE_HEADER_BYTES_MAX, PAGE_VALUES_MAX};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ColumnChunkMetaData;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Take};

/// Fields of a page's header.
const UNCOMPRESSED_BYTES: usize = 2;
const COMPRESSED_BYTES: usize = 3;
const DATA_PAGE: i16 = 5;
const DICTIONARY_PAGE: i16 = 7;
const DATA_PAGE_2: i16 = 8;

/// Bytes of a length, as before each value and before levels.
const LENGTH_BYTES: usize = 4;

/// Reads the pages of a column chunk in order.
pub(super) struct Pages {
    reader: BufReader<Take<File>>,
    codec: Compression,
    has_definitions: bool,
    has_repetitions: bool,
    /// The dictionary has come, which pages that refer to it need.
    has_dictionary: bool,
}

/// Of a header: which page it is of, the page's own fields, and the lengths.
struct Header {
    page: i16,
    fields: Numbers,
    uncompressed: usize,
    compressed: usize,
}

impl Pages {
    /// The pages of `chunk`, which are `length` bytes of `file` from `start` on.
    pub(super) fn new(
        mut file: File,
        start: u64,
        length: u64,
        chunk: &ColumnChunkMetaData,
    ) -> Result<Self, Unreadable> {
        file.seek(SeekFrom::Start(start))?;
        Ok(Self {
            reader: BufReader::new(file.take(length)),
            codec: chunk.compression(),
            has_definitions: chunk.column_descr().max_def_level() > 0,
            has_repetitions: chunk.column_descr().max_rep_level() > 0,
            has_dictionary: false,
        })
    }

    fn next_page(&mut self) -> Result<Option<Page>, Unreadable> {
        while self.remaining() > 0 {
            let header = self.header()?;
            let mut body = Vec::new();
            let read = self.reader.by_ref().take(header.compressed as u64).read_to_end(&mut body)?;
            if read < header.compressed {
                return Err(Unreadable("a page of it is cut short".into()));
            }
            match header.page {
                DATA_PAGE => return self.data_page(&header, &body).map(Some),
                DICTIONARY_PAGE => return self.dictionary_page(&header, &body).map(Some),
                DATA_PAGE_2 => return self.data_page_2(&header, &body).map(Some),
                _ => (), // an index
            }
        }
        Ok(None)
    }

    fn remaining(&self) -> u64 {
        self.reader.get_ref().limit() + self.reader.buffer().len() as u64
    }

    fn header(&mut self) -> Result<Header, Unreadable> {
        let mut reader = Compact::new(self.reader.by_ref().take(PAGE_HEADER_BYTES_MAX));
        let (mut numbers, mut page, mut last) = (Numbers::default(), None, 0);
        while let Some(field) = reader.field(last)? {
            last = field.number;
            if field.is_struct() && [DATA_PAGE, DICTIONARY_PAGE, DATA_PAGE_2].contains(&field.number) {
                page = Some((field.number, reader.numbers()?));
            } else {
                reader.take(field, &mut numbers)?;
            }
        }
        let (page, fields) = page.unwrap_or_default();
        Ok(Header {
            page,
            fields,
            uncompressed: page_bytes(numbers.get(UNCOMPRESSED_BYTES))?,
            compressed: page_bytes(numbers.get(COMPRESSED_BYTES))?,
        })
    }

    /// Levels and values compressed together.
    fn data_page(&self, header: &Header, body: &[u8]) -> Result<Page, Unreadable> {
        let [values, encoding, definitions, repetitions] = [1, 2, 3, 4].map(|field| header.fields.get(field));
        let encoding = self.value_encoding(encoding)?;
        let page = decompress(self.codec, body, header.uncompressed)?;
        let start = self.levels_in(&page)?;
        Ok(Page::DataPage {
            buf: with_end(page, start, encoding, None)?,
            num_values: count(values)?,
            encoding,
            def_level_encoding: level_encoding(self.has_definitions, definitions)?,
            rep_level_encoding: level_encoding(self.has_repetitions, repetitions)?,
            statistics: None,
        })
    }

    /// Bytes before the values: each kind of levels behind its length.
    fn levels_in(&self, page: &[u8]) -> Result<usize, Unreadable> {
        let mut start = 0;
        for _ in [self.has_repetitions, self.has_definitions].into_iter().filter(|is_there| *is_there) {
            let length = page.get(start..).and_then(|rest| rest.first_chunk::<LENGTH_BYTES>());
            let end = length.map(|length| start + LENGTH_BYTES + u32::from_le_bytes(*length) as usize);
            let fits = end.filter(|end| *end <= page.len());
            start = fits.ok_or_else(|| Unreadable("the levels of a page are longer than the page".into()))?;
        }
        Ok(start)
    }

    /// Levels as they are, then the values, compressed or not.
    fn data_page_2(&self, header: &Header, body: &[u8]) -> Result<Page, Unreadable> {
        let fields = |field| header.fields.get(field);
        let (definitions, repetitions) = (count(fields(5))?, count(fields(6))?);
        let levels = (definitions + repetitions) as usize;
        let (Some((levels, values)), Some(bytes)) =
            (body.split_at_checked(levels), header.uncompressed.checked_sub(levels))
        else {
            return Err(Unreadable("the levels of a page are longer than the page".into()));
        };
        let codec = if fields(7) == Some(0) || bytes == 0 { Compression::UNCOMPRESSED } else { self.codec };
        let values = if bytes == 0 { Vec::new() } else { decompress(codec, values, bytes)? };
        let (num_values, num_nulls) = (count(fields(1))?, count(fields(2))?);
        let encoding = self.value_encoding(fields(4))?;
        Ok(Page::DataPageV2 {
            buf: with_end([levels, &values].concat(), levels.len(), encoding, None)?,
            num_values,
            encoding,
            num_nulls: num_nulls.min(num_values),
            num_rows: count(fields(3))?,
            def_levels_byte_len: definitions,
            rep_levels_byte_len: repetitions,
            is_compressed: false,
            statistics: None,
        })
    }

    /// The encodings of texts that are read. Others build lists whose length the file says, and writers do not use
    /// them unless told to.
    fn value_encoding(&self, coded: Option<i64>) -> Result<Encoding, Unreadable> {
        match encoding_of(coded)? {
            Encoding::PLAIN => Ok(Encoding::PLAIN),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY if !self.has_dictionary => {
                Err(Unreadable("a page of it refers to a dictionary that is not there".into()))
            }
            known @ (Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY) => Ok(known),
            other => Err(unread(other)),
        }
    }

    fn dictionary_page(&mut self, header: &Header, body: &[u8]) -> Result<Page, Unreadable> {
        let entries = decompress(self.codec, body, header.uncompressed)?;
        let num_values = count(header.fields.get(1))?;
        self.has_dictionary = true;
        let encoding = self.value_encoding(header.fields.get(2))?;
        let buf = with_end(entries, 0, Encoding::PLAIN, Some(num_values))?;
        Ok(Page::DictionaryPage { buf, num_values, encoding, is_sorted: false })
    }
}

/// A page whose values begin at `start`, if these are whole, with one more length after them that no value can have: the
/// decoder trusts that there is a length wherever it looks for one.
fn with_end(mut page: Vec<u8>, start: usize, encoding: Encoding, values: Option<u32>) -> Result<Bytes, Unreadable> {
    if encoding == Encoding::PLAIN {
        let found = values_in(page.get(start..).unwrap_or_default())?;
        if values.is_some_and(|values| values as usize > found) {
            return Err(Unreadable(format!("a dictionary of {found} entries claims {}", values.unwrap_or(0))));
        }
        page.extend([u8::MAX; LENGTH_BYTES]);
    }
    Ok(page.into())
}

/// How many values lie one after another, each behind its length; an error if the last is cut.
fn values_in(mut bytes: &[u8]) -> Result<usize, Unreadable> {
    let mut values = 0;
    while !bytes.is_empty() {
        let rest = bytes.split_first_chunk::<LENGTH_BYTES>();
        let rest = rest.and_then(|(length, rest)| rest.get(u32::from_le_bytes(*length) as usize..));
        bytes = rest.ok_or_else(|| Unreadable("a value of it is longer than its page".into()))?;
        values += 1;
    }
    Ok(values)
}

/// How levels are encoded. What is said of levels that a column does not have is no matter.
fn level_encoding(is_there: bool, coded: Option<i64>) -> Result<Encoding, Unreadable> {
    match coded {
        Some(3) => Ok(Encoding::RLE),
        _ if !is_there => Ok(Encoding::RLE),
        _ => Err(Unreadable("its levels are encoded in a way that is not read here: write it anew".into())),
    }
}

fn page_bytes(stated: Option<i64>) -> Result<usize, Unreadable> {
    let stated = stated.and_then(|bytes| u64::try_from(bytes).ok());
    let bytes = stated.ok_or_else(|| Unreadable("a page of it does not say how long it is".into()))?;
    if bytes > PAGE_BYTES_MAX {
        return Err(Unreadable(format!(
            "a page of it has {bytes} bytes, and {PAGE_BYTES_MAX} are the most: write it in smaller groups of rows"
        )));
    }
    Ok(bytes as usize)
}

fn count(stated: Option<i64>) -> Result<u32, Unreadable> {
    match stated {
        Some(number @ 0..=PAGE_VALUES_MAX) => Ok(number as u32),
        other => Err(Unreadable(format!("a page of it claims {} values", other.unwrap_or(-1)))),
    }
}

fn encoding_of(coded: Option<i64>) -> Result<Encoding, Unreadable> {
    Ok(match coded {
        Some(0) => Encoding::PLAIN,
        Some(2) => Encoding::PLAIN_DICTIONARY,
        Some(3) => Encoding::RLE,
        Some(5) => Encoding::DELTA_BINARY_PACKED,
        Some(6) => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        Some(7) => Encoding::DELTA_BYTE_ARRAY,
        Some(8) => Encoding::RLE_DICTIONARY,
        Some(9) => Encoding::BYTE_STREAM_SPLIT,
        other => return Err(Unreadable(format!("a page of it has the unknown encoding {}", other.unwrap_or(-1)))),
    })
}

fn unread(encoding: Encoding) -> Unreadable {
    Unreadable(format!(
        "a page of it is encoded as {encoding}, which is not read here: write it plain or with a dictionary"
    ))
}

impl Iterator for Pages {
    type Item = ParquetResult<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        self.next_page().map_err(|problem| ParquetError::External(problem.into()))
    }

    /// Rows are never skipped by their headers: each is read.
    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        Err(ParquetError::NYI("pages are read in order".into()))
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        self.get_next_page().map(|_| ())
    }

    fn at_record_boundary(&mut self) -> ParquetResult<bool> {
        Ok(self.remaining() == 0)
    }
}
