//! How near the generator's rolls are to real ones, on held-out windows with the same conditions.

use burn::tensor::Device;
use partita_model::adversarial::roll::{RollConfig, RollCritic, RollGenerator, RollPassage, set_by_chance};
use partita_model::{Cvae, ModelConfig};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::super::distances::{pairwise_distance, recall, relative_frechet_distance};
use super::super::encoded::values;
use super::super::quality::{JUDGED, NEIGHBOURS, PAIRED_MAX, deviation, mean, mean_distance, part};
use super::batch::RollBatch;
use super::statistics::{STATISTICS, onsets_per_slot, set_cells, statistics};
use crate::streams::{Purpose, stream};

/// Rows of one forward pass.
const ROWS: usize = 32;

/// Figures of generator and critic of rolls on held-out windows. Windows are compared by what they are like in a few numbers:
/// pitch classes, places of onsets, notes and their lengths by group, polyphony; each divided by its standard deviation
/// among real windows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RollValidation {
    /// Windows.
    pub windows: usize,
    /// Fréchet distance of these numbers, relative to their variance: what the best generator has least of.
    pub distance: f64,
    /// The same of as many windows of training music, which has conditions of its own.
    pub distance_of_training: f64,
    /// Mean distance of two windows, as a share of that of real ones.
    pub diversity: f64,
    /// Share of generated windows within the reach of real ones (Kynkäänniemi et al. 2019).
    pub precision: f64,
    /// Share of real windows within the reach of generated ones.
    pub recall: f64,
    /// Onsets a slot of up to four quarters.
    pub onsets_per_slot: f64,
    /// The same of real windows.
    pub onsets_per_slot_of_real: f64,
    /// E[D(x, c)] − E[D(G(z, c), c)] on music that the critic was not trained on.
    pub wasserstein: f64,
    /// How far the generator's windows move when pieces exchange their conditions, as a share of the distance of any two.
    pub generator_heeds_conditions: f64,
    /// How far the critic's scores of real windows move then, as a share of their standard deviation.
    pub critic_heeds_conditions: f64,
}

impl RollValidation {
    /// The figures by name, for a model's card.
    pub fn figures(&self) -> Vec<(String, f64)> {
        let named = [
            ("roll_distance", self.distance),
            ("roll_distance_of_training", self.distance_of_training),
            ("roll_diversity", self.diversity),
            ("roll_recall", self.recall),
        ];
        named.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// Warnings in words.
    pub fn alarms(&self) -> Vec<String> {
        let mut alarms = Vec::new();
        if self.diversity < 0.5 {
            alarms.push(format!(
                "mode collapse: generated windows differ {:.2} times as much as real ones; lower generator_learning_rate or \
                 raise critic_steps_per_generator_step",
                self.diversity
            ));
        }
        let (own, real) = (self.onsets_per_slot, self.onsets_per_slot_of_real);
        if own < real / 4.0 || own > real * 4.0 {
            alarms.push(format!(
                "{own:.1} onsets a slot where real music has {real:.1}; train longer, or lower generator_learning_rate"
            ));
        }
        for (player, heeds) in
            [("generator", self.generator_heeds_conditions), ("critic", self.critic_heeds_conditions)]
        {
            if heeds < 0.05 {
                alarms.push(format!(
                    "condition ignored: exchanging conditions moves the {player} by {heeds:.3} of its spread; train longer or \
                     lower condition_dropout"
                ));
            }
        }
        alarms
    }
}

/// What is judged.
pub(super) struct Judged<'a> {
    pub(super) model: &'a Cvae,
    pub(super) sizes: &'a ModelConfig,
    pub(super) config: &'a RollConfig,
    pub(super) generator: &'a RollGenerator,
    pub(super) critic: &'a RollCritic,
    pub(super) seed: u64,
    pub(super) device: &'a Device,
}

/// Several windows' statistics, one after another, and their onsets a slot.
#[derive(Default)]
struct WindowSet {
    numbers: Vec<f32>,
    onsets: Vec<f32>,
}

impl WindowSet {
    fn add(&mut self, window: &RollPassage, cells: &[u32]) {
        self.numbers.extend(statistics(window, cells));
        self.onsets.push(onsets_per_slot(window, cells) as f32);
    }

    /// Each number divided by its unit.
    fn scaled(&self, units: &[f32]) -> Vec<f32> {
        self.numbers.chunks_exact(STATISTICS).flat_map(|row| row.iter().zip(units).map(|(x, unit)| x / unit)).collect()
    }

    /// The standard deviation of each number; 1 for one that is always the same.
    fn units(&self) -> Vec<f32> {
        let of = |index: usize| {
            let values: Vec<f32> = self.numbers.iter().skip(index).step_by(STATISTICS).copied().collect();
            let deviation = deviation(&values) as f32;
            if deviation > 1e-6 { deviation } else { 1.0 }
        };
        (0..STATISTICS).map(of).collect()
    }
}

/// Everything that is drawn for the windows.
#[derive(Default)]
struct Drawn {
    real: WindowSet,
    generated: WindowSet,
    others_conditions: WindowSet,
    real_scores: Vec<f32>,
    real_scores_others: Vec<f32>,
    generated_scores: Vec<f32>,
}

/// Judges the players on `windows`; `training` is real music beside them.
pub(super) fn judge(judged: &Judged<'_>, windows: &[&RollPassage], training: &[&RollPassage]) -> RollValidation {
    let mut random = stream(judged.seed, Purpose::Latents, JUDGED);
    let mut drawn = Drawn::default();
    windows.chunks(ROWS).for_each(|rows| draw(judged, rows, &mut random, &mut drawn));
    let mut other_real = WindowSet::default();
    training.iter().for_each(|window| other_real.add(window, &window.cells));
    let units = drawn.real.units();
    let [real, generated, others, training] =
        [&drawn.real, &drawn.generated, &drawn.others_conditions, &other_real].map(|set| set.scaled(&units));
    let distance = |set: &[f32]| relative_frechet_distance(STATISTICS, &real, set).unwrap_or(0.0);
    let reached = |a: &[f32], b: &[f32]| part(&recall(STATISTICS, a, b, NEIGHBOURS));
    let real_spread = spread(&real).max(f64::MIN_POSITIVE);
    let (scores, scores_others) = (&drawn.real_scores, &drawn.real_scores_others);
    let moved: Vec<f32> = scores.iter().zip(scores_others).map(|(a, b)| (a - b).abs()).collect();
    RollValidation {
        windows: windows.len(),
        distance: distance(&generated),
        distance_of_training: distance(&training),
        diversity: spread(&generated) / real_spread,
        precision: reached(&generated, &real),
        recall: reached(&real, &generated),
        onsets_per_slot: mean(&drawn.generated.onsets),
        onsets_per_slot_of_real: mean(&drawn.real.onsets),
        wasserstein: mean(scores) - mean(&drawn.generated_scores),
        generator_heeds_conditions: mean_distance(STATISTICS, &generated, &others) / real_spread,
        critic_heeds_conditions: mean(&moved) / deviation(scores).max(f64::MIN_POSITIVE),
    }
}

/// Rolls and scores of some windows; both generated rolls of a window have the same noise and chances.
fn draw(judged: &Judged<'_>, windows: &[&RollPassage], random: &mut ChaCha8Rng, drawn: &mut Drawn) {
    let batch = RollBatch::new(windows, judged.config, judged.sizes, judged.device);
    let others = batch.rows.with_others_conditions();
    let real = batch.real();
    drawn.real_scores.extend(values(judged.critic.forward(&batch.rows, real.clone())));
    drawn.real_scores_others.extend(values(judged.critic.forward(&others, real)));
    let noise = batch.noise(random);
    let latents = |rows| judged.config.start.latents(judged.model, rows, noise.clone());
    let chances = batch.chances(random);
    let generated = judged.generator.forward(&batch.rows, latents(&batch.rows.bars));
    let generated = set_by_chance(generated, chances.clone());
    drawn.generated_scores.extend(values(judged.critic.forward(&batch.rows, generated.clone())));
    let exchanged = set_by_chance(judged.generator.forward(&others, latents(&others.bars)), chances);
    for (set, rolls) in [(&mut drawn.generated, generated), (&mut drawn.others_conditions, exchanged)] {
        let cells = values(rolls);
        let rows = cells.chunks_exact(cells.len() / windows.len());
        windows.iter().zip(rows).for_each(|(window, cells)| set.add(window, &set_cells(cells)));
    }
    windows.iter().for_each(|window| drawn.real.add(window, &window.cells));
}

/// Mean distance of two windows, of at most so many.
fn spread(numbers: &[f32]) -> f64 {
    let step = (numbers.len() / STATISTICS).div_ceil(PAIRED_MAX).max(1);
    let some: Vec<f32> = numbers.chunks_exact(STATISTICS).step_by(step).flatten().copied().collect();
    pairwise_distance(STATISTICS, &some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collapse_silence_and_ignored_conditions_are_told_in_words() {
        let good = RollValidation {
            diversity: 0.9,
            onsets_per_slot: 12.0,
            onsets_per_slot_of_real: 20.0,
            generator_heeds_conditions: 0.5,
            critic_heeds_conditions: 0.2,
            ..RollValidation::default()
        };
        assert_eq!(good.alarms(), [""; 0]);
        let silent = RollValidation { diversity: 0.0, onsets_per_slot: 0.0, critic_heeds_conditions: 0.0, ..good };
        let alarms = silent.alarms();
        let told = ["mode collapse", "0.0 onsets a slot", "condition ignored"];
        assert!(alarms.iter().zip(told).all(|(alarm, start)| alarm.starts_with(start)), "{alarms:?}");
    }
}
