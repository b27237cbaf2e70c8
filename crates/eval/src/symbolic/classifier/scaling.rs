//! Features brought to one scale.

use serde::{Deserialize, Serialize};

use super::Example;

/// Scaled features are held within this many standard deviations: a rare bin may lie hundreds out.
const DEVIATIONS_MAX: f32 = 5.0;

/// Makes each feature's mean 0 and its standard deviation 1, by the training examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scaling {
    mean: Vec<f32>,
    /// One over the standard deviation; 0 for a feature that never changes.
    scale: Vec<f32>,
}

impl Scaling {
    pub(super) fn of(examples: &[Example]) -> Self {
        let width = examples.first().map_or(0, |example| example.features.len());
        let column = |index: usize| examples.iter().map(move |example| f64::from(example.features[index]));
        let count = examples.len() as f64;
        let mean: Vec<f64> = (0..width).map(|index| column(index).sum::<f64>() / count).collect();
        let variance =
            |(index, mean): (usize, &f64)| column(index).map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
        let inverse = |variance: f64| if variance > 1e-12 { (1.0 / variance.sqrt()) as f32 } else { 0.0 };
        let scale = mean.iter().enumerate().map(variance).map(inverse).collect();
        Self { mean: mean.iter().map(|&mean| mean as f32).collect(), scale }
    }

    pub(super) fn apply(&self, features: &[f32]) -> Vec<f32> {
        let scaled = features.iter().zip(&self.mean).zip(&self.scale).map(|((x, mean), scale)| (x - mean) * scale);
        scaled.map(|x| x.clamp(-DEVIATIONS_MAX, DEVIATIONS_MAX)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_features_have_mean_zero_and_deviation_one() {
        let example = |x: f32| Example { features: vec![x, 7.0], class: 0 };
        let scaling = Scaling::of(&[example(1.0), example(3.0)]);
        assert_eq!([scaling.apply(&[1.0, 7.0]), scaling.apply(&[3.0, 9.0])], [[-1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(scaling.apply(&[900.0, 7.0])[0], DEVIATIONS_MAX);
    }
}
