//! The critic of written music in training.

use burn::tensor::Device;
use partita_dataset::DatasetError;
use partita_model::adversarial::listener::{Listener, ListenerConfig};
use partita_model::{ModelConfig, ParameterShape, Passage, parameter_shapes};

use super::super::encoded::EncodedPools;
use super::super::players::{AdversarialReport, PhaseView, Players};
use super::super::round::PlayersWeights;
use super::super::turns::{critic_turns, micro_batches};
use super::critic::{Seat, Table, critic_step};
use super::quality::{ListenerValidation, judge};
use super::windows::{WrittenWindow, compose_beside};
use crate::recipe::Recipe;
use crate::streams::{Purpose, stream};

/// The number of the pool that held-out music is composed as.
const HELD_OUT: u64 = 1 << 40;

/// The critic, its optimiser and the music it is judged by. The averaged weights are validated and kept.
#[derive(Debug)]
pub(crate) struct WrittenAdversary {
    pub(crate) config: ListenerConfig,
    /// The generator's are empty: it is the CVAE.
    pub(crate) players: Players,
    /// Whether the critic has learned anything.
    pub(crate) trained: bool,
    seat: Seat,
    shapes: Vec<ParameterShape>,
    pools: EncodedPools<WrittenWindow>,
    held_out: Vec<WrittenWindow>,
}

impl WrittenAdversary {
    /// A new critic, or that of a checkpoint.
    pub(crate) fn new(recipe: &Recipe, model: &ModelConfig, players: Option<Players>, device: &Device) -> Self {
        let config = ListenerConfig::of_bars(recipe.heard_bars);
        let seat = Seat::new(&config, model, &mut stream(recipe.seed, Purpose::Players, 0), device);
        let shapes = parameter_shapes(seat.listener());
        let trained = players.is_some();
        let players = players.unwrap_or_else(|| Players::of_listener(seat.listener()));
        Self { config, players, trained, shapes, seat, pools: EncodedPools::default(), held_out: Vec::new() }
    }

    /// The averaged critic.
    pub(crate) fn listener(&self) -> Listener {
        self.seat.running(&self.players.critic.average)
    }

    /// Several steps of the critic: the `taken`-th turn of the phase, counted from 0. Tells everything but where the run
    /// stands.
    pub(crate) fn step(&mut self, view: &PhaseView<'_>, taken: u64) -> Result<AdversarialReport, DatasetError> {
        self.advance(view, taken)?;
        self.trained = true;
        let recipe = view.cutter.recipe;
        let Self { players, seat, shapes, pools, .. } = self;
        let table = Table { workers: view.workers, sizes: view.config, device: view.device, seat };
        let critic = |weights: PlayersWeights<'_>, index| {
            critic_step(&table, weights.critic, recipe.gradient_penalty_weight, micro_batches(pools, recipe, index))
        };
        let first = taken * recipe.critic_steps_per_generator_step;
        let report = critic_turns(players, shapes, recipe, taken, first, critic);
        Ok(AdversarialReport { passages: self.pools.len(), ..report })
    }

    /// Judges the averaged critic on windows of the held-out `passages`.
    pub(crate) fn validate(
        &mut self,
        view: &PhaseView<'_>,
        passages: &[Vec<Passage>],
        taken: u64,
    ) -> Result<ListenerValidation, DatasetError> {
        if self.held_out.is_empty() || view.critic_rests {
            self.held_out = compose_beside(view, view.model, HELD_OUT, passages);
        }
        if !view.critic_rests {
            self.advance(view, taken)?;
        }
        let held_out: Vec<&WrittenWindow> = self.held_out.iter().collect();
        let of_training = if view.critic_rests { Vec::new() } else { self.pools.newest(held_out.len()) };
        Ok(judge(&self.listener(), &held_out, &of_training, view.config, view.device))
    }

    fn advance(&mut self, view: &PhaseView<'_>, taken: u64) -> Result<(), DatasetError> {
        let compose = |number, batches: &[Vec<Passage>]| compose_beside(view, view.model, number, batches);
        view.advance(&mut self.pools, taken, compose)
    }
}
