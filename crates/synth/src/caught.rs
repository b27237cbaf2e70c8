//! Panics of the synthesizer's library, caught and kept from printing.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// Whether this thread's panics are expected.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs the library over a bank that may break it; `None` where it panicked, without a word on standard error. Other
/// threads' panics are printed as ever. Whatever `work` changed is half done then and must not be used.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // A thread that is ending has lost its flag, and is in none of our calls.
            if !IS_QUIET.try_with(Cell::get).unwrap_or(false) {
                usual(info);
            }
        }));
    });
    let _quiet = Quiet::begin();
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Quiet until it is dropped.
struct Quiet {
    before: bool,
}

impl Quiet {
    fn begin() -> Self {
        Self { before: IS_QUIET.replace(true) }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        IS_QUIET.set(self.before);
    }
}
