//! How often a classifier is right.

use serde::{Deserialize, Serialize};

use super::{Classifier, Example, class_count};
use crate::symbolic::interval::Estimate;

/// Right answers on examples that a classifier has not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Share of all examples that are classified rightly.
    pub overall: Estimate,
    /// The same for the examples of each class; `None` for a class without any.
    pub by_class: Vec<Option<Estimate>>,
    /// Mean of the shares by class: every class counts the same, however many its examples.
    pub balanced: f64,
    /// The share that the commonest class alone would score.
    pub of_commonest: f64,
}

impl Accuracy {
    /// Tests a classifier; `None` without examples.
    pub fn of(classifier: &impl Classifier, examples: &[Example]) -> Option<Self> {
        let mut counts = vec![(0, 0); class_count(examples)];
        for example in examples {
            let (right, all) = &mut counts[example.class];
            *right += usize::from(classifier.classify(&example.features) == example.class);
            *all += 1;
        }
        let by_class: Vec<_> = counts.iter().map(|&(right, all)| Estimate::wilson(right, all)).collect();
        let shares: Vec<f64> = by_class.iter().flatten().map(|share| share.value).collect();
        let commonest = counts.iter().map(|&(_, all)| all).max()?;
        Some(Self {
            overall: Estimate::wilson(counts.iter().map(|&(right, _)| right).sum(), examples.len())?,
            balanced: shares.iter().sum::<f64>() / shares.len() as f64,
            by_class,
            of_commonest: commonest as f64 / examples.len() as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says that the first feature is the class.
    struct Reader;

    impl Classifier for Reader {
        fn probabilities(&self, features: &[f32]) -> Vec<f64> {
            (0..3).map(|class| f64::from(u8::from(features[0] == class as f32))).collect()
        }
    }

    #[test]
    fn accuracy_is_counted_by_class() {
        let example = |class, said: f32| Example { features: vec![said], class };
        let examples = [example(0, 0.0), example(0, 0.0), example(0, 2.0), example(2, 2.0)];
        let accuracy = Accuracy::of(&Reader, &examples).unwrap();
        assert_eq!((accuracy.overall.value, accuracy.overall.count, accuracy.of_commonest), (0.75, 4, 0.75));
        assert!((accuracy.balanced - 5.0 / 6.0).abs() < 1e-12);
        assert_eq!(accuracy.by_class[1], None);
        assert_eq!(Accuracy::of(&Reader, &[]), None);
    }
}
