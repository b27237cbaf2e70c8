//! G(z, c): from latents and conditions to the rolls of a passage.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::super::bar_layer::{BarLayer, leaky_relu};
use super::cells::{PITCHES, PLANES, STEPS};
use super::convolution::{Convolution, Direction, Geometry};
use super::{RollConfig, RollRows};
use crate::config::ModelConfig;
use crate::cvae::Latents;
use crate::layers::{Initial, linear, table};
use crate::layout::{BAR_COLUMNS, PieceLayout};

/// Beats of a slot.
pub(super) const BEATS: usize = STEPS / 4;
/// Octaves of a roll.
pub(super) const OCTAVES: usize = PITCHES / 12;
/// Bias of the logits at first: a cell in four hundred sounds, about as many as in real music.
const SILENCE: f32 = -6.0;

/// Layers over neighbouring slots first, so that music goes on; then each slot's vector becomes a map of 4 beats × 7 octaves,
/// and transposed convolutions make of it 84 pitches, 16 steps and the planes.
#[derive(Module, Debug)]
pub struct RollGenerator {
    piece: Linear,
    bars: Linear,
    piece_latent: Linear,
    bar_latent: Linear,
    layers: Vec<BarLayer>,
    opening: Linear,
    neighbours: Convolution,
    octaves: Convolution,
    beats: Convolution,
    octave_channels: usize,
}

impl RollGenerator {
    pub(super) fn new(initial: &mut Initial<'_>, config: &RollConfig, model: &ModelConfig) -> Self {
        let RollConfig { latent, d_bar: d, pitch_channels, octave_channels, .. } = *config;
        let up = |bias| Direction::Up { bias };
        Self {
            piece: table(initial, PieceLayout::new(model).columns(), d),
            bars: table(initial, BAR_COLUMNS, d),
            piece_latent: linear(initial, latent, d, 1.0),
            bar_latent: linear(initial, latent, d, 1.0),
            layers: (0..config.bar_layers).map(|_| BarLayer::new(initial, d)).collect(),
            opening: linear(initial, d, octave_channels * BEATS * OCTAVES, 1.0),
            neighbours: Convolution::new(initial, [octave_channels; 2], Geometry::NEIGHBOURS, up(0.0)),
            octaves: Convolution::new(initial, [pitch_channels, octave_channels], Geometry::OCTAVE, up(0.0)),
            beats: Convolution::new(initial, [PLANES, pitch_channels], Geometry::BEAT, up(SILENCE)),
            octave_channels,
        }
    }

    /// How surely each cell sounds, from 0 to 1: `[batch · M, PLANES, STEPS, PITCHES]`, 0 where there is no step.
    pub fn forward(&self, rows: &RollRows, latents: Latents) -> Tensor<4> {
        let slots = &rows.slots;
        let [batch, count] = slots.dims();
        let whole = self.piece.forward(slots.piece.clone()) + self.piece_latent.forward(latents.piece);
        let each = self.bars.forward(slots.bars.clone()) + self.bar_latent.forward(rows.of_slots(latents.bars));
        let entered = leaky_relu(each + whole.unsqueeze_dim::<3>(1)).0 * slots.mask();
        let h = self.layers.iter().fold(entered, |h, layer| layer.forward(slots, h).0);
        let maps = self.opening.forward(h).reshape([batch * count, self.octave_channels, BEATS, OCTAVES]);
        let maps = self.neighbours.up(leaky_relu(maps).0);
        let maps = self.octaves.up(leaky_relu(maps).0); // [batch · M, pitch_channels, BEATS, PITCHES]
        let logits = self.beats.up(leaky_relu(maps).0); // [batch · M, PLANES, STEPS, PITCHES]
        rows.there(sigmoid(logits) * slots.mask().reshape([batch * count, 1, 1, 1]))
    }
}

/// Rolls of zeros and ones: a cell is set where it is surer than its chance, a number from 0 to 1. The gradient passes straight
/// through (stochastic binary neurons, Bengio et al. 2013; in rolls, Dong & Yang 2018): a critic that saw the numbers themselves
/// would tell rolls by them, and a generator that blurs all music into some would be silent once they are cut.
pub fn set_by_chance(sureness: Tensor<4>, chances: Tensor<4>) -> Tensor<4> {
    let certain = sureness.clone().detach();
    let set = certain.clone().greater(chances).float();
    sureness - certain + set
}
