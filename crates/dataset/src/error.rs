//! What can go wrong with a corpus as a whole. A single bad MIDI file is no error: it goes into the report.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Why a corpus could not be prepared or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as in "cannot read …".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The labels file, or a table of a data set, is not what it should be.
    #[error("{}, line {line}, column {column}: {problem}", path.display())]
    Labels {
        /// The table.
        path: PathBuf,
        /// Line in the file, from 1.
        line: u64,
        /// Name of the column.
        column: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The labels are about other files than the folder's.
    #[error("{}: {problem}", path.display())]
    LabelPaths {
        /// The labels file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A table or list that belongs to a data set is not what it should be.
    #[error("{}: {problem}", path.display())]
    Metadata {
        /// The file, or the folder that should hold it.
        path: PathBuf,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The folder holds no corpus.
    #[error("{} is not a prepared corpus: it has no {}; make one with `prepare`", path.display(), crate::manifest::FILE)]
    NotACorpus {
        /// The folder.
        path: PathBuf,
    },
    /// The corpus was written by another version of the program.
    #[error("{} has {what} version {found}, this program reads {expected}: prepare the corpus again", path.display())]
    Version {
        /// The corpus.
        path: PathBuf,
        /// Which of the versions differs.
        what: &'static str,
        /// The corpus' version.
        found: u32,
        /// The program's version.
        expected: u32,
    },
    /// A file of the corpus is damaged.
    #[error("{} is damaged: {problem}; prepare the corpus again", path.display())]
    Corrupt {
        /// The damaged file.
        path: PathBuf,
        /// What does not hold.
        problem: String,
    },
    /// The output exists, and may not be replaced.
    #[error("{} exists already: choose another name, or ask to overwrite it", path.display())]
    Exists {
        /// The output.
        path: PathBuf,
    },
    /// The output exists and is no corpus, so it is not replaced even when asked.
    #[error("{} is not a corpus and will not be overwritten: remove it yourself, or choose another name", path.display())]
    WouldDestroy {
        /// The output.
        path: PathBuf,
    },
    /// The output exists and is no export, so it is not replaced even when asked.
    #[error("{} is not an export and will not be overwritten: remove it yourself, or choose another name", path.display())]
    NotAnExport {
        /// The output.
        path: PathBuf,
    },
    /// A piece cannot be written as a MIDI file.
    #[error("{piece} cannot be written as a MIDI file: {problem}")]
    Decode {
        /// Its path in the corpus.
        piece: String,
        /// What the writer said.
        problem: String,
    },
    /// The folder has no MIDI files.
    #[error("{}: there are no MIDI files: give a folder that holds .mid files", path.display())]
    NoFiles {
        /// The folder that was read.
        path: PathBuf,
    },
    /// No file was worth keeping.
    #[error("{}: none of {files} MIDI files could be kept ({}); {} says why of each", path.display(), counted(reasons), report.display())]
    NothingKept {
        /// The folder that was read.
        path: PathBuf,
        /// MIDI files found in it, and files that the labels name.
        files: u64,
        /// How many were left out for which kind of reason.
        reasons: BTreeMap<&'static str, u64>,
        /// The report of each file.
        report: PathBuf,
    },
    /// The program was built without what is asked for.
    #[error("this program was built without {what}: build it with `--features {feature}`")]
    NotBuiltIn {
        /// What is asked for.
        what: &'static str,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// The worker threads could not be started.
    #[error("cannot start {threads} threads: {problem}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the thread pool said.
        problem: String,
    },
    /// [`crate::Progress::is_cancelled`] said so; nothing was written.
    #[error("cancelled; nothing was written")]
    Cancelled,
}

/// As in "too few notes: 5, missing: 1", the most frequent first.
fn counted(reasons: &BTreeMap<&'static str, u64>) -> String {
    let mut reasons: Vec<_> = reasons.iter().collect();
    reasons.sort_by_key(|(_, files)| Reverse(**files));
    reasons.into_iter().map(|(reason, files)| format!("{reason}: {files}")).collect::<Vec<_>>().join(", ")
}

impl DatasetError {
    /// Wraps an I/O error for `map_err`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    /// What a reader of tables made of the file at `path`.
    pub(crate) fn table(path: &Path, error: csv::Error) -> Self {
        let line = error.position().map_or(1, csv::Position::line);
        let (column, problem) = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => (
                *len.min(expected_len) + 1,
                format!("the row has {len} cells, the heading {expected_len}: put cells that hold commas in quotes"),
            ),
            csv::ErrorKind::Utf8 { err, .. } => {
                (err.field() as u64 + 1, "the cell is not UTF-8 text: save the table as UTF-8".into())
            }
            _ => (1, error.to_string()),
        };
        match error.into_kind() {
            csv::ErrorKind::Io(source) => Self::io("read", path)(source),
            _ => Self::Labels { path: path.to_path_buf(), line, column: column.to_string(), problem },
        }
    }

    pub(crate) fn corrupt(path: &Path, problem: impl Into<String>) -> Self {
        Self::Corrupt { path: path.to_path_buf(), problem: problem.into() }
    }
}
