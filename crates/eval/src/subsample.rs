//! Drawing part of a set of clips without replacement, for intervals and for extrapolation. Drawing with replacement, as the
//! bootstrap does, would put equal clips into a set, which distances between sets take for a narrower set.

use rand::seq::index::sample;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::symbolic::interval::{Estimate, Z_95};

/// How figures are drawn again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// The same seed gives the same figures, whatever the number of threads.
    pub seed: u64,
    /// Draws for an interval, and for each fraction of an extrapolation.
    pub count: usize,
}

impl Draws {
    /// The random numbers of one draw.
    pub(crate) fn stream(&self, draw: usize) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(draw as u64);
        random
    }
}

/// `count` of the items, in their order.
pub(crate) fn part<'a, T>(items: &'a [T], count: usize, random: &mut impl Rng) -> Vec<&'a T> {
    let mut chosen = sample(random, items.len(), count.min(items.len())).into_vec();
    chosen.sort_unstable();
    chosen.into_iter().map(|index| &items[index]).collect()
}

/// The interval of 95 % of `value`, found on whole sets, from the values on random halves of both (the delete-half jackknife;
/// Shao and Wu 1989, "A general theory for jackknife variance estimation"). Halves lie as far around their own mean as whole
/// sets would around theirs, so that the bias of small sets is not taken for spread. The distance is at least `least`.
pub(crate) fn interval_from_halves(value: f64, halves: &[f64], clips: usize, least: f64) -> Estimate {
    let count = halves.len().max(1) as f64;
    let mean = halves.iter().sum::<f64>() / count;
    let variance = halves.iter().map(|half| (half - mean).powi(2)).sum::<f64>() / count;
    let reach = Z_95 * variance.sqrt();
    Estimate { value, low: (value - reach).max(least), high: value + reach, count: clips }
}

/// How much larger one distance is than another, each given by its value and those of its halves. Where the sets of both are
/// halved alike, as a set of pieces and what was made of the same pieces, what chance does to both falls out of the
/// difference.
///
/// ```
/// use partita_eval::difference;
/// let more = difference((2.0, &[2.0, 3.0, 4.0]), (2.5, &[2.5, 3.5, 4.5]), 100);
/// assert_eq!((more.value, more.low, more.high), (0.5, 0.5, 0.5)); // as much more in each draw
/// ```
pub fn difference(lower: (f64, &[f64]), upper: (f64, &[f64]), clips: usize) -> Estimate {
    let halves: Vec<f64> = lower.1.iter().zip(upper.1).map(|(lower, upper)| upper - lower).collect();
    interval_from_halves(upper.0 - lower.0, &halves, clips, f64::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_has_no_item_twice() {
        let draws = Draws { seed: 3, count: 1 };
        let items: Vec<usize> = (0..50).collect();
        let drawn = part(&items, 20, &mut draws.stream(0));
        assert_eq!(drawn.len(), 20);
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(drawn, part(&items, 20, &mut draws.stream(0)));
        assert_ne!(drawn, part(&items, 20, &mut draws.stream(1)));
        assert_eq!(part(&items, 99, &mut draws.stream(0)).len(), 50);
    }

    /// The mean of n numbers has the variance s²/n, and half of them drawn without replacement s²/(n/2) · (1 − 1/2).
    #[test]
    fn halves_spread_as_whole_sets_do() {
        let numbers: Vec<f64> = (0..400).map(|n| f64::from(n % 20)).collect();
        let draws = Draws { seed: 1, count: 2000 };
        let half = |draw| part(&numbers, 200, &mut draws.stream(draw)).into_iter().sum::<f64>() / 200.0;
        let halves: Vec<f64> = (0..draws.count).map(half).collect();
        let interval = interval_from_halves(9.5, &halves, 400, 0.0);
        // s² = 33.25 for 0..20, so the mean's deviation is 0.288.
        assert!((interval.high - 9.5 - 1.96 * 0.288).abs() < 0.02, "{interval:?}");
        assert_eq!((interval.value, interval.count), (9.5, 400));
    }
}
