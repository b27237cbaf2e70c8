//! Passages' rolls as one batch, with all that is drawn for it.

use burn::tensor::{Device, Tensor, TensorData};
use partita_model::adversarial::roll::{PITCHES, PLANES, RollConfig, RollPassage, RollRows, STEPS};
use partita_model::{Cvae, Latents, ModelConfig, Noise, Passage, PieceLayout};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Windows of up to `bars` bars of each passage, as rolls.
pub(super) fn windows(batches: &[Vec<Passage>], bars: usize) -> Vec<RollPassage> {
    let of_passage = |passage: &Passage| -> Vec<RollPassage> {
        let window = |bars: &[_]| RollPassage::of(&Passage { conditions: passage.conditions, bars: bars.to_vec() });
        passage.bars.chunks(bars).map(window).collect()
    };
    batches.iter().flatten().flat_map(of_passage).collect()
}

/// Rows of one forward pass.
pub(super) struct RollBatch<'a> {
    pub(super) rows: RollRows,
    passages: Vec<&'a RollPassage>,
    latent: usize,
    device: Device,
}

impl<'a> RollBatch<'a> {
    pub(super) fn new(passages: &[&'a RollPassage], config: &RollConfig, model: &ModelConfig, device: &Device) -> Self {
        let rows = RollRows::new(passages, &PieceLayout::new(model), device);
        Self { rows, passages: passages.to_vec(), latent: config.latent, device: device.clone() }
    }

    /// The passages' own rolls.
    pub(super) fn real(&self) -> Tensor<4> {
        self.rows.rolls(&self.passages)
    }

    /// z: a draw of the prior of `model`, or noise.
    pub(super) fn latents(&self, config: &RollConfig, model: &Cvae, noise: Noise) -> Latents {
        config.start.latents(model, &self.rows.bars, noise)
    }

    /// Standard normal noise in the shape of the latents.
    pub(super) fn noise(&self, random: &mut ChaCha8Rng) -> Noise {
        let [rows, bars] = self.rows.bars.dims();
        let mut normal = |count: usize| (0..count).map(|_| random.sample(StandardNormal)).collect::<Vec<f32>>();
        let (piece, each) = (normal(rows * self.latent), normal(rows * bars * self.latent));
        Noise {
            piece: Tensor::from_data(TensorData::new(piece, [rows, self.latent]), &self.device),
            bars: Tensor::from_data(TensorData::new(each, [rows, bars, self.latent]), &self.device),
        }
    }

    /// A number from 0 to 1 a cell of the rolls.
    pub(super) fn chances(&self, random: &mut ChaCha8Rng) -> Tensor<4> {
        let [rows, slots] = self.rows.slots.dims();
        let shape = [rows * slots, PLANES, STEPS, PITCHES];
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| random.random()).collect();
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    /// A number from 0 to 1 a row.
    pub(super) fn shares(&self, random: &mut ChaCha8Rng) -> Tensor<1> {
        let values: Vec<f32> = self.passages.iter().map(|_| random.random()).collect();
        Tensor::from_data(TensorData::new(values, [self.passages.len()]), &self.device)
    }
}
