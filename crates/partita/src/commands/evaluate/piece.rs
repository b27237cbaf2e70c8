//! One piece among the judged ones, or among those that they are judged by.

use partita_encoding::{EncodeError, EncodedPiece, EncodingLimits};
use partita_eval::symbolic::adherence::{Asked, measured};
use partita_score::{Score, Tick};

/// A piece as every measure takes it. Whatever music it is, it has been put on the model's grid, so that no measure sees the
/// grid as a difference.
pub(super) struct JudgedPiece {
    /// Its file, or the seed it was composed from.
    pub(super) name: String,
    /// What sounds.
    pub(super) score: Score<Tick>,
    /// The same on the grid, with what its notes tell of it.
    pub(super) encoded: EncodedPiece,
    /// What was asked for when it was composed.
    pub(super) asked: Option<Asked>,
    /// Composer asked for, or labelled.
    pub(super) composer: Option<String>,
}

impl JudgedPiece {
    /// A piece of real music, or one of which it is not known what was asked.
    ///
    /// # Errors
    /// A score without notes, or beyond what is encoded.
    pub(super) fn new(name: String, score: Score<Tick>) -> Result<Self, EncodeError> {
        let encoded = measured(&score, &EncodingLimits::default())?;
        Ok(Self { name, score, encoded, asked: None, composer: None })
    }
}
