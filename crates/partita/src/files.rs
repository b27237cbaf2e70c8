//! Files in and out: reading within limits, writing whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use partita_score::{Limits, Reading};
use serde::Serializer;

use crate::interrupt::Writing;

/// How the names of files in the making begin.
const SCRATCH: &str = ".partita-";

/// Reads one MIDI file.
pub(crate) fn read_score(path: &Path, limits: &Limits) -> Result<Reading> {
    let bytes = read_bytes(path, limits.file_bytes)?;
    partita_score::read(&bytes, limits).with_context(|| format!("read {}", path.display()))
}

/// All of a file, refused where it has more than `limit` bytes.
pub(crate) fn read_whole(path: &Path, limit: usize) -> Result<Vec<u8>> {
    partita_dataset::read_within(path, limit).map_err(|error| advised("read", path, &error))
}

/// A file's bytes; of more than `limit` of them one too many, so that whoever takes them sees it.
pub(crate) fn read_bytes(path: &Path, limit: usize) -> Result<Vec<u8>> {
    read_at_most(path, limit).map_err(|error| advised("read", path, &error))
}

/// The file's bytes; one more than `limit` of them at most, so that the reader sees that there were too many
/// without the memory for all.
fn read_at_most(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file whole: `path` holds all of `bytes`, or what it held before.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    try_write_whole(path, bytes).map_err(|error| advised("write", path, &error))
}

fn try_write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _writing = Writing::begin();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(SCRATCH);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the user's umask
    let mut scratch = builder.tempfile_in(folder)?;
    scratch.write_all(bytes)?;
    scratch.as_file().sync_all()?;
    scratch.persist(path)?;
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes what [`write_whole`] left in a folder when its process was killed; for one who knows that nobody else writes there.
pub(crate) fn sweep_scratch(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(SCRATCH.as_bytes()) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A path in a JSON document, which is text: what is not becomes U+FFFD.
pub(crate) fn as_text<S: Serializer>(path: &Path, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// Several of them.
pub(crate) fn as_texts<S: Serializer>(paths: &[PathBuf], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().map(|path| path.to_string_lossy()))
}

/// The failure with the way out that its kind suggests.
fn advised(action: &str, path: &Path, error: &io::Error) -> anyhow::Error {
    let advice = match error.kind() {
        io::ErrorKind::NotFound if action == "write" => "; make the folder first",
        io::ErrorKind::NotFound => "; check the name",
        io::ErrorKind::PermissionDenied => "; check the permissions of the file and its folder",
        io::ErrorKind::IsADirectory => "; give a file, not a folder",
        io::ErrorKind::StorageFull => "; make room on the disk",
        _ => "",
    };
    anyhow!("{action} {}: {error}{advice}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roll.svg");
        write_whole(&path, b"old").unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".partita-aB3dE6", ".partitas", "roll.svg"] {
            write_whole(&folder.path().join(name), b"x").unwrap();
        }
        sweep_scratch(folder.path()).unwrap();
        assert!(!folder.path().join(".partita-aB3dE6").exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_to_do_stands_in_the_message() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing/roll.svg");
        assert!(write_whole(&missing, b"x").unwrap_err().to_string().ends_with("make the folder first"));
        let unread = read_score(&missing, &Limits::default()).unwrap_err().to_string();
        assert!(unread.ends_with("check the name"), "{unread}");
    }

    #[test]
    fn no_more_is_read_than_the_limit_and_one_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.mid");
        std::fs::write(&path, [0; 100]).unwrap();
        assert_eq!(read_at_most(&path, 10).unwrap().len(), 11);
    }
}
