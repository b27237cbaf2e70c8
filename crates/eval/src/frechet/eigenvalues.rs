//! Eigenvalues of symmetric matrices: Householder's reduction to three diagonals, then the QL steps with implicit shifts
//! (Wilkinson and Reinsch 1971, "Handbook for Automatic Computation II", contributions II/2 and II/4).

/// The eigenvalues of a symmetric `n × n` matrix, row after row, in no particular order. The numbers are finite.
pub(super) fn eigenvalues(matrix: Vec<f64>, n: usize) -> Vec<f64> {
    let (mut diagonal, mut beside) = tridiagonal(matrix, n);
    for first in 0..n {
        separate(&mut diagonal, &mut beside, first);
    }
    diagonal
}

/// The diagonal of a similar matrix of three diagonals, and the diagonal beside it, where entry `i` stands between `i` and
/// `i + 1` and the last entry is zero.
fn tridiagonal(mut matrix: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut beside = vec![0.0; n];
    for last in (1..n).rev() {
        // The row left of the diagonal is reflected onto its last entry; what is above follows by symmetry.
        let (above, row) = matrix.split_at_mut(last * n);
        let row = &mut row[..last];
        beside[last - 1] = if last == 1 { row[0] } else { reflect(above, row, n) };
    }
    ((0..n).map(|i| matrix[i * n + i]).collect(), beside)
}

/// Reflects `row` onto its last entry, which is returned, and applies the reflection from both sides to the leading block of
/// `block`, as wide as the row.
fn reflect(block: &mut [f64], row: &mut [f64], n: usize) -> f64 {
    let size = row.len();
    let largest = row.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if row[..size - 1].iter().all(|value| *value == 0.0) {
        return row[size - 1];
    }
    // Divided by its largest entry, so that no square overflows or vanishes.
    row.iter_mut().for_each(|value| *value /= largest);
    let target = -dot(row, row).sqrt().copysign(row[size - 1]);
    let half_square = target * (target - row[size - 1]);
    row[size - 1] -= target; // the row is now the normal of the mirror
    let mut change: Vec<f64> = (0..size).map(|i| dot(&block[i * n..i * n + size], row) / half_square).collect();
    let along = dot(&change, row) / (2.0 * half_square);
    change.iter_mut().zip(row.iter()).for_each(|(change, normal)| *change -= along * normal);
    for i in 0..size {
        let (normal_i, change_i) = (row[i], change[i]);
        let entries = block[i * n..i * n + size].iter_mut();
        for ((entry, normal), change) in entries.zip(row.iter()).zip(&change) {
            *entry -= normal_i * change + change_i * normal;
        }
    }
    target * largest
}

/// Eight sums side by side: the order is fixed, and the processor's vectors can be used.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    rest + sums.iter().sum::<f64>()
}

/// More QL steps for one eigenvalue than any matrix is known to need (two is usual).
const STEPS_MAX: usize = 60;

/// QL steps until `diagonal[first]` is an eigenvalue: the entry beside it is negligible.
fn separate(diagonal: &mut [f64], beside: &mut [f64], first: usize) {
    for _ in 0..STEPS_MAX {
        let negligible = |i: &usize| beside[*i].abs() <= f64::EPSILON * (diagonal[*i].abs() + diagonal[*i + 1].abs());
        let last = (first..diagonal.len() - 1).find(negligible).unwrap_or(diagonal.len() - 1);
        if last == first {
            return;
        }
        ql_step(diagonal, beside, first, last);
    }
}

/// One implicit QL step on the block from `first` to `last`, shifted by the eigenvalue of its upper two rows that is nearer to
/// the first entry.
fn ql_step(diagonal: &mut [f64], beside: &mut [f64], first: usize, last: usize) {
    let ratio = (diagonal[first + 1] - diagonal[first]) / (2.0 * beside[first]);
    let shift = diagonal[first] - beside[first] / (ratio + ratio.hypot(1.0).copysign(ratio));
    let (mut sine, mut cosine, mut moved) = (1.0, 1.0, 0.0);
    let mut bulge = diagonal[last] - shift;
    for i in (first..last).rev() {
        let (off, kept) = (sine * beside[i], cosine * beside[i]);
        let length = off.hypot(bulge);
        beside[i + 1] = length;
        if length == 0.0 {
            // The block falls apart here; the next step works on its parts.
            diagonal[i + 1] -= moved;
            beside[last] = 0.0;
            return;
        }
        (sine, cosine) = (off / length, bulge / length);
        let corner = diagonal[i + 1] - moved;
        let turned = (diagonal[i] - corner) * sine + 2.0 * cosine * kept;
        moved = sine * turned;
        diagonal[i + 1] = corner + moved;
        bulge = cosine * turned - kept;
    }
    diagonal[first] -= moved;
    beside[first] = bulge;
    beside[last] = 0.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(matrix: &[f64], n: usize) -> Vec<f64> {
        let mut values = eigenvalues(matrix.to_vec(), n);
        values.sort_by(f64::total_cmp);
        values
    }

    fn assert_close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    #[test]
    fn small_matrices_by_hand() {
        assert_close(&sorted(&[], 0), &[]);
        assert_close(&sorted(&[7.0], 1), &[7.0]);
        assert_close(&sorted(&[2.0, 1.0, 1.0, 2.0], 2), &[1.0, 3.0]);
        assert_close(&sorted(&[0.0; 9], 3), &[0.0; 3]);
        assert_close(&sorted(&[1.0; 9], 3), &[0.0, 0.0, 3.0]);
        // Eigenvalues in pairs of either sign.
        assert_close(&sorted(&[0.0, 1.0, 1.0, 0.0], 2), &[-1.0, 1.0]);
    }

    #[test]
    fn a_chain_of_springs() {
        // 2 on the diagonal and −1 beside it: 2 − 2 cos(kπ / (n + 1)).
        let n = 50;
        let entry = |at: usize| match (at / n).abs_diff(at % n) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let chain: Vec<f64> = (0..n * n).map(entry).collect();
        let expected = |k| 2.0 - 2.0 * (std::f64::consts::PI * f64::from(k) / (n as f64 + 1.0)).cos();
        assert_close(&sorted(&chain, n), &(1..=n as u32).map(expected).collect::<Vec<_>>());
    }

    #[test]
    fn a_full_matrix_of_known_eigenvalues() {
        // A mirror on both sides of a diagonal: H · diag · H with H = 1 − 2vvᵀ/vᵀv, v all ones.
        let n = 33;
        let wanted: Vec<f64> = (0..n).map(|i| (i as f64 - 10.0) * 1.5).collect();
        let mirror = |i: usize, j: usize| f64::from(u8::from(i == j)) - 2.0 / n as f64;
        let entry = |at: usize| (0..n).map(|k| mirror(at / n, k) * wanted[k] * mirror(k, at % n)).sum();
        let matrix: Vec<f64> = (0..n * n).map(entry).collect();
        assert_close(&sorted(&matrix, n), &wanted);
    }
}
