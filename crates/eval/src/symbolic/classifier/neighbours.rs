//! The k nearest neighbours (E. Fix and J. L. Hodges, 1951).

use serde::{Deserialize, Serialize};

use super::scaling::Scaling;
use super::{Classifier, Example, class_count};

/// Answers by the classes of the nearest training examples, on scaled features, each weighted by one over its distance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbours {
    scaling: Scaling,
    /// Scaled features and class.
    examples: Vec<(Vec<f32>, usize)>,
    classes: usize,
    neighbours: usize,
}

impl Neighbours {
    /// Keeps the examples, all of one view, and asks so many of them each time; `None` without any.
    pub fn train(examples: &[Example], neighbours: usize) -> Option<Self> {
        let scaling = Scaling::of(examples);
        let scaled = examples.iter().map(|example| (scaling.apply(&example.features), example.class)).collect();
        let is_valid = !examples.is_empty() && neighbours > 0;
        is_valid.then(|| Self { scaling, examples: scaled, classes: class_count(examples), neighbours })
    }
}

impl Classifier for Neighbours {
    fn probabilities(&self, features: &[f32]) -> Vec<f64> {
        let input = self.scaling.apply(features);
        let distance = |other: &[f32]| input.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
        let mut ranked: Vec<_> = self.examples.iter().map(|(other, class)| (distance(other), *class)).collect();
        let asked = self.neighbours.min(ranked.len());
        ranked.select_nth_unstable_by(asked - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut votes = vec![0.0; self.classes];
        for (distance, class) in &ranked[..asked] {
            // An equal example counts a lot, and not without bound.
            votes[*class] += 1.0 / f64::from(distance.sqrt().max(1e-3));
        }
        let total: f64 = votes.iter().sum();
        votes.iter().map(|vote| vote / total).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Accuracy, testing::clusters};
    use super::*;

    #[test]
    fn clusters_are_learned() {
        let neighbours = Neighbours::train(&clusters(600, 1), 9).unwrap();
        let accuracy = Accuracy::of(&neighbours, &clusters(300, 2)).unwrap();
        assert!(accuracy.overall.value > 0.8, "{accuracy:?}");
        assert_eq!(Neighbours::train(&[], 9), None);
    }

    #[test]
    fn votes_are_weighted_by_distance() {
        let example = |x: f32, class| Example { features: vec![x], class };
        // Scaled by a deviation of 1.5: distances 1/1.5 and 2/1.5 give weights in the ratio 2 to 1.
        let neighbours = Neighbours::train(&[example(0.0, 0), example(3.0, 1)], 5).unwrap();
        let probabilities = neighbours.probabilities(&[1.0]);
        assert!((probabilities[0] - 2.0 / 3.0).abs() < 1e-6, "{probabilities:?}");
    }
}
