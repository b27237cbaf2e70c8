//! The gradient penalty on rolls: the critic's way back through its convolutions against autodiff, and the penalty's own
//! gradient against central differences, in 64-bit floats.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

#[path = "common/double.rs"]
mod double;

use burn::tensor::{Device, Tensor, TensorData};
use double::{device, penalty_errors, values};
use partita_encoding::Metre;
use partita_model::adversarial::roll::{
    PITCHES, PLANES, RollConfig, RollCritic, RollPassage, RollPlayers, RollRows, STEPS, interpolate_rolls,
    roll_gradient_penalty,
};
use partita_model::adversarial::{GeneratorStart, Penalty};
use partita_model::{
    BarFeatures, ConditionClasses, ModelConfig, ModelSize, PieceLayout, read_parameters, write_parameters,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn sizes() -> (ModelConfig, RollConfig) {
    let model = ModelConfig::sized(ModelSize::Tiny, 2, 1);
    let config = RollConfig { latent: 2, d_bar: 3, pitch_channels: 2, octave_channels: 2, ..sized() };
    (model, config)
}

fn sized() -> RollConfig {
    RollConfig::sized(ModelSize::Tiny, GeneratorStart::Noise)
}

/// A critic whose weights are multiples of 2⁻⁷, so that a step of 2⁻¹⁴ is added to them without rounding.
fn critic(device: &Device) -> RollCritic {
    let (model, config) = sizes();
    let critic = RollPlayers::new(&config, &model, &mut ChaCha8Rng::seed_from_u64(1), device).roll_critic;
    let weights =
        (0..read_parameters(&critic).len()).map(|i| ((7 * i * i + 13 * i) % 101) as f32 / 128.0 - 49.0 / 128.0);
    write_parameters(critic, &weights.collect::<Vec<f32>>())
}

/// A bar of 5/4, which takes two slots, and one of 3/4; and a passage of one bar, so that two slots are padding.
fn rows(device: &Device) -> RollRows {
    let bar = |metre: &str, index, remaining| {
        let metre: Metre = metre.parse().unwrap();
        (BarFeatures { metre: metre.class(), index, remaining, density: Some(2), polyphony: None }, metre.steps())
    };
    let conditions =
        |genre, key| ConditionClasses { genre: Some(genre), key: Some(key), ..ConditionClasses::default() };
    let long = RollPassage::silent(conditions(0, 4), &[bar("5/4", 0, 1), bar("3/4", 1, 0)]);
    let short = RollPassage::silent(conditions(1, 9), &[bar("4/4", 0, 0)]);
    RollRows::new(&[&long, &short], &PieceLayout::new(&sizes().0), device)
}

/// Rolls whose `i`-th cell is ((5·i² + `step`·i) mod 61) / 64.
fn rolls(step: usize, device: &Device) -> Tensor<4> {
    let shape = [6, PLANES, STEPS, PITCHES];
    let values = (0..shape.iter().product()).map(|i: usize| ((5 * i * i + step * i) % 61) as f32 / 64.0);
    Tensor::from_data(TensorData::new(values.collect::<Vec<f32>>(), shape), device)
}

/// Half-way and three quarters between two sets of rolls.
fn between(device: &Device) -> Tensor<4> {
    let share = Tensor::from_floats([0.5, 0.75], device);
    interpolate_rolls(&rows(device), rolls(11, device), rolls(23, device), share)
}

#[test]
fn the_input_gradient_is_that_of_autodiff() {
    let device = device();
    let (critic, rows) = (critic(&device), rows(&device));
    let at = between(&device).require_grad();
    let explicit = critic.input_gradient(&rows, &critic.trace(&rows, at.clone()));
    let backward = critic.forward(&rows, at.clone()).sum().backward();
    let (found, expected) = (values(explicit), values(at.grad(&backward).unwrap()));
    assert!(found.iter().any(|value| value.abs() > 1e-3));
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12));
    // Nothing flows where no step is: after the first quarter of the second slot, and in the padding.
    let slot = PLANES * STEPS * PITCHES;
    let of_step =
        |index: usize, step: usize| &found[index * slot + step * PITCHES..index * slot + (step + 1) * PITCHES];
    assert!(of_step(1, 3).iter().any(|value| *value != 0.0));
    assert!(of_step(1, 4).iter().chain(&found[4 * slot..]).all(|value| *value == 0.0));
}

fn errors(penalty: fn(&RollCritic, &RollRows, Tensor<4>) -> Penalty) -> impl Iterator<Item = f64> {
    penalty_errors(critic(&device()), move |critic, device| penalty(critic, &rows(device), between(device)))
}

#[test]
fn the_gradient_of_the_penalty_is_that_of_central_differences() {
    let worst = errors(roll_gradient_penalty).fold(0.0, f64::max);
    assert!(worst < 1e-5, "{worst:e}");
}

/// The classic mistake: a penalty that is computed but never differentiated.
#[test]
fn a_penalty_whose_gradient_is_lost_is_found_out() {
    let lost = |critic: &RollCritic, rows: &RollRows, at: Tensor<4>| {
        let penalty = roll_gradient_penalty(critic, rows, at);
        Penalty { sum: penalty.sum.detach() + penalty.norms.clone().sum() * 0.0, norms: penalty.norms }
    };
    assert!(errors(lost).any(|error| error > 0.9));
}
