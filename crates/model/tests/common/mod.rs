//! Small models and random music for the tests.
#![allow(dead_code)] // not every test file uses all of them

use burn::tensor::{Tensor, TensorData};
use partita_encoding::{CENTS_ZERO, NoteEvent};
use partita_model::{
    BarFeatures, ConditionClasses, Cvae, Latents, ModelConfig, ModelKind, ModelSize, Passage, PassageBar,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) fn config() -> ModelConfig {
    config_of(ModelKind::Cvae)
}

pub(crate) fn config_of(kind: ModelKind) -> ModelConfig {
    ModelConfig::of_kind(kind, ModelSize::Tiny, 3, 2)
}

pub(crate) fn model(device: &burn::tensor::Device) -> Cvae {
    model_of(ModelKind::Cvae, device)
}

pub(crate) fn model_of(kind: ModelKind, device: &burn::tensor::Device) -> Cvae {
    Cvae::new(&config_of(kind), &mut ChaCha8Rng::seed_from_u64(5), device)
}

/// A passage with so many random notes in each bar.
pub(crate) fn passage(seed: u64, notes: &[usize]) -> Passage {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let count = notes.len();
    let bars = notes.iter().enumerate().map(|(index, &notes)| PassageBar {
        features: BarFeatures { metre: 0, index, remaining: count - 1 - index, density: Some(2), polyphony: None },
        steps: 48,
        notes: bar(notes, &mut random),
    });
    let conditions = ConditionClasses { genre: Some(seed as usize % 3), key: Some(4), ..ConditionClasses::default() };
    Passage { conditions, bars: bars.collect() }
}

fn bar(notes: usize, random: &mut ChaCha8Rng) -> Vec<NoteEvent> {
    let mut bar: Vec<NoteEvent> = (0..notes)
        .map(|_| NoteEvent {
            position: random.random_range(0..48),
            program: random.random_range(0..129),
            pitch: random.random_range(0..128),
            cents: CENTS_ZERO,
            duration: random.random_range(0..48),
            velocity: random.random_range(0..32),
        })
        .collect();
    bar.sort();
    bar.dedup_by_key(|note| (note.position, note.program, note.pitch));
    bar
}

/// Random latents of so many rows and bars.
pub(crate) fn latents(rows: usize, bars: usize, device: &burn::tensor::Device) -> Latents {
    let latent = config().latent;
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut normal = |count: usize| -> Vec<f32> { (0..count).map(|_| random.random_range(-1.5..1.5)).collect() };
    Latents {
        piece: Tensor::from_data(TensorData::new(normal(rows * latent), [rows, latent]), device),
        bars: Tensor::from_data(TensorData::new(normal(rows * bars * latent), [rows, bars, latent]), device),
    }
}
