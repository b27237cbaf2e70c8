//! How well the critic tells written music from real music that it has not heard.

use burn::tensor::Device;
use partita_model::ModelConfig;
use partita_model::adversarial::Listener;
use partita_model::adversarial::roll::RollRows;
use serde::{Deserialize, Serialize};

use super::super::encoded::values;
use super::super::quality::{deviation, mean};
use super::critic::PairedRolls;
use super::windows::WrittenWindow;

/// Rows of one forward pass.
const ROWS: usize = 32;

/// Figures of a critic of written music on held-out passages, each beside one that was composed under its conditions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListenerValidation {
    /// Pairs of windows.
    pub windows: usize,
    /// Share of pairs of which the real one has the higher score; one half where nothing is heard.
    pub told_apart: f64,
    /// The same of as many pairs that the critic was trained on.
    pub told_apart_in_training: f64,
    /// E[D(x, c)] − E[D(x̃, c)].
    pub wasserstein: f64,
    /// How far the scores of real windows move when pieces exchange their conditions, as a share of their standard deviation.
    pub heeds_conditions: f64,
}

impl ListenerValidation {
    /// The figures by name, for a model's card.
    pub fn figures(&self) -> Vec<(String, f64)> {
        let named = [("listener_told_apart", self.told_apart), ("listener_wasserstein", self.wasserstein)];
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
        if self.told_apart_in_training > self.told_apart + 0.2 {
            alarms.push(format!(
                "the critic knows its music by heart: {:.0} % told apart in training, {:.0} % of what is held out; raise \
                 adversarial_pools_kept",
                100.0 * self.told_apart_in_training,
                100.0 * self.told_apart
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
    let moved: Vec<f32> = scores.real.iter().zip(&scores.real_with_others).map(|(a, b)| (a - b).abs()).collect();
    ListenerValidation {
        windows: held_out.len(),
        told_apart: scores.told_apart(),
        told_apart_in_training: self::scores(listener, training, sizes, device).told_apart(),
        wasserstein: mean(&scores.real) - mean(&scores.written),
        heeds_conditions: mean(&moved) / deviation(&scores.real).max(f64::MIN_POSITIVE),
    }
}

#[derive(Default)]
struct Scores {
    real: Vec<f32>,
    real_with_others: Vec<f32>,
    written: Vec<f32>,
}

impl Scores {
    fn told_apart(&self) -> f64 {
        let told = self.real.iter().zip(&self.written).filter(|(real, written)| real > written).count();
        told as f64 / self.real.len().max(1) as f64
    }
}

fn scores(listener: &Listener, windows: &[&WrittenWindow], sizes: &ModelConfig, device: &Device) -> Scores {
    let mut all = Scores::default();
    for windows in windows.chunks(ROWS) {
        let PairedRolls { rows, real, written } = PairedRolls::new(windows, sizes, device);
        let score = |rows: &RollRows, rolls| values(listener.listener.forward(rows, rolls));
        all.real.extend(score(&rows, real.clone()));
        let others = rows.with_others_conditions();
        all.real_with_others.extend(score(&others, real));
        all.written.extend(score(&rows, written));
    }
    all
}
