//! A convolution, and the way back through it.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

use crate::layers::{Initial, bias, kernels};

/// Between a fine map `[batch, fine, rows, columns]` and a coarse one `[batch, coarse, rows / stride, columns / stride]`. The
/// critic goes down; its gradient goes back up through the same kernels, and so does the generator through its own.
#[derive(Module, Debug)]
pub(super) struct Convolution {
    weight: Param<Tensor<4>>, // [coarse, fine, rows, columns]
    bias: Param<Tensor<1>>,
    stride: [usize; 2],
    padding: [usize; 2],
}

/// Kernel, stride and padding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

impl Geometry {
    /// One beat of each pitch: 16 steps ↔ 4 beats.
    pub(super) const BEAT: Self = Self::patch([4, 1]);
    /// One octave: 84 pitches ↔ 7 octaves.
    pub(super) const OCTAVE: Self = Self::patch([1, 12]);
    /// The beats and octaves beside each.
    pub(super) const NEIGHBOURS: Self = Self { kernel: [3, 3], stride: [1, 1], padding: [1, 1] };

    const fn patch(size: [usize; 2]) -> Self {
        Self { kernel: size, stride: size, padding: [0, 0] }
    }
}

/// Which way a convolution is used.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    /// By [`Convolution::down`].
    Down,
    /// By [`Convolution::up`], with such a bias at first.
    Up { bias: f32 },
}

impl Convolution {
    pub(super) fn new(
        initial: &mut Initial<'_>,
        [fine, coarse]: [usize; 2],
        geometry: Geometry,
        direction: Direction,
    ) -> Self {
        let Geometry { kernel: [rows, columns], stride, padding } = geometry;
        let (fan_in, outputs, value) = match direction {
            Direction::Down => (fine * rows * columns, coarse, 0.0),
            Direction::Up { bias } => (coarse * rows * columns / (stride[0] * stride[1]), fine, bias),
        };
        let weight = kernels(initial, [coarse, fine, rows, columns], fan_in, GAIN);
        Self { weight, bias: bias(initial, outputs, || vec![value; outputs]), stride, padding }
    }

    /// Fine → coarse.
    pub(super) fn down(&self, x: Tensor<4>) -> Tensor<4> {
        let options = ConvOptions::new(self.stride, self.padding, [1, 1], 1);
        conv2d(x, self.weight.val(), Some(self.bias.val()), options)
    }

    /// Coarse → fine: a transposed convolution.
    pub(super) fn up(&self, x: Tensor<4>) -> Tensor<4> {
        self.transposed(x, Some(self.bias.val()))
    }

    /// The gradient at the fine map from `g` at the coarse one.
    pub(super) fn input_gradient(&self, g: Tensor<4>) -> Tensor<4> {
        self.transposed(g, None)
    }

    fn transposed(&self, x: Tensor<4>, bias: Option<Tensor<1>>) -> Tensor<4> {
        let options = ConvTransposeOptions::new(self.stride, self.padding, [0, 0], [1, 1], 1);
        conv_transpose2d(x, self.weight.val(), bias, options)
    }
}

/// Keeps the variance through a LeakyReLU of slope 0.2.
const GAIN: f32 = 1.4;
