//! The Gaussian that a set of vectors is taken for.

use crate::EvalError;
use crate::embedding::ClipEmbedding;
use crate::product::{View, product};

/// The largest vectors whose covariance is computed: at 4096 it takes 128 MiB.
const DIMENSION_MAX: usize = 4096;

/// A mean and a covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaussian {
    mean: Vec<f64>,
    /// Symmetric, row after row.
    covariance: Vec<f64>,
}

impl Gaussian {
    /// A Gaussian with this mean and covariance, the latter row after row. Only its symmetric part counts.
    ///
    /// # Errors
    /// [`EvalError::Dimension`] where the covariance is not as wide and high as the mean is long; [`EvalError::NotFinite`];
    /// [`EvalError::Limit`].
    pub fn new(mean: Vec<f64>, covariance: &[f64]) -> Result<Self, EvalError> {
        let n = check_dimension(mean.len())?;
        if covariance.len() != n * n {
            return Err(EvalError::Dimension { what: "a covariance", found: covariance.len(), expected: n * n });
        }
        if let Some(index) = mean.iter().chain(covariance).position(|number| !number.is_finite()) {
            return Err(EvalError::NotFinite { what: "mean or covariance", index });
        }
        let symmetric = |at: usize| 0.5 * (covariance[at] + covariance[at % n * n + at / n]);
        Ok(Self { mean, covariance: (0..n * n).map(symmetric).collect() })
    }

    /// The Gaussian of all patches of these clips, pooled; the covariance is the unbiased one, over patches less one.
    ///
    /// # Errors
    /// [`EvalError::TooFewClips`] with fewer than two patches; [`EvalError::Dimension`] where clips differ in it;
    /// [`EvalError::Limit`].
    pub fn fit<'a>(clips: impl IntoIterator<Item = &'a ClipEmbedding>) -> Result<Self, EvalError> {
        let clips: Vec<&ClipEmbedding> = clips.into_iter().collect();
        let patches: usize = clips.iter().map(|clip| clip.patch_count()).sum();
        if patches < 2 {
            return Err(EvalError::TooFewClips {
                figure: "a covariance",
                side: "smaller",
                found: clips.len(),
                needed: 2,
            });
        }
        let n = check_dimension(clips[0].dimension())?;
        if let Some(other) = clips.iter().find(|clip| clip.dimension() != n) {
            return Err(EvalError::Dimension { what: "a clip's embedding", found: other.dimension(), expected: n });
        }
        let mut values: Vec<f64> = clips.iter().flat_map(|clip| clip.values()).copied().map(f64::from).collect();
        let mean = centre(&mut values, n);
        let rows = View::dense(&values, patches, n);
        let mut covariance = product(rows.transposed(), rows);
        covariance.iter_mut().for_each(|sum| *sum /= (patches - 1) as f64);
        Self::new(mean, &covariance)
    }

    /// Size of the mean.
    pub fn dimension(&self) -> usize {
        self.mean.len()
    }

    /// The mean.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// The covariance, row after row.
    pub fn covariance(&self) -> &[f64] {
        &self.covariance
    }
}

fn check_dimension(n: usize) -> Result<usize, EvalError> {
    if n > DIMENSION_MAX {
        let (found, limit) = (n as u64, DIMENSION_MAX as u64);
        return Err(EvalError::Limit { what: "the dimension of an embedding", found, limit });
    }
    Ok(n)
}

/// Takes the mean of rows of `n` values away from them, and returns it.
fn centre(values: &mut [f64], n: usize) -> Vec<f64> {
    let mut mean = vec![0.0; n];
    for row in values.chunks_exact(n) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    let rows = (values.len() / n) as f64;
    mean.iter_mut().for_each(|sum| *sum /= rows);
    for row in values.chunks_exact_mut(n) {
        row.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
    }
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_by_hand() {
        let clip = |values: &[f32]| ClipEmbedding::new(2, values.to_vec()).unwrap();
        let (a, b) = (clip(&[1.0, 0.0, 2.0, 2.0]), clip(&[3.0, 4.0]));
        let gaussian = Gaussian::fit([&a, &b]).unwrap();
        assert_eq!(gaussian.mean(), [2.0, 2.0]);
        assert_eq!(gaussian.covariance(), [1.0, 2.0, 2.0, 4.0]);
    }

    #[test]
    fn sizes_are_checked() {
        let clip = |n: usize| ClipEmbedding::new(n, vec![0.0; 2 * n]).unwrap();
        assert!(matches!(Gaussian::fit([&clip(2), &clip(3)]), Err(EvalError::Dimension { found: 3, expected: 2, .. })));
        assert!(matches!(Gaussian::fit([]), Err(EvalError::TooFewClips { found: 0, .. })));
        assert!(matches!(Gaussian::fit([&clip(5000)]), Err(EvalError::Limit { found: 5000, .. })));
        assert!(matches!(Gaussian::new(vec![0.0; 2], &[0.0; 3]), Err(EvalError::Dimension { found: 3, .. })));
        assert!(matches!(Gaussian::new(vec![0.0], &[f64::NAN]), Err(EvalError::NotFinite { index: 1, .. })));
    }
}
