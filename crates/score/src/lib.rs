//! MIDI ⇄ notes.

mod error;
mod limits;
mod meter_map;
mod midi;
mod repair;
mod score;
mod tempo_map;
mod units;

pub use error::{Fault, ReadError, WriteError};
pub use limits::{Amount, Limits};
pub use meter_map::{MeterMap, MeteredBar};
pub use midi::{Reading, read, write};
pub use repair::Repair;
pub use score::{KeySignature, Marker, Note, PitchBend, Score, Sustain, TempoChange, TimeSignature, Track};
pub use tempo_map::{DEFAULT_MICROSECONDS_PER_QUARTER, TempoMap};
pub use units::{Pitch, Program, Quarter, Second, Tick, TimeUnit, Velocity};
