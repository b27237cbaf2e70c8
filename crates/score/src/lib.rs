//! MIDI ⇄ notes.

mod score;
mod units;

pub use score::{KeySignature, Marker, Note, PitchBend, Score, Sustain, TempoChange, TimeSignature, Track};
pub use units::{Pitch, Program, Quarter, Second, Tick, TimeUnit, Velocity};
