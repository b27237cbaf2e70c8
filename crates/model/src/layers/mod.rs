//! The layers that encoder, prior and decoder are built from.

mod attention;
mod block;
mod cell;
mod initial;
mod musical_time;
mod norm;
mod recurrent;
mod sequence;

pub(crate) use attention::{Cache, Places, alibi_bias, mask_bias};
pub(crate) use block::Block;
pub(crate) use initial::{Initial, bias, kernels, linear, matrix, silent, table};
pub(crate) use musical_time::{MusicalTime, TIME_COLUMNS, set_time};
pub(crate) use norm::rms_norm;
pub(crate) use sequence::{Memory, SequenceBlock};

/// What is added to a score or logit that is forbidden: small enough that its weight (below 1e-30) is lost in rounding, not so
/// small that `exp` underflows, whose slow path cost 15 % of a training step.
pub(crate) const FORBIDDEN: f32 = -80.0;
