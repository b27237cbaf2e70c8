//! Standard MIDI Files: bytes ⇄ [`crate::Score`].
//!
//! The parser is our own. Those at hand (midly among them) say neither at which byte a file is broken nor what they
//! skipped, and give up a whole file, or silently the rest of a track, where a note or two could be left out.

mod allocation;
mod channel;
mod chunk;
mod conductor;
mod controllers;
mod cursor;
mod drums;
mod event;
mod gather;
mod header;
mod lane_events;
mod lanes;
mod open_notes;
mod parts;
mod programs;
mod read;
mod restrikes;
mod shared_channel;
mod tally;
mod timed;
mod track;
mod unclosed;
mod write;

pub use allocation::channels;
pub use read::{Reading, read};
pub use write::write;
