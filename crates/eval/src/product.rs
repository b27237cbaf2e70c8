//! Products of matrices: the one place that calls the unsafe kernels of `matrixmultiply`, behind views whose bounds are
//! checked when they are made.

/// A matrix laid over a slice by a row and a column stride. Rows may overlap, so that the windows of a signal are a matrix
/// without being copied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> View<'a, T> {
    /// `rows × columns` values, row after row.
    pub(crate) fn dense(values: &'a [T], rows: usize, columns: usize) -> Self {
        Self::windows(values, rows, columns, columns)
    }

    /// Row `i` is the `columns` values from `i · row_stride`.
    pub(crate) fn windows(values: &'a [T], rows: usize, columns: usize, row_stride: usize) -> Self {
        let end = if rows == 0 || columns == 0 { 0 } else { (rows - 1) * row_stride + columns };
        assert!(end <= values.len(), "a view of {end} values over a slice of {}", values.len());
        Self { values, rows, columns, row_stride, column_stride: 1 }
    }

    /// The same values with rows and columns exchanged.
    pub(crate) fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `a · b`, row after row.
pub(crate) fn product<T: Real>(a: View<'_, T>, b: View<'_, T>) -> Vec<T> {
    assert_eq!(a.columns, b.rows, "inner sizes of a product");
    let mut out = vec![T::default(); a.rows * b.columns];
    if a.columns > 0 && !out.is_empty() {
        T::multiply(a, b, &mut out);
    }
    out
}

/// A kind of number that matrices are multiplied in.
pub(crate) trait Real: Copy + Default {
    /// `out = a · b`; `out` holds exactly `a.rows · b.columns` values.
    fn multiply(a: View<'_, Self>, b: View<'_, Self>, out: &mut [Self]);
}

macro_rules! real {
    ($number:ty, $kernel:path) => {
        impl Real for $number {
            #[allow(unsafe_code)] // The kernels take pointers; each view was checked against its slice when it was made.
            fn multiply(a: View<'_, Self>, b: View<'_, Self>, out: &mut [Self]) {
                assert_eq!(out.len(), a.rows * b.columns);
                let (rows, depth, columns) = (a.rows, a.columns, b.columns);
                // SAFETY: for both views the last element, (rows − 1)·row_stride + (columns − 1)·column_stride, lies inside
                // the slice; `out` was just measured and, borrowed mutably, overlaps neither.
                unsafe {
                    $kernel(
                        rows,
                        depth,
                        columns,
                        1.0,
                        a.values.as_ptr(),
                        a.row_stride as isize,
                        a.column_stride as isize,
                        b.values.as_ptr(),
                        b.row_stride as isize,
                        b.column_stride as isize,
                        0.0,
                        out.as_mut_ptr(),
                        columns as isize,
                        1,
                    );
                }
            }
        }
    };
}

real!(f32, matrixmultiply::sgemm);
real!(f64, matrixmultiply::dgemm);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_by_hand() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0]);
        assert_eq!(product(View::dense(&a, 2, 2), View::dense(&b, 2, 1)), [17.0, 39.0]);
        assert_eq!(product(View::dense(&a, 2, 2).transposed(), View::dense(&b, 2, 1)), [23.0, 34.0]);
    }

    #[test]
    fn windows_overlap() {
        let signal = [1.0_f32, 2.0, 3.0, 4.0];
        assert_eq!(product(View::windows(&signal, 3, 2, 1), View::dense(&[1.0, -1.0], 2, 1)), [-1.0, -1.0, -1.0]);
    }

    #[test]
    #[should_panic(expected = "a view of 5 values over a slice of 4")]
    fn a_view_stays_inside_its_slice() {
        let _ = View::windows(&[0.0_f32; 4], 3, 3, 1);
    }
}
