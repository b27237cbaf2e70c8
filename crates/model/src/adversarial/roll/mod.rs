//! The roll form of the adversarial part, as literal as the paper allows: the generator turns z and conditions into
//! multi-track piano rolls by transposed convolutions, and the critic, convolutional too, scores rolls with their
//! conditions.
//!
//! A roll has a place ([`Slot`]) for up to four quarters, sixteen steps long: a bar of common time; a longer bar takes
//! several. Slots are made and judged together, each with its neighbours in view, as the bars' latents are in the latent form.

mod cells;
mod config;
mod convolution;
mod critic;
mod generator;
mod penalty;
mod rows;
mod slots;

use burn::module::Module;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;

use crate::config::ModelConfig;
use crate::layers::Initial;

pub use cells::{GRID_STEPS_PER_STEP, LOWEST_PITCH, PITCHES, PLANES, Plane, RollPassage, STEPS};
pub use config::RollConfig;
pub use critic::{RollCritic, RollTrace};
pub use generator::{RollGenerator, set_by_chance};
pub use penalty::{interpolate_rolls, roll_gradient_penalty};
pub use rows::RollRows;
pub use slots::{Slot, slots_of};

/// Both players.
#[derive(Module, Debug)]
pub struct RollPlayers {
    /// z and conditions → rolls.
    pub roll_generator: RollGenerator,
    /// Rolls and conditions → a score.
    pub roll_critic: RollCritic,
}

impl RollPlayers {
    /// New players that know the conditions of a model of `model`'s sizes; their weights are drawn from `stream`.
    pub fn new(config: &RollConfig, model: &ModelConfig, stream: &mut ChaCha8Rng, device: &Device) -> Self {
        Self::build(&mut Initial::drawn(stream, device), config, model)
    }

    /// Players whose weights are still to come.
    pub(crate) fn awaited(config: &RollConfig, model: &ModelConfig, device: &Device) -> Self {
        Self::build(&mut Initial::awaited(device), config, model)
    }

    fn build(initial: &mut Initial<'_>, config: &RollConfig, model: &ModelConfig) -> Self {
        Self {
            roll_generator: RollGenerator::new(initial, config, model),
            roll_critic: RollCritic::new(initial, config, model),
        }
    }
}
