//! The Fréchet distance against SciPy and against the laws of a distance.

#![allow(clippy::unwrap_used)] // Helpers of tests, outside of the functions that clippy knows as tests.

use partita_eval::frechet::{FrechetDistance, Gaussian, frechet_distance};
use proptest::prelude::*;

/// Numbers in ±0.5 by a generator that is written down in three lines of any language.
fn numbers(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

/// A Gaussian whose covariance is `Aᵀ A` with `rank × n` numbers in `A`.
fn gaussian(seed: u64, rank: usize, n: usize) -> Gaussian {
    let a = numbers(seed, rank * n);
    let entry = |at: usize| a.chunks_exact(n).map(|row| row[at / n] * row[at % n]).sum();
    let covariance: Vec<f64> = (0..n * n).map(entry).collect();
    Gaussian::new(numbers(seed + 100, n), &covariance).unwrap()
}

fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6 * expected.max(1.0), "{found} is not {expected}");
}

/// SciPy 1.17: the mean term, and the covariance term by `svdvals` of `A Bᵀ`, which is exact for singular covariances as
/// well; there `sqrtm` of the product is itself off by up to 5e-5.
#[test]
fn distances_are_scipys() {
    let cases = [
        ((1, 3), (2, 3), 3, 0.597_102_797_8, 0.475_032_903_9),
        ((1, 20), (2, 20), 20, 3.865_994_024_5, 15.489_536_241_4),
        ((3, 200), (4, 200), 200, 32.767_974_497_4, 1_661.746_618_350_6),
        ((5, 300), (6, 250), 200, 30.754_995_862_6, 1_722.058_415_461_5),
        ((7, 40), (8, 200), 200, 33.711_975_678_0, 2_752.594_898_864_9),
        ((9, 120), (10, 60), 200, 41.596_772_063_4, 1_635.449_112_862_4),
        ((11, 5), (12, 7), 40, 6.395_047_306_8, 28.723_437_180_2),
    ];
    for ((seed_a, rank_a), (seed_b, rank_b), n, mean_term, covariance_term) in cases {
        let (a, b) = (gaussian(seed_a, rank_a, n), gaussian(seed_b, rank_b, n));
        let found = frechet_distance(&a, &b).unwrap();
        assert_close(found.mean_term, mean_term);
        assert_close(found.covariance_term, covariance_term);
    }
}

#[test]
fn equal_means_leave_the_covariances() {
    // Covariances that commute: Σ (√a − √b)².
    let diagonal = |values: [f64; 3]| {
        let [a, b, c] = values;
        Gaussian::new(vec![1.0; 3], &[a, 0.0, 0.0, 0.0, b, 0.0, 0.0, 0.0, c]).unwrap()
    };
    let found = frechet_distance(&diagonal([4.0, 1.0, 0.0]), &diagonal([1.0, 9.0, 4.0])).unwrap();
    assert_eq!(found.mean_term, 0.0);
    assert_close(found.covariance_term, 1.0 + 4.0 + 4.0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn laws_of_a_distance(seed in 0_u64..1_000_000, rank_a in 1_usize..12, rank_b in 1_usize..12, n in 1_usize..9) {
        let (a, b) = (gaussian(seed, rank_a, n), gaussian(seed + 7, rank_b, n));
        let total = |a: &Gaussian, b: &Gaussian| frechet_distance(a, b).as_ref().map(FrechetDistance::total).unwrap();
        // A root of an eigenvalue that rounding left near 0 is only good to the root of the rounding.
        prop_assert!(total(&a, &a) < 1e-6);
        prop_assert!(total(&a, &b) >= 0.0);
        prop_assert!((total(&a, &b) - total(&b, &a)).abs() < 1e-6);
    }
}
