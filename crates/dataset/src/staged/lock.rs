//! The lock of a name: whoever builds a folder that is to get the name holds it.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The lock of one name in one folder: a file `.NAME.lock` beside the place, locked exclusively. The system lets go of it
/// when the process ends, however it ends; the file itself is there only while somebody holds the lock.
#[derive(Debug)]
pub(super) struct NameLock {
    path: PathBuf,
    /// None where the file system knows no locks.
    file: Option<File>,
}

impl NameLock {
    /// Takes the lock of `name` in `parent`; the error [`ErrorKind::WouldBlock`] where another holds it.
    pub(super) fn take(parent: &Path, name: &OsStr) -> io::Result<Self> {
        let mut file_name = OsStr::new(".").to_owned();
        file_name.push(name);
        file_name.push(".lock");
        let path = parent.join(file_name);
        loop {
            let file = File::options().write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                // Whoever held the lock before may have removed the file since it was opened here: then this one locks
                // nothing that others would find.
                Ok(()) if is_at(&file, &path) => return Ok(Self { path, file: Some(file) }),
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) => {
                    return Err(io::Error::new(ErrorKind::WouldBlock, "another process is writing it"));
                }
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                    return Ok(Self { path, file: None });
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// Whether nobody else can hold the name now. Not known where the file system has no locks.
    pub(super) fn excludes_others(&self) -> bool {
        self.file.is_some()
    }
}

impl Drop for NameLock {
    fn drop(&mut self) {
        // Removed before it is let go of. If that fails, an empty file stays until the next who takes the lock.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the open file is the one at `path`.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: io::Result<fs::Metadata>| metadata.map(|file| (file.dev(), file.ino())).ok();
    let open = identity(file.metadata());
    open.is_some() && open == identity(fs::symlink_metadata(path))
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_a_name_at_a_time_and_leaves_no_file() {
        let home = tempfile::tempdir().unwrap();
        let take = |name: &str| NameLock::take(home.path(), OsStr::new(name));
        let held = take("a").unwrap();
        assert_eq!(take("a").unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(take("b").unwrap());
        drop(held);
        drop(take("a").unwrap());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_a_killed_process_left_is_no_lock() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(".a.lock"), "").unwrap();
        assert!(NameLock::take(home.path(), OsStr::new("a")).unwrap().excludes_others());
    }
}
