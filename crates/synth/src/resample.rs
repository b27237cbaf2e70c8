//! Sample-rate conversion by a windowed sinc: the ideal low-pass filter, shortened by a Kaiser window (Kaiser 1974), with
//! one set of taps for each of the places that an output sample can have between two input samples.

use std::f64::consts::PI;

/// Zero crossings of the sinc on each side.
const ZERO_CROSSINGS: f64 = 32.0;
/// Shape of the window: the stop band is more than 90 dB down.
const KAISER_BETA: f64 = 9.0;
/// The pass band's edge as a share of half the lower rate. The transition ends where mirrored frequencies begin.
const PASS_BAND: f64 = 0.92;

/// The samples at another rate. The first output sample stands where the first input sample stands; around the sound is
/// silence.
pub(crate) fn resample(input: &[f32], from_hz: u32, to_hz: u32) -> Vec<f32> {
    if from_hz == to_hz || input.is_empty() {
        return input.to_vec();
    }
    let filter = Filter::new(from_hz, to_hz);
    let frames = (input.len() as u64 * filter.phases).div_ceil(filter.stride);
    (0..frames).map(|frame| filter.output(input, frame)).collect()
}

/// Taps for a ratio of rates in lowest terms.
struct Filter {
    /// Output samples in as long as `stride` input samples last.
    phases: u64,
    stride: u64,
    /// Input samples used on each side of an output sample.
    reach: usize,
    /// `2 · reach` for each phase.
    taps: Vec<f32>,
}

impl Filter {
    fn new(from_hz: u32, to_hz: u32) -> Self {
        let common = u64::from(greatest_common_divisor(from_hz, to_hz));
        let (phases, stride) = (u64::from(to_hz) / common, u64::from(from_hz) / common);
        // In cycles an input sample, twice: 1 is half the input's rate.
        let cutoff = PASS_BAND * (phases as f64 / stride as f64).min(1.0);
        let reach = (ZERO_CROSSINGS / cutoff).ceil();
        let tap = |phase: u64, index: i64| {
            let distance = index as f64 - (reach - 1.0) - phase as f64 / phases as f64;
            (cutoff * sinc(cutoff * distance) * kaiser(distance / reach)) as f32
        };
        let width = 2 * reach as i64;
        let taps = (0..phases).flat_map(|phase| (0..width).map(move |index| tap(phase, index))).collect();
        Self { phases, stride, reach: reach as usize, taps }
    }

    fn output(&self, input: &[f32], frame: u64) -> f32 {
        let position = frame * self.stride;
        let (whole, phase) = ((position / self.phases) as usize, (position % self.phases) as usize);
        let taps = &self.taps[phase * 2 * self.reach..][..2 * self.reach];
        // The first tap belongs to the input sample `reach - 1` before the place of the output.
        let skipped = (self.reach - 1).saturating_sub(whole);
        let first = (whole + skipped + 1).saturating_sub(self.reach).min(input.len());
        dot(&taps[skipped.min(taps.len())..], &input[first..])
    }
}

/// The sum of products, as far as both reach. Eight sums at once, since one alone waits for itself.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let length = a.len().min(b.len());
    let (a, b) = (a[..length].chunks_exact(8), b[..length].chunks_exact(8));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The window at `x` from −1 to 1.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel_i0(KAISER_BETA * (1.0 - x * x).sqrt()) / bessel_i0(KAISER_BETA) }
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, rate: u32, frames: usize) -> Vec<f32> {
        (0..frames).map(|frame| (2.0 * PI * hz * frame as f64 / f64::from(rate)).sin() as f32).collect()
    }

    /// The largest difference away from the ends, where the filter looks into silence.
    fn difference(a: &[f32], b: &[f32]) -> f32 {
        let inner = 400..a.len().min(b.len()) - 400;
        a[inner.clone()].iter().zip(&b[inner]).fold(0.0, |most, (a, b)| most.max((a - b).abs()))
    }

    #[test]
    fn a_sine_stays_the_same_sine() {
        for (from, to) in [(44_100, 16_000), (44_100, 48_000), (16_000, 44_100), (44_100, 22_050)] {
            let resampled = resample(&sine(1000.0, from, from as usize / 5), from, to);
            assert_eq!(resampled.len(), to as usize / 5);
            let off = difference(&resampled, &sine(1000.0, to, to as usize / 5));
            assert!(off < 1e-4, "{from} to {to}: off by {off}");
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_taken_out() {
        let resampled = resample(&sine(9000.0, 44_100, 20_000), 44_100, 16_000);
        let left = difference(&resampled, &vec![0.0; resampled.len()]);
        assert!(left < 1e-4, "9 kHz left {left} at 16 kHz");
    }

    #[test]
    fn a_constant_stays_constant_and_short_sounds_are_fine() {
        let resampled = resample(&[0.5; 4000], 44_100, 48_000);
        assert!(difference(&resampled, &vec![0.5; resampled.len()]) < 1e-4);
        assert_eq!(resample(&[1.0], 44_100, 4_000).len(), 1);
        assert_eq!(resample(&[], 44_100, 4_000).len(), 0);
    }
}
