//! D(x, c): how real a window sounds, given its conditions.
//!
//! As the other critics are, it is piecewise linear in its input, the statistics of the window, and its input gradient is
//! written out.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};

use super::super::Penalty;
use super::super::bar_layer::{leaky_relu, through};
use super::super::penalty::penalty_of;
use super::super::projection::{projected_score, score_weights};
use super::window::{HeardWindow, STATISTICS};
use crate::layers::{Initial, linear, table};
use crate::layout::PieceLayout;

/// A critic of what is heard, with a projection of the conditions (Miyato & Koyama 2018).
#[derive(Module, Debug)]
pub struct HeardCritic {
    statistics: Linear,
    piece: Linear,
    hidden: Linear,
    score: Linear,
    projection: Linear,
}

/// Windows as tensors.
#[derive(Clone, Debug)]
pub struct HeardRows {
    /// Their conditions: `[batch, PieceLayout::columns]`.
    pub piece: Tensor<2>,
    /// `[batch, STATISTICS]`.
    pub statistics: Tensor<2>,
}

/// The slopes that each LeakyReLU had in a forward pass, 1 or 0.2; without gradient, as they have none.
#[derive(Clone, Debug)]
pub struct HeardTrace {
    entry: Tensor<2>,
    hidden: Tensor<2>,
}

impl HeardRows {
    /// The rows of windows, at least one.
    pub fn new(windows: &[&HeardWindow], layout: &PieceLayout, device: &Device) -> Self {
        let columns = layout.columns();
        let mut piece = vec![0.0; windows.len() * columns];
        let rows = piece.chunks_mut(columns).zip(windows);
        rows.for_each(|(row, window)| layout.set(row, &window.conditions));
        let statistics: Vec<f32> = windows.iter().flat_map(|window| window.statistics).collect();
        Self {
            piece: Tensor::from_data(TensorData::new(piece, [windows.len(), columns]), device),
            statistics: Tensor::from_data(TensorData::new(statistics, [windows.len(), STATISTICS]), device),
        }
    }

    /// The same conditions with other statistics.
    #[must_use]
    pub fn with(&self, statistics: Tensor<2>) -> Self {
        Self { statistics, piece: self.piece.clone() }
    }

    /// The conditions of other rows: row `i` gets those of row `i + 1`, the last those of the first.
    #[must_use]
    pub fn with_others_conditions(&self) -> Self {
        Self { piece: self.piece.clone().roll_dim(-1, 0), statistics: self.statistics.clone() }
    }

    /// x̂ = u·x + (1 − u)·x̃ for these x and `written` x̃ of the same conditions, a share `u` a row: `[batch]`.
    #[must_use]
    pub fn between(&self, written: &Self, share: Tensor<1>) -> Self {
        let [real, written] = [self, written].map(|rows| rows.statistics.clone());
        self.with((real - written.clone()) * share.unsqueeze_dim::<2>(1) + written)
    }
}

impl HeardCritic {
    pub(super) fn new(initial: &mut Initial<'_>, d: usize, columns: usize) -> Self {
        Self {
            statistics: linear(initial, STATISTICS, d, 1.0),
            piece: table(initial, columns, d),
            hidden: linear(initial, d, d, 1.4),
            score: linear(initial, d, 1, 1.0),
            projection: table(initial, columns, d),
        }
    }

    /// A score a row: `[batch]`.
    pub fn forward(&self, rows: &HeardRows) -> Tensor<1> {
        let (features, _) = self.features(rows);
        projected_score(&self.score, features, self.score_weights(rows))
    }

    /// The slopes at `rows`.
    pub fn trace(&self, rows: &HeardRows) -> HeardTrace {
        self.features(rows).1
    }

    /// ∇_x D(x, c) of every row where `trace` was taken: `[batch, STATISTICS]`. Itself differentiable in the critic's weights.
    pub fn input_gradient(&self, rows: &HeardRows, trace: &HeardTrace) -> Tensor<2> {
        let g = through(self.score_weights(rows) * trace.hidden.clone(), &self.hidden);
        through(g * trace.entry.clone(), &self.statistics)
    }

    /// Σ (‖∇_x̂ D(x̂, c)‖₂ − 1)² at `rows`; see [`gradient_penalty`](super::super::gradient_penalty).
    pub fn gradient_penalty(&self, rows: &HeardRows) -> Penalty {
        let gradient = self.input_gradient(rows, &self.trace(rows));
        penalty_of(gradient.square().sum_dim(1).squeeze_dim::<1>(1))
    }

    /// The vector that the score is read from: `[batch, width]`.
    fn features(&self, rows: &HeardRows) -> (Tensor<2>, HeardTrace) {
        let heard = self.statistics.forward(rows.statistics.clone()) + self.piece.forward(rows.piece.clone());
        let (h, entry) = leaky_relu(heard);
        let (features, hidden) = leaky_relu(self.hidden.forward(h));
        (features, HeardTrace { entry, hidden })
    }

    /// What each row's features are multiplied with, by its conditions: `[batch, width]`.
    fn score_weights(&self, rows: &HeardRows) -> Tensor<2> {
        score_weights(&self.score, &self.projection, &rows.piece)
    }
}
