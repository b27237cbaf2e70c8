//! Drums, and other sounds without a pitch: fading sines that may slide downwards, and fading noise.

use std::f64::consts::PI;

use super::noise::{LowPass, Noise};
use super::sf2::Sample;
use super::tone::{FADING, leveled};

/// In Hz. Enough for cymbals; deep drums would do with less, but are short.
const RATE: u32 = 32_000;
/// The key at which a hit sounds as it is.
pub(super) const ROOT: u8 = 60;

/// A struck or shaken sound.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    /// Frequency in Hz, level, and time constant in seconds of each sine.
    pub(super) modes: &'static [(f64, f64, f64)],
    /// The sines begin this many times higher, and fall to their frequency with a time constant of 25 ms.
    pub(super) slide: f64,
    /// Level of the noise, and its time constant in seconds.
    pub(super) noise: (f64, f64),
    /// The noise's band in Hz.
    pub(super) band: (f64, f64),
    /// Bursts of noise, 11 ms apart: one but for claps and rattles.
    pub(super) bursts: u32,
    /// Length in seconds.
    pub(super) seconds: f64,
    /// Noise that never fades, as a loop: wind, sea, applause.
    pub(super) is_endless: bool,
}

impl Hit {
    /// The hit's sample.
    pub(super) fn sample(&self, name: &str) -> Sample {
        let frames = (self.seconds * f64::from(RATE)) as usize;
        let repeat = self.is_endless.then_some((0, frames));
        let mut wave = if self.is_endless { self.endless(frames) } else { self.struck(frames) };
        if self.is_endless {
            wave.extend_from_within(..8);
        }
        Sample { name: name.to_owned(), data: leveled(&wave, f64::from(RATE), FADING), rate: RATE, root: ROOT, repeat }
    }

    fn struck(&self, frames: usize) -> Vec<f64> {
        let mut wave = vec![0.0; frames];
        for &(hz, level, fade) in self.modes {
            let mut phase = 0.0;
            for (frame, value) in wave.iter_mut().enumerate() {
                let time = frame as f64 / f64::from(RATE);
                *value += level * libm::exp(-time / fade) * libm::sin(2.0 * PI * phase);
                phase += hz * (1.0 + (self.slide - 1.0) * libm::exp(-time / 0.025)) / f64::from(RATE);
            }
        }
        let mut noise = Band::new(self.band, frames as u64);
        for (frame, value) in wave.iter_mut().enumerate() {
            *value += self.noise.0 * self.bursts_at(frame as f64 / f64::from(RATE)) * noise.next();
            // To nothing at the end, so that no click ends the sound.
            *value *= ((frames - frame) as f64 / (0.02 * f64::from(RATE))).min(1.0);
        }
        wave
    }

    /// The noise's level: each burst fades until the next.
    fn bursts_at(&self, time: f64) -> f64 {
        let burst = libm::floor(time / 0.011).min(f64::from(self.bursts.max(1) - 1));
        let fade = if burst + 1.0 < f64::from(self.bursts) { 0.006 } else { self.noise.1 };
        libm::exp(-(time - burst * 0.011) / fade)
    }

    /// Noise that goes round: the filter runs through the same noise twice, so that it ends as it began.
    fn endless(&self, frames: usize) -> Vec<f64> {
        let mut white = Noise::new(frames as u64);
        let white: Vec<f64> = (0..frames).map(|_| white.next()).collect();
        let mut band = Band::new(self.band, 0);
        let passed: Vec<f64> = white.iter().chain(&white).map(|&value| band.filter(value)).collect();
        passed[frames..].to_vec()
    }
}

/// Noise between two frequencies.
struct Band {
    noise: Noise,
    low: LowPass,
    high: LowPass,
}

impl Band {
    fn new((low, high): (f64, f64), seed: u64) -> Self {
        let edge = |hz| LowPass::new(hz, f64::from(RATE));
        Self { noise: Noise::new(seed), low: edge(low), high: edge(high) }
    }

    fn next(&mut self) -> f64 {
        let white = self.noise.next();
        self.filter(white)
    }

    fn filter(&mut self, value: f64) -> f64 {
        let below = self.high.pass(value);
        below - self.low.pass(below)
    }
}
