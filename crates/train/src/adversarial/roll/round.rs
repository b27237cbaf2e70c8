//! One step of either player of rolls. As in the latent form, each micro-batch has a copy of its own of the player that
//! learns; [the other module](super::super::round) says why.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use partita_model::adversarial::roll::{
    RollConfig, RollCritic, RollGenerator, RollPassage, RollPlayers, interpolate_rolls, roll_gradient_penalty,
    set_by_chance,
};
use partita_model::{Cvae, ModelConfig, write_parameters};
use rand_chacha::ChaCha8Rng;

use super::super::round::{CriticSums, GeneratorSums, PlayersWeights, Scores};
use super::super::turns::Rows;
use super::batch::RollBatch;
use crate::workers::Workers;

/// What both players' steps need to know.
pub(super) struct Table<'a> {
    pub(super) workers: &'a Workers,
    pub(super) model: &'a Cvae,
    pub(super) sizes: &'a ModelConfig,
    pub(super) config: &'a RollConfig,
    pub(super) device: &'a Device,
    pub(super) seats: &'a Seats,
}

/// Players whose weights are replaced before each use: trainable ones and a generator that only runs.
#[derive(Debug)]
pub(super) struct Seats {
    trained: RollPlayers,
    running: RollGenerator,
}

impl Seats {
    pub(super) fn new(config: &RollConfig, model: &ModelConfig, random: &mut ChaCha8Rng, device: &Device) -> Self {
        let trained = RollPlayers::new(config, model, random, &device.clone().autodiff());
        Self { running: trained.roll_generator.valid(), trained }
    }

    pub(super) fn critic(&self, weights: &[f32]) -> RollCritic {
        write_parameters(self.trained.roll_critic.clone(), weights)
    }

    /// A generator without gradients.
    pub(super) fn running_generator(&self, weights: &[f32]) -> RollGenerator {
        write_parameters(self.running.clone(), weights)
    }

    pub(super) fn players(&self) -> &RollPlayers {
        &self.trained
    }
}

/// L_D = E[D(G(z, c), c)] − E[D(x, c)] + λ·E[(‖∇_x̂ D(x̂, c)‖₂ − 1)²], minimised.
pub(super) fn critic_step(
    table: &Table<'_>,
    weights: PlayersWeights<'_>,
    penalty_weight: f64,
    micro_batches: Vec<Rows<'_, RollPassage>>,
) -> CriticSums {
    let generator = table.seats.running_generator(weights.generator);
    let total = micro_batches.iter().map(|(passages, _)| passages.len()).sum::<usize>() as f64;
    let sums = table.workers.map(micro_batches, |_, (passages, mut random)| {
        let critic = table.seats.critic(weights.critic);
        let batch = RollBatch::new(&passages, table.config, table.sizes, table.device);
        let real = batch.real();
        let latents = batch.latents(table.config, table.model, batch.noise(&mut random));
        let generated = set_by_chance(generator.forward(&batch.rows, latents), batch.chances(&mut random));
        let share = batch.shares(&mut random);
        let between = interpolate_rolls(&batch.rows, real.clone(), generated.clone(), share);
        let [real, generated] = [real, generated].map(|rolls| critic.forward(&batch.rows, rolls));
        let penalty = roll_gradient_penalty(&critic, &batch.rows, between);
        CriticSums::of(&critic, Scores::wasserstein(real, generated), penalty, penalty_weight, (passages.len(), total))
    });
    sums.into_iter().reduce(CriticSums::add).unwrap_or_default()
}

/// L_G = −E[D(G(z, c), c)].
pub(super) fn generator_step(
    table: &Table<'_>,
    weights: PlayersWeights<'_>,
    micro_batches: Vec<Rows<'_, RollPassage>>,
) -> GeneratorSums {
    let total = micro_batches.iter().map(|(passages, _)| passages.len()).sum::<usize>() as f64;
    let sums = table.workers.map(micro_batches, |_, (passages, mut random)| {
        let generator = write_parameters(table.seats.trained.roll_generator.clone(), weights.generator);
        let judge = table.seats.critic(weights.critic).no_grad();
        let batch = RollBatch::new(&passages, table.config, table.sizes, table.device);
        let latents = batch.latents(table.config, table.model, batch.noise(&mut random));
        let generated = set_by_chance(generator.forward(&batch.rows, latents), batch.chances(&mut random));
        let score: Tensor<1> = judge.forward(&batch.rows, generated).sum();
        GeneratorSums::of(&generator, score, (passages.len(), total))
    });
    sums.into_iter().reduce(GeneratorSums::add).unwrap_or_default()
}
