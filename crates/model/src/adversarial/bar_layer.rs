//! The layer over neighbouring bars that critics are built from, piecewise linear in its input, and the way back through it.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::ConditionRows;
use crate::layers::{Initial, linear};

/// LeakyReLU's slope below zero.
const LEAK: f64 = 0.2;

/// h_n + LeakyReLU(W·[h_{n−1}, h_n, h_{n+1}] + U·mean(h)): a bar's neighbours, and the whole passage.
#[derive(Module, Debug)]
pub(super) struct BarLayer {
    near: Linear,
    whole: Linear,
}

impl BarLayer {
    pub(super) fn new(initial: &mut Initial<'_>, d: usize) -> Self {
        Self { near: linear(initial, 3 * d, d, 1.0), whole: linear(initial, d, d, 1.0) }
    }

    /// `h: [batch, N, d]`, 0 where there is no bar, as is what comes out; and the slopes.
    pub(super) fn forward(&self, rows: &ConditionRows, h: Tensor<3>) -> (Tensor<3>, Tensor<3>) {
        let around = Tensor::cat(vec![next_place(h.clone()), h.clone(), previous_place(h.clone())], 2);
        let whole = self.whole.forward(rows.mean_of_bars(h.clone())).unsqueeze_dim::<3>(1);
        let (change, slope) = leaky_relu(self.near.forward(around) + whole);
        (h + change * rows.mask(), slope)
    }

    /// The gradient at this layer's input from `g` at its output.
    pub(super) fn input_gradient(&self, rows: &ConditionRows, g: Tensor<3>, slope: &Tensor<3>) -> Tensor<3> {
        let [batch, count, d] = g.dims();
        let inner = g.clone() * rows.mask() * slope.clone();
        let around = through(inner.clone(), &self.near); // [batch, N, 3·d]
        let part = |index: usize| around.clone().slice([0..batch, 0..count, index * d..(index + 1) * d]);
        let near = previous_place(part(0)) + part(1) + next_place(part(2));
        let whole = through(inner.sum_dim(1).squeeze_dim::<2>(1), &self.whole);
        g + near + rows.spread_over_bars(whole)
    }
}

/// LeakyReLU, and its slope at each place. (At 0, where there is no slope, one between.)
pub(super) fn leaky_relu<const D: usize>(x: Tensor<D>) -> (Tensor<D>, Tensor<D>) {
    let slope = x.clone().detach().sign() * ((1.0 - LEAK) / 2.0) + (1.0 + LEAK) / 2.0;
    (x * slope.clone(), slope)
}

/// The gradient at a linear layer's input from `g` at its output: `g · Wᵀ`.
pub(super) fn through<const D: usize>(g: Tensor<D>, layer: &Linear) -> Tensor<D> {
    g.matmul(layer.weight.val().swap_dims(0, 1).unsqueeze::<D>())
}

/// Each bar's vector moved to the place of the next bar; zeros in the first place.
fn next_place(h: Tensor<3>) -> Tensor<3> {
    let [batch, count, d] = h.dims();
    let zeros = Tensor::zeros([batch, 1, d], &h.device());
    Tensor::cat(vec![zeros, h], 1).slice([0..batch, 0..count, 0..d])
}

/// Each bar's vector moved to the place of the bar before; zeros in the last place.
fn previous_place(h: Tensor<3>) -> Tensor<3> {
    let [batch, count, d] = h.dims();
    let zeros = Tensor::zeros([batch, 1, d], &h.device());
    Tensor::cat(vec![h, zeros], 1).slice([0..batch, 1..count + 1, 0..d])
}
