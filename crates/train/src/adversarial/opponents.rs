//! Generator and critic of either form, as the training loop knows them.

use burn::tensor::Device;
use partita_dataset::DatasetError;
use partita_model::adversarial::AdversarialForm;
use partita_model::{ModelConfig, ModelDescription, Passage};

use super::players::{AdversarialReport, Adversary, PhaseView, Players};
use super::quality::AdversarialValidation;
use super::roll::{RollAdversary, RollValidation};
use super::written::{ListenerValidation, WrittenAdversary};
use crate::event::Event;
use crate::recipe::Recipe;

/// Both players of a run.
#[derive(Debug)]
pub(crate) enum Opponents {
    /// Over latents.
    Latent(Box<Adversary>),
    /// Over piano rolls.
    Roll(Box<RollAdversary>),
    /// Over what the decoder writes.
    Written(Box<WrittenAdversary>),
}

impl Opponents {
    /// New players, or those of a checkpoint.
    pub(crate) fn new(recipe: &Recipe, model: &ModelConfig, players: Option<Players>, device: &Device) -> Self {
        match recipe.adversarial_form {
            AdversarialForm::Latent => Self::Latent(Adversary::new(recipe, model, players, device).into()),
            AdversarialForm::Roll => Self::Roll(RollAdversary::new(recipe, model, players, device).into()),
            AdversarialForm::Written => Self::Written(WrittenAdversary::new(recipe, model, players, device).into()),
        }
    }

    /// The `taken`-th step of the generator, counted from 0, and those of the critic before it.
    pub(crate) fn step(&mut self, view: &PhaseView<'_>, taken: u64) -> Result<AdversarialReport, DatasetError> {
        match self {
            Self::Latent(adversary) => adversary.step(view, taken),
            Self::Roll(adversary) => adversary.step(view, taken),
            Self::Written(adversary) => adversary.step(view, taken),
        }
    }

    /// Judges the averaged generator on the held-out `passages`.
    pub(crate) fn validate(
        &mut self,
        view: &PhaseView<'_>,
        passages: &[Vec<Passage>],
        taken: u64,
    ) -> Result<GeneratorValidation, DatasetError> {
        Ok(match self {
            Self::Latent(adversary) => GeneratorValidation::Latent(adversary.validate(view, passages, taken)?.into()),
            Self::Roll(adversary) => GeneratorValidation::Roll(adversary.validate(view, passages, taken)?),
            Self::Written(adversary) => GeneratorValidation::Listener(adversary.validate(view, passages, taken)?),
        })
    }

    /// Their optimisers.
    pub(crate) fn players(&self) -> &Players {
        match self {
            Self::Latent(adversary) => &adversary.players,
            Self::Roll(adversary) => &adversary.players,
            Self::Written(adversary) => &adversary.players,
        }
    }

    /// The weights of a model file's adversarial part: the averaged generator's and the critic's, or the averaged critic's
    /// where there is no generator.
    pub(crate) fn weights(&self) -> Vec<f32> {
        let Players { generator, critic } = self.players();
        match self {
            Self::Latent(_) | Self::Roll(_) => [&generator.average[..], &critic.weights].concat(),
            Self::Written(_) => critic.average.clone(),
        }
    }

    /// Whether they have learned anything, in this run or before it.
    pub(crate) fn trained(&self) -> bool {
        match self {
            Self::Latent(adversary) => adversary.trained,
            Self::Roll(adversary) => adversary.trained,
            Self::Written(adversary) => adversary.trained,
        }
    }

    /// Those over latents.
    pub(crate) fn latent(&self) -> Option<&Adversary> {
        match self {
            Self::Latent(adversary) => Some(adversary),
            Self::Roll(_) | Self::Written(_) => None,
        }
    }

    /// The same, to change.
    pub(crate) fn latent_mut(&mut self) -> Option<&mut Adversary> {
        match self {
            Self::Latent(adversary) => Some(adversary),
            Self::Roll(_) | Self::Written(_) => None,
        }
    }

    /// The critic of what is written.
    pub(crate) fn written(&self) -> Option<&WrittenAdversary> {
        match self {
            Self::Written(adversary) => Some(adversary),
            Self::Latent(_) | Self::Roll(_) => None,
        }
    }

    /// Writes their sizes into what a model file tells.
    pub(crate) fn describe(&self, description: &mut ModelDescription) {
        match self {
            Self::Latent(adversary) => description.adversarial = Some(adversary.config),
            Self::Roll(adversary) => description.roll = Some(adversary.config),
            Self::Written(adversary) => description.listener = Some(adversary.config),
        }
    }
}

/// Figures of a generator of either form.
#[derive(Clone, Debug)]
pub(crate) enum GeneratorValidation {
    /// Of latents.
    Latent(Box<AdversarialValidation>),
    /// Of rolls.
    Roll(RollValidation),
    /// Of the critic of written music.
    Listener(ListenerValidation),
}

impl GeneratorValidation {
    /// What the best generator has least of; of the written form, in which the decoder `learns` in the joint phase alone and
    /// the critic before it, the best of those that learn.
    pub(crate) fn distance(&self, learns: bool) -> f64 {
        match self {
            Self::Latent(validation) => validation.distance(),
            Self::Roll(validation) => validation.distance,
            Self::Listener(validation) if learns => validation.wasserstein,
            Self::Listener(validation) => validation.log_loss,
        }
    }

    /// How much what is generated differs, as a share of how much real music does.
    pub(crate) fn diversity(&self) -> f64 {
        match self {
            Self::Latent(validation) => validation.diversity.generator,
            Self::Roll(validation) => validation.diversity,
            Self::Listener(validation) => validation.diversity,
        }
    }

    /// The figures by name, for a model's card.
    pub(crate) fn figures(&self) -> Vec<(String, f64)> {
        match self {
            Self::Latent(validation) => validation.figures(),
            Self::Roll(validation) => validation.figures(),
            Self::Listener(validation) => validation.figures(),
        }
    }

    /// Warnings in words.
    pub(crate) fn alarms(&self) -> Vec<String> {
        match self {
            Self::Latent(validation) => validation.alarms(),
            Self::Roll(validation) => validation.alarms(),
            Self::Listener(validation) => validation.alarms(),
        }
    }

    /// The line of the log.
    pub(crate) fn event(&self, step: u64) -> Event {
        match self.clone() {
            Self::Latent(adversarial) => Event::AdversarialValidated { step, adversarial },
            Self::Roll(roll) => Event::RollValidated { step, roll },
            Self::Listener(listener) => Event::ListenerValidated { step, listener },
        }
    }
}
