//! Which files of a folder are MIDI files, and what labels they have.

use crate::DatasetError;
use crate::labels::{FileLabels, Labels};
use crate::prepare::rejection::Rejection;
use std::cmp::Reverse;
use std::io;
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

/// What was found in a folder.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order of preparing: the best labelled first, since of two equal pieces the first is kept; then by
    /// name, folder by folder.
    pub(crate) files: Vec<SourceFile>,
    /// What cannot be looked into, and what the labels name and the folder lacks.
    pub(crate) lost: Vec<(String, Rejection)>,
}

/// Finds the MIDI files of a folder, at any depth and through links, and their labels.
pub(crate) fn find(folder: &Path, labels: Option<&Path>) -> Result<Found, DatasetError> {
    let mut labels = labels.map(Labels::read).transpose()?;
    let mut found = Found::default();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if is_midi(&entry) => found.files.push(source_file(folder, entry.path(), labels.as_mut())),
            Ok(_) => (),
            Err(error) if error.depth() == 0 => return Err(DatasetError::io("read", folder)(cause(error))),
            Err(error) => found.lost.push((relative(folder, error.path().unwrap_or(folder)), cause(error).into())),
        }
    }
    found.files.sort_by_key(|file| Reverse(file.labels.known())); // stable: equals stay in their folders' order
    let missing = labels.map(Labels::rest).unwrap_or_default();
    found.lost.extend(missing.into_iter().map(|path| (path, Rejection::Missing)));
    Ok(found)
}

fn is_midi(entry: &DirEntry) -> bool {
    let extension = entry.path().extension().and_then(|extension| extension.to_str());
    entry.file_type().is_file()
        && extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)))
}

fn source_file(folder: &Path, path: &Path, labels: Option<&mut Labels>) -> SourceFile {
    let path = relative(folder, path);
    let row = labels.map(|labels| labels.take(&path));
    let unlabelled = row == Some(None);
    let labels = row.flatten().unwrap_or_else(|| FileLabels::from_folders(&path));
    SourceFile { path, labels, unlabelled }
}

/// A path below `folder` as labels write it.
fn relative(folder: &Path, path: &Path) -> String {
    let parts: Vec<_> = path.strip_prefix(folder).unwrap_or(path).iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// What the system said, without the path that goes before it.
fn cause(error: walkdir::Error) -> io::Error {
    let loops = error.loop_ancestor().is_some();
    match error.into_io_error() {
        Some(cause) => cause,
        None if loops => io::Error::other("the link leads back to a folder that it is in"),
        None => io::Error::other("the folder cannot be walked"),
    }
}
