//! Multinomial logistic regression, trained by Adam (D. P. Kingma and J. Ba, 2015) in small batches.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::scaling::Scaling;
use super::{Classifier, Example, class_count};

/// Examples of one step of training.
const BATCH: usize = 64;
/// Adam's decay of the mean gradient, of the mean square, and its term against division by zero.
const ADAM: (f32, f32, f32) = (0.9, 0.999, 1e-8);

/// How to train a [`Softmax`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftmaxOptions {
    /// Passes over the examples.
    pub epochs: usize,
    /// Adam's step; it falls to 0 in a straight line.
    pub learning_rate: f32,
    /// Weight of half the squared weights in the loss.
    pub weight_decay: f32,
    /// Orders the examples.
    pub seed: u64,
}

impl Default for SoftmaxOptions {
    fn default() -> Self {
        Self { epochs: 30, learning_rate: 3e-3, weight_decay: 1e-3, seed: 0 }
    }
}

/// p(class ∣ x) ∝ exp(w·x + b), on scaled features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Softmax {
    scaling: Scaling,
    /// A row a class: a weight a feature, then the bias.
    weights: Vec<Vec<f32>>,
}

impl Softmax {
    /// Trains on examples, all of one view; `None` without any.
    pub fn train(examples: &[Example], options: &SoftmaxOptions) -> Option<Self> {
        let width = examples.first()?.features.len() + 1;
        let scaling = Scaling::of(examples);
        let inputs: Vec<_> = examples.iter().map(|example| with_bias(scaling.apply(&example.features))).collect();
        let mut model = Self { scaling, weights: vec![vec![0.0; width]; class_count(examples)] };
        let mut adam = Adam::new(model.weights.len() * width);
        let mut random = ChaCha8Rng::seed_from_u64(options.seed);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let steps = options.epochs * examples.len().div_ceil(BATCH);
        for _ in 0..options.epochs {
            order.shuffle(&mut random);
            for batch in order.chunks(BATCH) {
                let gradient = model.gradient(batch, &inputs, examples, options.weight_decay);
                let rate = options.learning_rate * (1.0 - adam.steps as f32 / steps as f32);
                adam.step(model.weights.iter_mut().flatten(), &gradient, rate);
            }
        }
        Some(model)
    }

    /// Of the mean cross-entropy of a batch and half the squared weights, row by row; biases are not held down.
    fn gradient(&self, batch: &[usize], inputs: &[Vec<f32>], examples: &[Example], decay: f32) -> Vec<f32> {
        let width = self.weights[0].len();
        let mut gradient: Vec<f32> = self.weights.iter().flatten().map(|weight| decay * weight).collect();
        gradient.iter_mut().skip(width - 1).step_by(width).for_each(|bias| *bias = 0.0);
        for &index in batch {
            let probabilities = self.of_scaled(&inputs[index]);
            for (class, row) in gradient.chunks_exact_mut(width).enumerate() {
                let truth = f64::from(u8::from(class == examples[index].class));
                let error = (probabilities[class] - truth) as f32 / batch.len() as f32;
                row.iter_mut().zip(&inputs[index]).for_each(|(sum, x)| *sum += error * x);
            }
        }
        gradient
    }

    fn of_scaled(&self, input: &[f32]) -> Vec<f64> {
        let score = |row: &Vec<f32>| f64::from(row.iter().zip(input).map(|(w, x)| w * x).sum::<f32>());
        let scores: Vec<f64> = self.weights.iter().map(score).collect();
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = scores.iter().map(|score| (score - highest).exp()).collect();
        let sum: f64 = powers.iter().sum();
        powers.iter().map(|power| power / sum).collect()
    }
}

impl Classifier for Softmax {
    fn probabilities(&self, features: &[f32]) -> Vec<f64> {
        self.of_scaled(&with_bias(self.scaling.apply(features)))
    }
}

fn with_bias(mut features: Vec<f32>) -> Vec<f32> {
    features.push(1.0);
    features
}

/// Adam's memory.
struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    steps: i32,
}

impl Adam {
    fn new(weights: usize) -> Self {
        Self { mean: vec![0.0; weights], square: vec![0.0; weights], steps: 0 }
    }

    fn step<'a>(&mut self, weights: impl Iterator<Item = &'a mut f32>, gradient: &[f32], rate: f32) {
        self.steps += 1;
        let (mean_decay, square_decay, epsilon) = ADAM;
        let (mean_bias, square_bias) = (1.0 - mean_decay.powi(self.steps), 1.0 - square_decay.powi(self.steps));
        for (((weight, gradient), mean), square) in weights.zip(gradient).zip(&mut self.mean).zip(&mut self.square) {
            *mean += (1.0 - mean_decay) * (gradient - *mean);
            *square += (1.0 - square_decay) * (gradient * gradient - *square);
            *weight -= rate * (*mean / mean_bias) / ((*square / square_bias).sqrt() + epsilon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Accuracy, testing::clusters};
    use super::*;

    #[test]
    fn clusters_are_learned() {
        let model = Softmax::train(&clusters(600, 1), &SoftmaxOptions::default()).unwrap();
        let accuracy = Accuracy::of(&model, &clusters(300, 2)).unwrap();
        assert!(accuracy.overall.value > 0.85 && accuracy.of_commonest < 0.34, "{accuracy:?}");
        assert_eq!(Softmax::train(&clusters(600, 1), &SoftmaxOptions::default()), Some(model));
        assert_eq!(Softmax::train(&[], &SoftmaxOptions::default()), None);
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let examples = clusters(8, 3);
        let model = Softmax::train(&examples, &SoftmaxOptions { epochs: 2, ..SoftmaxOptions::default() }).unwrap();
        let inputs: Vec<_> = examples.iter().map(|e| with_bias(model.scaling.apply(&e.features))).collect();
        let batch: Vec<usize> = (0..8).collect();
        let loss = |model: &Softmax| {
            let entropy = |n: &usize| -model.of_scaled(&inputs[*n])[examples[*n].class].ln() / 8.0;
            let decayed = model.weights.iter().flat_map(|row| &row[..4]).map(|w| f64::from(w * w) / 2.0 * 0.1);
            batch.iter().map(entropy).sum::<f64>() + decayed.sum::<f64>()
        };
        let gradient = model.gradient(&batch, &inputs, &examples, 0.1);
        for (index, expected) in gradient.iter().enumerate() {
            let at = |shift: f32| {
                let mut moved = model.clone();
                moved.weights[index / 5][index % 5] += shift;
                loss(&moved)
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((slope - f64::from(*expected)).abs() < 1e-3, "{index}: {slope} {expected}");
        }
    }
}
