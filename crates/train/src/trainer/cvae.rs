//! The loop's first phase: the CVAE, or a system that it is compared with, learns from passages.

use partita_model::{Passage, write_parameters};
use rand_chacha::ChaCha8Rng;

use super::Trainer;
use crate::adamw::AdamWStep;
use crate::adversarial::ConsistencyReport;
use crate::elbo::LossWeights;
use crate::error::TrainError;
use crate::event::{Event, StepReport};
use crate::passages::Cutter;
use crate::replicas::{Beside, StepTerms};
use crate::schedule::{competence, kl_weight, learning_rate};
use crate::streams::{Purpose, stream};
use crate::validation::validate;

/// What a step of the CVAE is taken with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) learning_rate: f64,
    /// β.
    pub(super) kl_weight: f64,
}

impl Trainer<'_, '_> {
    /// One optimiser step of the CVAE alone.
    pub(super) fn step(&mut self) -> Result<StepReport, TrainError> {
        let (step, recipe) = (self.state.step, &self.state.recipe);
        let pace = Pace { learning_rate: learning_rate(recipe, step), kl_weight: kl_weight(recipe, step) };
        let report = self.cvae_step(pace, Beside::Nothing)?;
        self.state.step += 1;
        Ok(report)
    }

    /// The CVAE's part of a step, which is not counted yet; with what stands `beside` the ELBO.
    pub(super) fn cvae_step(&mut self, pace: Pace, beside: Beside<'_>) -> Result<StepReport, TrainError> {
        let step = self.state.step;
        let recipe = self.state.recipe.clone();
        let micro_batches = self.next_micro_batches()?;
        let Pace { learning_rate, kl_weight } = pace;
        let loss = LossWeights {
            kl: kl_weight,
            bag: recipe.bag_weight,
            free_nats_per_dimension: recipe.free_nats_per_dimension,
        };
        let terms = StepTerms { loss, word_dropout: recipe.word_dropout, beside };
        let sums = self.replicas.gradient(&self.workers, &self.optimizer.weights, &micro_batches, terms);
        let found = match beside {
            Beside::Consistency(_, weight) => Some((ConsistencyReport::from(sums.beside), weight)),
            Beside::Nothing | Beside::Policy(..) => None,
        };
        let loss = (sums.nll + kl_weight * sums.kl) / sums.notes.max(1) as f64
            + found.map_or(0.0, |(report, weight)| weight * report.nll_per_bar);
        if !loss.is_finite() {
            return Err(TrainError::Diverged { step, loss });
        }
        let constants = AdamWStep {
            learning_rate,
            beta_1: recipe.beta_1,
            beta_2: recipe.beta_2,
            weight_decay: recipe.weight_decay,
            gradient_norm_max: recipe.gradient_norm_max,
            average_decay: recipe.average_decay,
        };
        let gradient_norm = self.optimizer.update(&sums.gradient, &self.shapes, constants);
        self.state.notes_seen += sums.notes as u64;
        let notes = sums.notes.max(1) as f64;
        Ok(StepReport {
            step: step + 1,
            reconstruction_per_note: sums.nll / notes,
            kl_per_note: sums.kl / notes,
            kl_weight,
            learning_rate,
            gradient_norm,
            competence: competence(&recipe, step),
            notes: sums.notes,
            notes_seen: self.state.notes_seen,
            consistency: found.map(|(report, _)| report),
            policy: matches!(beside, Beside::Policy(..)).then(|| sums.beside.into()),
        })
    }

    /// The next step's micro-batches, each with the stream of its noise.
    pub(super) fn next_micro_batches(&mut self) -> Result<Vec<(Vec<Passage>, ChaCha8Rng)>, TrainError> {
        let count = self.state.recipe.replicas;
        if self.state.pool_used + count > self.pool.len() {
            if self.state.pool_used > 0 {
                self.state.pool += 1;
            }
            self.state.pool_step = self.state.step;
            self.state.pool_used = 0;
            self.pool = self.draw_pool()?;
        }
        let used = self.state.pool_used;
        self.state.pool_used += count;
        let first = self.state.step * count as u64;
        let random = |index| stream(self.state.recipe.seed, Purpose::Noise, first + index as u64);
        let batches = self.pool[used..used + count].iter().cloned().enumerate();
        Ok(batches.map(|(i, batch)| (batch, random(i))).collect())
    }

    pub(super) fn draw_pool(&self) -> Result<Vec<Vec<Passage>>, TrainError> {
        Ok(self.cutter().pool(&self.curriculum, self.state.pool, self.state.pool_step)?)
    }

    pub(super) fn cutter(&self) -> Cutter<'_> {
        Cutter::new(self.corpus, self.corpus.vocabulary(), &self.state.recipe)
    }

    /// Validates the CVAE; false where the sitting was stopped meanwhile, and nothing was found.
    pub(super) fn validate_cvae(&mut self) -> Result<bool, TrainError> {
        self.averaged = write_parameters(self.averaged.clone(), &self.optimizer.average);
        let (seed, device) = (self.state.recipe.seed, &self.sitting.device);
        let workers = (&self.workers, self.sitting.stop);
        let found = validate(workers, &self.averaged, &self.config, &self.validation_batches, seed, device);
        let Some(validation) = found else { return Ok(false) };
        let step = self.state.step;
        self.state.valid_nll_per_note = Some(validation.nll_per_note);
        self.last_validation = Some(validation.clone());
        let alarm = if self.config.latents { validation.collapse_alarm() } else { None };
        self.tell(Event::Validated { step, validation })?;
        if let Some(message) = alarm {
            self.tell(Event::Alarm { step, message })?;
        }
        Ok(true)
    }
}
