//! Ctrl-C and the request to terminate: work that checks this flag stops at a safe place and removes what it began.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

/// Whether the user asked to stop. Copies share one flag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From here on, signals raise the flag instead of ending the process. Once a process.
    pub(crate) fn listen() -> Result<Self> {
        let interrupt = Self::default();
        let flag = interrupt.clone();
        ctrlc::set_handler(move || flag.0.store(true, Ordering::Relaxed)).context("listen for Ctrl-C")?;
        Ok(interrupt)
    }

    /// True once a signal came.
    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
