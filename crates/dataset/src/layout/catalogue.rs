//! What a layout says of one file.

use crate::labels::FileLabels;
use std::sync::Arc;

/// Tells what is known of the files of one data set.
pub(crate) trait Catalogue {
    /// What is known of the file at `path`: below the folder, with `/` between folders.
    fn entry(&mut self, path: &str) -> Entry;

    /// The labels of a file for which the user's labels file has a row: its cells, and what they leave open as the
    /// layout has it.
    fn with_row(&self, row: FileLabels, known: FileLabels) -> FileLabels {
        row.or(known)
    }

    /// The files that the tables name and that [`entry`](Self::entry) was not asked for, in order.
    fn missing(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// What a user should know of the tables, a sentence each.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What is known of one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Entry {
    pub(crate) labels: FileLabels,
    pub(crate) choice: Option<Choice>,
    /// The layout has tables, and they say nothing of this file.
    pub(crate) unlisted: bool,
}

impl Entry {
    /// A file without alternatives that the layout knows.
    pub(crate) fn of(labels: FileLabels) -> Self {
        Self { labels, ..Self::default() }
    }

    /// A file that the layout's tables say nothing of.
    pub(crate) fn unlisted(labels: FileLabels) -> Self {
        Self { labels, unlisted: true, ..Self::default() }
    }
}

/// A file that stands beside others of the same work; of these the first that can be kept is, and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Names the work.
    pub(crate) work: Arc<str>,
    /// 0 for the file to be taken if it can be, 1 for the next, …
    pub(crate) rank: u32,
}
