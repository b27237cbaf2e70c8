//! Diagonal Gaussians.

use std::f32::consts::TAU;

use burn::tensor::Tensor;

/// Log-variances are kept within ±this, so that no variance vanishes or explodes.
const LOG_VAR_LIMIT: f32 = 8.0;

/// N(mu, exp(log_var)), element by element.
#[derive(Clone, Debug)]
pub struct Gaussian<const D: usize> {
    /// Means.
    pub mu: Tensor<D>,
    /// Logarithms of the variances.
    pub log_var: Tensor<D>,
}

impl<const D: usize> Gaussian<D> {
    /// From a network's output, whose log-variance is bounded here.
    pub fn new(mu: Tensor<D>, log_var: Tensor<D>) -> Self {
        Self { mu, log_var: log_var.clamp(-LOG_VAR_LIMIT, LOG_VAR_LIMIT) }
    }

    /// `mu + σ·noise`: the reparameterised sample (Kingma & Welling 2014), for standard normal `noise`.
    pub fn sample(&self, noise: Tensor<D>) -> Tensor<D> {
        self.mu.clone() + (self.log_var.clone() * 0.5).exp() * noise
    }

    /// The logarithm of the density at `value`, element by element: −½·(log 2π + log σ² + (value − μ)²/σ²).
    pub fn log_density(&self, value: Tensor<D>) -> Tensor<D> {
        let distance = (value - self.mu.clone()).square() * (-self.log_var.clone()).exp();
        (self.log_var.clone() + distance + TAU.ln()) * -0.5
    }

    /// KL(self ‖ prior) in nats, element by element:
    /// ½·(log σ_p² − log σ_q² + (σ_q² + (μ_q − μ_p)²)/σ_p² − 1).
    pub fn kl(&self, prior: &Self) -> Tensor<D> {
        let distance = (self.mu.clone() - prior.mu.clone()).square();
        let ratio = (self.log_var.clone().exp() + distance) * (-prior.log_var.clone()).exp();
        (prior.log_var.clone() - self.log_var.clone() + ratio - 1.0) * 0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn gaussian(mu: f32, variance: f32) -> Gaussian<1> {
        let device = Device::flex();
        Gaussian::new(Tensor::from_floats([mu], &device), Tensor::from_floats([variance.ln()], &device))
    }

    #[test]
    fn kl_is_as_worked_out_by_hand() {
        let kl = |q: Gaussian<1>, p: Gaussian<1>| q.kl(&p).into_scalar::<f32>();
        assert!(kl(gaussian(0.7, 2.0), gaussian(0.7, 2.0)).abs() < 1e-6);
        // ½ (1 + 1² − 1 − ln 1) = ½
        assert!((kl(gaussian(1.0, 1.0), gaussian(0.0, 1.0)) - 0.5).abs() < 1e-6);
        // ½ (ln 4 − ln 1 + (1 + 2²)/4 − 1) = ½ (1.386294 + 0.25) = 0.818147
        assert!((kl(gaussian(3.0, 1.0), gaussian(1.0, 4.0)) - 0.818_147).abs() < 1e-5);
    }

    #[test]
    fn a_density_is_as_worked_out_by_hand() {
        let at = |q: Gaussian<1>, x: f32| q.log_density(Tensor::from_floats([x], &Device::flex())).into_scalar::<f32>();
        // −½ ln 2π = −0.918939; one deviation away from the mean −½ more.
        assert!((at(gaussian(0.0, 1.0), 0.0) + 0.918_939).abs() < 1e-6);
        assert!((at(gaussian(1.0, 1.0), 0.0) + 1.418_939).abs() < 1e-6);
        // −½ (ln 2π + ln 4 + 3²/4) = −½ (1.837877 + 1.386294 + 2.25) = −2.737086
        assert!((at(gaussian(-1.0, 4.0), 2.0) + 2.737_086).abs() < 1e-5);
    }

    #[test]
    fn a_sample_is_mean_and_scaled_noise() {
        let noise = Tensor::from_floats([-2.0], &Device::flex());
        assert!((gaussian(3.0, 4.0).sample(noise).into_scalar::<f32>() - (3.0 - 2.0 * 2.0)).abs() < 1e-6);
    }

    #[test]
    fn variances_stay_bounded() {
        let wild = gaussian(0.0, f32::INFINITY);
        assert_eq!(wild.log_var.into_scalar::<f32>(), LOG_VAR_LIMIT);
    }
}
