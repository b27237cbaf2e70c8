//! Generator and critic of rolls in training, by turns.

use burn::tensor::Device;
use partita_dataset::DatasetError;
use partita_model::adversarial::roll::{RollConfig, RollPassage, RollPlayers};
use partita_model::{ModelConfig, ParameterShape, Passage, parameter_shapes};

use super::super::encoded::EncodedPools;
use super::super::players::{AdversarialReport, PhaseView, Players};
use super::super::round::PlayersWeights;
use super::super::turns::{micro_batches, turns};
use super::batch::windows;
use super::quality::{Judged, RollValidation, judge};
use super::round::{Seats, Table, critic_step, generator_step};
use crate::recipe::Recipe;
use crate::streams::{Purpose, stream};

/// Windows that the generator is judged on, at most.
const JUDGED_MAX: usize = 512;

/// Both players, their optimisers and the music they are judged by.
#[derive(Debug)]
pub(crate) struct RollAdversary {
    pub(crate) config: RollConfig,
    pub(crate) players: Players,
    /// Whether the players have learned anything.
    pub(crate) trained: bool,
    seats: Seats,
    shapes: [Vec<ParameterShape>; 2],
    pools: EncodedPools<RollPassage>,
    held_out: Vec<RollPassage>,
}

impl RollAdversary {
    /// New players, or those of a checkpoint.
    pub(crate) fn new(recipe: &Recipe, model: &ModelConfig, players: Option<Players>, device: &Device) -> Self {
        let config = RollConfig::suited(model, recipe.size, recipe.generator_start);
        let seats = Seats::new(&config, model, &mut stream(recipe.seed, Purpose::Players, 0), device);
        let RollPlayers { roll_generator, roll_critic } = seats.players();
        let shapes = [parameter_shapes(roll_generator), parameter_shapes(roll_critic)];
        let trained = players.is_some();
        let players = players.unwrap_or_else(|| Players::fresh(roll_generator, roll_critic));
        Self { config, players, trained, shapes, seats, pools: EncodedPools::default(), held_out: Vec::new() }
    }

    /// Several steps of the critic, then one of the generator, which is the `taken`-th of the phase, counted from 0.
    /// Tells everything but where the run stands.
    pub(crate) fn step(&mut self, view: &PhaseView<'_>, taken: u64) -> Result<AdversarialReport, DatasetError> {
        let recipe = view.cutter.recipe;
        let cut = |batches: &[Vec<Passage>]| windows(batches, recipe.roll_bars);
        view.advance(&mut self.pools, taken, |_, batches| cut(batches))?;
        self.trained = true;
        let Self { config, players, seats, shapes, pools, .. } = self;
        let PhaseView { workers, model, config: sizes, device, .. } = *view;
        let table = Table { workers, model, sizes, config, device, seats };
        let penalty_weight = recipe.gradient_penalty_weight;
        let critic = |weights: PlayersWeights<'_>, index| {
            critic_step(&table, weights, penalty_weight, micro_batches(pools, recipe, index))
        };
        let generator =
            |weights: PlayersWeights<'_>, index| generator_step(&table, weights, micro_batches(pools, recipe, index));
        let report = turns(players, shapes, recipe, taken, critic, generator);
        Ok(AdversarialReport { passages: self.pools.len(), ..report })
    }

    /// Judges the averaged generator on windows of the held-out `passages`.
    pub(crate) fn validate(
        &mut self,
        view: &PhaseView<'_>,
        passages: &[Vec<Passage>],
        taken: u64,
    ) -> Result<RollValidation, DatasetError> {
        let recipe = view.cutter.recipe;
        let cut = |batches: &[Vec<Passage>]| windows(batches, recipe.roll_bars);
        if self.held_out.is_empty() {
            let all = cut(passages);
            let every = all.len().div_ceil(JUDGED_MAX).max(1);
            self.held_out = all.into_iter().step_by(every).collect();
        }
        view.advance(&mut self.pools, taken, |_, batches| cut(batches))?;
        let judged = Judged {
            model: view.model,
            sizes: view.config,
            config: &self.config,
            generator: &self.seats.running_generator(&self.players.generator.average),
            critic: &self.seats.critic(&self.players.critic.weights),
            seed: recipe.seed,
            device: view.device,
        };
        let held_out: Vec<&RollPassage> = self.held_out.iter().collect();
        let training = self.pools.newest(held_out.len());
        Ok(view.workers.map(vec![()], |_, ()| judge(&judged, &held_out, &training)).remove(0))
    }
}
