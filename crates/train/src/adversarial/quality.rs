//! How near the generator's latents are to real ones, on held-out passages, beside the prior's.

use std::collections::BTreeMap;

use burn::tensor::Device;
use partita_model::adversarial::{Critic, Generator, GeneratorStart};
use partita_model::{Cvae, Latents, ModelConfig};
use serde::{Deserialize, Serialize};

use super::consistency::ConsistencyReport;
use super::distances::{distance, pairwise_distance, recall, relative_frechet_distance};
use super::encoded::{EncodedPassage, LatentBatch, values};
use crate::streams::{Purpose, stream};

/// Neighbours that decide a vector's reach.
pub(super) const NEIGHBOURS: usize = 3;
/// Vectors whose distances are taken in pairs, at most.
pub(super) const PAIRED_MAX: usize = 512;
/// The stream of judging; the one before is that of the training music beside it, those before that are of music that is
/// written to be judged. No step comes so far.
pub(super) const JUDGED: u64 = u64::MAX >> 3;
/// Rows of one forward pass.
const ROWS: usize = 64;

/// A figure of the generator's latents, and of the prior's for comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Of the generator.
    pub generator: f64,
    /// Of the CVAE's prior p(z | c).
    pub prior: f64,
    /// Of real music: other passages, of the training split; where that says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub real: Option<f64>,
}

/// Figures of generator and critic on the validation passages. Distances are Fréchet distances relative to the variance
/// of real latents ([`relative_frechet_distance`]); all sets have the same conditions, but for the one of real music.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AdversarialValidation {
    /// Passages.
    pub passages: usize,
    /// Distance of the pieces' latents.
    pub piece_distance: Compared,
    /// Distance of the bars' latents.
    pub bar_distance: Compared,
    /// Distance of the latents of two bars in a row, taken as one vector: how music goes on.
    pub pair_distance: Compared,
    /// E[D(z, c)] − E[D(z', c)] with z' of the generator and of the prior: what the critic still sees of the Wasserstein
    /// distance on music that it was not trained on.
    pub wasserstein: Compared,
    /// Mean distance of two bars' latents, as a share of that of real ones.
    pub diversity: Compared,
    /// Mean distance of two pieces with the same conditions, as a share of that of any two real ones.
    pub diversity_within_conditions: Compared,
    /// Share of generated pieces' latents within the reach of real ones (Kynkäänniemi et al. 2019).
    pub precision: Compared,
    /// Share of real pieces' latents within the reach of generated ones.
    pub recall: Compared,
    /// The generator's recall in each genre.
    pub recall_by_genre: BTreeMap<String, f64>,
    /// How far the generator's latents move when pieces exchange their conditions, as a share of the distance of any two.
    pub generator_heeds_conditions: f64,
    /// How far the critic's scores of real latents move then, as a share of their standard deviation.
    pub critic_heeds_conditions: f64,
    /// How well the generator's latents are found in the music written from them; where the run has a joint phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<ConsistencyReport>,
}

impl AdversarialValidation {
    /// What the best generator has least of: the mean of the three distances.
    pub fn distance(&self) -> f64 {
        (self.piece_distance.generator + self.bar_distance.generator + self.pair_distance.generator) / 3.0
    }

    /// The same of the prior.
    pub fn prior_distance(&self) -> f64 {
        (self.piece_distance.prior + self.bar_distance.prior + self.pair_distance.prior) / 3.0
    }

    /// The figures by name, for a model's card.
    pub fn figures(&self) -> Vec<(String, f64)> {
        let named = [
            ("latent_distance_generator", self.distance()),
            ("latent_distance_prior", self.prior_distance()),
            ("latent_diversity", self.diversity.generator),
            ("latent_recall", self.recall.generator),
        ];
        let found = self.consistency.map(|consistency| ("latents_found_per_bar", consistency.found_per_bar));
        named.into_iter().chain(found).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Warnings in words.
    pub fn alarms(&self) -> Vec<String> {
        let mut alarms = Vec::new();
        let (all, within) = (self.diversity.generator, self.diversity_within_conditions);
        if all < 0.6 || within.generator < 0.5 * within.prior {
            alarms.push(format!(
                "mode collapse: generated bars differ {all:.2} times as much as real ones, pieces of the same conditions \
                 {:.2} (prior {:.2}); lower generator_learning_rate or raise critic_steps_per_generator_step",
                within.generator, within.prior
            ));
        }
        if self.generator_heeds_conditions < 0.05 {
            alarms.push(format!(
                "condition ignored: exchanging conditions moves the generator's latents by {:.3} of their distance; \
                 lower condition_dropout",
                self.generator_heeds_conditions
            ));
        }
        if self.critic_heeds_conditions < 0.05 {
            alarms.push(format!(
                "condition ignored: exchanging conditions moves the critic's scores by {:.3} of their spread; train \
                 longer or raise critic_learning_rate",
                self.critic_heeds_conditions
            ));
        }
        if self.distance() > self.prior_distance() {
            alarms.push(format!(
                "the generator is no better than the prior yet: distance {:.4} against {:.4}",
                self.distance(),
                self.prior_distance()
            ));
        }
        alarms
    }
}

/// What is judged.
pub(super) struct Judged<'a> {
    pub(super) model: &'a Cvae,
    pub(super) config: &'a ModelConfig,
    pub(super) generator: &'a Generator,
    pub(super) critic: &'a Critic,
    pub(super) start: GeneratorStart,
    pub(super) genres: &'a [String],
    pub(super) seed: u64,
    pub(super) device: &'a Device,
}

/// Latents of many passages, one after another.
#[derive(Default)]
struct LatentSet {
    pieces: Vec<f32>,
    bars: Vec<f32>,
    pairs: Vec<f32>,
}

impl LatentSet {
    fn add(&mut self, passages: &[&EncodedPassage], latents: &Latents, latent: usize) {
        let [_, count, _] = latents.bars.dims();
        self.pieces.extend(values(latents.piece.clone()));
        for (passage, bars) in passages.iter().zip(values(latents.bars.clone()).chunks_exact(count * latent)) {
            let bars = &bars[..passage.bars.len() * latent];
            self.bars.extend(bars);
            (0..passage.bars.len() - 1).for_each(|n| self.pairs.extend(&bars[n * latent..(n + 2) * latent]));
        }
    }

    /// Distances of pieces, bars and pairs from those of `real`; 0 where there are too few.
    fn distances_from(&self, real: &Self, latent: usize) -> [f64; 3] {
        let sets = [
            (latent, &real.pieces, &self.pieces),
            (latent, &real.bars, &self.bars),
            (2 * latent, &real.pairs, &self.pairs),
        ];
        sets.map(|(dimension, real, own)| relative_frechet_distance(dimension, real, own).unwrap_or(0.0))
    }

    /// Mean distance of two bars.
    fn spread(&self, latent: usize) -> f64 {
        let step = (self.bars.len() / latent).div_ceil(PAIRED_MAX).max(1);
        let some: Vec<f32> = self.bars.chunks_exact(latent).step_by(step).flatten().copied().collect();
        pairwise_distance(latent, &some)
    }
}

/// Everything that is drawn for the validation passages.
#[derive(Default)]
struct Drawn {
    real: LatentSet,
    generated: [LatentSet; 2],
    prior: [LatentSet; 2],
    others_conditions: LatentSet,
    real_scores: Vec<f32>,
    real_scores_others: Vec<f32>,
    generated_scores: Vec<f32>,
    prior_scores: Vec<f32>,
}

/// Judges the players on `passages`; `training` is real music beside them.
pub(super) fn judge(
    judged: &Judged<'_>,
    passages: &[EncodedPassage],
    training: &[&EncodedPassage],
) -> AdversarialValidation {
    let latent = judged.config.latent;
    let drawn = draw(judged, &passages.iter().collect::<Vec<_>>());
    let other_real = draw_real(judged, training);
    let [piece_distance, bar_distance, pair_distance] = {
        let of = |set: &LatentSet| set.distances_from(&drawn.real, latent);
        let (generator, prior, real) = (of(&drawn.generated[0]), of(&drawn.prior[0]), of(&other_real));
        std::array::from_fn(|i| Compared { generator: generator[i], prior: prior[i], real: Some(real[i]) })
    };
    let real_spread = drawn.real.spread(latent).max(f64::MIN_POSITIVE);
    let piece_spread = pairwise_distance(latent, &drawn.real.pieces).max(f64::MIN_POSITIVE);
    let share = |set: &LatentSet| set.spread(latent) / real_spread;
    let within = |sets: &[LatentSet; 2]| mean_distance(latent, &sets[0].pieces, &sets[1].pieces) / piece_spread;
    let recalled = |set: &LatentSet| recall(latent, &drawn.real.pieces, &set.pieces, NEIGHBOURS);
    let precise = |set: &LatentSet| part(&recall(latent, &set.pieces, &drawn.real.pieces, NEIGHBOURS));
    let hits = recalled(&drawn.generated[0]);
    let (scores, others) = (&drawn.real_scores, &drawn.real_scores_others);
    let moved = scores.iter().zip(others).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>();
    AdversarialValidation {
        passages: passages.len(),
        piece_distance,
        bar_distance,
        pair_distance,
        wasserstein: Compared {
            generator: mean(scores) - mean(&drawn.generated_scores),
            prior: mean(scores) - mean(&drawn.prior_scores),
            real: None,
        },
        diversity: Compared { generator: share(&drawn.generated[0]), prior: share(&drawn.prior[0]), real: None },
        diversity_within_conditions: Compared {
            generator: within(&drawn.generated),
            prior: within(&drawn.prior),
            real: None,
        },
        precision: Compared {
            generator: precise(&drawn.generated[0]),
            prior: precise(&drawn.prior[0]),
            real: Some(precise(&other_real)),
        },
        recall: Compared {
            generator: part(&hits),
            prior: part(&recalled(&drawn.prior[0])),
            real: Some(part(&recalled(&other_real))),
        },
        recall_by_genre: by_genre(judged.genres, passages, &hits),
        generator_heeds_conditions: mean_distance(latent, &drawn.generated[0].bars, &drawn.others_conditions.bars)
            / real_spread,
        critic_heeds_conditions: moved / scores.len().max(1) as f64 / deviation(scores).max(f64::MIN_POSITIVE),
        consistency: None,
    }
}

fn draw(judged: &Judged<'_>, passages: &[&EncodedPassage]) -> Drawn {
    let mut random = stream(judged.seed, Purpose::Latents, JUDGED);
    let mut drawn = Drawn::default();
    let latent = judged.config.latent;
    for rows in passages.chunks(ROWS) {
        let batch = LatentBatch::new(rows, judged.config, judged.device);
        let others = batch.rows.with_others_conditions();
        let real = batch.sample(rows, &mut random);
        drawn.real_scores.extend(values(judged.critic.forward(&batch.rows, &real)));
        drawn.real_scores_others.extend(values(judged.critic.forward(&others, &real)));
        drawn.real.add(rows, &real, latent);
        for turn in 0..2 {
            let noise = batch.noise(&mut random);
            let start = judged.start.latents(judged.model, &batch.rows, noise.clone());
            let generated = judged.generator.forward(&batch.rows, start);
            drawn.generated[turn].add(rows, &generated, latent);
            let prior = judged.model.draw(&batch.rows, noise.clone());
            drawn.prior[turn].add(rows, &prior, latent);
            if turn == 0 {
                drawn.generated_scores.extend(values(judged.critic.forward(&batch.rows, &generated)));
                drawn.prior_scores.extend(values(judged.critic.forward(&batch.rows, &prior)));
                let start = judged.start.latents(judged.model, &others, noise);
                drawn.others_conditions.add(rows, &judged.generator.forward(&others, start), latent);
            }
        }
    }
    drawn
}

fn draw_real(judged: &Judged<'_>, passages: &[&EncodedPassage]) -> LatentSet {
    let mut random = stream(judged.seed, Purpose::Latents, JUDGED - 1);
    let mut set = LatentSet::default();
    for rows in passages.chunks(ROWS) {
        let batch = LatentBatch::new(rows, judged.config, judged.device);
        set.add(rows, &batch.sample(rows, &mut random), judged.config.latent);
    }
    set
}

/// Share of the passages of each genre that were hit.
fn by_genre(genres: &[String], passages: &[EncodedPassage], hits: &[bool]) -> BTreeMap<String, f64> {
    let of = |genre: usize| -> Vec<bool> {
        let rows = passages.iter().zip(hits).filter(|(passage, _)| passage.conditions.genre == Some(genre));
        rows.map(|(_, hit)| *hit).collect()
    };
    let named = genres.iter().enumerate().map(|(index, name)| (name.clone(), of(index)));
    named.filter(|(_, hits)| !hits.is_empty()).map(|(name, hits)| (name, part(&hits))).collect()
}

pub(super) fn part(hits: &[bool]) -> f64 {
    hits.iter().filter(|hit| **hit).count() as f64 / hits.len().max(1) as f64
}

pub(super) fn mean(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len().max(1) as f64
}

pub(super) fn deviation(values: &[f32]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

/// Mean distance of the vectors in the same places of two sets.
pub(super) fn mean_distance(dimension: usize, a: &[f32], b: &[f32]) -> f64 {
    let distances = a.chunks_exact(dimension).zip(b.chunks_exact(dimension)).map(|(a, b)| distance(a, b));
    distances.sum::<f64>() / (a.len() / dimension).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collapse_and_ignored_conditions_are_told_in_words() {
        let good = AdversarialValidation {
            piece_distance: Compared { generator: 0.1, prior: 0.2, real: None },
            diversity: Compared { generator: 0.9, prior: 1.0, real: None },
            diversity_within_conditions: Compared { generator: 0.6, prior: 0.7, real: None },
            generator_heeds_conditions: 0.4,
            critic_heeds_conditions: 0.3,
            ..AdversarialValidation::default()
        };
        assert_eq!(good.alarms(), [""; 0]);
        let collapsed =
            AdversarialValidation { diversity: Compared { generator: 0.1, ..good.diversity }, ..good.clone() };
        assert!(collapsed.alarms()[0].starts_with("mode collapse"));
        let deaf =
            AdversarialValidation { generator_heeds_conditions: 0.01, critic_heeds_conditions: 0.0, ..good.clone() };
        assert_eq!(deaf.alarms().iter().filter(|alarm| alarm.starts_with("condition ignored")).count(), 2);
        let worse =
            AdversarialValidation { piece_distance: Compared { generator: 0.3, ..good.piece_distance }, ..good };
        assert!(worse.alarms()[0].contains("no better than the prior"));
    }
}
