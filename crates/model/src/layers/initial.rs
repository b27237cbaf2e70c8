//! Initial weights, drawn from our own stream so that a seed gives the same model on every machine and version.

use burn::module::{Param, ParamId};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Where initial weights come from and where they go.
pub(crate) struct Initial<'a> {
    /// `None` where weights are to come from a file: until then nothing is drawn, and no memory is taken.
    stream: Option<&'a mut ChaCha8Rng>,
    pub(crate) device: &'a Device,
}

impl<'a> Initial<'a> {
    /// Weights drawn from `stream`.
    pub(crate) fn drawn(stream: &'a mut ChaCha8Rng, device: &'a Device) -> Self {
        Self { stream: Some(stream), device }
    }

    /// Parameters that have a shape and no values yet.
    pub(crate) fn awaited(device: &'a Device) -> Self {
        Self { stream: None, device }
    }

    /// Uniform in ±`limit`.
    fn uniform<const D: usize>(&mut self, shape: [usize; D], limit: f32) -> Param<Tensor<D>> {
        let Some(stream) = &mut self.stream else { return zeros(shape, self.device) };
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| stream.random_range(-limit..=limit)).collect();
        Param::from_data(TensorData::new(values, shape), self.device)
    }
}

/// Zeros, for which no memory is taken before they are used.
fn zeros<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    let make = move |device: &Device, require_grad| Tensor::zeros(shape, device).set_require_grad(require_grad);
    Param::uninitialized(ParamId::new(), make, device.clone(), true, shape.into())
}

/// A matrix: uniform with variance `gain² / d_in`.
pub(crate) fn matrix(initial: &mut Initial<'_>, d_in: usize, d_out: usize, gain: f32) -> Param<Tensor<2>> {
    initial.uniform([d_in, d_out], gain * (3.0 / d_in as f32).sqrt())
}

/// A linear layer with bias; weights uniform with variance `gain² / d_in`, bias zero.
pub(crate) fn linear(initial: &mut Initial<'_>, d_in: usize, d_out: usize, gain: f32) -> Linear {
    let weight = matrix(initial, d_in, d_out, gain);
    Linear { weight, bias: Some(zeros([d_out], initial.device)) }
}

/// A linear layer that begins by saying nothing: weights and bias zero.
pub(crate) fn silent(d_in: usize, d_out: usize, device: &Device) -> Linear {
    Linear { weight: zeros([d_in, d_out], device), bias: Some(zeros([d_out], device)) }
}

/// A table of embeddings, one a column of a multi-hot row; no bias. About ten columns are set at a time, so entries
/// have variance 1/10.
pub(crate) fn table(initial: &mut Initial<'_>, columns: usize, d_out: usize) -> Linear {
    Linear { weight: initial.uniform([columns, d_out], (3.0f32 / 10.0).sqrt()), bias: None }
}

/// A convolution's kernels `[coarse channels, fine channels, rows, columns]`: uniform with variance `gain² / fan_in`, where
/// so many inputs meet in an output.
pub(crate) fn kernels(initial: &mut Initial<'_>, shape: [usize; 4], fan_in: usize, gain: f32) -> Param<Tensor<4>> {
    initial.uniform(shape, gain * (3.0 / fan_in as f32).sqrt())
}

/// A bias of `length`, whose values are made only where weights are drawn.
pub(crate) fn bias(initial: &Initial<'_>, length: usize, values: impl FnOnce() -> Vec<f32>) -> Param<Tensor<1>> {
    match initial.stream {
        Some(_) => Param::from_data(TensorData::new(values(), [length]), initial.device),
        None => zeros([length], initial.device),
    }
}
