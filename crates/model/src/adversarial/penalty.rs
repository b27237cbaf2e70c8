//! The gradient penalty of the WGAN-GP.

use burn::tensor::Tensor;

use super::{ConditionRows, Critic};
use crate::cvae::Latents;

/// Keeps the root differentiable where a gradient vanishes.
const EPSILON: f32 = 1e-12;

/// The penalty of several rows and what it is computed from.
#[derive(Clone, Debug)]
pub struct Penalty {
    /// Σ over rows of (‖∇_z D(z, c)‖₂ − 1)²: `[1]`. The caller multiplies by λ and divides by the rows of its step.
    pub sum: Tensor<1>,
    /// ‖∇_z D(z, c)‖₂ of each row: `[batch]`.
    pub norms: Tensor<1>,
}

/// Σ (‖∇_x̂ D(x̂, c)‖₂ − 1)² (Gulrajani et al. 2017, equation 3, less λ and the mean). The norm is that of the gradient
/// in all latents of a passage together: the piece's and those of its bars.
pub fn gradient_penalty(critic: &Critic, rows: &ConditionRows, at: &Latents) -> Penalty {
    let gradient = critic.input_gradient(rows, &critic.trace(rows, at));
    let piece = gradient.piece.square().sum_dim(1).squeeze_dim::<1>(1);
    let bars = gradient.bars.square().sum_dims_squeeze::<1, _>(&[1, 2]);
    penalty_of(piece + bars)
}

/// The penalty of gradients given by the squares of their lengths: `[batch]`.
pub(super) fn penalty_of(squares: Tensor<1>) -> Penalty {
    let norms = (squares + EPSILON).sqrt();
    Penalty { sum: (norms.clone() - 1.0).square().sum(), norms }
}

/// x̂ = u·x + (1 − u)·G(ε, c), a share `u` a row: `[batch]`.
pub fn interpolate(real: &Latents, generated: &Latents, share: Tensor<1>) -> Latents {
    let piece = share.clone().unsqueeze_dim::<2>(1);
    let bars = share.unsqueeze_dims::<3>(&[1, 2]);
    let between_pieces = (real.piece.clone() - generated.piece.clone()) * piece + generated.piece.clone();
    let between_bars = (real.bars.clone() - generated.bars.clone()) * bars + generated.bars.clone();
    Latents { piece: between_pieces, bars: between_bars }
}
