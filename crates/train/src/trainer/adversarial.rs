//! The loop's adversarial phase: generator and critic by turns, on the frozen CVAE.

use partita_model::adversarial::AdversarialForm;
use partita_model::compose::LatentSource;

use super::Trainer;
use crate::adversarial::{AdversarialReport, BroughtGenerator, GeneratorValidation, Opponents, PhaseView};
use crate::error::TrainError;
use crate::event::Event;
use crate::passages::{Cutter, Dropping};

impl Trainer<'_, '_> {
    /// One step of the generator, and those of the critic before it.
    pub(super) fn adversarial_step(&mut self) -> Result<(), TrainError> {
        self.freeze_cvae()?;
        let cvae_loss = self.last_validation.as_ref().map_or(0.0, |validation| validation.nll_per_note);
        let report = self.players_step(cvae_loss)?;
        self.state.step += 1;
        self.tell_of_players(report)
    }

    /// The players' part of a step, which is not counted in `step` yet; `cvae_loss` is L_CVAE in nats a note.
    pub(super) fn players_step(&mut self, cvae_loss: f64) -> Result<AdversarialReport, TrainError> {
        let taken = self.state.generator_steps;
        let mut report = self.with_adversary(|adversary, view| adversary.step(view, taken))?;
        self.state.generator_steps += 1;
        report.step = self.state.step + 1;
        let recipe = &self.state.recipe;
        report.hybrid_loss = recipe.hybrid_cvae_weight * cvae_loss
            + recipe.hybrid_generator_weight * report.generator_loss
            + recipe.hybrid_critic_weight * report.critic_loss;
        if !report.hybrid_loss.is_finite() {
            return Err(TrainError::Diverged { step: self.state.step, loss: report.hybrid_loss });
        }
        Ok(report)
    }

    pub(super) fn tell_of_players(&mut self, report: AdversarialReport) -> Result<(), TrainError> {
        let (step, alarm) = (report.step, report.alarm());
        self.tell(Event::AdversarialStep(report))?;
        // The first steps of a critic are wild, and not every one of a bad stretch needs a warning.
        match alarm.filter(|_| self.state.generator_steps.is_multiple_of(50)) {
            Some(message) => self.tell(Event::Alarm { step, message }),
            None => Ok(()),
        }
    }

    /// Judges the averaged generator, and in the joint phase the CVAE; false where the sitting was stopped meanwhile.
    pub(super) fn validate_generator(&mut self) -> Result<bool, TrainError> {
        let is_validated = if self.state.joint_steps > 0 { self.validate_cvae()? } else { self.freeze_cvae()? };
        if !is_validated {
            return Ok(false);
        }
        let (step, taken) = (self.state.step, self.state.generator_steps);
        let held_out = std::mem::take(&mut self.validation_batches);
        let validation =
            self.with_adversary(|adversary, view| adversary.validate(view, &held_out, taken.saturating_sub(1)));
        self.validation_batches = held_out;
        let validation = validation?;
        self.state.latent_distance = Some(validation.distance(self.decoder_learns()));
        self.state.latent_diversity = Some(validation.diversity());
        self.state.valid_nll_per_note = self.last_validation.as_ref().map(|validation| validation.nll_per_note);
        if let GeneratorValidation::Listener(listener) = &validation {
            self.state.log_odds_per_score = listener.log_odds_per_score as f32;
        }
        self.last_adversarial = Some(validation.clone());
        let alarms = validation.alarms();
        self.tell(validation.event(step))?;
        for message in alarms {
            self.tell(Event::Alarm { step, message })?;
        }
        Ok(true)
    }

    /// The CVAE as it stays in this phase, if there is one: averaged and validated once a sitting. False where it was stopped
    /// meanwhile.
    fn freeze_cvae(&mut self) -> Result<bool, TrainError> {
        if self.state.recipe.has_cvae() && self.last_validation.is_none() {
            let is_validated = self.validate_cvae()?;
            self.state.valid_nll_per_note = None;
            return Ok(is_validated);
        }
        Ok(true)
    }

    fn with_adversary<R>(&mut self, act: impl FnOnce(&mut Opponents, &PhaseView<'_>) -> R) -> R {
        let recipe = &self.state.recipe;
        // A critic of what composing writes hears it under the conditions that composing has.
        let dropping = match recipe.adversarial_form {
            AdversarialForm::Written => Dropping::AsComposed,
            AdversarialForm::Latent | AdversarialForm::Roll => Dropping::Any,
        };
        let view = PhaseView {
            workers: &self.workers,
            model: self.seen.as_ref().map_or(&self.averaged, |(model, _)| model),
            joint_model: self.seen.as_ref().map(|_| &self.averaged),
            source: self.brought.as_ref().map_or(LatentSource::Prior, BroughtGenerator::source),
            critic_rests: self.decoder_learns(),
            pools_kept: if self.seen.is_some() { recipe.joint_pools_kept } else { recipe.adversarial_pools_kept },
            config: &self.config,
            cutter: Cutter { dropping, ..Cutter::new(self.corpus, self.corpus.vocabulary(), recipe) },
            curriculum: &self.curriculum,
            device: &self.sitting.device,
        };
        act(self.adversary.as_mut().expect("a run with adversarial steps has both players"), &view)
    }
}
