//! Ctrl-C and the request to terminate: work that checks this flag stops at a safe place and removes what it began.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

/// A process has one set of signals, and so one flag.
static RAISED: AtomicBool = AtomicBool::new(false);

/// Proof that signals raise the flag instead of ending the process: who holds one has to look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interrupt(());

impl Interrupt {
    /// From here on, signals raise the flag.
    pub(crate) fn listen() -> Result<Self> {
        match ctrlc::set_handler(|| RAISED.store(true, Ordering::Relaxed)) {
            Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(Self(())),
            Err(error) => Err(error).context("listen for Ctrl-C"),
        }
    }

    /// The flag itself, for work that looks at it without knowing of signals.
    pub(crate) fn flag(self) -> &'static AtomicBool {
        &RAISED
    }

    /// True once a signal came.
    pub(crate) fn is_raised(self) -> bool {
        RAISED.load(Ordering::Relaxed)
    }
}
