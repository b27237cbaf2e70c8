//! The optimiser, on flat arrays: one pass over memory a step, and state that is saved as it is.

use partita_model::ParameterShape;

/// Constants of a step of [`AdamW`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamWStep {
    /// Learning rate.
    pub learning_rate: f64,
    /// Decay of the first moment.
    pub beta_1: f32,
    /// Decay of the second moment.
    pub beta_2: f32,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// Gradients longer than this are shortened to it.
    pub gradient_norm_max: f32,
    /// Decay of the weights' moving average, once warmed up.
    pub average_decay: f32,
}

/// Keeps the denominator from vanishing.
const EPSILON: f32 = 1e-8;

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019) and a moving average of the weights (Polyak & Juditsky
/// 1992). Biases do not decay.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW {
    /// Steps taken.
    pub step: u64,
    /// The weights.
    pub weights: Vec<f32>,
    /// Their moving average.
    pub average: Vec<f32>,
    /// Moving average of the gradient.
    pub moment_1: Vec<f32>,
    /// Moving average of its square.
    pub moment_2: Vec<f32>,
}

impl AdamW {
    /// Ready for the first step from `weights`.
    pub fn new(weights: Vec<f32>) -> Self {
        let zeros = vec![0.0; weights.len()];
        Self { step: 0, average: weights.clone(), moment_1: zeros.clone(), moment_2: zeros, weights }
    }

    /// One step along `gradient`; its length before clipping.
    pub fn update(&mut self, gradient: &[f32], shapes: &[ParameterShape], constants: AdamWStep) -> f64 {
        self.step += 1;
        let norm = gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>().sqrt();
        let clip = (f64::from(constants.gradient_norm_max) / norm.max(1e-12)).min(1.0) as f32;
        let mut start = 0;
        for shape in shapes {
            let end = start + shape.len();
            let decay = if shape.shape.len() > 1 { constants.weight_decay } else { 0.0 };
            self.update_range(start..end, &gradient[start..end], clip, decay, constants);
            start = end;
        }
        norm
    }

    fn update_range(
        &mut self,
        range: std::ops::Range<usize>,
        gradient: &[f32],
        clip: f32,
        weight_decay: f32,
        constants: AdamWStep,
    ) {
        let AdamWStep { learning_rate, beta_1, beta_2, .. } = constants;
        let steps = self.step as f64;
        let rate = (learning_rate / (1.0 - f64::from(beta_1).powf(steps))) as f32;
        let root = (1.0 - f64::from(beta_2).powf(steps)).sqrt() as f32;
        let shrink = 1.0 - learning_rate as f32 * weight_decay;
        let keep = average_keep(constants.average_decay, self.step);
        let states = self.weights[range.clone()]
            .iter_mut()
            .zip(&mut self.average[range.clone()])
            .zip(self.moment_1[range.clone()].iter_mut().zip(&mut self.moment_2[range]));
        for (((weight, average), (m, v)), gradient) in states.zip(gradient) {
            let g = gradient * clip;
            *m = beta_1 * *m + (1.0 - beta_1) * g;
            *v = beta_2 * *v + (1.0 - beta_2) * g * g;
            *weight = *weight * shrink - rate * *m / (v.sqrt() / root + EPSILON);
            *average = keep * *average + (1.0 - keep) * *weight;
        }
    }
}

/// The average's decay grows to its constant, so that early weights are soon forgotten.
fn average_keep(decay: f32, step: u64) -> f32 {
    decay.min((1.0 + step as f32) / (10.0 + step as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONSTANTS: AdamWStep = AdamWStep {
        learning_rate: 0.1,
        beta_1: 0.9,
        beta_2: 0.99,
        weight_decay: 0.5,
        gradient_norm_max: 100.0,
        average_decay: 0.9,
    };

    fn shapes() -> Vec<ParameterShape> {
        vec![
            ParameterShape { name: "weight".into(), shape: vec![1, 1] },
            ParameterShape { name: "bias".into(), shape: vec![1] },
        ]
    }

    #[test]
    fn two_steps_are_as_worked_out_by_hand() {
        let mut adam = AdamW::new(vec![1.0, 1.0]);
        let norm = adam.update(&[3.0, 4.0], &shapes(), CONSTANTS);
        assert!((norm - 5.0).abs() < 1e-9);
        // The first step is the learning rate times the gradient's sign; the matrix decays by 5 % first.
        assert!((adam.weights[0] - 0.85).abs() < 1e-6 && (adam.weights[1] - 0.9).abs() < 1e-6);
        adam.update(&[0.0, 4.0], &shapes(), CONSTANTS);
        // m = 0.27, v = 0.0891; m̂ = 0.27/0.19, v̂ = 0.0891/0.0199: 0.85·0.95 − 0.1·1.42105/2.11597
        assert!((adam.weights[0] - 0.740_341).abs() < 1e-5, "{}", adam.weights[0]);
        assert!((adam.weights[1] - 0.8).abs() < 1e-5);
        // keep = 2/11 at step 1, 3/12 at step 2
        let first = 2.0 / 11.0 + 9.0 / 11.0 * 0.9;
        assert!((adam.average[1] - (0.25 * first + 0.75 * 0.8)).abs() < 1e-5);
    }

    #[test]
    fn long_gradients_are_shortened() {
        let limited = AdamWStep { gradient_norm_max: 0.5, ..CONSTANTS };
        let mut adam = AdamW::new(vec![0.0, 0.0]);
        adam.update(&[3.0, 4.0], &shapes(), limited);
        assert!((adam.moment_1[0] - 0.03).abs() < 1e-7 && (adam.moment_1[1] - 0.04).abs() < 1e-7);
    }
}
