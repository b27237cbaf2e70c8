//! The embedding against the original network.

#![allow(clippy::unwrap_used)] // Helpers of tests, outside of the functions that clippy knows as tests.

use partita_eval::EvalError;
use partita_eval::embedding::{Embedder, Musicnn};

/// A tone with a rising sweep, as in `data/README.md`.
fn sweep(samples: u32) -> Vec<f32> {
    let sample = |n: f64| (0.5 * (n * 0.05).sin() + 0.25 * (n * n * 1e-5).sin()) as f32;
    (0..samples).map(|n| sample(f64::from(n))).collect()
}

/// What the original graph gives for the sweep's first patch.
fn reference() -> Vec<f32> {
    include_str!("data/musicnn_sweep.txt").lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn the_embedding_is_the_original_networks() {
    let clip = Musicnn::bundled().unwrap().embed(&sweep(49_000)).unwrap();
    let expected = reference();
    assert_eq!((clip.patch_count(), clip.dimension()), (1, expected.len()));
    let worst =
        clip.values().iter().zip(&expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-4, "differs by {worst}");
}

#[test]
fn threads_do_not_change_the_numbers() {
    let network = Musicnn::bundled().unwrap();
    let clips = vec![sweep(48_000), sweep(50_000), sweep(100_000)];
    let together = network.embed_all(&clips).unwrap();
    let alone: Vec<_> = clips.iter().map(|clip| network.embed(clip).unwrap()).collect();
    assert_eq!(together, alone);
    assert_eq!(together.iter().map(|clip| clip.patch_count()).collect::<Vec<_>>(), [1, 1, 2]);
}

#[test]
fn what_cannot_be_heard_is_refused() {
    let network = Musicnn::bundled().unwrap();
    let short = network.embed(&sweep(47_615)).unwrap_err();
    assert!(matches!(short, EvalError::ClipTooShort { found: 47_615, needed: 47_616, .. }), "{short}");
    assert!(network.embed(&sweep(47_616)).is_ok());

    let mut damaged = sweep(48_000);
    damaged[123] = f32::NAN;
    assert!(matches!(network.embed(&damaged), Err(EvalError::NotFinite { index: 123, .. })));
    assert!(matches!(network.embed(&vec![0.0; 9_600_001]), Err(EvalError::Limit { limit: 9_600_000, .. })));
}
