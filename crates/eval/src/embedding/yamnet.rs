//! The front end of YAMNet (Plakal and Ellis; `features.py` of `research/audioset/yamnet` in TensorFlow's models): mono sound
//! at 16 kHz to a logarithmic mel spectrogram. Patches follow one another without overlap, as MusiCNN's do.

use super::front_end::check;
use super::mel::SAMPLE_RATE_HZ;
use super::spectrum::{BINS, POINTS, Spectrum};
use crate::EvalError;
use crate::product::{View, product};

/// Frames of a patch: 0.96 s.
pub(super) const PATCH_FRAMES: usize = 96;
/// Mel bands of a frame.
pub(super) const BANDS: usize = 64;
/// 25 ms.
const WINDOW: usize = 400;
/// 10 ms.
const HOP: usize = 160;
const LOWEST_HZ: f64 = 125.0;
const HIGHEST_HZ: f64 = 7500.0;
/// Keeps the logarithm of silence finite. A frame whose loudest band is not above it is silent.
const OFFSET: f32 = 0.001;

/// The transform and the filters, computed once.
#[derive(Debug, Clone)]
pub(super) struct YamnetFrontEnd {
    spectrum: Spectrum,
    /// `[BINS, BANDS]`.
    filters: Vec<f32>,
}

impl YamnetFrontEnd {
    pub(super) fn new() -> Self {
        Self { spectrum: Spectrum::hann(WINDOW, HOP), filters: mel_filters() }
    }

    /// The patches of a clip's frames that are not silent: `[patch, PATCH_FRAMES, BANDS]`, at least one.
    pub(super) fn patches(&self, clip: &[f32]) -> Result<Vec<f32>, EvalError> {
        check(clip, (PATCH_FRAMES - 1) * HOP + WINDOW)?;
        let mel = self.mel(clip);
        let sounding: Vec<&[f32]> =
            mel.chunks_exact(BANDS).filter(|frame| frame.iter().any(|magnitude| *magnitude > OFFSET)).collect();
        if sounding.len() < PATCH_FRAMES {
            return Err(EvalError::Silent { found: sounding.len(), needed: PATCH_FRAMES });
        }
        let whole = &sounding[..sounding.len() / PATCH_FRAMES * PATCH_FRAMES];
        Ok(whole.iter().copied().flatten().map(|magnitude| (magnitude + OFFSET).ln()).collect())
    }

    /// Magnitudes of a clip of at least one window: `[frame, BANDS]`.
    fn mel(&self, clip: &[f32]) -> Vec<f32> {
        let samples: Vec<f64> = clip.iter().copied().map(f64::from).collect();
        let magnitude: Vec<f32> = self.spectrum.power(&samples).into_iter().map(f32::sqrt).collect();
        let frames = magnitude.len() / BINS;
        product(View::dense(&magnitude, frames, BINS), View::dense(&self.filters, BINS, BANDS))
    }
}

/// Triangles with equally spaced corners, straight in mels (`tf.signal.linear_to_mel_weight_matrix`).
fn mel_filters() -> Vec<f32> {
    let (lowest, highest) = (mel_of_hz(LOWEST_HZ), mel_of_hz(HIGHEST_HZ));
    let corner = |i: usize| lowest + (highest - lowest) * i as f64 / (BANDS + 1) as f64;
    let corners: Vec<f64> = (0..BANDS + 2).map(corner).collect();
    let mut filters = vec![0.0; BINS * BANDS];
    for (bin, row) in filters.chunks_exact_mut(BANDS).enumerate() {
        let mel = mel_of_hz(bin as f64 * f64::from(SAMPLE_RATE_HZ) / POINTS as f64);
        for (weight, edge) in row.iter_mut().zip(corners.windows(3)) {
            let (low, centre, high) = (edge[0], edge[1], edge[2]);
            *weight = ((mel - low) / (centre - low)).min((high - mel) / (high - centre)).max(0.0) as f32;
        }
    }
    filters
}

/// The scale of HTK: 1127 · ln(1 + hz / 700).
fn mel_of_hz(hz: f64) -> f64 {
    1127.0 * (1.0 + hz / 700.0).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone with a rising sweep.
    fn sweep(samples: u32) -> Vec<f32> {
        let sample = |n: f64| (0.5 * (n * 0.05).sin() + 0.25 * (n * n * 1e-5).sin()) as f32;
        (0..samples).map(|n| sample(f64::from(n))).collect()
    }

    /// numpy 2: `log(|rfft(frame · hann, 512)| @ mel + 0.001)` with TensorFlow's filters.
    #[test]
    fn the_patches_are_tensorflows() {
        let patches = YamnetFrontEnd::new().patches(&sweep(49_000)).unwrap();
        assert_eq!(patches.len(), 3 * PATCH_FRAMES * BANDS); // of 304 frames
        let pins = [
            (0, 0, 3.504_311_3),
            (0, 10, -4.063_593),
            (1, 5, -1.784_472_2),
            (10, 7, -3.740_006_3),
            (100, 32, -6.285_014),
            (150, 60, -6.885_45),
        ];
        for (frame, band, expected) in pins {
            let found: f32 = patches[frame * BANDS + band];
            assert!((found - expected).abs() < 1e-4, "frame {frame}, band {band}: {found}, not {expected}");
        }
    }

    #[test]
    fn silent_frames_are_left_out() {
        let front_end = YamnetFrontEnd::new();
        let mut clip = sweep(32_000);
        let sound = front_end.patches(&clip).unwrap();
        assert_eq!(sound.len(), 2 * PATCH_FRAMES * BANDS);
        // A second of silence before changes nothing but the frames that it shares with the sound.
        let silence = vec![0.0; 16_000];
        clip.splice(0..0, silence.clone());
        assert_eq!(front_end.patches(&clip).unwrap()[2 * BANDS..][..BANDS], sound[..BANDS]);
        let error = front_end.patches(&silence).unwrap_err();
        assert_eq!(error, EvalError::Silent { found: 0, needed: PATCH_FRAMES });
    }

    #[test]
    fn a_patch_needs_its_last_window() {
        let front_end = YamnetFrontEnd::new();
        assert!(front_end.patches(&sweep(15_600)).is_ok());
        assert!(matches!(front_end.patches(&sweep(15_599)), Err(EvalError::ClipTooShort { needed: 15_600, .. })));
    }
}
