//! A factor of a covariance, singular ones included.

/// A matrix `F` of some rows of `n` values with `Fᵀ F = covariance`, by Cholesky's method with the largest pivot first
/// (Higham 1990, "Analysis of the Cholesky decomposition of a semi-definite matrix"). It has as many rows as the covariance has
/// rank: directions in which only rounding is left are dropped.
pub(super) fn factor(covariance: &[f64], n: usize) -> Vec<f64> {
    let mut left: Vec<f64> = (0..n).map(|i| covariance[i * n + i]).collect();
    let negligible = left.iter().copied().fold(0.0, f64::max) * n as f64 * f64::EPSILON;
    let mut rows = Vec::new();
    for _ in 0..n {
        let pivot = (0..n).fold(0, |best, i| if left[i] > left[best] { i } else { best });
        if left[pivot] <= negligible {
            break;
        }
        let row = next_row(&covariance[pivot * n..(pivot + 1) * n], &rows, pivot, left[pivot]);
        left.iter_mut().zip(&row).for_each(|(left, entry)| *left -= entry * entry);
        left[pivot] = 0.0;
        rows.extend(row);
    }
    rows
}

/// What the rows so far leave of the covariance's row at the pivot, over the root of what they leave of the pivot itself.
fn next_row(covariance: &[f64], rows: &[f64], pivot: usize, left: f64) -> Vec<f64> {
    let mut next = covariance.to_vec();
    for row in rows.chunks_exact(covariance.len()) {
        let weight = row[pivot];
        next.iter_mut().zip(row).for_each(|(next, entry)| *next -= weight * entry);
    }
    let root = left.sqrt();
    next.iter_mut().for_each(|entry| *entry /= root);
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Fᵀ F`.
    fn squared(factor: &[f64], n: usize) -> Vec<f64> {
        let entry = |at: usize| factor.chunks_exact(n).map(|row| row[at / n] * row[at % n]).sum();
        (0..n * n).map(entry).collect()
    }

    #[test]
    fn a_factor_by_hand() {
        let rows = factor(&[4.0, 2.0, 2.0, 10.0], 2);
        assert_eq!(rows.len(), 4);
        let square = squared(&rows, 2);
        assert!(square.iter().zip([4.0, 2.0, 2.0, 10.0]).all(|(found, wanted)| (found - wanted).abs() < 1e-14));
    }

    #[test]
    fn a_singular_matrix_has_fewer_rows() {
        assert_eq!(factor(&[1.0, 2.0, 2.0, 4.0], 2), [1.0, 2.0]);
        assert!(factor(&[0.0; 4], 2).is_empty());
    }
}
