//! What can go wrong between notes and model input.

use thiserror::Error;

/// Why a score could not be encoded.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The score has no notes.
    #[error("the score has no notes to encode: choose a file with at least one note")]
    Empty,
    /// The score's own time is not usable.
    #[error(
        "the score has 0 ticks a quarter note, so no note has a place in time: write it again with a valid division"
    )]
    TicksPerQuarter,
    /// An amount is beyond its limit.
    #[error("the score has more than {limit} {what}, beyond any piece of music: split the file, or leave it out")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// The limit that was passed.
        limit: usize,
    },
}

impl EncodeError {
    pub(crate) fn too_many_bars(limits: &EncodingLimits) -> Self {
        Self::Limit { what: "bars", limit: limits.bars_max }
    }

    pub(crate) fn too_many_notes(limits: &EncodingLimits) -> Self {
        Self::Limit { what: "notes", limit: limits.notes_max }
    }
}

/// The most that [`crate::encode`] takes on; a piece within them needs memory in proportion to its notes and bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodingLimits {
    /// Notes of all tracks together.
    pub notes_max: usize,
    /// Bars from the start of the score to its last note, silent ones included.
    pub bars_max: usize,
}

impl Default for EncodingLimits {
    /// A million notes and 65,536 bars: more than a day of 4/4 at 120 quarters a minute.
    fn default() -> Self {
        Self { notes_max: 1 << 20, bars_max: 1 << 16 }
    }
}
