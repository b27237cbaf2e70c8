//! Folders that appear whole or not at all: built beside their place, forced to disk, then renamed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder in the making. Dropped without [`publish`](Self::publish), it disappears and nothing has happened.
///
/// ```
/// use partita_dataset::StagedDirectory;
///
/// let home = tempfile::tempdir()?;
/// let place = home.path().join("checkpoint");
/// let staged = StagedDirectory::beside(&place)?;
/// std::fs::write(staged.path().join("weights"), b"...")?;
/// assert!(!place.exists());
/// staged.publish()?;
/// assert_eq!(std::fs::read(place.join("weights"))?, b"...");
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct StagedDirectory {
    folder: TempDir,
    target: PathBuf,
    parent: PathBuf,
}

impl StagedDirectory {
    /// An empty folder on the same file system as `target`, named `.TARGET.partial-…`; parents are made as needed.
    pub fn beside(target: &Path) -> io::Result<Self> {
        let target = std::path::absolute(target)?;
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the root of a file system cannot be replaced"));
        };
        let parent = parent.to_path_buf();
        fs::create_dir_all(&parent)?;
        let folder = hidden(name.to_string_lossy().as_ref(), "partial", &parent)?;
        Ok(Self { folder, target, parent })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Forces every file to disk and gives the folder its name. An error where something has that name already.
    pub fn publish(self) -> io::Result<()> {
        if self.target.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        sync_tree(self.path())?;
        self.rename()
    }

    /// Like [`publish`](Self::publish), but takes the place of a folder of that name.
    ///
    /// The old folder is moved aside first and removed last: whenever the machine stops, the old one or the new one is
    /// there whole, if only under the name `.TARGET.old-…`.
    pub fn replace(self) -> io::Result<()> {
        if self.target.symlink_metadata().is_err() {
            return self.publish();
        }
        sync_tree(self.path())?;
        let name = self.target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let aside = hidden(&name, "old", &self.parent)?;
        let (old, target) = (aside.path().join(&name), self.target.clone());
        fs::rename(&target, &old)?;
        // From here to the rename the old folder must survive anything, so nothing may remove it on the way out.
        let aside = aside.keep();
        self.rename().or_else(|error| fs::rename(&old, &target).and(Err(error)))?;
        fs::remove_dir_all(aside)
    }

    fn rename(self) -> io::Result<()> {
        fs::rename(self.path(), &self.target)?;
        let _renamed_away = self.folder.keep();
        sync_folder(&self.parent)
    }
}

/// A new folder `.NAME.PURPOSE-…` in `parent`, with the permissions that any new folder gets.
fn hidden(name: &str, purpose: &str, parent: &Path) -> io::Result<TempDir> {
    let prefix = format!(".{name}.{purpose}-");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777)); // less the user's umask
    builder.tempdir_in(parent)
}

/// Forces all files below `folder`, and the folders themselves, to disk.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_folder(folder)
}

/// Forces a folder's names to disk, where the system can open folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staged(target: &Path, text: &str) -> StagedDirectory {
        let staged = StagedDirectory::beside(target).unwrap();
        fs::create_dir(staged.path().join("inner")).unwrap();
        fs::write(staged.path().join("inner/file"), text).unwrap();
        staged
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn nothing_is_left_of_what_is_not_published() {
        let home = tempfile::tempdir().unwrap();
        drop(staged(&home.path().join("out"), "new"));
        assert!(names(home.path()).is_empty());
    }

    #[test]
    fn what_exists_is_kept_unless_replaced() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("deep/out");
        staged(&target, "old").publish().unwrap();
        let error = staged(&target, "new").publish().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(target.join("inner/file")).unwrap(), "old");
        staged(&target, "new").replace().unwrap();
        assert_eq!(fs::read_to_string(target.join("inner/file")).unwrap(), "new");
        assert_eq!(names(&home.path().join("deep")), ["out"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_published_folder_has_common_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        staged(&home.path().join("out"), "").publish().unwrap();
        fs::create_dir(home.path().join("common")).unwrap();
        let mode = |name| fs::metadata(home.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode("out"), mode("common"));
    }
}
