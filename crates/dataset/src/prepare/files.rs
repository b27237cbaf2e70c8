//! Which files of a folder are MIDI files, and what labels they have.

use crate::DatasetError;
use crate::labels::{FileLabels, Labels};
use crate::layout::{Catalogue, Choice, Entry};
use crate::midi_name::is_midi_name;
use crate::parquet_files::RowId;
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
    /// Where it is, if it is a row of a Parquet file.
    pub(crate) row: Option<RowId>,
    /// See [`Choice`].
    pub(crate) choice: Option<Choice>,
    /// There is a labels file or a table of the layout, and none says anything of this file.
    pub(crate) unlabelled: bool,
}

impl SourceFile {
    /// A file of which the layout knows `entry`, and the user's labels perhaps more.
    fn new(path: String, entry: Entry, labels: Option<&mut Labels>, catalogue: &dyn Catalogue) -> Self {
        let Entry { labels: known, choice, unlisted } = entry;
        let row = labels.map(|labels| labels.take(&path));
        let unlabelled = row.as_ref().map_or(unlisted, Option::is_none);
        let labels = match row.flatten() {
            Some(row) => catalogue.with_row(row, known),
            None => known,
        };
        Self { path, place: None, labels, row: None, choice, unlabelled }
    }

    pub(crate) fn path_in(&self, folder: &Path) -> PathBuf {
        folder.join(self.place.as_deref().unwrap_or(Path::new(&self.path)))
    }
}

/// What was found in a folder.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order of preparing: files of first choice before their alternatives; the best labelled first, since of
    /// two equal pieces the first is kept; then by name, folder by folder.
    pub(crate) files: Vec<SourceFile>,
    /// What cannot be looked into, and what the labels name and the folder lacks.
    pub(crate) lost: Vec<(String, Rejection)>,
}

impl Found {
    /// Puts the files in order, and tells what the tables name and nobody has.
    fn finish(&mut self, labels: Option<Labels>, catalogue: &mut dyn Catalogue) {
        let rank = |file: &SourceFile| file.choice.as_ref().map_or(0, |choice| choice.rank);
        self.files.sort_by_key(|file| (rank(file), Reverse(file.labels.known()))); // stable
        let missing = labels.map(Labels::rest).unwrap_or_default().into_iter().chain(catalogue.missing());
        self.lost.extend(missing.map(|path| (path, Rejection::Missing)));
    }
}

/// Finds the MIDI files of a folder, at any depth and through links, and their labels.
pub(crate) fn find(folder: &Path, labels: Option<&Path>, catalogue: &mut dyn Catalogue) -> Result<Found, DatasetError> {
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
    for (path, place) in paths {
        let known = catalogue.entry(&path);
        found.files.push(SourceFile { place, ..SourceFile::new(path, known, labels.as_mut(), catalogue) });
    }
    found.finish(labels, catalogue);
    Ok(found)
}

/// The rows of Parquet files in `folder`, labelled by `labels` where it names them.
pub(crate) fn of_rows(
    rows: Vec<(RowId, (String, FileLabels))>,
    lost: Vec<(String, Rejection)>,
    folder: &Path,
    labels: Option<&Path>,
    catalogue: &mut dyn Catalogue,
) -> Result<Found, DatasetError> {
    let mut labels = labels.map(Labels::read).transpose()?;
    if let Some(labels) = &mut labels {
        labels.align(&rows.iter().map(|(_, (path, _))| path.as_str()).collect::<Vec<_>>(), folder)?;
    }
    let source = |(row, (path, known))| {
        let file = SourceFile::new(path, Entry::of(known), labels.as_mut(), catalogue);
        SourceFile { row: Some(row), ..file }
    };
    let mut found = Found { files: rows.into_iter().map(source).collect(), lost };
    found.finish(labels, catalogue);
    Ok(found)
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
