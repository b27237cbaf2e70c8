//! Extremely randomised trees (P. Geurts, D. Ernst and L. Wehenkel, Machine Learning 63, 2006).

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::tree::Tree;
use super::{Classifier, Example, class_count};

/// How to grow a [`Forest`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForestOptions {
    /// How many trees vote.
    pub trees: usize,
    /// Splits above a leaf at most.
    pub depth_max: usize,
    /// A node of fewer than twice so many examples is not split.
    pub leaf_examples_min: usize,
    /// Draws the splits; each tree has a stream of its own.
    pub seed: u64,
}

impl Default for ForestOptions {
    fn default() -> Self {
        Self { trees: 100, depth_max: 32, leaf_examples_min: 2, seed: 0 }
    }
}

/// The mean of what many random trees say. Each tree sees all examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    trees: Vec<Tree>,
    classes: usize,
}

impl Forest {
    /// Trains on examples, all of one view; `None` without any.
    pub fn train(examples: &[Example], options: &ForestOptions) -> Option<Self> {
        let classes = class_count(examples);
        let tree = |stream: usize| {
            let mut random = ChaCha8Rng::seed_from_u64(options.seed);
            random.set_stream(stream as u64);
            Tree::grow(examples, classes, options, &mut random)
        };
        let trees: Vec<_> = (0..options.trees).into_par_iter().map(tree).collect();
        (!examples.is_empty() && !trees.is_empty()).then_some(Self { trees, classes })
    }
}

impl Classifier for Forest {
    fn probabilities(&self, features: &[f32]) -> Vec<f64> {
        let mut sums = vec![0.0; self.classes];
        for tree in &self.trees {
            sums.iter_mut().zip(tree.shares(features)).for_each(|(sum, share)| *sum += f64::from(*share));
        }
        let total: f64 = sums.iter().sum();
        sums.iter().map(|sum| sum / total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Accuracy, testing::clusters};
    use super::*;

    #[test]
    fn clusters_are_learned() {
        let options = ForestOptions { trees: 30, ..ForestOptions::default() };
        let forest = Forest::train(&clusters(600, 1), &options).unwrap();
        let accuracy = Accuracy::of(&forest, &clusters(300, 2)).unwrap();
        assert!(accuracy.overall.value > 0.85, "{accuracy:?}");
        assert_eq!(Forest::train(&clusters(600, 1), &options), Some(forest));
        assert_eq!(Forest::train(&[], &options), None);
    }

    #[test]
    fn what_cannot_be_told_apart_is_answered_by_its_shares() {
        let example = |class| Example { features: vec![1.0], class };
        let forest = Forest::train(&[example(0), example(1), example(1), example(1)], &ForestOptions::default());
        assert_eq!(forest.unwrap().probabilities(&[1.0]), [0.25, 0.75]);
    }
}
