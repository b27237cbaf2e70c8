//! The gradient penalty on what a listener hears: the critic's way back against autodiff, and the penalty's own gradient against
//! central differences, in 64-bit floats.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

use std::sync::OnceLock;

use burn::module::Module;
use burn::tensor::{Device, FloatDType, Tensor, TensorData};
use partita_model::adversarial::Penalty;
use partita_model::adversarial::listener::{HeardCritic, HeardRows, HeardWindow, Listener, ListenerConfig, STATISTICS};
use partita_model::{
    ConditionClasses, ModelConfig, ModelSize, PieceLayout, read_gradients, read_parameters, write_parameters,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Tensors of 64-bit floats that can be differentiated. The whole process has one such setting.
fn device() -> Device {
    static DEVICE: OnceLock<Device> = OnceLock::new();
    let configured = || {
        let mut device = Device::flex();
        device.configure(FloatDType::F64).unwrap();
        device.autodiff()
    };
    DEVICE.get_or_init(configured).clone()
}

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

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data_as::<f64>().iter::<f64>().collect()
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

/// The relative error of the penalty's gradient against central differences, one of the critic's parameters after another.
fn errors(penalty: fn(&HeardCritic, &HeardRows) -> Penalty) -> impl Iterator<Item = f64> {
    let device = device();
    let critic = critic(&device);
    let gradient = read_gradients(&critic, &penalty(&critic, &between(&device)).sum.backward());
    let weights = read_parameters(&critic);
    let (plain, rows) = (critic.valid(), between(&device.inner()));
    (0..weights.len()).map(move |index| {
        let loss = |step: f32| -> f64 {
            let mut moved = weights.clone();
            moved[index] += step;
            penalty(&write_parameters(plain.clone(), &moved), &rows).sum.into_scalar()
        };
        let step = 2.0_f32.powi(-14);
        let expected = (loss(step) - loss(-step)) / (2.0 * f64::from(step));
        (expected - f64::from(gradient[index])).abs() / expected.abs().max(1e-3)
    })
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
