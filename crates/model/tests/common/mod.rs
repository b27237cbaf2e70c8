//! Small models for the tests.

use partita_model::{Cvae, ModelConfig, ModelKind, ModelSize};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(crate) fn config(kind: ModelKind) -> ModelConfig {
    ModelConfig::of_kind(kind, ModelSize::Tiny, 3, 2)
}

pub(crate) fn model(kind: ModelKind, device: &burn::tensor::Device) -> Cvae {
    Cvae::new(&config(kind), &mut ChaCha8Rng::seed_from_u64(5), device)
}
