//! Ctrl-C, and the requests to terminate and to hang up. A signal ends the process at once, wherever its work stands, but
//! never within a file; only work that holds [`Careful`] stops by itself, at a place from which it can go on.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::failure::{self, Interrupted};

/// Set once a signal came. A process has one set of signals, and so one flag.
static RAISED: AtomicBool = AtomicBool::new(false);

/// What the end of the process must know of the work in progress.
static WORK: Mutex<Work> = Mutex::new(Work::NONE);
/// Told whenever a file is whole.
static WHOLE: Condvar = Condvar::new();

/// So long careful work is left to itself: a signal that comes later ends the process as if there were none.
const PATIENCE: Duration = Duration::from_secs(1);

struct Work {
    /// Files that are not whole yet.
    files: usize,
    /// Works that look at the flag and stop by themselves.
    careful: usize,
    /// Folders that must not stay behind.
    temporary: Vec<PathBuf>,
    /// What is kept if the process ends here, and how to go on.
    kept: Cow<'static, str>,
    /// When the first signal came.
    raised: Option<Instant>,
}

impl Work {
    const NONE: Self = Self {
        files: 0,
        careful: 0,
        temporary: Vec::new(),
        kept: Cow::Borrowed("nothing was written; the same command starts afresh"),
        raised: None,
    };
}

/// Nothing that holds the lock can leave it half changed.
fn work() -> MutexGuard<'static, Work> {
    WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on signals are answered; for `main`.
pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(on_signal).context("listen for Ctrl-C")
}

/// On a thread of its own, one signal after the other.
fn on_signal() {
    RAISED.store(true, Ordering::Relaxed);
    let mut work = work();
    let first = *work.raised.get_or_insert_with(Instant::now);
    if work.careful > 0 && first.elapsed() < PATIENCE {
        return;
    }
    while work.files > 0 {
        work = WHOLE.wait(work).unwrap_or_else(PoisonError::into_inner);
    }
    // The lock is kept: no file is begun any more.
    for folder in &work.temporary {
        // What else works in it may still be about to make a file there.
        let _ = (0..3).any(|_| fs::remove_dir_all(folder).is_ok());
    }
    failure::tell(&Interrupted(work.kept.clone().into_owned()).into());
    process::exit(failure::INTERRUPTED.into())
}

/// Says what is kept if a signal comes from here on, and how to go on.
pub(crate) fn keeps(kept: impl Into<Cow<'static, str>>) {
    work().kept = kept.into();
}

/// The failure of work that a signal stopped, if one came.
pub(crate) fn check() -> Result<()> {
    if is_raised() { Err(Interrupted(work().kept.clone().into_owned()).into()) } else { Ok(()) }
}

/// True once a signal came.
pub(crate) fn is_raised() -> bool {
    RAISED.load(Ordering::Relaxed)
}

/// Held while a file is written: the process does not end before it is whole.
pub(crate) struct Writing(());

impl Writing {
    pub(crate) fn begin() -> Self {
        work().files += 1;
        Self(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        work().files -= 1;
        WHOLE.notify_all();
    }
}

/// Held by work that looks at the flag and stops by itself, soon. A second signal, a second later, ends it all the same.
pub(crate) struct Careful(());

impl Careful {
    pub(crate) fn begin() -> Self {
        work().careful += 1;
        Self(())
    }

    /// The flag, for libraries that know nothing of signals.
    pub(crate) fn flag(&self) -> &'static AtomicBool {
        &RAISED
    }
}

impl Drop for Careful {
    fn drop(&mut self) {
        work().careful -= 1;
    }
}

/// A temporary folder that goes with this value, or with the process if a signal ends it.
pub(crate) struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    pub(crate) fn new() -> Result<Self> {
        // Made under the lock, so that no signal comes between.
        let mut work = work();
        let path = tempfile::tempdir().context("make a temporary folder")?.keep();
        work.temporary.push(path.clone());
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let mut work = work();
        work.temporary.retain(|path| *path != self.path);
        // What cannot be removed is for the system to sweep.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_goes_with_its_value() {
        let folder = TemporaryFolder::new().unwrap();
        let path = folder.path().to_owned();
        fs::write(path.join("file"), "x").unwrap();
        assert!(work().temporary.contains(&path));
        drop(folder);
        assert!(!path.exists() && !work().temporary.contains(&path));
    }

    #[test]
    fn nothing_fails_while_no_signal_came() {
        let careful = Careful::begin();
        assert!(check().is_ok() && !careful.flag().load(Ordering::Relaxed));
    }
}
