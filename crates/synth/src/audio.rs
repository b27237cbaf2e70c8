//! Sound as samples.

use crate::error::SynthError;
use crate::resample::resample;

/// Lowest sample rate that is supported, in Hz.
pub const RATE_HZ_MIN: u32 = 4_000;
/// Highest sample rate that is supported, in Hz.
pub const RATE_HZ_MAX: u32 = 192_000;

/// Sound: one or two channels of equal length, full scale at ±1. Louder samples are kept; only integer formats clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Audio {
    sample_rate_hz: u32,
    /// Left and right, or one alone.
    channels: Vec<Vec<f32>>,
}

impl Audio {
    /// Sound of two channels; the longer one is cut to the shorter one's length.
    ///
    /// # Errors
    /// [`SynthError::Rate`] where the rate is not from [`RATE_HZ_MIN`] to [`RATE_HZ_MAX`].
    pub fn stereo(sample_rate_hz: u32, mut left: Vec<f32>, mut right: Vec<f32>) -> Result<Self, SynthError> {
        let frames = left.len().min(right.len());
        left.truncate(frames);
        right.truncate(frames);
        Ok(Self { sample_rate_hz: supported(sample_rate_hz)?, channels: vec![left, right] })
    }

    /// Sound of one channel.
    ///
    /// # Errors
    /// As [`Audio::stereo`].
    pub fn mono(sample_rate_hz: u32, samples: Vec<f32>) -> Result<Self, SynthError> {
        Ok(Self { sample_rate_hz: supported(sample_rate_hz)?, channels: vec![samples] })
    }

    /// Samples a second and channel, in Hz.
    pub fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    /// One slice of samples for each channel: left and right, or one alone.
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }

    /// Samples of each channel.
    pub fn frames(&self) -> usize {
        self.channels[0].len()
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / f64::from(self.sample_rate_hz)
    }

    /// The largest absolute value; 0 for silence.
    pub fn peak(&self) -> f32 {
        self.channels.iter().flatten().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// The mean of the channels, as one.
    pub fn to_mono(&self) -> Self {
        let samples = match self.channels.as_slice() {
            [left, right] => left.iter().zip(right).map(|(left, right)| 0.5 * (left + right)).collect(),
            channels => channels[0].clone(),
        };
        Self { sample_rate_hz: self.sample_rate_hz, channels: vec![samples] }
    }

    /// The same sound at another rate, band-limited: what the lower of both rates cannot hold is taken out.
    ///
    /// # Errors
    /// As [`Audio::stereo`].
    pub fn resampled(&self, sample_rate_hz: u32) -> Result<Self, SynthError> {
        let rate = supported(sample_rate_hz)?;
        let channels = self.channels.iter().map(|samples| resample(samples, self.sample_rate_hz, rate)).collect();
        Ok(Self { sample_rate_hz: rate, channels })
    }

    /// Louder or softer, so that the peak is `peak`; silence stays silence. For listening only: measurements need the
    /// fixed gain that rendering has.
    pub fn normalize(&mut self, peak: f32) {
        let found = self.peak();
        if found > 0.0 {
            let gain = peak / found;
            self.channels.iter_mut().flatten().for_each(|sample| *sample *= gain);
        }
    }
}

fn supported(sample_rate_hz: u32) -> Result<u32, SynthError> {
    match sample_rate_hz {
        RATE_HZ_MIN..=RATE_HZ_MAX => Ok(sample_rate_hz),
        found => Err(SynthError::Rate { found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_is_the_mean_of_the_channels() {
        let stereo = Audio::stereo(44_100, vec![1.0, 0.5, 9.0], vec![0.0, -0.5]).unwrap();
        assert_eq!(stereo.to_mono().channels(), [[0.5, 0.0]]);
    }

    #[test]
    fn normalising_reaches_its_peak_and_leaves_silence() {
        let mut audio = Audio::mono(44_100, vec![0.1, -0.25, 0.0]).unwrap();
        audio.normalize(0.5);
        assert_eq!(audio.channels(), [[0.2, -0.5, 0.0]]);
        let mut silence = Audio::mono(44_100, vec![0.0; 3]).unwrap();
        silence.normalize(0.5);
        assert_eq!(silence.channels(), [[0.0; 3]]);
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        assert!(matches!(Audio::mono(0, vec![]), Err(SynthError::Rate { found: 0 })));
        let audio = Audio::mono(44_100, vec![0.0]).unwrap();
        assert!(matches!(audio.resampled(1 << 20), Err(SynthError::Rate { found: 1_048_576 })));
    }
}
