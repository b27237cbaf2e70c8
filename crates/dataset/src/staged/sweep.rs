//! Tidying up after processes that were killed while they built or replaced a folder.

use crate::staged::hidden::{self, Purpose};
use crate::staged::lock::NameLock;
use crate::staged::{Place, sync_folder};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// Finishes or undoes what killed processes left of folders that were to be `target`.
///
/// Where a process was killed between the two renames of [`StagedDirectory::replace`](crate::StagedDirectory::replace),
/// the old folder gets its name back. All else that is hidden, half-built or replaced, is removed. Nothing happens while
/// another process builds a folder of that name, nor where the file system knows no locks.
///
/// [`StagedDirectory::beside`](crate::StagedDirectory::beside) does the same; call this before looking at `target`.
pub fn sweep(target: &Path) -> io::Result<()> {
    let place = Place::of(target)?;
    match is_clean(&place) {
        Ok(true) => return Ok(()),
        Ok(false) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()), // no parent, so no left-overs
        Err(error) => return Err(error),
    }
    match NameLock::take(&place.parent, &place.name) {
        Ok(lock) => under_lock(&place, &lock),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
        Err(error) => Err(error),
    }
}

/// [`sweep`] for every name in `folder` of which there are hidden folders: for one who writes folders of many names, such
/// as a run its checkpoints, to call at the start.
pub fn sweep_all(folder: &Path) -> io::Result<()> {
    match hidden::names(folder) {
        Ok(names) => names.iter().try_for_each(|name| sweep(&folder.join(name))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_clean(place: &Place) -> io::Result<bool> {
    let none = |purpose| hidden::list(&place.parent, &place.name, purpose).map(|found| found.is_empty());
    Ok(none(Purpose::Old)? && none(Purpose::Partial)?)
}

/// [`sweep`] by one who holds the lock.
pub(super) fn under_lock(place: &Place, lock: &NameLock) -> io::Result<()> {
    if !lock.excludes_others() {
        return Ok(());
    }
    for old in hidden::list(&place.parent, &place.name, Purpose::Old)? {
        let replaced = old.join(&place.name);
        if !place.is_taken() && replaced.symlink_metadata().is_ok() {
            fs::rename(&replaced, &place.target)?;
            sync_folder(&place.parent)?;
        }
        fs::remove_dir_all(&old)?;
    }
    hidden::list(&place.parent, &place.name, Purpose::Partial)?.iter().try_for_each(fs::remove_dir_all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StagedDirectory;

    /// A folder with the text in a file.
    fn folder(path: &Path, text: &str) {
        fs::create_dir_all(path).unwrap();
        fs::write(path.join("file"), text).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn text(folder: &Path) -> String {
        fs::read_to_string(folder.join("file")).unwrap()
    }

    #[test]
    fn what_a_killed_process_was_building_is_removed() {
        let home = tempfile::tempdir().unwrap();
        folder(&home.path().join(".out.partial-aB3dE6"), "half");
        folder(&home.path().join(".other.partial-aB3dE6"), "of another name");
        fs::write(home.path().join(".out.lock"), "").unwrap();
        sweep(&home.path().join("out")).unwrap();
        assert_eq!(names(home.path()), [".other.partial-aB3dE6"]);
        sweep_all(home.path()).unwrap();
        assert!(names(home.path()).is_empty());
    }

    #[test]
    fn a_replacement_that_was_cut_short_is_undone() {
        let home = tempfile::tempdir().unwrap();
        folder(&home.path().join(".out.old-aB3dE6/out"), "old");
        folder(&home.path().join(".out.partial-aB3dE6"), "new");
        sweep(&home.path().join("out")).unwrap();
        assert_eq!(names(home.path()), ["out"]);
        assert_eq!(text(&home.path().join("out")), "old");
    }

    #[test]
    fn a_replacement_that_was_done_loses_only_the_old() {
        let home = tempfile::tempdir().unwrap();
        folder(&home.path().join(".out.old-aB3dE6/out"), "old");
        folder(&home.path().join("out"), "new");
        sweep(&home.path().join("out")).unwrap();
        assert_eq!(names(home.path()), ["out"]);
        assert_eq!(text(&home.path().join("out")), "new");
    }

    #[test]
    fn a_folder_that_is_being_built_is_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("out");
        let staged = StagedDirectory::beside(&target).unwrap();
        fs::write(staged.path().join("file"), "new").unwrap();
        sweep(&target).unwrap();
        sweep_all(home.path()).unwrap();
        assert_eq!(StagedDirectory::beside(&target).unwrap_err().kind(), ErrorKind::WouldBlock);
        staged.publish().unwrap();
        assert_eq!(names(home.path()), ["out"]);
        assert_eq!(text(&target), "new");
    }

    #[test]
    fn the_next_who_builds_sweeps() {
        let home = tempfile::tempdir().unwrap();
        folder(&home.path().join(".out.old-aB3dE6/out"), "old");
        folder(&home.path().join(".out.partial-aB3dE6"), "half");
        let staged = StagedDirectory::beside(&home.path().join("out")).unwrap();
        assert_eq!(staged.publish().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(names(home.path()), ["out"]);
    }

    #[test]
    fn where_nothing_is_there_is_nothing_to_do() {
        let home = tempfile::tempdir().unwrap();
        sweep(&home.path().join("deep/out")).unwrap();
        sweep_all(&home.path().join("deep")).unwrap();
        assert!(names(home.path()).is_empty());
    }
}
