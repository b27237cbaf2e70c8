//! Density estimation with Gaussian kernels (D. W. Scott, *Multivariate Density Estimation*, 1992).

/// The least bandwidth, in the unit of the distances: distances between histograms lie between 0 and √2, and a set of equal
/// ones has no width of its own.
const BANDWIDTH_MIN: f64 = 1e-3;
/// Bandwidths beyond which a kernel is taken as 0 (e⁻³² there).
const KERNEL_REACH: f64 = 8.0;

/// A density estimated from values: the mean of a Gaussian round each of them.
pub(crate) struct Density<'a> {
    values: &'a [f64],
    bandwidth: f64,
}

impl<'a> Density<'a> {
    /// Bandwidth by Scott's rule: the standard deviation times n^(−1/5). `values` holds at least one.
    pub(crate) fn new(values: &'a [f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let deviation = (squares / (n - 1.0).max(1.0)).sqrt();
        Self { values, bandwidth: (deviation * n.powf(-0.2)).max(BANDWIDTH_MIN) }
    }

    /// From the least to the greatest value, with some bandwidths on either side.
    pub(crate) fn reach(&self, bandwidths: f64) -> (f64, f64) {
        let fold = |start: f64, pick: fn(f64, f64) -> f64| self.values.iter().copied().fold(start, pick);
        let margin = bandwidths * self.bandwidth;
        (fold(f64::INFINITY, f64::min) - margin, fold(f64::NEG_INFINITY, f64::max) + margin)
    }

    /// The density at `points` places from `low`, `width` apart.
    pub(crate) fn on_grid(&self, low: f64, width: f64, points: usize) -> Vec<f64> {
        let mut density = vec![0.0; points];
        let height = 1.0 / (self.values.len() as f64 * self.bandwidth * std::f64::consts::TAU.sqrt());
        let reach = KERNEL_REACH * self.bandwidth;
        for &value in self.values {
            let first = ((value - reach - low) / width).ceil().max(0.0) as usize;
            let kernels = density.iter_mut().enumerate().skip(first).map(|(point, density)| {
                let z = (low + point as f64 * width - value) / self.bandwidth;
                (z, density)
            });
            kernels
                .take_while(|&(z, _)| z <= KERNEL_REACH)
                .for_each(|(z, density)| *density += height * (-0.5 * z * z).exp());
        }
        density
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_density_is_scipys() {
        // scipy.stats.gaussian_kde([0.1, 0.4, 0.5, 0.9]) at 0, 0.3, 0.6.
        let density = Density::new(&[0.1, 0.4, 0.5, 0.9]).on_grid(0.0, 0.3, 3);
        for (value, expected) in
            density.iter().zip([0.533_846_432_170_713_6, 0.969_391_059_401_130_6, 0.905_872_631_363_614_8])
        {
            assert!((value - expected).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn equal_values_have_a_density_of_area_one() {
        let values = [0.25; 9];
        let density = Density::new(&values);
        let (low, high) = density.reach(8.0);
        let width = (high - low) / 999.0;
        let area: f64 = density.on_grid(low, width, 1000).iter().sum::<f64>() * width;
        assert!((area - 1.0).abs() < 1e-6, "{area}");
    }
}
