//! The front end of MusiCNN: mono sound at 16 kHz to a logarithmic mel spectrogram, as librosa's `melspectrogram` makes it with
//! the settings of the `musicnn` package.

use super::front_end::check;
use super::spectrum::{BINS, POINTS, Spectrum};
use crate::EvalError;
use crate::product::{View, product};

/// The rate of the sound that the front end takes, in hertz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;
/// Mel bands of a frame.
pub(super) const BANDS: usize = 96;
/// Samples from one frame to the next.
pub(super) const HOP: usize = 256;
/// Frames of a patch: 2.99 s.
pub(super) const PATCH_FRAMES: usize = 187;

/// The matrices of the transform, computed once.
#[derive(Debug, Clone)]
pub(super) struct MelFrontEnd {
    spectrum: Spectrum,
    /// `[BINS, BANDS]`.
    filters: Vec<f32>,
}

impl MelFrontEnd {
    pub(super) fn new() -> Self {
        Self { spectrum: Spectrum::hann(POINTS, HOP), filters: mel_filters() }
    }

    /// The patches of a clip, one after another without overlap: `[patch, PATCH_FRAMES, BANDS]`, at least one.
    pub(super) fn patches(&self, clip: &[f32]) -> Result<Vec<f32>, EvalError> {
        check(clip, (PATCH_FRAMES - 1) * HOP)?;
        let mut spectrogram = self.spectrogram(clip);
        spectrogram.truncate(spectrogram.len() / (PATCH_FRAMES * BANDS) * PATCH_FRAMES * BANDS);
        Ok(spectrogram)
    }

    /// `log10(10000 · mel + 1)` of a clip longer than half a window, a frame centred on each multiple of the hop:
    /// `[frame, BANDS]`.
    fn spectrogram(&self, clip: &[f32]) -> Vec<f32> {
        let power = self.spectrum.power(&reflected(clip, POINTS / 2));
        let frames = power.len() / BINS;
        let mut mel = product(View::dense(&power, frames, BINS), View::dense(&self.filters, BINS, BANDS));
        mel.iter_mut().for_each(|energy| *energy = (10_000.0 * *energy + 1.0).log10());
        mel
    }
}

/// The clip with its first and last samples mirrored around its ends, so that frames are centred. The end samples
/// themselves are not repeated. The clip is longer than `margin`.
fn reflected(clip: &[f32], margin: usize) -> Vec<f64> {
    let before = clip[1..=margin].iter().rev();
    let after = clip[clip.len() - 1 - margin..clip.len() - 1].iter().rev();
    before.chain(clip).chain(after).copied().map(f64::from).collect()
}

/// Triangles with equally spaced mel centres, each of unit area in hertz (Slaney's normalisation).
fn mel_filters() -> Vec<f32> {
    let nyquist_hz = f64::from(SAMPLE_RATE_HZ) / 2.0;
    let corner = |i: usize| hz_of_mel(mel_of_hz(nyquist_hz) * i as f64 / (BANDS + 1) as f64);
    let corners: Vec<f64> = (0..BANDS + 2).map(corner).collect();
    let mut filters = vec![0.0; BINS * BANDS];
    for (bin, row) in filters.chunks_exact_mut(BANDS).enumerate() {
        let hz = bin as f64 * f64::from(SAMPLE_RATE_HZ) / POINTS as f64;
        for (weight, edge) in row.iter_mut().zip(corners.windows(3)) {
            let (low, centre, high) = (edge[0], edge[1], edge[2]);
            let triangle = ((hz - low) / (centre - low)).min((high - hz) / (high - centre)).max(0.0);
            *weight = (triangle * 2.0 / (high - low)) as f32;
        }
    }
    filters
}

// Slaney's mel scale: linear to 1 kHz, 3 mels for 200 Hz, then 27 mels for a factor of 6.4.
const LINEAR_HZ_PER_MEL: f64 = 200.0 / 3.0;
const LOGARITHMIC_FROM_HZ: f64 = 1000.0;
const LOGARITHMIC_FROM_MEL: f64 = LOGARITHMIC_FROM_HZ / LINEAR_HZ_PER_MEL;

fn mels_per_e() -> f64 {
    27.0 / 6.4_f64.ln()
}

fn mel_of_hz(hz: f64) -> f64 {
    if hz < LOGARITHMIC_FROM_HZ {
        hz / LINEAR_HZ_PER_MEL
    } else {
        LOGARITHMIC_FROM_MEL + (hz / LOGARITHMIC_FROM_HZ).ln() * mels_per_e()
    }
}

fn hz_of_mel(mel: f64) -> f64 {
    if mel < LOGARITHMIC_FROM_MEL {
        mel * LINEAR_HZ_PER_MEL
    } else {
        LOGARITHMIC_FROM_HZ * ((mel - LOGARITHMIC_FROM_MEL) / mels_per_e()).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    #[test]
    fn the_mel_scale_by_hand() {
        assert!((mel_of_hz(500.0) - 7.5).abs() < 1e-12);
        assert!((mel_of_hz(6400.0) - 42.0).abs() < 1e-12);
        assert!((hz_of_mel(42.0) - 6400.0).abs() < 1e-9);
    }

    #[test]
    fn ends_are_mirrored() {
        assert_eq!(reflected(&[1.0, 2.0, 3.0, 4.0], 2), [3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 2.0]);
    }

    #[test]
    fn silence_is_zero() {
        let mel = MelFrontEnd::new().spectrogram(&[0.0; 1024]);
        assert_eq!(mel, [0.0; 5 * BANDS]);
    }

    #[test]
    fn a_tone_peaks_in_its_band() {
        let tone: Vec<f32> =
            (0..4096).map(|n| (TAU * 1000.0 * f64::from(n) / f64::from(SAMPLE_RATE_HZ)).sin() as f32).collect();
        let mel = MelFrontEnd::new().spectrogram(&tone);
        let middle = &mel[8 * BANDS..9 * BANDS];
        let loudest = (0..BANDS).max_by(|a, b| middle[*a].total_cmp(&middle[*b])).unwrap();
        // 1 kHz is 15 mels; band i is centred on (i + 1) · 45.245 / 97 mels.
        assert_eq!(loudest, 31);
    }

    /// librosa 0.11, `melspectrogram(sr=16000, n_fft=512, hop_length=256, n_mels=96, pad_mode="reflect")`.
    #[test]
    fn the_spectrogram_is_librosas() {
        let sample = |n: f64| (0.5 * (n * 0.05).sin() + 0.25 * (n * n * 1e-5).sin()) as f32;
        let mel = MelFrontEnd::new().spectrogram(&(0..49_000).map(|n| sample(f64::from(n))).collect::<Vec<_>>());
        assert_eq!(mel.len(), 192 * BANDS);
        let pins = [
            (0, 0, 5.144_906),
            (0, 40, 1.069_595_6),
            (1, 5, 4.011_799),
            (10, 7, 1.243_352_7),
            (100, 46, 0.010_599_55),
            (150, 60, 0.000_399_759),
            (191, 3, 5.961_026),
        ];
        for (frame, band, expected) in pins {
            let found: f32 = mel[frame * BANDS + band];
            assert!((found - expected).abs() < 1e-5, "frame {frame}, band {band}: {found}, not {expected}");
        }
    }
}
