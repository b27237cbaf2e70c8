//! The critic of written music in training.

use burn::tensor::Device;
use partita_model::adversarial::ListenerConfig;
use partita_model::{ModelConfig, ParameterShape, Passage, parameter_shapes, read_parameters};

use super::super::encoded::EncodedPools;
use super::super::players::{AdversarialReport, PhaseView, Players, constants};
use super::super::round::CriticSums;
use super::super::turns::micro_batches;
use super::critic::{Seat, Table, critic_step};
use super::quality::{ListenerValidation, judge};
use super::windows::{WrittenWindow, compose_beside};
use crate::adamw::AdamW;
use crate::recipe::Recipe;
use crate::schedule::adversarial_competence;
use crate::streams::{Purpose, stream};

/// The number of the pool that held-out music is composed as.
const HELD_OUT: u64 = 1 << 40;

/// The critic, its optimiser and the music it is judged by. The averaged weights are validated and kept.
#[derive(Debug)]
pub(crate) struct Listeners {
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

impl Listeners {
    /// A new critic, or that of a checkpoint.
    pub(crate) fn new(recipe: &Recipe, model: &ModelConfig, players: Option<Players>, device: &Device) -> Self {
        let config = ListenerConfig::sized(recipe.size, recipe.roll_bars);
        let seat = Seat::new(&config, model, &mut stream(recipe.seed, Purpose::Players, 0), device);
        let shapes = parameter_shapes(seat.listener());
        let trained = players.is_some();
        let fresh =
            || Players { generator: AdamW::new(Vec::new()), critic: AdamW::new(read_parameters(seat.listener())) };
        let players = players.unwrap_or_else(fresh);
        Self { config, players, trained, shapes, seat, pools: EncodedPools::default(), held_out: Vec::new() }
    }

    /// Several steps of the critic: the `taken`-th turn of the phase, counted from 0. Tells everything but where the run
    /// stands.
    pub(crate) fn step(&mut self, view: &PhaseView<'_>, taken: u64) -> AdversarialReport {
        self.advance(view, taken);
        self.trained = true;
        let recipe = view.cutter.recipe;
        let table = Table { workers: view.workers, sizes: view.config, device: view.device, seat: &self.seat };
        let turns = recipe.critic_steps_per_generator_step;
        let mut sums = CriticSums::default();
        for turn in 0..turns {
            let rows = micro_batches(&self.pools, recipe, taken * turns + turn);
            let one = critic_step(&table, &self.players.critic.weights, recipe.gradient_penalty_weight, rows);
            let constants = constants(recipe, recipe.critic_learning_rate);
            self.players.critic.update(&one.gradient, &self.shapes, constants);
            sums = sums.add(one);
        }
        let rows = sums.rows.max(1) as f64;
        let wasserstein = (sums.real_score - sums.generated_score) / rows;
        AdversarialReport {
            step: 0,
            generator_steps: taken + 1,
            critic_loss: recipe.gradient_penalty_weight * sums.penalty / rows - wasserstein,
            generator_loss: -sums.generated_score / rows,
            hybrid_loss: 0.0,
            wasserstein,
            gradient_norm_at_interpolates: sums.gradient_norm / rows,
            generator_gradient_norm: 0.0,
            competence: adversarial_competence(recipe, taken),
            passages: self.pools.len(),
        }
    }

    /// Judges the averaged critic on windows of the held-out `passages`.
    pub(crate) fn validate(
        &mut self,
        view: &PhaseView<'_>,
        passages: &[Vec<Passage>],
        taken: u64,
    ) -> ListenerValidation {
        if self.held_out.is_empty() {
            self.held_out = compose_beside(view, view.model, HELD_OUT, passages);
        }
        self.advance(view, taken);
        let held_out: Vec<&WrittenWindow> = self.held_out.iter().collect();
        let listener = self.seat.running(&self.players.critic.average);
        judge(&listener, &held_out, &self.pools.newest(held_out.len()), view.config, view.device)
    }

    fn advance(&mut self, view: &PhaseView<'_>, taken: u64) {
        let compose = |number, batches: &[Vec<Passage>]| compose_beside(view, view.model, number, batches);
        self.pools.advance(taken, view.pools_kept, &view.cutter, view.curriculum, compose);
    }
}
