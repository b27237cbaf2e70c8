//! Which files of a folder are MIDI files, and what labels they have.

use crate::DatasetError;
use crate::labels::{FileLabels, Labels};
use crate::midi_name::is_midi_name;
use crate::prepare::rejection::Rejection;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A MIDI file to prepare.
#[derive(Debug, Default)]
pub(crate) struct SourceFile {
    /// Relative to the folder, with `/` between folders; bytes that are no UTF-8 as `\xE9`.
    pub(crate) path: String,
    /// The same as the system writes it, where `path` had to be written otherwise.
    pub(crate) place: Option<PathBuf>,
    pub(crate) labels: FileLabels,
    /// There is a labels file, and it says nothing of this file.
    pub(crate) unlabelled: bool,
}

impl SourceFile {
    pub(crate) fn path_in(&self, folder: &Path) -> PathBuf {
        folder.join(self.place.as_deref().unwrap_or(Path::new(&self.path)))
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
    let (mut found, mut paths) = (Found::default(), Vec::new());
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_midi_name(entry.path()) => {
                paths.push(relative(folder, entry.path()));
            }
            Ok(_) => (),
            Err(error) if error.depth() == 0 => return Err(DatasetError::io("read", folder)(cause(error))),
            Err(error) => {
                found.lost.push((relative(folder, error.path().unwrap_or(folder)).0, cause(error).into()));
            }
        }
    }
    if let Some(labels) = &mut labels {
        labels.align(&paths.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), folder)?;
    }
    found.files = paths.into_iter().map(|path| source_file(path, labels.as_mut())).collect();
    found.files.sort_by_key(|file| Reverse(file.labels.known())); // stable: equals stay in their folders' order
    let missing = labels.map(Labels::rest).unwrap_or_default();
    found.lost.extend(missing.into_iter().map(|path| (path, Rejection::Missing)));
    Ok(found)
}

fn source_file((path, place): (String, Option<PathBuf>), labels: Option<&mut Labels>) -> SourceFile {
    let row = labels.map(|labels| labels.take(&path));
    let unlabelled = row == Some(None);
    let labels = row.flatten().unwrap_or_else(|| FileLabels::from_folders(&path));
    SourceFile { path, place, labels, unlabelled }
}

/// A path below `folder` as labels write it; and as it is, where that is another.
fn relative(folder: &Path, path: &Path) -> (String, Option<PathBuf>) {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = path.iter().map(written).collect();
    (parts.join("/"), path.to_str().is_none().then(|| path.to_path_buf()))
}

/// A name as text, bytes that are no UTF-8 as `\xE9`: names of old archives are in whatever encoding was usual.
fn written(name: &OsStr) -> Cow<'_, str> {
    if let Some(text) = name.to_str() {
        return text.into();
    }
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    text.into()
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
