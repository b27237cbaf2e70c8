//! The gradient of the consistency term against central differences, in 64-bit floats.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

mod common;

use burn::tensor::{Device, FloatDType, Tensor};
use partita_model::{Batch, Cvae, PieceLayout, parameter_shapes, read_gradients, read_parameters, write_parameters};

/// What each step predicts, at the step that reads it.
fn shifted(predicted: Tensor<3>) -> Tensor<3> {
    let [rows, steps, columns] = predicted.dims();
    let first = Tensor::zeros([rows, 1, columns], &predicted.device());
    Tensor::cat(vec![first, predicted.slice([0..rows, 0..steps - 1, 0..columns])], 1)
}

/// The straight-through estimator is the exact gradient of the same term with the hard event written as p(θ) plus a constant.
#[test]
fn the_gradient_is_that_of_finite_differences_through_the_probabilities() {
    let mut device = Device::flex();
    device.configure(FloatDType::F64).unwrap();
    let device = device.autodiff();
    let (config, model) = (common::config(), common::model(&device));
    let passages = [common::passage(1, &[3, 0, 4]), common::passage(2, &[2, 5])];
    let batch = Batch::new(&passages, &PieceLayout::new(&config), &|_, _| false, &device);
    let latents = common::latents(2, 3, &device);
    let gradient = read_gradients(&model, &model.consistency(&batch, &latents).nll.backward());
    let weights = read_parameters(&model);
    let constant = batch.visible() - shifted(model.expected_events(&batch, &latents)).detach();
    let nll = |model: &Cvae| -> f64 {
        let events = constant.clone() + shifted(model.expected_events(&batch, &latents));
        let posterior = model.encode_events(&batch, events);
        let bars = posterior.bars.log_density(latents.bars.clone()) * batch.bar_mask.clone().unsqueeze_dim::<3>(2);
        -(posterior.piece.log_density(latents.piece.clone()).sum() + bars.sum()).into_scalar::<f64>()
    };
    let at = |index: usize, step: f32| -> f64 {
        let mut moved = weights.clone();
        moved[index] += step;
        nll(&write_parameters(model.clone(), &moved))
    };
    let (mut start, mut moved) = (0, Vec::new());
    for shape in parameter_shapes(&model) {
        let range = start..start + shape.len();
        start = range.end;
        let index = range.max_by(|&a, &b| gradient[a].abs().total_cmp(&gradient[b].abs())).unwrap();
        // Small enough that no ReLU turns within it.
        let step = 2.0_f32.powi(-17);
        let difference =
            (at(index, step) - at(index, -step)) / f64::from((weights[index] + step) - (weights[index] - step));
        let error = (difference - f64::from(gradient[index])).abs() / difference.abs().max(1e-3);
        assert!(error < 1e-4, "{}: {} against {difference}", shape.name, gradient[index]);
        if difference != 0.0 {
            moved.push(shape.name);
        }
    }
    // It reaches the encoder and the decoder, and neither the prior nor the bag of notes.
    assert!(moved.iter().any(|name| name.starts_with("encoder.")));
    for part in ["decoder.events", "decoder.bar_latent", "decoder.piece_latent", "decoder.blocks", "decoder.note"] {
        assert!(moved.iter().any(|name| name.starts_with(part)), "{part}");
    }
    assert!(!moved.iter().any(|name| name.starts_with("prior.") || name.starts_with("decoder.bag")));
}
