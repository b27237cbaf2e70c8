//! Finds the rows of all Parquet files of a folder, with their labels.

use super::Unreadable;
use super::columns::{music, music_name};
use super::file::ParquetFile;
use super::labels::{LabelRow, LabelRows};
use super::rows::{RowId, Rows};
use crate::layout::is_parquet_name;
use crate::names::Names;
use crate::prepare::Rejection;
use crate::{DatasetError, Progress, Split};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// What was found.
pub(crate) struct FoundRows {
    /// Each row with its path and labels, in order.
    pub(crate) rows: Vec<(RowId, LabelRowOf)>,
    /// Files, and groups of rows, that cannot be read.
    pub(crate) lost: Vec<(String, Rejection)>,
    /// What a user should know, a sentence each.
    pub(crate) notes: Vec<String>,
    pub(crate) music: Rows,
}

/// A row's path and labels.
pub(crate) type LabelRowOf = (String, crate::labels::FileLabels);

/// Finds the rows of `input`, a Parquet file or a folder of them, whose MIDI files are in `column`.
pub(crate) fn find(input: &Path, column: Option<&str>, progress: &dyn Progress) -> Result<FoundRows, DatasetError> {
    let files = files(input)?;
    let mut finder = Finder::new(input, column);
    for (number, path) in (0..).zip(&files) {
        finder.file(number, path, progress)?;
    }
    let odd = finder.odd;
    let note =
        format!("{odd} cells are no labels (too long, not UTF-8 or not what their column holds) and were left out");
    Ok(FoundRows {
        rows: finder.rows,
        lost: finder.lost,
        notes: if odd > 0 { vec![note] } else { Vec::new() },
        music: Rows::new(files, finder.column.unwrap_or_default()),
    })
}

/// The Parquet files, in order.
fn files(input: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let mut files = Vec::new();
    for entry in WalkDir::new(input).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_parquet_name(entry.path()) => files.push(entry.into_path()),
            Err(error) if error.depth() == 0 => return Err(DatasetError::io("read", input)(error.into())),
            _ => (),
        }
    }
    Ok(files)
}

struct Finder<'a> {
    input: &'a Path,
    column: Option<String>,
    /// The column was found in a file.
    known: bool,
    rows: Vec<(RowId, LabelRowOf)>,
    lost: Vec<(String, Rejection)>,
    odd: u64,
    names: Names,
    /// Hashes of the paths met so far.
    paths: HashSet<u64>,
}

impl<'a> Finder<'a> {
    fn new(input: &'a Path, column: Option<&str>) -> Self {
        Self {
            input,
            column: column.map(str::to_owned),
            known: false,
            rows: Vec::new(),
            lost: Vec::new(),
            odd: 0,
            names: Names::default(),
            paths: HashSet::new(),
        }
    }

    fn file(&mut self, number: u32, path: &Path, progress: &dyn Progress) -> Result<(), DatasetError> {
        let name = relative(self.input, path);
        let file = match ParquetFile::open(path) {
            Ok(file) => file,
            Err(problem) => {
                self.lost.push((name, Rejection::Parquet(problem.0)));
                return Ok(());
            }
        };
        if !self.known {
            self.column = Some(music_name(&file, path, self.column.as_deref())?);
            self.known = true;
        }
        for group in 0..file.groups() {
            if progress.is_cancelled() {
                return Err(DatasetError::Cancelled);
            }
            let id = RowId { file: number, group: group as u32, row: 0 };
            if let Err(problem) = self.group(&file, &name, id) {
                self.lost.push((format!("{name}#group {group}"), Rejection::Parquet(problem.0)));
            }
        }
        Ok(())
    }

    fn group(&mut self, file: &ParquetFile, name: &str, first: RowId) -> Result<(), Unreadable> {
        let group = first.group as usize;
        let wanted = self.column.as_deref().unwrap_or_default();
        let column = music(file, wanted).ok_or_else(|| Unreadable(format!("it has no column {wanted:?}")))?;
        let mut rows = LabelRows::new(file, group)?;
        let split = split_of(name);
        let count = u32::try_from(file.rows(group, column)?).map_err(|_| Unreadable("it has too many rows".into()))?;
        for row in 0..count {
            let LabelRow { path, mut labels, odd } = rows.next(&mut self.names)?;
            labels.split = labels.split.or(split);
            self.odd += odd;
            let path = path.filter(|path| self.paths.insert(hash(path)));
            let path = path.unwrap_or_else(|| format!("{name}#{group}.{row}"));
            self.rows.push((RowId { row, ..first }, (path, labels)));
        }
        Ok(())
    }
}

/// The side that a file's name or folder names, as data sets name theirs: `validation-00000-of-00001.parquet`,
/// `test/0000.parquet`.
fn split_of(name: &str) -> Option<Split> {
    let mut parts = name.rsplit('/');
    let file = parts.next().unwrap_or("");
    let first = file.split(['-', '.', '_']).next().unwrap_or("");
    [Some(first), parts.next()].into_iter().flatten().find_map(|word| word.to_ascii_lowercase().parse().ok())
}

fn hash(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

fn relative(input: &Path, path: &Path) -> String {
    let below = path.strip_prefix(input).ok().filter(|below| !below.as_os_str().is_empty());
    let below = below.unwrap_or_else(|| Path::new(path.file_name().unwrap_or_default()));
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
