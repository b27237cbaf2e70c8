//! MIDI ⇄ notes: a piece of music in symbolic form ([`Score`]), read from and written to Standard MIDI Files, with
//! its time in ticks, quarters or seconds. Bytes are taken as untrusted: reading never panics, keeps to [`Limits`], and
//! mends what it can ([`Repair`]).
//!
//! ```
//! use partita_score::{Limits, Note, Pitch, Program, Score, Tick, Track, Velocity, read, write};
//! let middle_c = Note { onset: Tick(0), duration: Tick(480), pitch: Pitch::clamped(60), velocity: Velocity::clamped(90) };
//! let mut piano = Track::new(Program::clamped(0));
//! piano.notes.push(middle_c);
//! let score = Score { tracks: vec![piano], end_of_track: Tick(1920), ..Score::new(480) };
//! let file = write(&score)?;
//! assert_eq!(read(&file, &Limits::default())?.score, score);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod convert;
mod error;
mod limits;
mod meter_map;
mod midi;
mod repair;
mod score;
mod sustain;
mod tempo_map;
mod units;

pub use error::{Fault, ReadError, WriteError};
pub use limits::{Amount, Limits};
pub use meter_map::{MeterMap, MeteredBar};
pub use midi::{Reading, channels, read, write};
pub use repair::Repair;
pub use score::{KeySignature, Marker, Note, PitchBend, Score, Sustain, TempoChange, TimeSignature, Track};
pub use tempo_map::{DEFAULT_MICROSECONDS_PER_QUARTER, TempoMap};
pub use units::{Pitch, Program, Quarter, Second, Tick, TimeUnit, Velocity};
