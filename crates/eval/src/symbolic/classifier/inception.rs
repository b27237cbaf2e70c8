//! The Inception Score (T. Salimans et al., "Improved techniques for training GANs", 2016, section 4).

use serde::{Deserialize, Serialize};

/// The score of a set of pieces.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct InceptionScore {
    /// exp(E KL(p(y∣x) ‖ p(y))): 1 where each piece looks like every class, up to the number of classes where each piece is
    /// surely of one, and all are as common.
    pub score: f64,
    /// Pieces.
    pub count: usize,
}

/// The score from the class probabilities of each piece, p(y) being their mean; `None` without pieces.
///
/// It depends on the classifier and on the mix of genres asked for: compare only scores of one classifier and one mix,
/// and beside the score of real music.
///
/// ```
/// use partita_eval::symbolic::classifier::inception_score;
/// let sure_and_varied = [vec![1.0, 0.0], vec![0.0, 1.0]];
/// assert_eq!(inception_score(&sure_and_varied).map(|inception| inception.score), Some(2.0));
/// ```
pub fn inception_score(probabilities: &[Vec<f64>]) -> Option<InceptionScore> {
    let classes = probabilities.first()?.len();
    let count = probabilities.len() as f64;
    let of_class = |class: usize| probabilities.iter().map(move |piece| piece.get(class).copied().unwrap_or(0.0));
    let marginal: Vec<f64> = (0..classes).map(|class| of_class(class).sum::<f64>() / count).collect();
    let term = |(p, mean): (&f64, &f64)| if *p > 0.0 { p * (p / mean).ln() } else { 0.0 };
    let divergence = |piece: &Vec<f64>| piece.iter().zip(&marginal).map(term).sum::<f64>();
    let mean = probabilities.iter().map(divergence).sum::<f64>() / count;
    Some(InceptionScore { score: mean.exp(), count: probabilities.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(probabilities: &[[f64; 2]]) -> f64 {
        inception_score(&probabilities.iter().map(|p| p.to_vec()).collect::<Vec<_>>()).unwrap().score
    }

    #[test]
    fn doubt_and_sameness_both_score_one() {
        assert!((score(&[[0.5, 0.5], [0.5, 0.5]]) - 1.0).abs() < 1e-12);
        assert!((score(&[[1.0, 0.0], [1.0, 0.0]]) - 1.0).abs() < 1e-12);
        assert_eq!(inception_score(&[]), None);
    }

    #[test]
    fn the_score_is_that_worked_out_by_hand() {
        // p(y) = (5/8, 3/8); KL = 0.75 ln 1.2 + 0.25 ln(2/3) = 0.0353750, and 0.5 ln 0.8 + 0.5 ln(4/3) = 0.0322693.
        let expected = ((0.035_375_0_f64 + 0.032_269_3) / 2.0).exp();
        assert!((score(&[[0.75, 0.25], [0.5, 0.5]]) - expected).abs() < 1e-6);
    }
}
