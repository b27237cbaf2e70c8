//! Notes ⇄ model input: a score is put on a grid ([`quantize`]), cut into bars of compound events ([`encode`]), and
//! brought back ([`decode`]); the conditions that steer composing are read off the notes on the way.
//!
//! ```
//! use partita_encoding::{EncodingLimits, Grid, Hints, decode, encode, quantize, to_steps};
//! use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let note = Note { onset: Tick(1), duration: Tick(95), pitch: Pitch::clamped(60), velocity: Velocity::clamped(90) };
//! let piano = Track { notes: vec![note], ..Track::new(Program::clamped(0)) };
//! let score = Score { tracks: vec![piano], ..Score::new(96) };
//! let limits = EncodingLimits::default();
//! let piece = encode(&score, Grid::Beat, &Hints::default(), &limits)?;
//! assert_eq!(piece.bars[0].notes[0].position, 0);
//! assert_eq!(to_steps(&piece), quantize(&score, Grid::Beat, &limits)?);
//! assert_eq!(decode(&piece, 100.0).tracks[0].name, "Acoustic Grand Piano");
//! # Ok(())
//! # }
//! ```

mod bar_conditions;
mod bar_profile;
mod bars;
mod bend;
mod condition_records;
mod conditions;
mod decode;
mod encode;
mod error;
mod event;
mod form;
mod form_statistics;
pub mod general_midi;
mod grid_notes;
mod instruments;
mod key;
mod key_profile;
mod labels;
mod metre;
mod mood;
mod mood_model;
mod multi_track_roll;
mod nearest;
mod overlaps;
mod quantize;
mod roll;
mod statistics;
mod step;
mod tempo;
mod temporal_integral;
mod vocabulary;

pub use bar_profile::{BarProfile, ParseBarProfileError};
pub use condition_records::{
    ConditionRecord, ConditionRecords, RECORD_BARS, RECORDS_PER_COMPOSER, RECORDS_PER_GENRE, Wishes,
};
pub use conditions::{BarConditions, Conditions};
pub use decode::{TICKS_PER_QUARTER, decode, to_steps};
pub use encode::{Hints, encode};
pub use error::{EncodeError, EncodingLimits};
pub use event::{EncodedBar, EncodedPiece, Grid, NoteEvent};
pub use form::{Form, LAGS_MAX, Origin, ParseFormError, Sections, lags, same_music};
pub use form_statistics::{FormStatistics, Returns};
pub use instruments::{InstrumentSet, ParseInstrumentsError};
pub use key::{Key, ParseKeyError};
pub use labels::LabelVocabulary;
pub use metre::{Metre, ParseMetreError};
pub use mood::{Mood, ParseMoodError};
pub use multi_track_roll::{MultiTrackRoll, TrackGroup};
pub use overlaps::overlapping_notes;
pub use quantize::quantize;
pub use roll::{PianoRoll, RollMode};
pub use statistics::{ConditionStatistics, ConditionStatisticsBuilder, GenreStatistics};
pub use step::Step;
pub use tempo::TempoTrust;
pub use temporal_integral::{TemporalDensity, temporal_integral};
pub use vocabulary::*;
