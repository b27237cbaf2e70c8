//! How well the critic tells written music from real music that it has not heard.

use burn::tensor::Device;
use partita_model::ModelConfig;
use partita_model::adversarial::listener::{HeardRows, HeardWindow, Listener, STATISTICS};
use serde::{Deserialize, Serialize};

use super::super::distances::pairwise_distance;
use super::super::encoded::values;
use super::super::quality::{deviation, mean};
use super::critic::Pairs;
use super::windows::WrittenWindow;

/// Rows of one forward pass.
const ROWS: usize = 32;
/// Log-odds of a point, at most: of few pairs that are all told apart, there is no likeliest value.
const LOG_ODDS_MAX: f64 = 10.0;

/// Figures of a critic of written music on held-out passages, each beside one that was composed under its conditions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListenerValidation {
    /// Pairs of windows.
    pub windows: usize,
    /// Share of pairs of which the real one has the higher score; one half where nothing is heard.
    pub told_apart: f64,
    /// The same of as many pairs that the critic was trained on, while it learns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_apart_in_training: Option<f64>,
    /// E[D(x, c)] − E[D(x̃, c)].
    pub wasserstein: f64,
    /// By how much a point of the score raises the log-odds that a window is the real one of its pair.
    #[serde(default)]
    pub log_odds_per_score: f64,
    /// Log loss of those odds in nats a pair; log 2 where nothing is heard.
    #[serde(default)]
    pub log_loss: f64,
    /// How much what is heard differs between written windows, as a share of how much it does between real ones.
    #[serde(default = "as_different")]
    pub diversity: f64,
    /// How far the scores of real windows move when pieces exchange their conditions, as a share of their standard deviation.
    pub heeds_conditions: f64,
}

impl ListenerValidation {
    /// The figures by name, for a model's card.
    pub fn figures(&self) -> Vec<(String, f64)> {
        let named = [
            ("listener_told_apart", self.told_apart),
            ("listener_wasserstein", self.wasserstein),
            ("listener_log_odds_per_score", self.log_odds_per_score),
            ("listener_log_loss", self.log_loss),
            ("listener_diversity", self.diversity),
        ];
        named.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// Warnings in words.
    pub fn alarms(&self) -> Vec<String> {
        let mut alarms = Vec::new();
        if self.told_apart < 0.55 {
            alarms.push(format!(
                "the critic hears nothing: of two windows it takes the real one for the better in {:.0} %; train it longer, or \
                 lower gradient_penalty_weight",
                100.0 * self.told_apart
            ));
        }
        if let Some(in_training) = self.told_apart_in_training.filter(|share| *share > self.told_apart + 0.2) {
            alarms.push(format!(
                "the critic knows its music by heart: {:.0} % told apart in training, {:.0} % of what is held out; raise \
                 adversarial_pools_kept",
                100.0 * in_training,
                100.0 * self.told_apart
            ));
        }
        if self.diversity < 0.8 {
            alarms.push(format!(
                "mode collapse: what is written differs {:.2} times as much as real music; where the decoder learns of the \
                 critic, lower policy_weight or joint_steps",
                self.diversity
            ));
        }
        alarms
    }
}

/// Judges the critic on held-out windows, and on some that it was trained on.
pub(super) fn judge(
    listener: &Listener,
    held_out: &[&WrittenWindow],
    training: &[&WrittenWindow],
    sizes: &ModelConfig,
    device: &Device,
) -> ListenerValidation {
    let scores = scores(listener, held_out, sizes, device);
    let differences = scores.differences();
    let log_odds_per_score = log_odds_per_score(&differences);
    let moved: Vec<f32> = scores.real.iter().zip(&scores.real_with_others).map(|(a, b)| (a - b).abs()).collect();
    ListenerValidation {
        windows: held_out.len(),
        told_apart: scores.told_apart(),
        told_apart_in_training: (!training.is_empty())
            .then(|| self::scores(listener, training, sizes, device).told_apart()),
        wasserstein: mean(&scores.real) - mean(&scores.written),
        log_odds_per_score,
        log_loss: log_loss(&differences, log_odds_per_score),
        diversity: diversity(held_out),
        heeds_conditions: mean(&moved) / deviation(&scores.real).max(f64::MIN_POSITIVE),
    }
}

fn diversity(windows: &[&WrittenWindow]) -> f64 {
    let spread = |window: fn(&WrittenWindow) -> &HeardWindow| {
        let heard: Vec<f32> = windows.iter().flat_map(|pair| window(pair).statistics).collect();
        pairwise_distance(STATISTICS, &heard)
    };
    spread(|pair| &pair.written) / spread(|pair| &pair.real).max(f64::MIN_POSITIVE)
}

/// The diversity in logs from before it was measured.
fn as_different() -> f64 {
    1.0
}

/// The a ≥ 0 of the likeliest model P(real beats written) = σ(a · difference of their scores) (Bradley & Terry 1952): logistic
/// regression without a constant, for whatever the conditions add to both scores falls out. Found by bisection of the gradient,
/// which falls as a grows.
fn log_odds_per_score(differences: &[f64]) -> f64 {
    let gradient = |a: f64| -> f64 { differences.iter().map(|d| d / (1.0 + (a * d).exp())).sum() };
    let (mut low, mut high) = (0.0, LOG_ODDS_MAX);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        *(if gradient(middle) > 0.0 { &mut low } else { &mut high }) = middle;
    }
    f64::midpoint(low, high)
}

/// Mean of −log σ(a · difference).
fn log_loss(differences: &[f64], a: f64) -> f64 {
    differences.iter().map(|d| (-a * d).exp().ln_1p()).sum::<f64>() / differences.len().max(1) as f64
}

#[derive(Default)]
struct Scores {
    real: Vec<f32>,
    real_with_others: Vec<f32>,
    written: Vec<f32>,
}

impl Scores {
    fn told_apart(&self) -> f64 {
        let told = self.differences().iter().filter(|difference| **difference > 0.0).count();
        told as f64 / self.real.len().max(1) as f64
    }

    /// By how much the real window of each pair has the higher score.
    fn differences(&self) -> Vec<f64> {
        self.real.iter().zip(&self.written).map(|(real, written)| f64::from(real - written)).collect()
    }
}

fn scores(listener: &Listener, windows: &[&WrittenWindow], sizes: &ModelConfig, device: &Device) -> Scores {
    let mut all = Scores::default();
    for windows in windows.chunks(ROWS) {
        let Pairs { real, written } = Pairs::new(windows, sizes, device);
        let score = |rows: &HeardRows| values(listener.listener.forward(rows));
        all.real.extend(score(&real));
        all.real_with_others.extend(score(&real.with_others_conditions()));
        all.written.extend(score(&written));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Differences of the scores of pairs of which the one that is real is drawn by odds of `a` a point.
    fn pairs(a: f64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut pair = || {
            let difference = random.random_range(-3.0..3.0);
            let first_is_real = random.random::<f64>() < 1.0 / (1.0 + f64::exp(-a * difference));
            if first_is_real { difference } else { -difference }
        };
        (0..20_000).map(|_| pair()).collect()
    }

    #[test]
    fn scores_are_worth_the_odds_by_which_music_is_real() {
        for a in [0.0, 0.3, 1.0] {
            let differences = pairs(a);
            let found = log_odds_per_score(&differences);
            assert!((found - a).abs() < 0.03, "{found} for {a}");
            let loss = |a| log_loss(&differences, a);
            assert!(loss(found) <= loss(found + 0.05) && loss(found) <= loss((found - 0.05).max(0.0)));
        }
        assert!((log_loss(&pairs(0.0), 0.0) - 2f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn a_critic_that_takes_the_wrong_ones_for_real_is_worth_nothing() {
        let wrong: Vec<f64> = pairs(1.0).iter().map(|difference| -difference).collect();
        assert!(log_odds_per_score(&wrong) < 1e-9);
        assert!((log_odds_per_score(&[0.5, 1.0]) - LOG_ODDS_MAX).abs() < 1e-9, "told apart without fail");
    }
}
