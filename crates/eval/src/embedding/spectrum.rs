//! The short-time Fourier transform that the front ends share.
//!
//! The transform of all frames is one product of matrices: at 512 points that costs a few per cent of the network behind it,
//! and needs no transform of its own. It is computed in f64, since quiet bands beside loud ones would drown in the rounding of
//! f32, and the logarithm would show it.

use std::f64::consts::TAU;

use crate::product::{View, product};

/// Points of the transform.
pub(super) const POINTS: usize = 512;
/// Bins from 0 Hz to half the sampling rate.
pub(super) const BINS: usize = POINTS / 2 + 1;

/// The matrix of the transform, computed once.
#[derive(Debug, Clone)]
pub(super) struct Spectrum {
    window: usize,
    hop: usize,
    /// `[window, 2 · BINS]`: the window's weights times cosines, then sines.
    fourier: Vec<f64>,
}

impl Spectrum {
    /// A frame of `window` samples, at most [`POINTS`], every `hop` samples, under a periodic Hann window.
    pub(super) fn hann(window: usize, hop: usize) -> Self {
        let row = |n: usize| {
            let hann = 0.5 - 0.5 * (TAU * n as f64 / window as f64).cos();
            let angle = move |bin: usize| TAU * ((n * bin) % POINTS) as f64 / POINTS as f64;
            let cosines = (0..BINS).map(move |bin| hann * angle(bin).cos());
            cosines.chain((0..BINS).map(move |bin| hann * angle(bin).sin()))
        };
        Self { window, hop, fourier: (0..window).flat_map(row).collect() }
    }

    /// The squared magnitude of each bin of the frames that lie whole in the samples, at least one: `[frame, BINS]`.
    pub(super) fn power(&self, samples: &[f64]) -> Vec<f32> {
        let frames = 1 + (samples.len() - self.window) / self.hop;
        let windows = View::windows(samples, frames, self.window, self.hop);
        let spectrum = product(windows, View::dense(&self.fourier, self.window, 2 * BINS));
        spectrum.chunks_exact(2 * BINS).flat_map(power_of).collect()
    }
}

fn power_of(frame: &[f64]) -> impl Iterator<Item = f32> {
    let (cosines, sines) = frame.split_at(BINS);
    cosines.iter().zip(sines).map(|(cosine, sine)| (cosine * cosine + sine * sine) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_all_in_the_lowest_bins() {
        // Under a Hann window of 512 the sum is 256, and half of it at the next bin.
        let power = Spectrum::hann(POINTS, 100).power(&[1.0; 700]);
        assert_eq!(power.len(), 2 * BINS);
        for frame in power.chunks_exact(BINS) {
            assert!((frame[0] - 256.0 * 256.0).abs() < 1e-2 && (frame[1] - 128.0 * 128.0).abs() < 1e-2);
            assert!(frame[2..].iter().all(|power| *power < 1e-6));
        }
    }
}
