//! Genre and composer judged by classifiers of our own, from features of the notes, and the Inception Score.
//!
//! A classifier that steered the making of music cannot judge it. So there are three of different kinds, to be trained on
//! different pieces with different seeds: [`Softmax`] may steer training, [`Neighbours`] may choose among candidates, and
//! [`Forest`] only tests. Train them on excerpts as long as what they will judge
//! ([`EncodedPiece::opening`](partita_encoding::EncodedPiece::opening)).

mod accuracy;
mod features;
mod forest;
mod inception;
mod neighbours;
mod scaling;
mod softmax;
mod tree;

pub use accuracy::Accuracy;
pub use features::{FeatureView, features};
pub use forest::{Forest, ForestOptions};
pub use inception::{InceptionScore, inception_score};
pub use neighbours::Neighbours;
pub use softmax::{Softmax, SoftmaxOptions};

/// A piece's features and the class it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// As [`features`] gives them, all of one view.
    pub features: Vec<f32>,
    /// Number of its class, from 0.
    pub class: usize,
}

/// Something that tells how likely each class is.
pub trait Classifier {
    /// The probability of each class, summing to 1.
    fn probabilities(&self, features: &[f32]) -> Vec<f64>;

    /// The likeliest class; of equally likely ones the first.
    fn classify(&self, features: &[f32]) -> usize {
        let probabilities = self.probabilities(features);
        let best = probabilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        probabilities.iter().position(|&probability| probability >= best).unwrap_or(0)
    }
}

/// One more than the largest class.
fn class_count(examples: &[Example]) -> usize {
    examples.iter().map(|example| example.class + 1).max().unwrap_or(0)
}

#[cfg(test)]
pub(crate) mod testing {
    use super::Example;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Three classes round three corners of a triangle, with two features of noise; a little overlap.
    pub(crate) fn clusters(count: usize, seed: u64) -> Vec<Example> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut noise = || (0..4).map(|_| random.random::<f32>() - 0.5).sum::<f32>();
        let corners = [(0.0, 0.0), (2.0, 0.0), (0.0, 2.0)];
        (0..count)
            .map(|n| {
                let (x, y) = corners[n % 3];
                Example { features: vec![100.0 * (x + noise()), noise(), y + noise(), noise()], class: n % 3 }
            })
            .collect()
    }
}
