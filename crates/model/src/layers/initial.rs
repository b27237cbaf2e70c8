//! Initial weights, drawn from our own stream so that a seed gives the same model on every machine and version.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Where initial weights come from and where they go.
pub(crate) struct Initial<'a> {
    pub(crate) stream: &'a mut ChaCha8Rng,
    pub(crate) device: &'a Device,
}

impl Initial<'_> {
    /// Uniform in ±`limit`.
    fn uniform<const D: usize>(&mut self, shape: [usize; D], limit: f32) -> Param<Tensor<D>> {
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| self.stream.random_range(-limit..=limit)).collect();
        Param::from_data(TensorData::new(values, shape), self.device)
    }
}

/// A matrix: uniform with variance `gain² / d_in`.
pub(crate) fn matrix(initial: &mut Initial<'_>, d_in: usize, d_out: usize, gain: f32) -> Param<Tensor<2>> {
    initial.uniform([d_in, d_out], gain * (3.0 / d_in as f32).sqrt())
}

/// A linear layer with bias; weights uniform with variance `gain² / d_in`, bias zero.
pub(crate) fn linear(initial: &mut Initial<'_>, d_in: usize, d_out: usize, gain: f32) -> Linear {
    let weight = matrix(initial, d_in, d_out, gain);
    let bias = Some(Param::from_data(TensorData::zeros::<f32, _>([d_out]), initial.device));
    Linear { weight, bias }
}

/// A linear layer that begins by saying nothing: weights and bias zero.
pub(crate) fn silent(d_in: usize, d_out: usize, device: &Device) -> Linear {
    let weight = Param::from_data(TensorData::zeros::<f32, _>([d_in, d_out]), device);
    let bias = Some(Param::from_data(TensorData::zeros::<f32, _>([d_out]), device));
    Linear { weight, bias }
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

/// A bias, the same everywhere.
pub(crate) fn bias(initial: &Initial<'_>, length: usize, value: f32) -> Param<Tensor<1>> {
    Param::from_data(TensorData::new(vec![value; length], [length]), initial.device)
}
