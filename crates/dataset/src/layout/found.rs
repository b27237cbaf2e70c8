//! What is told of a layout.

use crate::Layout;
use serde::Serialize;

/// How the files were found to lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LayoutFound {
    /// Said by the user, or found.
    pub layout: Layout,
    /// MIDI files found; rows, of Parquet files.
    pub files: u64,
    /// The data set says which of its files are to learn from and which to test with.
    pub own_splits: bool,
    /// What should be known of its tables, a sentence each.
    pub notes: Vec<String>,
}
