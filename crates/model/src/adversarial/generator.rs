//! G(ε, c): from noise and conditions to the latents of a passage.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::{AdversarialConfig, ConditionRows};
use crate::config::ModelConfig;
use crate::cvae::Latents;
use crate::layers::{Block, Initial, linear, mask_bias, rms_norm, table};
use crate::layout::{BAR_COLUMNS, PieceLayout};

/// z = z⁰ + Δ(z⁰, c): a Transformer over the piece and its bars, each looking at all others, changes the latents that it
/// starts from. Δ is small at first, so that training begins at the start's quality.
#[derive(Module, Debug)]
pub struct Generator {
    piece: Linear,
    bars: Linear,
    piece_start: Linear,
    bar_start: Linear,
    blocks: Vec<Block>,
    piece_change: Linear,
    bar_change: Linear,
}

/// Gain of the layers that give Δ.
const CHANGE_GAIN: f32 = 0.05;

impl Generator {
    pub(crate) fn new(initial: &mut Initial<'_>, config: &AdversarialConfig, model: &ModelConfig) -> Self {
        let (d, layers) = (config.d_generator, config.generator_layers);
        Self {
            piece: table(initial, PieceLayout::new(model).columns(), d),
            bars: table(initial, BAR_COLUMNS, d),
            piece_start: linear(initial, model.latent, d, 1.0),
            bar_start: linear(initial, model.latent, d, 1.0),
            blocks: (0..layers)
                .map(|_| Block::new(initial, d, config.heads, model.feed_forward_multiple, layers))
                .collect(),
            piece_change: linear(initial, d, model.latent, CHANGE_GAIN),
            bar_change: linear(initial, d, model.latent, CHANGE_GAIN),
        }
    }

    /// The latents of each row, from `start`: piece `[batch, latent]`, bars `[batch, N, latent]`.
    pub fn forward(&self, rows: &ConditionRows, start: Latents) -> Latents {
        let [batch, count] = rows.dims();
        let whole = self.piece.forward(rows.piece.clone()) + self.piece_start.forward(start.piece.clone());
        let whole = whole.unsqueeze_dim::<3>(1); // [batch, 1, d]
        let each = self.bars.forward(rows.bars.clone()) + self.bar_start.forward(start.bars.clone()) + whole.clone();
        let mut h = Tensor::cat(vec![whole, each], 1); // [batch, 1 + N, d]
        let there = Tensor::cat(vec![Tensor::ones([batch, 1], &h.device()), rows.bar_mask.clone()], 1);
        let places = mask_bias(there.unsqueeze_dims::<4>(&[1, 2])).into(); // [batch, 1, 1, 1 + N]
        for block in &self.blocks {
            h = block.forward(h, &places);
        }
        let h = rms_norm(h);
        let d = h.dims()[2];
        let whole = h.clone().slice([0..batch, 0..1, 0..d]).squeeze_dim::<2>(1);
        let each = h.slice([0..batch, 1..count + 1, 0..d]);
        Latents {
            piece: start.piece + self.piece_change.forward(whole),
            bars: start.bars + self.bar_change.forward(each),
        }
    }
}
