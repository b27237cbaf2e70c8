//! The adversarial part: a conditional Wasserstein GAN with gradient penalty over the CVAE's latents.
//!
//! The generator turns noise and conditions into the latents of a passage, the critic scores latents with their
//! conditions, and [`gradient_penalty`] keeps the critic's slope near one. All of it is small beside the CVAE: what is
//! judged is a few dozen vectors a passage, not its events. [`roll`] holds the same players over piano rolls; [`listener`]
//! a critic alone, which hears what the decoder writes.

mod bar_layer;
mod config;
mod critic;
mod generator;
pub mod listener;
mod penalty;
mod projection;
pub mod roll;
mod rows;
mod start;

use burn::module::Module;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;

use crate::config::ModelConfig;
use crate::layers::Initial;

pub use config::{AdversarialConfig, AdversarialForm, GeneratorStart};
pub use critic::{Critic, Trace};
pub use generator::Generator;
pub use penalty::{Penalty, gradient_penalty, interpolate};
pub use rows::ConditionRows;

/// Both players.
#[derive(Module, Debug)]
pub struct Adversarial {
    /// Noise and conditions → latents.
    pub generator: Generator,
    /// Latents and conditions → a score.
    pub critic: Critic,
}

impl Adversarial {
    /// New players for the latents of a CVAE of `model`'s sizes; their weights are drawn from `stream`.
    pub fn new(config: &AdversarialConfig, model: &ModelConfig, stream: &mut ChaCha8Rng, device: &Device) -> Self {
        Self::build(&mut Initial::drawn(stream, device), config, model)
    }

    /// Players whose weights are still to come.
    pub(crate) fn awaited(config: &AdversarialConfig, model: &ModelConfig, device: &Device) -> Self {
        Self::build(&mut Initial::awaited(device), config, model)
    }

    fn build(initial: &mut Initial<'_>, config: &AdversarialConfig, model: &ModelConfig) -> Self {
        Self { generator: Generator::new(initial, config, model), critic: Critic::new(initial, config, model) }
    }
}
