//! What `-o` names: a file where the name has an ending, else a folder.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf, is_separator};

use anyhow::{Context, Result};

use crate::failure::WrongUse;

/// Where a command writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    File(PathBuf),
    /// Files get names of the command's choice in it.
    Folder(PathBuf),
}

impl Destination {
    /// What a `path` names, for files of a `kind` whose names may have some `endings`, the usual one first. A folder that is
    /// there is one whatever its name, and so is what ends in `/`.
    ///
    /// # Errors
    /// Another ending, so that nothing is written that other programs would take for something else.
    pub(crate) fn of(path: &Path, kind: &str, endings: &[&str]) -> Result<Self, WrongUse> {
        let last = path.as_os_str().as_encoded_bytes().last();
        if path.is_dir() || last.is_some_and(|byte| is_separator(char::from(*byte))) {
            return Ok(Self::Folder(path.to_owned()));
        }
        match path.extension() {
            None => Ok(Self::Folder(path.to_owned())),
            Some(ending) if endings.iter().any(|known| ending.eq_ignore_ascii_case(known)) => {
                Ok(Self::File(path.to_owned()))
            }
            Some(_) => Err(WrongUse(format!(
                "{} is no {kind} file; end its name in .{}, or in / where it is a folder",
                path.display(),
                endings[0]
            ))),
        }
    }
}

/// A file's path with something between its name and its ending.
pub(crate) fn numbered(file: &Path, number: u64) -> PathBuf {
    let mut name = file.file_stem().map(OsString::from).unwrap_or_default();
    name.push(format!("-{number}"));
    if let Some(ending) = file.extension() {
        name.push(".");
        name.push(ending);
    }
    file.with_file_name(name)
}

/// Makes the folder that a file is to be in, if it is not there.
pub(crate) fn make_folder_of(file: &Path) -> Result<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Result<Destination, String> {
        Destination::of(path.as_ref(), "MIDI", &["mid", "midi"]).map_err(|error| error.to_string())
    }

    #[test]
    fn an_ending_means_a_file() {
        for file in ["song.mid", "Song.MID", "a/b/song.midi", "v1.2.mid"] {
            assert_eq!(of(file), Ok(Destination::File(file.into())));
        }
        for folder in ["pieces", "pieces/", "my.pieces/", "song.mid/", ".", "..", "a.b/c", ".hidden"] {
            assert_eq!(of(folder), Ok(Destination::Folder(folder.into())));
        }
        let error = of("song.wav").unwrap_err();
        assert_eq!(error, "song.wav is no MIDI file; end its name in .mid, or in / where it is a folder");
    }

    #[test]
    fn a_folder_that_is_there_is_a_folder() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("song.mid");
        fs::create_dir(&folder).unwrap();
        assert_eq!(of(folder.to_str().unwrap()), Ok(Destination::Folder(folder)));
    }

    #[test]
    fn a_number_stands_before_the_ending() {
        assert_eq!(numbered("a/song.mid".as_ref(), 7), PathBuf::from("a/song-7.mid"));
        assert_eq!(numbered("song.v2.midi".as_ref(), 10), PathBuf::from("song.v2-10.midi"));
    }

    #[test]
    fn folders_are_made_where_they_are_missing() {
        let place = tempfile::tempdir().unwrap();
        make_folder_of(&place.path().join("a/b/song.mid")).unwrap();
        assert!(place.path().join("a/b").is_dir());
        assert!(make_folder_of("song.mid".as_ref()).is_ok());
    }
}
