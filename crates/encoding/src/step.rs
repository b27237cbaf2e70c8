//! The model's unit of time.

use partita_score::TimeUnit;
use serde::{Deserialize, Serialize};

/// Time in grid steps from the start of the piece: [`crate::STEPS_PER_QUARTER`] of them to a quarter note on
/// [`crate::Grid::Beat`], [`crate::STEPS_PER_SECOND`] to a second on [`crate::Grid::Time`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Step(pub u32);

impl TimeUnit for Step {
    const ZERO: Self = Step(0);
}
