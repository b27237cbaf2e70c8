//! Which files of a folder are MIDI files, and what labels they have.

use crate::DatasetError;
use crate::labels::{FileLabels, Labels};
use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Extensions of MIDI files, in any case.
const EXTENSIONS: [&str; 5] = ["mid", "midi", "kar", "rmi", "smf"];

/// A MIDI file to prepare.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the folder, with `/` between folders.
    pub(crate) path: String,
    pub(crate) labels: FileLabels,
    /// There is a labels file, and it says nothing of this file.
    pub(crate) unlabelled: bool,
}

impl SourceFile {
    pub(crate) fn path_in(&self, folder: &Path) -> PathBuf {
        folder.join(&self.path)
    }
}

/// The MIDI files of a folder in the order of preparing: the best labelled first, since of two equal pieces the first
/// is kept, and then by path. With them, the paths that the labels name and the folder lacks.
pub(crate) fn find(folder: &Path, labels: Option<&Path>) -> Result<(Vec<SourceFile>, Vec<String>), DatasetError> {
    let mut labels = labels.map(Labels::read).transpose()?;
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| walk_error(folder, error))?;
        if is_midi(&entry) {
            files.push(source_file(folder, entry.path(), labels.as_mut()));
        }
    }
    files.sort_by_cached_key(|file| (Reverse(file.labels.known()), file.path.clone()));
    Ok((files, labels.map(Labels::rest).unwrap_or_default()))
}

fn is_midi(entry: &DirEntry) -> bool {
    let extension = entry.path().extension().and_then(|extension| extension.to_str());
    entry.file_type().is_file()
        && extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}

fn source_file(folder: &Path, path: &Path, labels: Option<&mut Labels>) -> SourceFile {
    let relative = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    let path = parts.join("/");
    let row = labels.map(|labels| labels.take(&path));
    let unlabelled = row == Some(None);
    let labels = row.flatten().unwrap_or_else(|| FileLabels::from_folders(&path));
    SourceFile { path, labels, unlabelled }
}

fn walk_error(folder: &Path, error: walkdir::Error) -> DatasetError {
    let path = error.path().unwrap_or(folder).to_path_buf();
    DatasetError::Io { action: "read", path, source: error.into() }
}
