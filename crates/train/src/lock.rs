//! One process a run: two that trained in one folder would overwrite each other's log and checkpoints.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use crate::error::TrainError;

/// Held while a run is trained; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the run's lock, or tells that another process has it. Makes the run's folder if it is not there.
    pub(crate) fn take(run: &Path) -> Result<Self, TrainError> {
        fs::create_dir_all(run).map_err(TrainError::io("create", run))?;
        let path = run.join(".lock");
        let file = File::create(&path).map_err(TrainError::io("create", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(TrainError::Run {
                path: run.to_owned(),
                problem: "another process is training it; stop that one first, or choose another folder".to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(TrainError::io("lock", &path)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_trained_by_one_process_at_a_time() {
        let home = tempfile::tempdir().unwrap();
        let run = home.path().join("run");
        let held = RunLock::take(&run).unwrap();
        assert!(RunLock::take(&run).unwrap_err().to_string().contains("another process"));
        drop(held);
        assert!(RunLock::take(&run).is_ok());
    }
}
