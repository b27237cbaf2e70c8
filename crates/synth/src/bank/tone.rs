//! Pitched sounds, added up from sines. Each partial completes a whole number of cycles in the loop and no longer changes
//! there, so that the loop has no seam.

use std::f64::consts::PI;

use super::noise::{LowPass, Noise};
use super::sf2::Sample;

/// Keys at which a tone is computed; between them it is transposed by a tritone at most (the ends by more).
pub(super) const ROOTS: [u8; 6] = [36, 48, 60, 72, 84, 96];
/// Of the sample rate: partials above are left out, since players transpose upwards too.
const BAND: f64 = 0.36;
/// Samples after the loop that repeat its beginning, for players that interpolate over several.
const OVERHANG: usize = 8;
/// Loudness to which samples are brought, as the root mean square at the start: of sounds that last, and of those that
/// fade and so must start louder.
const LASTING: f64 = 0.2;
pub(super) const FADING: f64 = 0.33;
/// The peak that no sample may pass.
const PEAK: f64 = 0.97;

/// How the partials of a tone stand to each other.
#[derive(Clone, Copy)]
pub(super) enum Spectrum {
    /// Levels of the first partials, as listed.
    Drawbars(&'static [f64]),
    /// All partials; the nth has the level n^−slope.
    Saw { slope: f64 },
    /// Only odd partials, levels as above.
    Hollow { slope: f64 },
    /// A string plucked or struck at this share of its length: level |sin(π n place)| · n^−slope.
    String { place: f64, slope: f64 },
    /// Partials in other ratios than whole numbers, with their levels: bars, plates, bells.
    Modes(&'static [(f64, f64)]),
    /// Frequency modulation (Chowning 1973): a sine modulated by one of `ratio` times its frequency.
    Fm { ratio: f64, index: f64 },
}

/// A resonance: its centre in Hz, its gain, and its width in octaves.
pub(super) type Formant = (f64, f64, f64);

/// A pitched sound.
#[derive(Clone, Copy)]
pub(super) struct Tone {
    pub(super) spectrum: Spectrum,
    /// None: the spectrum as it is.
    pub(super) formants: &'static [Formant],
    /// Seconds in which the lowest partial of middle C loses all but 37 % of what it loses; 0 for a steady tone.
    pub(super) ring: f64,
    /// How much faster high partials fade: the nth by n^damping.
    pub(super) damping: f64,
    /// What stays of each partial in the loop.
    pub(super) rest: f64,
    /// Noise at the start: hammer, pick or breath.
    pub(super) noise: f64,
}

/// A partial at one root.
struct Partial {
    /// Cycles in the loop.
    cycles: f64,
    level: f64,
    /// Time constant in seconds.
    fade: f64,
}

/// How a tone's sample is laid out at one root.
struct Layout {
    hz: f64,
    rate: f64,
    /// Samples before the loop.
    start: usize,
    /// Samples of the loop, and periods of the tone in it.
    length: usize,
    periods: f64,
}

impl Tone {
    /// The tone's sample at a key.
    pub(super) fn sample(&self, name: &str, root: u8) -> Sample {
        let layout = self.layout(root);
        let mut wave = match self.spectrum {
            Spectrum::Fm { ratio, index } => self.modulated(&layout, ratio, index),
            _ => self.added(&layout),
        };
        self.add_noise(&layout, &mut wave);
        let repeat = Some((layout.start, layout.start + layout.length));
        let name = format!("{name} {root}");
        Sample {
            name,
            data: leveled(&wave, layout.rate, if self.ring == 0.0 { LASTING } else { FADING }),
            rate: layout.rate.round() as u32,
            root,
            repeat,
        }
    }

    fn layout(&self, root: u8) -> Layout {
        let hz = 440.0 * libm::exp2((f64::from(root) - 69.0) / 12.0);
        let (wanted_rate, seconds): (f64, f64) = match root {
            ..=48 => (22_050.0, 0.33),
            49..=60 => (32_000.0, 0.25),
            61..=72 => (44_100.0, 0.2),
            73..=84 => (44_100.0, 0.12),
            _ => (44_100.0, 0.08),
        };
        // A steady tone begins with its noise, if it has any, and is looped from there.
        let seconds = match (self.ring == 0.0, self.noise == 0.0) {
            (true, true) => 0.0,
            (true, false) => 0.08,
            (false, _) => seconds,
        };
        // Bells need a fine grid of frequencies, the others a few periods.
        let loop_seconds = if matches!(self.spectrum, Spectrum::Modes(_)) { 0.06 } else { 0.01 };
        let periods = (hz * loop_seconds).ceil();
        let length = (periods * wanted_rate / hz).round();
        // The exact pitch comes from the rate: a whole number of samples is off by some cents.
        let rate = (hz * length / periods).round();
        Layout { hz, rate, start: (seconds * rate) as usize, length: length as usize, periods }
    }

    fn partials(&self, layout: &Layout) -> Vec<Partial> {
        let count = (BAND * layout.rate / layout.hz) as usize;
        let numbered = |level: &dyn Fn(f64) -> f64| (1..=count).map(|n| (n as f64, level(n as f64))).collect();
        let ratios: Vec<(f64, f64)> = match self.spectrum {
            Spectrum::Drawbars(levels) => (1..=count).zip(levels).map(|(n, &level)| (n as f64, level)).collect(),
            Spectrum::Saw { slope } => numbered(&|n| libm::pow(n, -slope)),
            Spectrum::Hollow { slope } => numbered(&|n| if n % 2.0 == 1.0 { libm::pow(n, -slope) } else { 0.0 }),
            Spectrum::String { place, slope } => {
                numbered(&|n| libm::fabs(libm::sin(PI * n * place)) * libm::pow(n, -slope))
            }
            Spectrum::Modes(modes) => modes.iter().copied().filter(|mode| mode.0 <= count.max(1) as f64).collect(),
            Spectrum::Fm { .. } => Vec::new(),
        };
        ratios.into_iter().map(|(ratio, level)| self.partial(layout, ratio, level)).collect()
    }

    fn partial(&self, layout: &Layout, ratio: f64, level: f64) -> Partial {
        // Strings and bars ring longer the lower they are.
        let fade = self.ring * libm::pow(261.6 / layout.hz, 0.5) * libm::pow(ratio, -self.damping);
        let level = level * self.resonance(ratio * layout.hz);
        Partial { cycles: (ratio * layout.periods).round(), level, fade }
    }

    fn resonance(&self, hz: f64) -> f64 {
        if self.formants.is_empty() {
            return 1.0;
        }
        let bell = |&(centre, gain, width): &Formant| {
            let octaves = libm::log2(hz / centre) / width;
            gain * libm::exp(-octaves * octaves)
        };
        0.05 + self.formants.iter().map(bell).sum::<f64>()
    }

    fn added(&self, layout: &Layout) -> Vec<f64> {
        let mut wave = vec![0.0; layout.start + layout.length + OVERHANG];
        for (number, partial) in self.partials(layout).iter().enumerate() {
            let step = 2.0 * PI * partial.cycles / layout.length as f64;
            // Quadratic phases (Schroeder 1970) keep the peak low. The first partial starts at zero.
            let mut sine = Rotor::new(PI * (number * number) as f64 * 0.31, step);
            let mut fade = Fade::new(partial.fade, self.rest, layout);
            wave.iter_mut().for_each(|value| *value += partial.level * fade.next() * sine.next());
        }
        wave
    }

    fn modulated(&self, layout: &Layout, ratio: f64, index: f64) -> Vec<f64> {
        let step = 2.0 * PI * layout.periods / layout.length as f64;
        let modulator_step = 2.0 * PI * (ratio * layout.periods).round() / layout.length as f64;
        let mut fade = Fade::new(self.ring * libm::pow(261.6 / layout.hz, 0.5), self.rest, layout);
        // Less modulation where its side bands would leave the band.
        let index = index.min((BAND * layout.rate / layout.hz - 1.0).max(0.0) / ratio.max(1.0));
        let value = |frame: usize| {
            let time = frame as f64;
            libm::sin(step * time + index * fade.next() * libm::sin(modulator_step * time))
        };
        (0..layout.start + layout.length + OVERHANG).map(value).collect()
    }

    fn add_noise(&self, layout: &Layout, wave: &mut [f64]) {
        let (mut noise, mut edge) = (Noise::new(layout.periods as u64 + 7), LowPass::new(3000.0, layout.rate));
        let mut fade = Fade::new(0.02, 0.0, layout);
        for value in &mut wave[..layout.start] {
            *value += self.noise * fade.next() * edge.pass(noise.next());
        }
    }
}

/// A sine, by turning a pointer: its samples cost four products each.
struct Rotor {
    position: (f64, f64),
    turn: (f64, f64),
}

impl Rotor {
    fn new(phase: f64, step: f64) -> Self {
        let pointer = |angle| (libm::cos(angle), libm::sin(angle));
        Self { position: pointer(phase), turn: pointer(step) }
    }

    fn next(&mut self) -> f64 {
        let ((x, y), (cos, sin)) = (self.position, self.turn);
        self.position = (x * cos - y * sin, x * sin + y * cos);
        y
    }
}

/// From 1 down to `rest` where the loop begins, and then that.
struct Fade {
    rest: f64,
    remaining: usize,
    /// Falls by `factor` each sample, to `last` where the loop begins.
    value: f64,
    factor: f64,
    last: f64,
}

impl Fade {
    fn new(seconds: f64, rest: f64, layout: &Layout) -> Self {
        if seconds == 0.0 || layout.start == 0 {
            return Self { rest: 1.0, remaining: 0, value: 1.0, factor: 1.0, last: 0.0 };
        }
        let samples = seconds * layout.rate;
        let last = libm::exp(-(layout.start as f64) / samples);
        Self { rest, remaining: layout.start, value: 1.0, factor: libm::exp(-1.0 / samples), last }
    }

    fn next(&mut self) -> f64 {
        if self.remaining == 0 {
            return self.rest;
        }
        let share = (self.value - self.last) / (1.0 - self.last);
        self.value *= self.factor;
        self.remaining -= 1;
        self.rest + (1.0 - self.rest) * share
    }
}

/// Brought to a loudness, in 16 bits.
pub(super) fn leveled(wave: &[f64], rate: f64, loudness: f64) -> Vec<i16> {
    let head = &wave[..wave.len().min((0.1 * rate) as usize).max(1)];
    let power = head.iter().map(|value| value * value).sum::<f64>() / head.len() as f64;
    let peak = wave.iter().fold(1e-9, |peak: f64, value| peak.max(value.abs()));
    let gain = (loudness / libm::sqrt(power).max(1e-9)).min(PEAK / peak);
    wave.iter().map(|value| libm::round(value * gain * 32_767.0) as i16).collect()
}
