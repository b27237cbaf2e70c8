//! What can go wrong in training.

use std::io;
use std::path::{Path, PathBuf};

use partita_dataset::DatasetError;

/// An error of the training crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A recipe that cannot be read or makes no sense.
    #[error("recipe: {0}")]
    Recipe(String),
    /// The corpus has too little to train on.
    #[error(
        "the corpus has too few pieces to {purpose}: {pieces}, and {needed} are the least; prepare it again with more music, \
         with other shares (prepare --split 80/10/10), or with pieces named by the column 'split' of its labels"
    )]
    TooFewPieces {
        /// Pieces there are.
        pieces: usize,
        /// What they are for.
        purpose: &'static str,
        /// Pieces needed.
        needed: usize,
    },
    /// The corpus cannot be read any more.
    #[error(transparent)]
    Corpus(#[from] DatasetError),
    /// A model that the run cannot begin with.
    #[error("the model to start from does not fit: {0}")]
    Initial(String),
    /// A candidate's music could not be judged.
    #[error("judge the music of step {step}: {problem}")]
    Judge {
        /// The step.
        step: u64,
        /// What whoever judges says.
        problem: String,
    },
    /// A checkpoint that cannot be used.
    #[error("checkpoint {}: {problem}", path.display())]
    Checkpoint {
        /// Its folder.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A checkpoint that is not as it was written.
    #[error("checkpoint {}: {problem}; remove this folder and resume from the one before", path.display())]
    Damaged {
        /// Its folder.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is no passage to validate with.
    #[error("nothing to validate with: {0}")]
    NothingToValidate(String),
    /// The run folder holds a run already, or none.
    #[error("{}: {problem}", path.display())]
    Run {
        /// The run folder.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// The loss is not a number any more.
    #[error("the loss is {loss} at step {step}; resume from the last checkpoint with a lower learning_rate")]
    Diverged {
        /// The step.
        step: u64,
        /// What came out.
        loss: f64,
    },
    /// Reading or writing failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl TrainError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    pub(crate) fn checkpoint(path: &Path, problem: impl Into<String>) -> Self {
        Self::Checkpoint { path: path.to_owned(), problem: problem.into() }
    }

    pub(crate) fn damaged(path: &Path, problem: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), problem: problem.into() }
    }
}
