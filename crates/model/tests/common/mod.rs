//! Small models for the tests.

use partita_model::{Cvae, ModelConfig, ModelSize};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) fn config() -> ModelConfig {
    ModelConfig::sized(ModelSize::Tiny, 3, 2)
}

pub(crate) fn model(device: &burn::tensor::Device) -> Cvae {
    Cvae::new(&config(), &mut ChaCha8Rng::seed_from_u64(5), device)
}
