//! How large the parts of a Parquet file may be.

/// Bytes of a footer. A file of a million rows in groups of a thousand, with thirty columns, has some 4 MB.
pub(super) const FOOTER_BYTES_MAX: u64 = 16 << 20;
/// Columns and groups of columns.
pub(super) const SCHEMA_ELEMENTS_MAX: usize = 1 << 14;
/// Groups of columns within each other.
pub(super) const SCHEMA_DEPTH_MAX: usize = 32;
/// Bytes of a page, decompressed. Writers aim at one mebibyte, but may hold a thousand rows in a page.
pub(super) const PAGE_BYTES_MAX: u64 = 128 << 20;
/// Bytes of a page's header; its statistics may hold two cells.
pub(super) const PAGE_HEADER_BYTES_MAX: u64 = 1 << 20;
/// Values of a page, and of the rows that a list may go over.
pub(super) const PAGE_VALUES_MAX: i64 = 1 << 22;
/// Rows that a group may have whatever its length.
pub(super) const ROWS_FREE: u64 = 1024;
/// Bytes that a row takes, compressed, at least: more rows than that are made up. The shortest piece that is kept has
/// over a hundred bytes.
pub(super) const ROW_BYTES_MIN: u64 = 8;
/// Bytes of a label; a longer cell is none.
pub(super) const LABEL_BYTES_MAX: usize = 256;
/// Bytes of a path.
pub(super) const PATH_BYTES_MAX: usize = 1024;
