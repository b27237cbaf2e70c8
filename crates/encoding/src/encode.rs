//! Notes → model input.

use partita_score::{Score, Tick};

use crate::grid_notes::GridNotes;
use crate::quantize::quantize;
use crate::tempo::{TempoTrust, median_qpm};
use crate::{Conditions, EncodeError, EncodedPiece, EncodingLimits, Grid};

/// What is known of a score from outside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hints {
    /// Labels. What is given here is kept, but for the tempo on [`Grid::Time`], which has none; what is not given is
    /// taken from the score and its notes where it can be.
    pub conditions: Conditions,
    /// Whether the score's tempo is real.
    pub tempo: TempoTrust,
}

/// Encodes a score: [`quantize`], cut into bars, with the conditions filled in.
///
/// # Errors
/// [`EncodeError::Empty`] without notes, [`EncodeError::Limit`] past a limit.
pub fn encode(
    score: &Score<Tick>,
    grid: Grid,
    hints: &Hints,
    limits: &EncodingLimits,
) -> Result<EncodedPiece, EncodeError> {
    let quantized = quantize(score, grid, limits)?;
    let mut bars = GridNotes::of_score(&quantized, grid).into_bars();
    let mut conditions = hints.conditions.clone();
    if grid == Grid::Time {
        conditions.qpm = None;
    } else if conditions.qpm.is_none() {
        conditions.qpm = median_qpm(score, score.end(), hints.tempo);
    }
    conditions.fill_from_notes(&mut bars, grid);
    Ok(EncodedPiece { grid, bars, conditions })
}
