//! How sure a figure is: intervals of confidence for shares and for means.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The standard normal distribution's 97.5 % quantile, for intervals of 95 %.
pub(crate) const Z_95: f64 = 1.959_963_984_540_054;

/// A figure with its interval of 95 % and the number of cases that it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// N.
    pub count: usize,
}

impl Estimate {
    /// A share with Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
    /// inference", 1927), right for small N and for shares near 0 and 1; `None` of no trials.
    ///
    /// ```
    /// use partita_eval::symbolic::interval::Estimate;
    /// let share = Estimate::wilson(9, 10).ok_or("no trials")?;
    /// assert!((share.low - 0.5958).abs() < 1e-4 && (share.high - 0.9821).abs() < 1e-4);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn wilson(successes: usize, trials: usize) -> Option<Self> {
        if trials == 0 {
            return None;
        }
        let (n, share) = (trials as f64, successes.min(trials) as f64 / trials as f64);
        let z2 = Z_95 * Z_95;
        let middle = share + z2 / (2.0 * n);
        let half = Z_95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        let end = |value: f64| (value / (1.0 + z2 / n)).clamp(0.0, 1.0);
        // Rounding must not leave the share outside of its own interval.
        let (low, high) = (end(middle - half).min(share), end(middle + half).max(share));
        Some(Self { value: share, low, high, count: trials })
    }

    /// A mean with the percentile bootstrap's interval (B. Efron, "Bootstrap methods", 1979): the middle 95 % of the
    /// means of `resamples` draws with replacement; `None` of no values. For means only: distances between sets, such
    /// as FAD, are biased by drawing with replacement.
    pub fn bootstrap_mean(values: &[f64], resamples: usize, seed: u64) -> Option<Self> {
        if values.is_empty() || resamples == 0 {
            return None;
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = || values[random.random_range(0..values.len())];
        let n = values.len() as f64;
        let mut means: Vec<f64> = (0..resamples).map(|_| (0..values.len()).map(|_| draw()).sum::<f64>() / n).collect();
        means.sort_unstable_by(f64::total_cmp);
        let value = values.iter().sum::<f64>() / n;
        Some(Self { value, low: quantile(&means, 0.025), high: quantile(&means, 0.975), count: values.len() })
    }

    /// A ratio of sums, such as nats to notes, with the percentile bootstrap's interval: the middle 95 % of the ratios of
    /// `resamples` draws of whole pairs; `None` where the second parts sum to nothing.
    ///
    /// ```
    /// use partita_eval::symbolic::interval::Estimate;
    /// let nats_and_notes = [(6.0, 2.0), (30.0, 10.0)];
    /// assert_eq!(Estimate::bootstrap_ratio(&nats_and_notes, 100, 1).map(|e| (e.value, e.low, e.count)), Some((3.0, 3.0, 2)));
    /// ```
    pub fn bootstrap_ratio(pairs: &[(f64, f64)], resamples: usize, seed: u64) -> Option<Self> {
        let ratio = |sums: (f64, f64)| sums.0 / sums.1;
        let sum = |sums: (f64, f64), pair: &(f64, f64)| (sums.0 + pair.0, sums.1 + pair.1);
        let whole = pairs.iter().fold((0.0, 0.0), sum);
        if whole.1 <= 0.0 || resamples == 0 {
            return None;
        }
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut draw =
            |_| (0..pairs.len()).fold((0.0, 0.0), |sums, _| sum(sums, &pairs[random.random_range(0..pairs.len())]));
        let mut ratios: Vec<f64> = (0..resamples).map(&mut draw).filter(|sums| sums.1 > 0.0).map(ratio).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let ends = [0.025, 0.975].map(|share| if ratios.is_empty() { ratio(whole) } else { quantile(&ratios, share) });
        Some(Self { value: ratio(whole), low: ends[0], high: ends[1], count: pairs.len() })
    }
}

/// The quantile of sorted values, of which there is at least one, between two of them in proportion.
///
/// # Panics
/// Without values.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_is_that_of_the_formula() {
        // 50 of 100: (0.5 + 0.0192) / 1.0384 -+ 1.96 x sqrt(0.0025 + 0.000096) / 1.0384, by hand.
        let half = Estimate::wilson(50, 100).unwrap();
        assert!((half.low - 0.4038).abs() < 1e-4 && (half.high - 0.5962).abs() < 1e-4, "{half:?}");
        // Never a share of exactly 0 or 1 beyond doubt: 0 of 10 may still be 28 %.
        let none = Estimate::wilson(0, 10).unwrap();
        assert!(none.low == 0.0 && (none.high - 0.2775).abs() < 1e-4, "{none:?}");
        assert_eq!(Estimate::wilson(0, 0), None);
    }

    #[test]
    fn the_bootstrap_agrees_with_the_normal_interval_of_many_values() {
        let values: Vec<f64> = (0..1000).map(|n| f64::from(n % 100)).collect();
        let mean = Estimate::bootstrap_mean(&values, 2000, 3).unwrap();
        // Standard error 28.87 / sqrt(1000) = 0.913.
        assert_eq!((mean.value, mean.count), (49.5, 1000));
        assert!((mean.low - (49.5 - 1.79)).abs() < 0.2 && (mean.high - (49.5 + 1.79)).abs() < 0.2, "{mean:?}");
        assert_eq!(Estimate::bootstrap_mean(&values, 2000, 3), Some(mean));
        assert_eq!(Estimate::bootstrap_mean(&[], 10, 3), None);
    }

    #[test]
    fn quantiles_lie_between_values() {
        assert_eq!([0.0, 0.25, 0.5, 1.0].map(|share| quantile(&[1.0, 2.0, 4.0], share)), [1.0, 1.5, 2.0, 4.0]);
    }
}
