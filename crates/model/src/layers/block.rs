//! One Transformer layer.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation::relu};

use super::attention::{Attention, Cache, Places};
use super::{Initial, linear, rms_norm};

/// Normalise–attend–add, normalise–feed forward–add (Xiong et al. 2020). ReLU, since GELU costs a fifth of the whole
/// step on the CPU backend.
#[derive(Module, Debug)]
pub(crate) struct Block {
    attention: Attention,
    widen: Linear,
    narrow: Linear,
}

impl Block {
    /// One of `layers` layers of width `d`; the outputs into the residual stream start at 1/√(2·layers).
    pub(crate) fn new(initial: &mut Initial<'_>, d: usize, heads: usize, multiple: usize, layers: usize) -> Self {
        let output_gain = (2.0 * layers as f32).powf(-0.5);
        Self {
            attention: Attention::new(initial, d, heads, output_gain),
            widen: linear(initial, d, d * multiple, 1.4),
            narrow: linear(initial, d * multiple, d, output_gain),
        }
    }

    /// The same with attention that is told the musical time of its steps.
    pub(crate) fn in_musical_time(self, device: &Device) -> Self {
        Self { attention: self.attention.in_musical_time(device), ..self }
    }

    /// `x: [batch, T, d]`.
    pub(crate) fn forward(&self, x: Tensor<3>, places: &Places) -> Tensor<3> {
        let x = x.clone() + self.attention.forward(rms_norm(x), places);
        self.feed_forward(x)
    }

    /// One new step `x: [batch, 1, d]`; the bias of its place is `[1, heads, 1, steps held]`.
    pub(crate) fn step(&self, x: Tensor<3>, cache: &mut Cache, place: &Places) -> Tensor<3> {
        let x = x.clone() + self.attention.step(rms_norm(x), cache, place);
        self.feed_forward(x)
    }

    /// An empty cache for `batch` rows that holds at most `capacity` steps.
    pub(crate) fn start(&self, batch: usize, capacity: usize, device: &Device) -> Cache {
        self.attention.start(batch, capacity, device)
    }

    fn feed_forward(&self, x: Tensor<3>) -> Tensor<3> {
        x.clone() + self.narrow.forward(relu(self.widen.forward(rms_norm(x))))
    }
}
