//! Folders of files that no layout fits: `genre/composer/…`; and rows, which have their labels beside them.

use crate::labels::FileLabels;
use crate::layout::{Catalogue, Entry};

/// Labels files by their folders; a row of a labels file says all.
#[derive(Debug)]
pub(crate) struct Folders;

impl Catalogue for Folders {
    fn entry(&mut self, path: &str) -> Entry {
        Entry::of(FileLabels::from_folders(path))
    }

    fn with_row(&self, row: FileLabels, _known: FileLabels) -> FileLabels {
        row
    }
}
