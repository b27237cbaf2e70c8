//! D(z, c): how real the latents of a passage look, given its conditions.
//!
//! Burn cannot differentiate a gradient, and the gradient penalty needs just that. The critic is therefore built only of
//! what is piecewise linear in its input (linear layers over neighbouring bars, LeakyReLU, means over bars, conditions
//! that are added, a projection of the conditions; no normalisation), and its input gradient is written out as a graph of
//! its own: [`Critic::input_gradient`] walks from the score back to the latents, and ordinary autodiff through that walk
//! gives the exact gradient of anything computed from it.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::bar_layer::{BarLayer, leaky_relu, through};
use super::projection::{projected_score, score_weights};
use super::{AdversarialConfig, ConditionRows};
use crate::config::ModelConfig;
use crate::cvae::Latents;
use crate::layers::{Initial, linear, table};
use crate::layout::{BAR_COLUMNS, PieceLayout};

/// A critic with a projection of the conditions (Miyato & Koyama 2018).
#[derive(Module, Debug)]
pub struct Critic {
    bar_latent: Linear,
    piece_latent: Linear,
    bars: Linear,
    piece: Linear,
    layers: Vec<BarLayer>,
    pooled: Linear,
    piece_shortcut: Linear,
    score: Linear,
    projection: Linear,
}

/// The slopes that each LeakyReLU had in a forward pass, 1 or `LEAK`; without gradient, as they have none.
#[derive(Clone, Debug)]
pub struct Trace {
    entry: Tensor<3>,       // [batch, N, d]
    layers: Vec<Tensor<3>>, // [batch, N, d] each
    head: Tensor<2>,        // [batch, d]
}

impl Critic {
    pub(crate) fn new(initial: &mut Initial<'_>, config: &AdversarialConfig, model: &ModelConfig) -> Self {
        let (d, columns) = (config.d_critic, PieceLayout::new(model).columns());
        Self {
            bar_latent: linear(initial, model.latent, d, 1.0),
            piece_latent: linear(initial, model.latent, d, 1.0),
            bars: table(initial, BAR_COLUMNS, d),
            piece: table(initial, columns, d),
            layers: (0..config.critic_layers).map(|_| BarLayer::new(initial, d)).collect(),
            pooled: linear(initial, d, d, 1.4),
            piece_shortcut: linear(initial, model.latent, d, 1.4),
            score: linear(initial, d, 1, 1.0),
            projection: table(initial, columns, d),
        }
    }

    /// A score a row: `[batch]`.
    pub fn forward(&self, rows: &ConditionRows, latents: &Latents) -> Tensor<1> {
        let (features, _) = self.features(rows, latents);
        projected_score(&self.score, features, self.score_weights(rows))
    }

    /// The slopes at `latents`.
    pub fn trace(&self, rows: &ConditionRows, latents: &Latents) -> Trace {
        self.features(rows, latents).1
    }

    /// ∇_z D(z, c) of every row where `trace` was taken: of the piece's latent `[batch, latent]` and of its bars'
    /// `[batch, N, latent]`, 0 where there is no bar. Itself differentiable in the critic's weights.
    pub fn input_gradient(&self, rows: &ConditionRows, trace: &Trace) -> Latents {
        let g = self.score_weights(rows) * trace.head.clone(); // [batch, d]
        let shortcut = through(g.clone(), &self.piece_shortcut);
        let mut g = rows.spread_over_bars(through(g, &self.pooled)); // [batch, N, d]
        for (layer, slope) in self.layers.iter().zip(&trace.layers).rev() {
            g = layer.input_gradient(rows, g, slope);
        }
        let g = g * rows.mask() * trace.entry.clone();
        let piece = through(g.clone().sum_dim(1).squeeze_dim::<2>(1), &self.piece_latent);
        Latents { piece: shortcut + piece, bars: through(g, &self.bar_latent) }
    }

    /// The vector that the score is read from: `[batch, d]`.
    fn features(&self, rows: &ConditionRows, latents: &Latents) -> (Tensor<2>, Trace) {
        let whole = self.piece.forward(rows.piece.clone()) + self.piece_latent.forward(latents.piece.clone());
        let each = self.bars.forward(rows.bars.clone()) + self.bar_latent.forward(latents.bars.clone());
        let (h, entry) = leaky_relu(each + whole.unsqueeze_dim::<3>(1));
        let mut h = h * rows.mask();
        let mut slopes = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (next, slope) = layer.forward(rows, h);
            h = next;
            slopes.push(slope);
        }
        let pooled = self.pooled.forward(rows.mean_of_bars(h));
        let (features, head) = leaky_relu(pooled + self.piece_shortcut.forward(latents.piece.clone()));
        (features, Trace { entry, layers: slopes, head })
    }

    /// What each row's features are multiplied with, by its conditions: `[batch, d]`.
    fn score_weights(&self, rows: &ConditionRows) -> Tensor<2> {
        score_weights(&self.score, &self.projection, &rows.piece)
    }
}
