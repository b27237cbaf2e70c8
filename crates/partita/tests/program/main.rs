//! Drives the real binary as a user would: arguments in; exit code, output and files out. All music is made here.

#![expect(clippy::unwrap_used, reason = "a test may end wherever something unexpected happens")]

mod bench;
mod compose;
mod evaluate;
mod export;
#[cfg(target_os = "linux")]
mod failing_calls;
mod inspect;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod kill;
mod manners;
mod prepare;
mod render;
mod reproduce;
mod stage;
mod train;
