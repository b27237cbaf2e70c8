//! Generator and critic in training, by turns.

use burn::module::Module;
use burn::tensor::Device;
use partita_dataset::DatasetError;
use partita_model::adversarial::listener::Listener;
use partita_model::adversarial::{AdversarialConfig, Generator};
use partita_model::compose::LatentSource;
use partita_model::{Cvae, ModelConfig, ParameterShape, Passage, parameter_shapes, read_parameters};
use serde::{Deserialize, Serialize};

use super::consistency::Rewriting;
use super::encoded::{EncodedPassage, EncodedPools, encode};
use super::quality::{AdversarialValidation, Judged, judge};
use super::round::{PlayersWeights, Seats, Table, critic_step, generator_step};
use super::turns::{micro_batches, turns};
use crate::adamw::{AdamW, AdamWStep};
use crate::curriculum::Curriculum;
use crate::passages::Cutter;
use crate::recipe::Recipe;
use crate::streams::{Purpose, stream};
use crate::workers::Workers;

/// The optimisers of both players: all that a checkpoint keeps of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Players {
    /// The generator's; its average is what is kept.
    pub generator: AdamW,
    /// The critic's.
    pub critic: AdamW,
}

impl Players {
    /// These players' weights and fresh optimisers.
    pub(crate) fn fresh<G: Module, D: Module>(generator: &G, critic: &D) -> Self {
        Self { generator: AdamW::new(read_parameters(generator)), critic: AdamW::new(read_parameters(critic)) }
    }

    /// A critic of written music, whose generator is the CVAE, with a fresh optimiser.
    pub(crate) fn of_listener(listener: &Listener) -> Self {
        Self { generator: AdamW::new(Vec::new()), critic: AdamW::new(read_parameters(listener)) }
    }
}

/// Figures of one step of the generator and the critic's steps before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdversarialReport {
    /// Steps of the whole run, this one included.
    pub step: u64,
    /// Of them, the generator's.
    pub generator_steps: u64,
    /// L_D, the mean over the critic's steps.
    pub critic_loss: f64,
    /// L_G.
    pub generator_loss: f64,
    /// α·L_CVAE + γ·L_G + δ·L_D, with L_CVAE the NLL bound in nats a note: the frozen CVAE's in validation, in the joint phase
    /// that of the step's own passages.
    pub hybrid_loss: f64,
    /// E[D(z, c)] − E[D(G(ε, c), c)] over the rows of the critic's steps.
    pub wasserstein: f64,
    /// ‖∇D‖ where the penalty is taken, the mean over rows; near 1 where all is well.
    pub gradient_norm_at_interpolates: f64,
    /// Length of the generator's gradient.
    pub generator_gradient_norm: f64,
    /// Share of the corpus drawn from.
    pub competence: f64,
    /// Encoded passages at hand.
    pub passages: usize,
}

impl AdversarialReport {
    /// A warning in words where the critic has lost its bound.
    pub fn alarm(&self) -> Option<String> {
        let norm = self.gradient_norm_at_interpolates;
        (norm > 3.0).then(|| {
            format!(
                "exploding critic: its gradient at interpolates is {norm:.2} long where 1 is due; lower \
                 critic_learning_rate or raise gradient_penalty_weight"
            )
        })
    }
}

/// What the phase sees of the run around it.
pub(crate) struct PhaseView<'a> {
    pub(crate) workers: &'a Workers,
    /// The CVAE that encodes the players' passages and draws what the generator starts from.
    pub(crate) model: &'a Cvae,
    /// In the joint phase, the CVAE that is validated: as it is now.
    pub(crate) joint_model: Option<&'a Cvae>,
    /// What draws the latents that music is written from.
    pub(crate) source: LatentSource<'a>,
    /// Whether the critic of written music stays as it is and the decoder changes: in the joint phase it learns of the critic.
    pub(crate) critic_rests: bool,
    /// Pools that passages are drawn from.
    pub(crate) pools_kept: u64,
    pub(crate) config: &'a ModelConfig,
    pub(crate) cutter: Cutter<'a>,
    pub(crate) curriculum: &'a Curriculum,
    pub(crate) device: &'a Device,
}

impl PhaseView<'_> {
    /// Makes the pools of the `taken`-th step ready, as [`EncodedPools::advance`] does. The joint phase has as many as it may
    /// from its first step: few passages are soon known to the critic by heart, and its estimate then tells nothing.
    pub(super) fn advance<P>(
        &self,
        pools: &mut EncodedPools<P>,
        taken: u64,
        encode: impl Fn(u64, &[Vec<Passage>]) -> Vec<P>,
    ) -> Result<(), DatasetError> {
        let ahead = if self.joint_model.is_some() { self.pools_kept - 1 } else { 0 };
        let step = taken + ahead * self.cutter.recipe.adversarial_pool_steps;
        pools.advance(step, self.pools_kept, &self.cutter, self.curriculum, encode)
    }

    /// The CVAE that is validated.
    pub(crate) fn validated(&self) -> &Cvae {
        self.joint_model.unwrap_or(self.model)
    }
}

/// Both players, their optimisers and the music they are judged by.
#[derive(Debug)]
pub(crate) struct Adversary {
    pub(crate) config: AdversarialConfig,
    pub(crate) players: Players,
    /// Whether the players have learned anything, in this run or before it.
    pub(crate) trained: bool,
    seats: Seats,
    shapes: [Vec<ParameterShape>; 2],
    pools: EncodedPools,
    held_out: Vec<EncodedPassage>,
}

impl Adversary {
    /// New players, or those of a checkpoint.
    pub(crate) fn new(recipe: &Recipe, model: &ModelConfig, players: Option<Players>, device: &Device) -> Self {
        let config = AdversarialConfig::suited(model, recipe.generator_start);
        let seats = Seats::new(&config, model, &mut stream(recipe.seed, Purpose::Players, 0), device);
        let drawn = seats.players();
        let shapes = [parameter_shapes(&drawn.generator), parameter_shapes(&drawn.critic)];
        let trained = players.is_some();
        let players = players.unwrap_or_else(|| Players::fresh(&drawn.generator, &drawn.critic));
        Self { config, players, trained, shapes, seats, pools: EncodedPools::default(), held_out: Vec::new() }
    }

    /// The averaged generator, without gradients.
    pub(crate) fn generator(&self) -> Generator {
        self.seats.running_generator(&self.players.generator.average)
    }

    /// Has everything encoded anew: the CVAE has changed.
    pub(crate) fn turn_pools(&mut self) {
        self.pools = EncodedPools::default();
    }

    /// Several steps of the critic, then one of the generator, which is the `taken`-th of the phase, counted from 0.
    /// Tells everything but where the run stands.
    pub(crate) fn step(&mut self, view: &PhaseView<'_>, taken: u64) -> Result<AdversarialReport, DatasetError> {
        let recipe = view.cutter.recipe;
        let encode = |_, batches: &[Vec<Passage>]| encode(view.workers, view.model, view.config, batches, view.device);
        view.advance(&mut self.pools, taken, encode)?;
        self.trained = true;
        let Self { config, players, seats, shapes, pools, .. } = self;
        let PhaseView { workers, model, config: sizes, device, .. } = *view;
        let table = Table { workers, model, config: sizes, start: config.start, device, seats };
        let penalty_weight = recipe.gradient_penalty_weight;
        let critic = |weights: PlayersWeights<'_>, index| {
            critic_step(&table, weights, penalty_weight, micro_batches(pools, recipe, index))
        };
        let generator =
            |weights: PlayersWeights<'_>, index| generator_step(&table, weights, micro_batches(pools, recipe, index));
        let report = turns(players, shapes, recipe, taken, critic, generator);
        Ok(AdversarialReport { passages: self.pools.len(), ..report })
    }

    /// Judges the averaged generator on the held-out `passages`.
    pub(crate) fn validate(
        &mut self,
        view: &PhaseView<'_>,
        passages: &[Vec<Passage>],
        taken: u64,
    ) -> Result<AdversarialValidation, DatasetError> {
        let encode_by =
            |model: &Cvae, batches: &[Vec<Passage>]| encode(view.workers, model, view.config, batches, view.device);
        if self.held_out.is_empty() || view.joint_model.is_some() {
            self.held_out = encode_by(view.validated(), passages);
        }
        let encode = |_, batches: &[Vec<Passage>]| encode_by(view.model, batches);
        view.advance(&mut self.pools, taken, encode)?;
        let generator = self.generator();
        let critic = self.seats.critic(&self.players.critic.weights);
        let judged = Judged {
            model: view.validated(),
            config: view.config,
            generator: &generator,
            critic: &critic,
            start: self.config.start,
            genres: &view.cutter.labels.genres,
            seed: view.cutter.recipe.seed,
            device: view.device,
        };
        let held_out = &self.held_out;
        let training = self.pools.newest(held_out.len());
        let mut validation = view.workers.map(vec![()], |_, ()| judge(&judged, held_out, &training)).remove(0);
        let recipe = view.cutter.recipe;
        if recipe.joint_steps > 0 {
            let rewriting = Rewriting::new(recipe, &generator, self.config.start);
            validation.consistency = Some(rewriting.validate(view, passages));
        }
        Ok(validation)
    }
}

pub(super) fn constants(recipe: &Recipe, learning_rate: f64) -> AdamWStep {
    AdamWStep {
        learning_rate,
        beta_1: recipe.adversarial_beta_1,
        beta_2: recipe.adversarial_beta_2,
        weight_decay: 0.0,
        gradient_norm_max: f32::MAX,
        average_decay: recipe.generator_average_decay,
    }
}
