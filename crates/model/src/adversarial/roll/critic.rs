//! D(x, c): how real the rolls of a passage look, given its conditions.
//!
//! As the critic of latents is, it is piecewise linear in its input, and its input gradient is written out: the layers over
//! bars are walked back with transposed weights, the convolutions with transposed convolutions.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::super::bar_layer::{BarLayer, leaky_relu, through};
use super::super::projection::{projected_score, score_weights};
use super::cells::PLANES;
use super::convolution::{Convolution, Direction, Geometry};
use super::generator::{BEATS, OCTAVES};
use super::{RollConfig, RollRows};
use crate::config::ModelConfig;
use crate::layers::{Initial, linear, table};
use crate::layout::{BAR_COLUMNS, PieceLayout};

/// A convolutional critic with a projection of the conditions (Miyato & Koyama 2018).
#[derive(Module, Debug)]
pub struct RollCritic {
    beats: Convolution,
    octaves: Convolution,
    neighbours: Convolution,
    entry: Linear,
    bars: Linear,
    piece: Linear,
    layers: Vec<BarLayer>,
    pooled: Linear,
    score: Linear,
    projection: Linear,
    octave_channels: usize,
}

/// The slopes that each LeakyReLU had in a forward pass, 1 or 0.2; without gradient, as they have none.
#[derive(Clone, Debug)]
pub struct RollTrace {
    maps: [Tensor<4>; 3],   // after beats, octaves and neighbours
    entry: Tensor<3>,       // [batch, M, d]
    layers: Vec<Tensor<3>>, // [batch, M, d] each
    head: Tensor<2>,        // [batch, d]
}

impl RollCritic {
    pub(super) fn new(initial: &mut Initial<'_>, config: &RollConfig, model: &ModelConfig) -> Self {
        let RollConfig { d_bar: d, pitch_channels, octave_channels, .. } = *config;
        let columns = PieceLayout::new(model).columns();
        let mut down = |channels, geometry| Convolution::new(initial, channels, geometry, Direction::Down);
        Self {
            beats: down([PLANES, pitch_channels], Geometry::BEAT),
            octaves: down([pitch_channels, octave_channels], Geometry::OCTAVE),
            neighbours: down([octave_channels; 2], Geometry::NEIGHBOURS),
            entry: linear(initial, octave_channels * BEATS * OCTAVES, d, 1.0),
            bars: table(initial, BAR_COLUMNS, d),
            piece: table(initial, columns, d),
            layers: (0..config.bar_layers).map(|_| BarLayer::new(initial, d)).collect(),
            pooled: linear(initial, d, d, 1.4),
            score: linear(initial, d, 1, 1.0),
            projection: table(initial, columns, d),
            octave_channels,
        }
    }

    /// A score a row, of rolls `[batch · M, PLANES, STEPS, PITCHES]`: `[batch]`.
    pub fn forward(&self, rows: &RollRows, rolls: Tensor<4>) -> Tensor<1> {
        let (features, _) = self.features(rows, rolls);
        projected_score(&self.score, features, self.score_weights(rows))
    }

    /// The slopes at `rolls`.
    pub fn trace(&self, rows: &RollRows, rolls: Tensor<4>) -> RollTrace {
        self.features(rows, rolls).1
    }

    /// ∇_x D(x, c) of every row where `trace` was taken, in the shape of the rolls; 0 where there is no step. Itself
    /// differentiable in the critic's weights.
    pub fn input_gradient(&self, rows: &RollRows, trace: &RollTrace) -> Tensor<4> {
        let slots = &rows.slots;
        let g = self.score_weights(rows) * trace.head.clone(); // [batch, d]
        let mut g = slots.spread_over_bars(through(g, &self.pooled)); // [batch, M, d]
        for (layer, slope) in self.layers.iter().zip(&trace.layers).rev() {
            g = layer.input_gradient(slots, g, slope);
        }
        let [after_beats, after_octaves, after_neighbours] = trace.maps.clone();
        let g = through(g * slots.mask() * trace.entry.clone(), &self.entry);
        let g = self.neighbours.input_gradient(self.as_maps(g) * after_neighbours);
        let g = self.octaves.input_gradient(g * after_octaves);
        rows.there(self.beats.input_gradient(g * after_beats))
    }

    /// The vector that the score is read from: `[batch, d]`.
    fn features(&self, rows: &RollRows, rolls: Tensor<4>) -> (Tensor<2>, RollTrace) {
        let slots = &rows.slots;
        let [batch, count] = slots.dims();
        let (maps, after_beats) = leaky_relu(self.beats.down(rows.there(rolls)));
        let (maps, after_octaves) = leaky_relu(self.octaves.down(maps));
        let (maps, after_neighbours) = leaky_relu(self.neighbours.down(maps));
        let each = self.entry.forward(maps.reshape([batch, count, self.octave_channels * BEATS * OCTAVES]));
        let whole = self.piece.forward(slots.piece.clone()).unsqueeze_dim::<3>(1);
        let (h, entry) = leaky_relu(each + self.bars.forward(slots.bars.clone()) + whole);
        let mut h = h * slots.mask();
        let mut slopes = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (next, slope) = layer.forward(slots, h);
            h = next;
            slopes.push(slope);
        }
        let (features, head) = leaky_relu(self.pooled.forward(slots.mean_of_bars(h)));
        let maps = [after_beats, after_octaves, after_neighbours];
        (features, RollTrace { maps, entry, layers: slopes, head })
    }

    /// What each row's features are multiplied with, by its conditions: `[batch, d]`.
    fn score_weights(&self, rows: &RollRows) -> Tensor<2> {
        score_weights(&self.score, &self.projection, &rows.slots.piece)
    }

    /// `[batch, M, octave_channels · BEATS · OCTAVES] → [batch · M, octave_channels, BEATS, OCTAVES]`.
    fn as_maps(&self, g: Tensor<3>) -> Tensor<4> {
        let [batch, count, _] = g.dims();
        g.reshape([batch * count, self.octave_channels, BEATS, OCTAVES])
    }
}
