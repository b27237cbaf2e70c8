//! Folders that appear whole or not at all: built beside their place, forced to disk, then renamed.

mod hidden;
mod lock;
mod sweep;

pub use sweep::{sweep, sweep_all};

use hidden::Purpose;
use lock::NameLock;
use std::ffi::OsString;
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
///
/// While it is there, its name is locked against other processes. What a process that was killed left behind is removed by
/// the next that builds a folder of that name, or by [`sweep`].
#[derive(Debug)]
pub struct StagedDirectory {
    folder: TempDir,
    place: Place,
    _lock: NameLock, // dropped last: the folder is gone before others may build
}

impl StagedDirectory {
    /// An empty folder on the same file system as `target`, named `.TARGET.partial-…`; parents are made as needed.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] while another process, or another of these, builds a folder of that name.
    pub fn beside(target: &Path) -> io::Result<Self> {
        let place = Place::of(target)?;
        fs::create_dir_all(&place.parent)?;
        let lock = NameLock::take(&place.parent, &place.name)?;
        sweep::under_lock(&place, &lock)?;
        let folder = hidden::create(&place.parent, &place.name, Purpose::Partial)?;
        Ok(Self { folder, place, _lock: lock })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Forces every file to disk and gives the folder its name. An error where something has that name already.
    pub fn publish(self) -> io::Result<()> {
        if self.place.is_taken() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        sync_tree(self.path())?;
        self.rename()
    }

    /// Like [`publish`](Self::publish), but takes the place of a folder of that name.
    ///
    /// The old folder is moved aside first and removed last: whenever the machine stops, the old one or the new one is
    /// there whole, if only under the name `.TARGET.old-…`, from where the next [`sweep`] brings it back.
    pub fn replace(self) -> io::Result<()> {
        if !self.place.is_taken() {
            return self.publish();
        }
        sync_tree(self.path())?;
        let Place { parent, name, target } = &self.place;
        let aside = hidden::create(parent, name, Purpose::Old)?;
        let (old, target) = (aside.path().join(name), target.clone());
        fs::rename(&target, &old)?;
        // From here to the rename the old folder must survive anything, so nothing may remove it on the way out.
        let aside = aside.keep();
        self.rename().or_else(|error| fs::rename(&old, &target).and(Err(error)))?;
        // The new folder is there: what cannot be removed now is no failure, and the next sweep tries again.
        let _ = fs::remove_dir_all(aside);
        Ok(())
    }

    fn rename(self) -> io::Result<()> {
        fs::rename(self.path(), &self.place.target)?;
        let _renamed_away = self.folder.keep();
        sync_folder(&self.place.parent)
    }
}

/// Where a folder is to appear.
#[derive(Clone, Debug)]
struct Place {
    target: PathBuf,
    parent: PathBuf,
    name: OsString,
}

impl Place {
    fn of(target: &Path) -> io::Result<Self> {
        let target = std::path::absolute(target)?;
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the root of a file system cannot be replaced"));
        };
        Ok(Self { parent: parent.to_path_buf(), name: name.to_owned(), target })
    }

    fn is_taken(&self) -> bool {
        self.target.symlink_metadata().is_ok()
    }
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
