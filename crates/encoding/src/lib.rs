//! Notes ⇄ model input.

mod conditions;
mod event;
mod vocabulary;

pub use conditions::{BarConditions, Conditions, InstrumentSet, Key, Metre, Mood};
pub use event::{EncodedBar, EncodedPiece, Grid, NoteEvent};
pub use vocabulary::*;
