//! How far one set of vectors is from another. Vectors stand one after another in a slice.

use partita_eval::embedding::ClipEmbedding;
use partita_eval::frechet::{Gaussian, frechet_distance};

/// The squared Fréchet distance of the Gaussians of two sets, divided by the real set's total variance: 0 where they are
/// the same, 1 where all of the real set is taken for its mean. Nothing where a set has fewer than two vectors.
///
/// The division makes it a figure of its own, whatever the scale that an encoder gives its latents.
pub fn relative_frechet_distance(dimension: usize, real: &[f32], other: &[f32]) -> Option<f64> {
    let gaussian = |values: &[f32]| Gaussian::fit([&ClipEmbedding::new(dimension, values.to_vec()).ok()?]).ok();
    let (real, other) = (gaussian(real)?, gaussian(other)?);
    let variance: f64 = real.covariance().iter().step_by(dimension + 1).sum();
    Some(frechet_distance(&real, &other).ok()?.total() / variance.max(f64::MIN_POSITIVE))
}

/// The mean Euclidean distance of any two vectors of a set; 0 where there is one at most.
pub fn pairwise_distance(dimension: usize, values: &[f32]) -> f64 {
    let vectors: Vec<&[f32]> = values.chunks_exact(dimension).collect();
    let pairs = vectors.len() * vectors.len().saturating_sub(1) / 2;
    let from = |index: usize| vectors[index + 1..].iter().map(|other| distance(vectors[index], other)).sum::<f64>();
    (0..vectors.len()).map(from).sum::<f64>() / pairs.max(1) as f64
}

/// Which real vectors lie within the reach of the generated set: no farther from some generated vector than that one's
/// `k`-th nearest neighbour among the generated (the recall of Kynkäänniemi et al. 2019; with the sets exchanged, their
/// precision).
pub fn recall(dimension: usize, real: &[f32], generated: &[f32], k: usize) -> Vec<bool> {
    let generated: Vec<&[f32]> = generated.chunks_exact(dimension).collect();
    let reach = |centre: &&[f32]| -> f64 {
        let mut distances: Vec<f64> = generated.iter().map(|other| distance(centre, other)).collect();
        distances.sort_by(f64::total_cmp);
        distances.get(k).or(distances.last()).copied().unwrap_or(0.0) // the nearest is the vector itself
    };
    let reaches: Vec<f64> = generated.iter().map(reach).collect();
    let within =
        |vector: &[f32]| generated.iter().zip(&reaches).any(|(centre, reach)| distance(vector, centre) <= *reach);
    real.chunks_exact(dimension).map(within).collect()
}

/// The Euclidean distance.
pub(super) fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_relative_distance_is_as_worked_out_by_hand() {
        // Variance 2 (of 1 and 3, unbiased) and mean 2; the other has variance 8 and mean 5: (9 + (√8 − √2)²) / 2
        let found = relative_frechet_distance(1, &[1.0, 3.0], &[3.0, 7.0]).unwrap();
        assert!((found - 5.5).abs() < 1e-9, "{found}");
        assert_eq!(relative_frechet_distance(1, &[1.0], &[3.0, 7.0]), None);
    }

    #[test]
    fn pairs_are_counted_once() {
        // 3-4-5: (5 + 3 + 4) / 3
        assert!((pairwise_distance(2, &[0.0, 0.0, 3.0, 4.0, 3.0, 0.0]) - 4.0).abs() < 1e-9);
        assert_eq!(pairwise_distance(2, &[1.0, 1.0]), 0.0);
    }

    #[test]
    fn a_mode_that_nothing_reaches_is_not_recalled() {
        let generated = [0.0, 0.1, 0.2, 0.3, 0.4];
        assert_eq!(recall(1, &[0.15, 0.25, 9.0, 9.1], &generated, 3), [true, true, false, false]);
    }
}
