//! The Fréchet Audio Distance of two sets of clips: itself, how sure it is, and what it would be with sets without end.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{FrechetDistance, Gaussian, frechet_distance};
use crate::EvalError;
use crate::embedding::ClipEmbedding;
use crate::subsample::{Draws, interval_from_halves, part};
use crate::symbolic::interval::Estimate;

/// Below so many clips a side FAD is mostly its own bias, and refused.
pub const FAD_CLIPS_MIN: usize = 30;

/// The fractions of both sets from which FAD∞ is extrapolated.
const FRACTIONS: [f64; 7] = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

/// FAD of two sets of clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrechetAudioDistance {
    /// On all clips, with its interval and the clips of the smaller set.
    pub fad: Estimate,
    /// The part of it that comes from the means.
    pub mean_term: f64,
    /// Extrapolated to sets without end.
    pub infinite: Extrapolation,
    /// On random halves of both sets, draw after draw: what the interval rests on. Sets of equal sizes are halved alike, so
    /// that two distances can be compared draw by draw ([`difference`](crate::difference)).
    pub halves: Vec<f64>,
}

/// FAD∞.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extrapolation {
    /// Where the line meets sets without end. It may fall below zero by its own error.
    pub value: f64,
    /// The share of the fractions' variance that the line explains: near 1 where the extrapolation is to be trusted.
    pub r_squared: f64,
}

/// The Fréchet Audio Distance between all patches of two sets of clips, without interval or extrapolation.
///
/// # Errors
/// [`EvalError::TooFewClips`] below [`FAD_CLIPS_MIN`] a side, and those of [`Gaussian::fit`].
pub fn plain_fad(generated: &[ClipEmbedding], reference: &[ClipEmbedding]) -> Result<FrechetDistance, EvalError> {
    for (side, clips) in [("generated", generated), ("reference", reference)] {
        if clips.len() < FAD_CLIPS_MIN {
            return Err(EvalError::TooFewClips { figure: "FAD", side, found: clips.len(), needed: FAD_CLIPS_MIN });
        }
    }
    distance(generated, reference)
}

/// FAD with its interval, from random halves of both sets, and FAD∞.
///
/// FAD is too large by about `c/N` for sets of `N` clips. FAD∞ is the intercept of the line through the mean FAD of seven
/// fractions of both sets, drawn without replacement, over the inverse of their size (Chong and Forsyth 2020, "Effectively
/// unbiased FID and Inception Score"; for audio Gui et al. 2024, "Adapting Fréchet Audio Distance for generative music
/// evaluation"). Both sets shrink together, so that the bias of either is taken away.
///
/// # Errors
/// As [`plain_fad`].
pub fn frechet_audio_distance(
    generated: &[ClipEmbedding],
    reference: &[ClipEmbedding],
    draws: Draws,
) -> Result<FrechetAudioDistance, EvalError> {
    let whole = plain_fad(generated, reference)?;
    let halves = drawn(generated, reference, 0.5, draws)?;
    let clips = generated.len().min(reference.len());
    Ok(FrechetAudioDistance {
        fad: interval_from_halves(whole.total(), &halves, clips, 0.0),
        mean_term: whole.mean_term,
        infinite: extrapolate(generated, reference, draws)?,
        halves,
    })
}

fn extrapolate(
    generated: &[ClipEmbedding],
    reference: &[ClipEmbedding],
    draws: Draws,
) -> Result<Extrapolation, EvalError> {
    let point = |(index, fraction): (usize, &f64)| {
        // Each fraction draws its own parts; of the whole there is but one.
        let count = if *fraction < 1.0 { draws.count.max(1) } else { 1 };
        let own = Draws { seed: draws.seed.wrapping_add(1 + index as u64), count };
        let values = drawn(generated, reference, *fraction, own)?;
        let bias = inverse_sizes(generated.len(), reference.len(), *fraction)
            / inverse_sizes(generated.len(), reference.len(), 1.0);
        Ok((bias, values.iter().sum::<f64>() / values.len() as f64))
    };
    let points: Result<Vec<_>, EvalError> = FRACTIONS.iter().enumerate().map(point).collect();
    Ok(line_through(&points?))
}

/// The sum of the sets' inverse sizes, which FAD's bias goes with.
fn inverse_sizes(generated: usize, reference: usize, fraction: f64) -> f64 {
    1.0 / part_of(generated, fraction) as f64 + 1.0 / part_of(reference, fraction) as f64
}

fn part_of(clips: usize, fraction: f64) -> usize {
    ((clips as f64 * fraction).round() as usize).max(2)
}

/// The FAD of random parts of both sets, draw after draw.
fn drawn(
    generated: &[ClipEmbedding],
    reference: &[ClipEmbedding],
    fraction: f64,
    draws: Draws,
) -> Result<Vec<f64>, EvalError> {
    let draw = |index| {
        let mut random = draws.stream(index);
        let generated = part(generated, part_of(generated.len(), fraction), &mut random);
        let reference = part(reference, part_of(reference.len(), fraction), &mut random);
        distance(generated, reference).map(|distance| distance.total())
    };
    (0..draws.count).into_par_iter().map(draw).collect()
}

fn distance<'a>(
    generated: impl IntoIterator<Item = &'a ClipEmbedding>,
    reference: impl IntoIterator<Item = &'a ClipEmbedding>,
) -> Result<FrechetDistance, EvalError> {
    frechet_distance(&Gaussian::fit(generated)?, &Gaussian::fit(reference)?)
}

/// The least-squares line's value at zero, and its R².
fn line_through(points: &[(f64, f64)]) -> Extrapolation {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| points.iter().map(|(x, y)| of(x - mean_x, y - mean_y)).sum::<f64>();
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    let r_squared = if yy > 0.0 { xy * xy / (xx * yy) } else { 1.0 };
    Extrapolation { value: mean_y - xy / xx * mean_x, r_squared }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_by_hand() {
        let exact = line_through(&[(1.0, 5.0), (2.0, 7.0), (4.0, 11.0)]);
        assert!((exact.value - 3.0).abs() < 1e-12 && (exact.r_squared - 1.0).abs() < 1e-12);
        // Points (−1, 0), (0, 3), (1, 0) around x = 0: no slope, nothing explained.
        let flat = line_through(&[(1.0, 0.0), (2.0, 3.0), (3.0, 0.0)]);
        assert_eq!(flat, Extrapolation { value: 1.0, r_squared: 0.0 });
    }
}
