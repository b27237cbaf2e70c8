//! One layer of MusiCNN: a convolution in time, rectified, then the scale and shift that its batch normalisation learned.

use super::signal::Signal;
use crate::product::{View, product};

/// `scale · max(0, kernel ∗ x + bias) + shift`. A dense layer is one of a single frame.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// Frames that the kernel covers.
    pub(super) frames: usize,
    /// Channels of the input.
    pub(super) channels_in: usize,
    /// `[frames, channels_in, channels_out]`.
    pub(super) kernel: Vec<f32>,
    /// `[channels_out]`, and so are the next two.
    pub(super) bias: Vec<f32>,
    pub(super) scale: Vec<f32>,
    pub(super) shift: Vec<f32>,
}

impl Layer {
    /// The layer's output, as long as its input of `channels_in` channels.
    pub(super) fn apply(&self, input: &Signal) -> Signal {
        self.apply_padded(&input.padded(self.frames))
    }

    /// The layer applied to every band of `channels_in` neighbouring channels, and the largest output kept: a
    /// two-dimensional convolution, pooled over all pitches.
    pub(super) fn apply_to_bands(&self, input: &Signal) -> Signal {
        let padded = input.padded(self.frames);
        let at = |first| self.apply_padded(&padded.band(first, self.channels_in));
        (1..=input.channels - self.channels_in).fold(at(0), |largest, first| at(first).max(&largest))
    }

    fn apply_padded(&self, padded: &Signal) -> Signal {
        let depth = self.frames * self.channels_in;
        // A window of frames is a run of values, so that the signal's windows are a matrix as they lie.
        let windows = View::windows(&padded.values, padded.frames() + 1 - self.frames, depth, self.channels_in);
        let channels = self.bias.len();
        let mut values = product(windows, View::dense(&self.kernel, depth, channels));
        for row in values.chunks_exact_mut(channels) {
            self.activate(row);
        }
        Signal { channels, values }
    }

    fn activate(&self, row: &mut [f32]) {
        let learned = self.bias.iter().zip(&self.scale).zip(&self.shift);
        for (value, ((bias, scale), shift)) in row.iter_mut().zip(learned) {
            *value = scale * (*value + bias).max(0.0) + shift;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums a value and its successor, over one channel.
    fn pair_sum() -> Layer {
        Layer {
            frames: 2,
            channels_in: 1,
            kernel: vec![1.0, 1.0],
            bias: vec![-4.0],
            scale: vec![-2.0],
            shift: vec![10.0],
        }
    }

    #[test]
    fn a_layer_by_hand() {
        let out = pair_sum().apply(&Signal { channels: 1, values: vec![1.0, 2.0, 3.0] });
        // Sums 3, 5, 3; less 4 and rectified 0, 1, 0.
        assert_eq!(out.values, [10.0, 8.0, 10.0]);
    }

    #[test]
    fn the_largest_band_is_kept_after_the_scale() {
        let two_bands = Signal { channels: 2, values: vec![1.0, 0.0, 2.0, 0.0, 3.0, 9.0] };
        // Second band: sums 0, 9, 9 give 10, 0, 0. The scale is negative, so the quieter band wins.
        assert_eq!(pair_sum().apply_to_bands(&two_bands).values, [10.0, 8.0, 10.0]);
    }
}
