//! The Fréchet distance of two Gaussians.

use serde::{Deserialize, Serialize};

use super::cholesky::factor;
use super::eigenvalues::eigenvalues;
use super::gaussian::Gaussian;
use crate::EvalError;
use crate::product::{View, product};

/// A Fréchet distance and the two terms it is the sum of. In squares of the embedding's unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FrechetDistance {
    /// `‖μ_a − μ_b‖²`: how far the sets' centres lie apart.
    pub mean_term: f64,
    /// `tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^½)`: how differently the sets spread.
    pub covariance_term: f64,
}

impl FrechetDistance {
    /// Both terms together.
    pub fn total(&self) -> f64 {
        self.mean_term + self.covariance_term
    }
}

/// The (squared) Fréchet distance `‖μ_a − μ_b‖² + tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^½)` of Gaussians (Dowson and Landau 1982,
/// "The Fréchet distance between multivariate normal distributions"); as FAD in Kilgour et al. 2019, "Fréchet Audio
/// Distance", equation 2.
///
/// `Σ_a Σ_b` is not symmetric, and general matrix square roots of it come out imaginary or too large where a set has fewer patches
/// than dimensions. With `Σ_a = Fᵀ F` it has the eigenvalues of the symmetric `F Σ_b Fᵀ`, which are real, and whose negative
/// ones are known to be rounding. The distance is never negative.
///
/// ```
/// use partita_eval::frechet::{Gaussian, frechet_distance};
///
/// let narrow = Gaussian::new(vec![0.0, 0.0], &[1.0, 0.0, 0.0, 4.0])?;
/// let wide = Gaussian::new(vec![3.0, 0.0], &[9.0, 0.0, 0.0, 4.0])?;
/// let distance = frechet_distance(&narrow, &wide)?;
/// assert!((distance.mean_term - 9.0).abs() < 1e-12); // 3²
/// assert!((distance.covariance_term - 4.0).abs() < 1e-12); // (√9 − √1)²
/// # Ok::<(), partita_eval::EvalError>(())
/// ```
///
/// # Errors
/// [`EvalError::Dimension`] where the Gaussians have different dimensions.
pub fn frechet_distance(a: &Gaussian, b: &Gaussian) -> Result<FrechetDistance, EvalError> {
    let n = a.dimension();
    if b.dimension() != n {
        return Err(EvalError::Dimension { what: "the second Gaussian", found: b.dimension(), expected: n });
    }
    let mean_term = a.mean().iter().zip(b.mean()).map(|(a, b)| (a - b).powi(2)).sum();
    let spread = trace(a) + trace(b) - 2.0 * trace_of_root(a, b);
    Ok(FrechetDistance { mean_term, covariance_term: spread.max(0.0) })
}

fn trace(gaussian: &Gaussian) -> f64 {
    gaussian.covariance().iter().step_by(gaussian.dimension() + 1).sum()
}

/// `tr (Σ_a Σ_b)^½`.
fn trace_of_root(a: &Gaussian, b: &Gaussian) -> f64 {
    let n = a.dimension();
    let factor = factor(a.covariance(), n);
    let rank = factor.len() / n.max(1);
    let rows = View::dense(&factor, rank, n);
    let half = product(rows, View::dense(b.covariance(), n, n));
    let symmetric = product(View::dense(&half, rank, n), rows.transposed());
    let values = eigenvalues(symmetric, rank);
    // The root of an eigenvalue that should be zero, and is one rounding off, would count as 1e-8 of the largest.
    let negligible = values.iter().copied().fold(0.0, f64::max) * n as f64 * f64::EPSILON;
    values.into_iter().filter(|value| *value > negligible).map(f64::sqrt).sum()
}
