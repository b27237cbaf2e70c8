//! The gradient penalty on rolls.

use burn::tensor::Tensor;

use super::super::Penalty;
use super::super::penalty::penalty_of;
use super::{RollCritic, RollRows};

/// [`gradient_penalty`](super::super::gradient_penalty) on rolls `[batch · M, PLANES, STEPS, PITCHES]`: the norm is that of the
/// gradient in all cells of a passage together.
pub fn roll_gradient_penalty(critic: &RollCritic, rows: &RollRows, at: Tensor<4>) -> Penalty {
    let gradient = critic.input_gradient(rows, &critic.trace(rows, at));
    let [batch, _] = rows.slots.dims();
    penalty_of(gradient.square().reshape([batch as i32, -1]).sum_dim(1).squeeze_dim::<1>(1))
}

/// x̂ = u·x + (1 − u)·G(z, c), a share `u` a row: `[batch]`.
pub fn interpolate_rolls(rows: &RollRows, real: Tensor<4>, generated: Tensor<4>, share: Tensor<1>) -> Tensor<4> {
    let [batch, count] = rows.slots.dims();
    let share = share.unsqueeze_dim::<2>(1).repeat_dim(1, count).reshape([batch * count, 1, 1, 1]);
    (real - generated.clone()) * share + generated
}
