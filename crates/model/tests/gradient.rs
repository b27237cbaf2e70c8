//! The gradient of the ELBO, and of a language model's likelihood, against central differences, in 64-bit floats.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

mod common;

use burn::tensor::{Device, FloatDType, Tensor, TensorData};
use partita_model::{
    Batch, Cvae, ModelConfig, ModelKind, Noise, PieceLayout, parameter_shapes, read_gradients, read_parameters,
    write_parameters,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn loss(model: &Cvae, batch: &Batch, noise: Noise) -> Tensor<1> {
    let terms = model.forward(batch, noise);
    let nll = terms.field_nll.into_iter().reduce(|a, b| a + b).unwrap();
    nll + terms.bar_kl.sum() * 0.7 + terms.piece_kl.sum() * 0.4 + terms.bag_nll * 0.3
}

#[test]
fn every_layer_has_the_gradient_of_finite_differences() {
    let mut device = Device::flex();
    device.configure(FloatDType::F64).unwrap();
    for kind in [ModelKind::Cvae, ModelKind::Transformer, ModelKind::Lstm, ModelKind::Rnn] {
        compare(&common::config_of(kind), &device.clone().autodiff());
    }
    compare(&ModelConfig { musical_time: true, ..common::config() }, &device.clone().autodiff());
}

fn compare(config: &ModelConfig, device: &Device) {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let model = Cvae::new(config, &mut random, device);
    // What is asked of musical time begins at 0, where no other gradient depends on it.
    let mut weights = read_parameters(&model).into_iter();
    let mut asked = Vec::new();
    for shape in parameter_shapes(&model) {
        let own = weights.by_ref().take(shape.len());
        let is_asked = shape.name.contains(".time.");
        asked.extend(own.map(|weight| if is_asked { random.random_range(-0.3..0.3) } else { weight }));
    }
    let model = write_parameters(model, &asked);
    let passages = [common::passage(1, &[3, 0, 4]), common::passage(2, &[2, 5])];
    let batch = Batch::new(&passages, &PieceLayout::new(config), &|row, step| row == 1 && step == 2, device);
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut normal = |count: usize| -> Vec<f32> { (0..count).map(|_| random.random_range(-1.5..1.5)).collect() };
    let latent = config.latent;
    let noise = Noise {
        piece: Tensor::from_data(TensorData::new(normal(2 * latent), [2, latent]), device),
        bars: Tensor::from_data(TensorData::new(normal(6 * latent), [2, 3, latent]), device),
    };
    let gradient = read_gradients(&model, &loss(&model, &batch, noise.clone()).backward());
    let weights = read_parameters(&model);
    let at = |index: usize, step: f32| -> f64 {
        let mut moved = weights.clone();
        moved[index] += step;
        loss(&write_parameters(model.clone(), &moved), &batch, noise.clone()).into_scalar()
    };
    let (mut start, mut unused) = (0, Vec::new());
    for shape in parameter_shapes(&model) {
        let range = start..start + shape.len();
        start = range.end;
        // The entry with the largest gradient says most; a layer that no loss reaches has none.
        let index = range.max_by(|&a, &b| gradient[a].abs().total_cmp(&gradient[b].abs())).unwrap();
        let step = 2.0_f32.powi(-13);
        let difference =
            (at(index, step) - at(index, -step)) / f64::from((weights[index] + step) - (weights[index] - step));
        let error = (difference - f64::from(gradient[index])).abs() / difference.abs().max(1e-3);
        assert!(error < 1e-4, "{config:?} {}: {} against {difference}", shape.name, gradient[index]);
        if difference == 0.0 {
            unused.push(shape.name);
        }
    }
    // A bias that shifts all scores of a softmax alike has no gradient; everything else must have one.
    unused.retain(|name| !name.ends_with("key.bias") && !name.ends_with("pool_scores.bias"));
    assert_eq!(unused, [""; 0], "{config:?}");
}
