//! The gradient penalty on what a listener hears: the critic's way back against autodiff, and the penalty's own gradient against
//! central differences, in 64-bit floats.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

#[path = "common/double.rs"]
mod double;

use burn::tensor::{Device, Tensor, TensorData};
use double::{device, penalty_errors, values};
use partita_model::adversarial::Penalty;
use partita_model::adversarial::listener::{HeardCritic, HeardRows, HeardWindow, Listener, ListenerConfig, STATISTICS};
use partita_model::{ConditionClasses, ModelConfig, ModelSize, PieceLayout, read_parameters, write_parameters};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn model() -> ModelConfig {
    ModelConfig::sized(ModelSize::Tiny, 2, 1)
}

/// A critic whose weights are multiples of 2⁻⁷, so that a step of 2⁻¹⁴ is added to them without rounding.
fn critic(device: &Device) -> HeardCritic {
    let config = ListenerConfig { width: 4, ..ListenerConfig::of_bars(4) };
    let critic = Listener::new(&config, &model(), &mut ChaCha8Rng::seed_from_u64(1), device).listener;
    let weights =
        (0..read_parameters(&critic).len()).map(|i| ((7 * i * i + 13 * i) % 101) as f32 / 128.0 - 49.0 / 128.0);
    write_parameters(critic, &weights.collect::<Vec<f32>>())
}

/// Half-way and three quarters between what is heard of two windows, whose `i`-th statistic is ((5·i² + step·i) mod 61 − 30) / 16.
fn between(device: &Device) -> HeardRows {
    let windows = |step: usize| {
        let statistic = |i: usize| ((5 * i * i + step * i) % 61) as f32 / 16.0 - 30.0 / 16.0;
        let window = |row: usize| HeardWindow {
            conditions: ConditionClasses { genre: Some(row), key: Some(4), ..ConditionClasses::default() },
            statistics: std::array::from_fn(|i| statistic(row * STATISTICS + i)),
        };
        HeardRows::new(&[&window(0), &window(1)], &PieceLayout::new(&model()), device)
    };
    let share = Tensor::from_data(TensorData::new(vec![0.5f32, 0.75], [2]), device);
    windows(11).between(&windows(23), share)
}

#[test]
fn the_input_gradient_is_that_of_autodiff() {
    let device = device();
    let (critic, rows) = (critic(&device), between(&device));
    let rows = rows.with(rows.statistics.clone().require_grad());
    let explicit = critic.input_gradient(&rows, &critic.trace(&rows));
    let backward = critic.forward(&rows).sum().backward();
    let (found, expected) = (values(explicit), values(rows.statistics.grad(&backward).unwrap()));
    assert!(found.iter().any(|value| value.abs() > 1e-3));
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12));
}

fn errors(penalty: fn(&HeardCritic, &HeardRows) -> Penalty) -> impl Iterator<Item = f64> {
    penalty_errors(critic(&device()), move |critic, device| penalty(critic, &between(device)))
}

#[test]
fn the_gradient_of_the_penalty_is_that_of_central_differences() {
    let worst = errors(HeardCritic::gradient_penalty).fold(0.0, f64::max);
    assert!(worst < 1e-5, "{worst:e}");
}

/// The classic mistake: a penalty that is computed but never differentiated.
#[test]
fn a_penalty_whose_gradient_is_lost_is_found_out() {
    let lost = |critic: &HeardCritic, rows: &HeardRows| {
        let penalty = critic.gradient_penalty(rows);
        Penalty { sum: penalty.sum.detach() + penalty.norms.clone().sum() * 0.0, norms: penalty.norms }
    };
    assert!(errors(lost).any(|error| error > 0.9));
}
