//! A first look at a folder, by which its layout is known.

use crate::midi_name::is_midi_name;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// MIDI files that are looked at.
const MIDI_MAX: usize = 256;
/// Files and folders that are looked at, at most: a folder of anything else is not walked to its end.
const ENTRIES_MAX: usize = 20_000;

/// The first MIDI files of a folder, and where its tables could be.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    folder: PathBuf,
    /// Paths of the first MIDI files below the folder, with `/` between folders.
    pub(crate) midi: Vec<String>,
    /// A `.parquet` file was met.
    pub(crate) parquet: bool,
}

impl Survey {
    /// Looks at `folder`. What cannot be read is left out: the reading proper tells of it.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut survey = Self { folder: folder.to_path_buf(), ..Self::default() };
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().take(ENTRIES_MAX).flatten().filter(|entry| entry.file_type().is_file()) {
            survey.parquet |= is_parquet_name(entry.path());
            if is_midi_name(entry.path()) {
                let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                survey.midi.push(parts.join("/"));
            }
            if survey.midi.len() == MIDI_MAX {
                break;
            }
        }
        survey
    }

    /// The folder that was looked at.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The first file, by name, that `fits` by its name and lies in the folder or in a folder of it, with the path of
    /// its folder below this one: empty, or a name and `/`.
    pub(crate) fn table(&self, fits: impl Fn(&str) -> bool) -> Option<(PathBuf, String)> {
        let here = files(&self.folder, &fits).into_iter().map(|file| (file, String::new()));
        let below = folders(&self.folder).into_iter().flat_map(|folder| {
            let prefix = format!("{}/", folder.file_name().unwrap_or_default().to_string_lossy());
            files(&folder, &fits).into_iter().map(move |file| (file, prefix.clone()))
        });
        here.chain(below).next()
    }
}

/// Whether a file's name says that it is a Parquet file.
pub(crate) fn is_parquet_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
}

fn files(folder: &Path, fits: &impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let named = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(fits) && path.is_file();
    inside(folder).into_iter().filter(named).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    inside(folder).into_iter().filter(|path| path.is_dir()).collect()
}

/// The entries of a folder, sorted.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
