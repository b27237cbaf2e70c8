//! The gradient penalty: its input gradient against autodiff, its own gradient against central differences and against
//! values of another framework, all in 64-bit floats.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

#[path = "common/double.rs"]
mod double;

use burn::tensor::{Device, Tensor, TensorData};
use double::{device, penalty_errors, values};
use partita_model::adversarial::{
    Adversarial, AdversarialConfig, ConditionRows, Critic, GeneratorStart, Penalty, gradient_penalty, interpolate,
};
use partita_model::{
    BarFeatures, ConditionClasses, Latents, ModelConfig, ModelSize, PieceLayout, parameter_shapes, read_gradients,
    read_parameters, write_parameters,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const LATENT: usize = 3;
const BARS: usize = 3;

fn sizes() -> (ModelConfig, AdversarialConfig) {
    let model = ModelConfig { latent: LATENT, ..ModelConfig::sized(ModelSize::Tiny, 2, 1) };
    let config = AdversarialConfig { d_critic: 4, ..AdversarialConfig::suited(&model, GeneratorStart::Noise) };
    (model, config)
}

/// A critic whose `i`-th weight is ((7·i² + 13·i) mod 101 − 50) / 128, so that any program can build the same.
fn critic(device: &Device) -> Critic {
    let (model, config) = sizes();
    let critic = Adversarial::new(&config, &model, &mut ChaCha8Rng::seed_from_u64(1), device).critic;
    let weights =
        (0..read_parameters(&critic).len()).map(|i| ((7 * i * i + 13 * i) % 101) as f32 / 128.0 - 50.0 / 128.0);
    write_parameters(critic, &weights.collect::<Vec<f32>>())
}

/// A passage of three bars and one of two, so that one bar is padding.
fn rows(device: &Device) -> ConditionRows {
    let bars = |count: usize| -> Vec<BarFeatures> {
        let bar = |index| BarFeatures {
            metre: index as u8,
            index,
            remaining: count - 1 - index,
            density: Some(2),
            polyphony: None,
        };
        (0..count).map(bar).collect()
    };
    let conditions =
        |genre, key| ConditionClasses { genre: Some(genre), key: Some(key), ..ConditionClasses::default() };
    let (three, two) = (bars(3), bars(2));
    let passages = [(conditions(0, 4), three.as_slice()), (conditions(1, 9), two.as_slice())];
    ConditionRows::new(&passages, &PieceLayout::new(&sizes().0), device)
}

/// Latents whose `i`-th value is ((5·i² + `step`·i) mod 61 − 30) / 32, counted over the piece's and then the bars'.
fn latents(step: usize, device: &Device) -> Latents {
    let value = |i: usize| ((5 * i * i + step * i) % 61) as f32 / 32.0 - 30.0 / 32.0;
    let values = |range: std::ops::Range<usize>| range.map(value).collect::<Vec<f32>>();
    let pieces = 2 * LATENT;
    Latents {
        piece: Tensor::from_data(TensorData::new(values(0..pieces), [2, LATENT]), device),
        bars: Tensor::from_data(TensorData::new(values(pieces..pieces + 2 * BARS * LATENT), [2, BARS, LATENT]), device),
    }
}

/// Half-way and three quarters between two sets of latents.
fn between(device: &Device) -> Latents {
    interpolate(&latents(11, device), &latents(23, device), Tensor::from_floats([0.5, 0.75], device))
}

#[test]
fn the_input_gradient_is_that_of_autodiff() {
    let device = device();
    let (critic, rows, at) = (critic(&device), rows(&device), between(&device));
    let at = Latents { piece: at.piece.require_grad(), bars: at.bars.require_grad() };
    let explicit = critic.input_gradient(&rows, &critic.trace(&rows, &at));
    let backward = critic.forward(&rows, &at).sum().backward();
    for (found, expected) in [
        (values(explicit.piece), values(at.piece.grad(&backward).unwrap())),
        (values(explicit.bars), values(at.bars.grad(&backward).unwrap())),
    ] {
        assert!(found.iter().any(|value| value.abs() > 1e-3));
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} {expected:?}");
    }
}

/// Scores, gradient norms, penalty, and its gradient's length and sum in each parameter, as another framework's twofold
/// automatic differentiation gives them: printed by `reference/gradient_penalty.py` (JAX 0.10.2, 64 bit).
#[test]
fn scores_penalty_and_gradient_are_those_of_the_reference() {
    let device = device();
    let (critic, rows) = (critic(&device), rows(&device));
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    let scores = values(critic.forward(&rows, &latents(11, &device)));
    let penalty = gradient_penalty(&critic, &rows, &between(&device));
    let norms = values(penalty.norms.clone());
    let found = scores.into_iter().chain(norms).chain(values(penalty.sum.clone()));
    found.zip(SCORES_NORMS_PENALTY).for_each(|(found, expected)| close(found, expected));
    let gradient = read_gradients(&critic, &penalty.sum.backward());
    let mut rest = gradient.as_slice();
    for shape in parameter_shapes(&critic) {
        let (own, others) = rest.split_at(shape.len());
        rest = others;
        let expected = PENALTY_GRADIENT.iter().find(|(name, ..)| *name == shape.name);
        let (_, length, sum) = expected.unwrap_or(&("", 0.0, 0.0));
        close(own.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt(), *length);
        close(own.iter().map(|g| f64::from(*g)).sum(), *sum);
    }
}

const SCORES_NORMS_PENALTY: [f64; 5] =
    [-0.145_219_128_281, -0.241_813_473_354, 0.046_577_031_644, 0.167_325_413_722, 1.602_362_323_223];

/// Length and sum of the gradient in each parameter that has one. Biases and the tables of added conditions have none.
const PENALTY_GRADIENT: [(&str, f64, f64); 10] = [
    ("bar_latent.weight", 0.009_740_303_172, 0.006_545_869_326),
    ("piece_latent.weight", 0.091_616_950_480, 0.063_760_109_692),
    ("layers.0.near.weight", 0.015_501_210_471, -0.041_651_387_474),
    ("layers.0.whole.weight", 0.010_951_560_634, -0.018_272_131_571),
    ("layers.1.near.weight", 0.019_963_805_919, -0.035_541_830_140),
    ("layers.1.whole.weight", 0.013_964_217_475, -0.014_777_007_995),
    ("pooled.weight", 0.038_400_274_789, -0.069_965_483_130),
    ("piece_shortcut.weight", 0.626_937_869_958, 0.541_127_953_719),
    ("score.weight", 1.794_560_676_633, 2.649_699_228_653),
    ("projection.weight", 0.477_978_984_653, 2.119_759_382_923),
];

fn errors(penalty: fn(&Critic, &ConditionRows, &Latents) -> Penalty) -> impl Iterator<Item = f64> {
    penalty_errors(critic(&device()), move |critic, device| penalty(critic, &rows(device), &between(device)))
}

#[test]
fn the_gradient_of_the_penalty_is_that_of_central_differences() {
    let worst = errors(gradient_penalty).fold(0.0, f64::max);
    assert!(worst < 1e-5, "{worst:e}");
}

/// The classic mistake: a penalty that is computed but never differentiated.
#[test]
fn a_penalty_whose_gradient_is_lost_is_found_out() {
    let lost = |critic: &Critic, rows: &ConditionRows, at: &Latents| {
        let penalty = gradient_penalty(critic, rows, at);
        Penalty { sum: penalty.sum.detach() + penalty.norms.clone().sum() * 0.0, norms: penalty.norms }
    };
    assert!(errors(lost).any(|error| error > 0.9));
}
