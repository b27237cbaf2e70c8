//! Where a piece's latents come from.

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::sampling::Sampling;
use super::writer::Plan;
use crate::adversarial::roll::{RollConfig, RollGenerator};
use crate::adversarial::{ConditionRows, Generator, GeneratorStart};
use crate::config::ModelConfig;
use crate::cvae::{Cvae, Latents, Noise};
use crate::layout::PieceLayout;

/// What draws the latents of a piece.
#[derive(Clone, Copy, Debug)]
pub enum LatentSource<'a> {
    /// The CVAE's conditional prior.
    Prior,
    /// The generator that was trained against the critic.
    Generator(&'a Generator, GeneratorStart),
    /// What the generator of rolls starts from; it needs no decoder.
    Roll(&'a RollGenerator, RollConfig),
}

impl LatentSource<'_> {
    /// The piece's latent `[1, latent]` and its bars' `[1, N, latent]`. All sources take the same noise from `random`.
    pub fn draw(
        self,
        model: &Cvae,
        config: &ModelConfig,
        plan: &Plan,
        sampling: &Sampling,
        random: &mut ChaCha8Rng,
        device: &Device,
    ) -> Latents {
        let bars = plan.features();
        let rows = ConditionRows::new(&[(plan.conditions, &bars)], &PieceLayout::new(config), device);
        let latent = if let Self::Roll(_, roll) = self { roll.latent } else { config.latent };
        let mut normal = |count: usize| -> Vec<f32> {
            let values = (0..count).map(|_| random.sample::<f32, _>(StandardNormal));
            values.map(|value| value * sampling.latent_temperature).collect()
        };
        let noise = Noise {
            piece: Tensor::from_data(TensorData::new(normal(latent), [1, latent]), device),
            bars: Tensor::from_data(TensorData::new(normal(bars.len() * latent), [1, bars.len(), latent]), device),
        };
        match self {
            Self::Prior => model.draw(&rows, noise),
            Self::Roll(_, roll) => roll.start.latents(model, &rows, noise),
            Self::Generator(generator, start) => generator.forward(&rows, start.latents(model, &rows, noise)),
        }
    }
}
