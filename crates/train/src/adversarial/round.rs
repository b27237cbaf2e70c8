//! One step of either player: its loss and gradient on the micro-batches of a step, each on a thread of its own.
//!
//! Each micro-batch has a copy of its own of the player that learns. Graphs with a leaf in common are one graph to the
//! framework, behind one lock, which a backward pass takes before the lock of all graphs and a forward pass after it:
//! two threads in such a graph can wait for each other for ever.

use burn::module::Module;
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor};
use partita_model::adversarial::{
    Adversarial, AdversarialConfig, Critic, Generator, GeneratorStart, Penalty, gradient_penalty, interpolate,
};
use partita_model::{Cvae, ModelConfig, read_gradients, write_parameters};
use rand_chacha::ChaCha8Rng;

use super::encoded::{EncodedPassage, LatentBatch};
use super::turns::Rows;
use crate::replicas::scalar;
use crate::workers::Workers;

/// What both players' steps need to know.
pub(super) struct Table<'a> {
    pub(super) workers: &'a Workers,
    pub(super) model: &'a Cvae,
    pub(super) config: &'a ModelConfig,
    pub(super) start: GeneratorStart,
    pub(super) device: &'a Device,
    pub(super) seats: &'a Seats,
}

/// The weights that both players play with.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlayersWeights<'a> {
    pub(super) generator: &'a [f32],
    pub(super) critic: &'a [f32],
}

/// Sums over the rows of one step of the critic.
#[derive(Clone, Debug, Default)]
pub(super) struct CriticSums {
    /// Of the critic's loss a row.
    pub(super) gradient: Vec<f32>,
    pub(super) real_score: f64,
    pub(super) generated_score: f64,
    /// Of the critic's loss but the penalty.
    pub(super) loss: f64,
    pub(super) gradient_norm: f64,
    /// Σ (‖∇D‖ − 1)².
    pub(super) penalty: f64,
    pub(super) rows: usize,
}

/// Sums over the rows of one step of the generator.
#[derive(Clone, Debug, Default)]
pub(super) struct GeneratorSums {
    /// Of the generator's loss a row.
    pub(super) gradient: Vec<f32>,
    pub(super) generated_score: f64,
    pub(super) rows: usize,
}

/// Players whose weights are replaced before each use: trainable ones and a generator that only runs.
#[derive(Debug)]
pub(super) struct Seats {
    trained: Adversarial,
    running: Generator,
}

impl Seats {
    pub(super) fn new(
        config: &AdversarialConfig,
        model: &ModelConfig,
        random: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let trained = Adversarial::new(config, model, random, &device.clone().autodiff());
        Self { running: trained.generator.valid(), trained }
    }

    pub(super) fn critic(&self, weights: &[f32]) -> Critic {
        write_parameters(self.trained.critic.clone(), weights)
    }

    /// A generator that can be trained.
    pub(super) fn generator(&self, weights: &[f32]) -> Generator {
        write_parameters(self.trained.generator.clone(), weights)
    }

    /// A generator without gradients.
    pub(super) fn running_generator(&self, weights: &[f32]) -> Generator {
        write_parameters(self.running.clone(), weights)
    }

    pub(super) fn players(&self) -> &Adversarial {
        &self.trained
    }
}

/// L_D = E[D(G(ε, c), c)] − E[D(z, c)] + λ·E[(‖∇_ẑ D(ẑ, c)‖₂ − 1)²], minimised.
pub(super) fn critic_step(
    table: &Table<'_>,
    weights: PlayersWeights<'_>,
    penalty_weight: f64,
    micro_batches: Vec<Rows<'_, EncodedPassage>>,
) -> CriticSums {
    let generator = table.seats.running_generator(weights.generator);
    let total = micro_batches.iter().map(|(passages, _)| passages.len()).sum::<usize>() as f64;
    let sums = table.workers.map(micro_batches, |_, (passages, mut random)| {
        let critic = table.seats.critic(weights.critic);
        let batch = LatentBatch::new(&passages, table.config, table.device);
        let real = batch.sample(&passages, &mut random);
        let start = table.start.latents(table.model, &batch.rows, batch.noise(&mut random));
        let generated = generator.forward(&batch.rows, start);
        let between = interpolate(&real, &generated, batch.shares(&mut random));
        let [real, generated] = [real, generated].map(|latents| critic.forward(&batch.rows, &latents));
        let penalty = gradient_penalty(&critic, &batch.rows, &between);
        CriticSums::of(&critic, Scores::wasserstein(real, generated), penalty, penalty_weight, (passages.len(), total))
    });
    sums.into_iter().reduce(CriticSums::add).unwrap_or_default()
}

/// L_G = −E[D(G(ε, c), c)].
pub(super) fn generator_step(
    table: &Table<'_>,
    weights: PlayersWeights<'_>,
    micro_batches: Vec<Rows<'_, EncodedPassage>>,
) -> GeneratorSums {
    let total = micro_batches.iter().map(|(passages, _)| passages.len()).sum::<usize>() as f64;
    let sums = table.workers.map(micro_batches, |_, (passages, mut random)| {
        let generator = table.seats.generator(weights.generator);
        let judge = table.seats.critic(weights.critic).no_grad();
        let batch = LatentBatch::new(&passages, table.config, table.device);
        let start = table.start.latents(table.model, &batch.rows, batch.noise(&mut random));
        let score: Tensor<1> = judge.forward(&batch.rows, &generator.forward(&batch.rows, start)).sum();
        GeneratorSums::of(&generator, score, (passages.len(), total))
    });
    sums.into_iter().reduce(GeneratorSums::add).unwrap_or_default()
}

fn add_to(sum: &mut [f32], other: &[f32]) {
    sum.iter_mut().zip(other).for_each(|(a, b)| *a += b);
}

/// Sums of a micro-batch's scores, and of what they add to the critic's loss.
pub(super) struct Scores {
    real: Tensor<1>,
    generated: Tensor<1>,
    loss: Tensor<1>,
}

impl Scores {
    /// E[D(x̃)] − E[D(x)] (Arjovsky et al. 2017), of scores `[rows]`.
    pub(super) fn wasserstein(real: Tensor<1>, generated: Tensor<1>) -> Self {
        let (real, generated) = (real.sum(), generated.sum());
        Self { loss: generated.clone() - real.clone(), real, generated }
    }

    /// −E[log σ(D(x) − D(x̃))] of pairs (Jolicoeur-Martineau 2018), of scores `[rows]`.
    pub(super) fn relativistic(real: Tensor<1>, generated: Tensor<1>) -> Self {
        let loss = -log_sigmoid(real.clone() - generated.clone()).sum();
        Self { loss, real: real.sum(), generated: generated.sum() }
    }
}

impl CriticSums {
    /// L_D of the first of `(rows, total)`, those of one micro-batch, by their scores, and the gradient of the loss a row of the
    /// whole step.
    pub(super) fn of<M: Module>(
        critic: &M,
        scores: Scores,
        penalty: Penalty,
        penalty_weight: f64,
        (rows, total): (usize, f64),
    ) -> Self {
        let loss = scores.loss.clone() + penalty.sum.clone() * penalty_weight;
        Self {
            gradient: read_gradients(critic, &(loss / total).backward()),
            real_score: scalar(scores.real),
            generated_score: scalar(scores.generated),
            loss: scalar(scores.loss),
            gradient_norm: scalar(penalty.norms.sum()),
            penalty: scalar(penalty.sum),
            rows,
        }
    }

    pub(super) fn add(mut self, other: Self) -> Self {
        add_to(&mut self.gradient, &other.gradient);
        Self {
            gradient: self.gradient,
            real_score: self.real_score + other.real_score,
            generated_score: self.generated_score + other.generated_score,
            loss: self.loss + other.loss,
            gradient_norm: self.gradient_norm + other.gradient_norm,
            penalty: self.penalty + other.penalty,
            rows: self.rows + other.rows,
        }
    }
}

impl GeneratorSums {
    /// L_G likewise, by the sum of the scores.
    pub(super) fn of<M: Module>(generator: &M, score: Tensor<1>, (rows, total): (usize, f64)) -> Self {
        let gradient = read_gradients(generator, &(-score.clone() / total).backward());
        Self { gradient, generated_score: scalar(score), rows }
    }

    pub(super) fn add(mut self, other: Self) -> Self {
        add_to(&mut self.gradient, &other.gradient);
        Self {
            gradient: self.gradient,
            generated_score: self.generated_score + other.generated_score,
            rows: self.rows + other.rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adversarial::encoded::encode;
    use partita_model::{BarFeatures, ConditionClasses, ModelSize, Passage, PassageBar, read_parameters};
    use rand_chacha::rand_core::SeedableRng;

    /// Many threads in the same players at once: they must neither wait for one another nor change what is computed.
    #[test]
    fn players_on_many_threads_have_the_gradients_of_one() {
        let device = Device::flex();
        let config = ModelConfig::sized(ModelSize::Tiny, 1, 1);
        let model = Cvae::new(&config, &mut ChaCha8Rng::seed_from_u64(1), &device);
        let features = |index| BarFeatures { metre: 0, index, remaining: 1 - index, density: None, polyphony: None };
        let bars = (0..2).map(|index| PassageBar { features: features(index), steps: 48, notes: Vec::new() });
        let passage = Passage { conditions: ConditionClasses::default(), bars: bars.collect() };
        let encoded = encode(&Workers::new(1), &model, &config, &[vec![passage]], &device);

        let suited = AdversarialConfig::suited(&config, GeneratorStart::Prior);
        let seats = Seats::new(&suited, &config, &mut ChaCha8Rng::seed_from_u64(2), &device);
        let Adversarial { generator, critic } = seats.players();
        let [generator, critic] = [read_parameters(generator), read_parameters(critic)];
        let weights = PlayersWeights { generator: &generator, critic: &critic };
        let turns = |threads: usize| {
            let workers = Workers::new(threads);
            let start = GeneratorStart::Prior;
            let (model, config, device, seats) = (&model, &config, &device, &seats);
            let table = Table { workers: &workers, model, config, start, device, seats };
            let batches =
                |turn: u64| (0..16).map(|i| (vec![&encoded[0]], ChaCha8Rng::seed_from_u64(turn * 16 + i))).collect();
            let one = |turn: u64| {
                let critic = critic_step(&table, weights, 10.0, batches(turn)).gradient;
                (critic, generator_step(&table, weights, batches(turn)).gradient)
            };
            (0..20).map(one).collect::<Vec<_>>()
        };
        assert_eq!(turns(1), turns(8));
    }
}
