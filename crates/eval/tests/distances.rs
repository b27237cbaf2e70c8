//! FAD and KAD of sets whose distance is known.

#![allow(clippy::unwrap_used)] // Helpers of tests, outside of the functions that clippy knows as tests.

use partita_eval::embedding::ClipEmbedding;
use partita_eval::frechet::{FrechetAudioDistance, frechet_audio_distance, plain_fad};
use partita_eval::{Draws, EvalError, SoundOptions, SoundWarning, compare_sound, kernel_audio_distance};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const DIMENSION: usize = 10;
const DRAWS: Draws = Draws { seed: 5, count: 20 };

/// Clips of four patches whose numbers are the sum of twelve uniform ones, so nearly normal with variance 1, around `centre`.
fn clips(seed: u64, count: usize, centre: f32) -> Vec<ClipEmbedding> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0;
    let mut clip = || (0..4 * DIMENSION).map(|_| normal() + centre).collect();
    (0..count).map(|_| ClipEmbedding::new(DIMENSION, clip()).unwrap()).collect()
}

fn fad(a: &[ClipEmbedding], b: &[ClipEmbedding]) -> FrechetAudioDistance {
    frechet_audio_distance(a, b, DRAWS).unwrap()
}

#[test]
fn a_set_is_at_no_distance_of_itself() {
    let set = clips(1, 40, 0.0);
    assert!(plain_fad(&set, &set).unwrap().total() < 1e-10);
}

#[test]
fn distance_does_not_depend_on_the_side() {
    let (a, b) = (clips(1, 40, 0.0), clips(2, 50, 0.3));
    let (there, back) = (plain_fad(&a, &b).unwrap(), plain_fad(&b, &a).unwrap());
    assert!((there.total() - back.total()).abs() < 1e-9);
}

#[test]
fn a_moved_set_is_at_the_square_of_its_way() {
    // Ten dimensions moved by 1 each: 10, and the bias of small sets.
    let found = fad(&clips(1, 300, 0.0), &clips(2, 300, 1.0));
    assert!((found.fad.value - 10.0).abs() < 0.5, "{found:?}");
    assert!(found.fad.low < 10.0 && 10.0 < found.fad.high, "{found:?}");
    assert!((found.mean_term / found.fad.value - 1.0).abs() < 0.02, "{found:?}");
}

#[test]
fn extrapolation_takes_the_bias_away() {
    let (a, b) = (clips(1, 60, 0.0), clips(2, 60, 0.0));
    let found = fad(&a, &b);
    // For sets of 240 patches: 2 · 10 / 240 by the means and about 10 · 11 / (2 · 240) by the covariances.
    assert!((found.fad.value - 0.312).abs() < 0.08, "{found:?}");
    assert!(found.infinite.value.abs() < 0.3 * found.fad.value, "{found:?}");
    assert!(found.infinite.r_squared > 0.95, "{found:?}");
}

#[test]
fn small_sets_get_no_fad() {
    let (few, enough) = (clips(1, 29, 0.0), clips(2, 30, 0.0));
    let refused = plain_fad(&few, &enough);
    assert!(matches!(refused, Err(EvalError::TooFewClips { side: "generated", found: 29, needed: 30, .. })));

    let options = SoundOptions::default();
    let found = compare_sound(&few, &enough, &options).unwrap();
    assert_eq!((found.fad, found.warnings), (None, vec![SoundWarning::NoFad { clips: 29 }]));
    let found = compare_sound(&enough, &clips(3, 90, 0.0), &options).unwrap();
    assert!(found.fad.is_some());
    assert_eq!(found.warnings, [SoundWarning::FewClips { clips: 30 }]);
    assert_eq!(compare_sound(&clips(1, 60, 0.0), &clips(3, 60, 0.0), &options).unwrap().warnings, []);
}

#[test]
fn equal_distributions_have_a_kernel_distance_of_zero_on_average() {
    let found: Vec<_> = (0..20)
        .map(|seed| kernel_audio_distance(&clips(2 * seed, 30, 0.0), &clips(2 * seed + 1, 30, 0.0), DRAWS, 99).unwrap())
        .collect();
    let mean = found.iter().map(|found| found.kad.value).sum::<f64>() / 20.0;
    assert!(mean.abs() < 0.1, "{mean}");
    assert!(found.iter().any(|found| found.kad.value < 0.0));
    // A p-value is uniform where nothing differs: about one in ten below a tenth.
    let small = found.iter().filter(|found| found.p_value <= 0.1).count();
    assert!(small <= 6, "{small} of 20");
}

#[test]
fn different_distributions_are_told_apart() {
    let found = kernel_audio_distance(&clips(1, 30, 0.0), &clips(2, 30, 0.5), DRAWS, 199).unwrap();
    assert_eq!(found.p_value, 1.0 / 200.0);
    assert!(found.kad.low > 0.0, "{found:?}");
    // The median distance of points of ten dimensions is about √20.
    assert!((found.bandwidth - 20.0_f64.sqrt()).abs() < 0.3, "{found:?}");
    // E k = (1 + 2/σ²)^(−5) · exp(−|δ|² / 2(σ² + 2)), δ² = 10 · 0.25.
    let within = (1.0 + 2.0 / found.bandwidth.powi(2)).powi(-5);
    let expected = 200.0 * within * (1.0 - (-2.5 / (2.0 * (found.bandwidth.powi(2) + 2.0))).exp());
    assert!((found.kad.value - expected).abs() < 0.25 * expected, "{} is not {expected}", found.kad.value);
}

#[test]
fn the_seed_gives_the_figures() {
    let (a, b) = (clips(1, 40, 0.0), clips(2, 40, 0.2));
    let options = SoundOptions::default();
    let found = compare_sound(&a, &b, &options).unwrap();
    assert_eq!(found, compare_sound(&a, &b, &options).unwrap());
    let other = SoundOptions { draws: Draws { seed: 1, ..options.draws }, ..options };
    assert_ne!(found.fad.unwrap().fad.high, compare_sound(&a, &b, &other).unwrap().fad.unwrap().fad.high);
}

#[test]
fn sets_of_different_embeddings_are_refused() {
    let other: Vec<_> = (0..40).map(|_| ClipEmbedding::new(3, vec![0.0; 6]).unwrap()).collect();
    let refused = compare_sound(&clips(1, 40, 0.0), &other, &SoundOptions::default());
    assert!(matches!(refused, Err(EvalError::Dimension { .. })));
}
