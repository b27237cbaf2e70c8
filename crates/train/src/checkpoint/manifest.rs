//! The digests of a checkpoint's files, as `sha256sum` writes and checks them.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use partita_dataset::read_within;
use sha2::{Digest, Sha256};

use super::hex;
use crate::error::TrainError;

/// The manifest's own file.
pub(super) const MANIFEST: &str = "SHA256SUMS";
/// Three lines are some 250 bytes.
const MANIFEST_BYTES_MAX: usize = 1 << 12;

/// The manifest's line of one file.
pub(super) fn line(name: &str, bytes: &[u8]) -> String {
    format!("{}  {name}\n", hex(&Sha256::digest(bytes)))
}

/// A checkpoint's manifest.
#[derive(Debug)]
pub(super) struct Manifest {
    folder: PathBuf,
    sums: Vec<(String, String)>,
}

impl Manifest {
    /// Reads the manifest of a folder, which must name each of `files` once and nothing else: one that is empty or short vouches
    /// for nothing.
    pub(super) fn read(folder: &Path, files: &[&str]) -> Result<Self, TrainError> {
        let bytes = read(folder, MANIFEST, MANIFEST_BYTES_MAX)?;
        let damaged =
            || TrainError::damaged(folder, format!("{MANIFEST} does not name each file once with its SHA-256"));
        let text = String::from_utf8(bytes).map_err(|_| damaged())?;
        let lines = text.lines().map(|line| line.split_once("  ").ok_or_else(damaged));
        let sums: Vec<_> =
            lines.map(|line| line.map(|(sum, name)| (name.to_owned(), sum.to_owned()))).collect::<Result<_, _>>()?;
        let mut named: Vec<&str> = sums.iter().map(|(name, _)| name.as_str()).collect();
        let mut due = files.to_vec();
        named.sort_unstable();
        due.sort_unstable();
        if named != due || !text.ends_with('\n') {
            return Err(damaged());
        }
        Ok(Self { folder: folder.to_owned(), sums })
    }

    /// All of a file of up to `limit` bytes, which are those that were written.
    pub(super) fn file(&self, name: &str, limit: usize) -> Result<Vec<u8>, TrainError> {
        let bytes = read(&self.folder, name, limit)?;
        let sum = hex(&Sha256::digest(&bytes));
        if self.sums.iter().any(|(named, due)| named == name && *due == sum) {
            Ok(bytes)
        } else {
            Err(TrainError::damaged(&self.folder, format!("{name} is not as it was written")))
        }
    }
}

/// A file of a checkpoint. One that is not there, or no file, is damage as a wrong byte is; one that cannot be read now may be whole.
fn read(folder: &Path, name: &str, limit: usize) -> Result<Vec<u8>, TrainError> {
    let path = folder.join(name);
    read_within(&path, limit).map_err(|error| {
        let is_damage = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::FileTooLarge | ErrorKind::IsADirectory);
        if is_damage || is_of_the_disk(&error) {
            TrainError::damaged(folder, format!("{name}: {error}"))
        } else {
            TrainError::io("read", &path)(error)
        }
    })
}

/// Whether a sector cannot be read (`EIO`).
fn is_of_the_disk(error: &io::Error) -> bool {
    cfg!(unix) && error.raw_os_error() == Some(5)
}
