//! What a run tells those who watch it; training itself never prints.

use serde::{Deserialize, Serialize};

use crate::adversarial::{
    AdversarialReport, AdversarialValidation, ConsistencyReport, ListenerValidation, PolicyReport, RollValidation,
};
use crate::baseline::Baselines;
use crate::judgement::Judgement;
use crate::validation::Validation;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins or goes on.
    Started {
        /// Steps already taken.
        step: u64,
        /// Steps of the whole run.
        steps: u64,
        /// Values in the model.
        parameters: usize,
    },
    /// What counting achieves on the validation passages.
    Baselines(Baselines),
    /// One optimiser step.
    Step(StepReport),
    /// One step of the generator, and those of the critic before it.
    AdversarialStep(AdversarialReport),
    /// A validation of the averaged generator.
    AdversarialValidated {
        /// After so many steps.
        step: u64,
        /// Its figures.
        adversarial: Box<AdversarialValidation>,
    },
    /// A validation of the averaged generator of rolls.
    RollValidated {
        /// After so many steps.
        step: u64,
        /// Its figures.
        roll: RollValidation,
    },
    /// A validation of the averaged critic of written music.
    ListenerValidated {
        /// After so many steps.
        step: u64,
        /// Its figures.
        listener: ListenerValidation,
    },
    /// A validation of the averaged weights.
    Validated {
        /// After so many steps.
        step: u64,
        /// Its figures.
        validation: Validation,
    },
    /// The joint phase is over.
    JointPhase {
        /// After so many steps.
        step: u64,
        /// The step whose model is kept: one of the phase, or one from before where the phase is undone.
        kept: u64,
        /// Whether it is undone.
        undone: bool,
        /// Why, in words.
        message: String,
    },
    /// What a candidate's music is worth.
    Judged {
        /// After so many steps.
        step: u64,
        /// What whoever watches found.
        judgement: Judgement,
    },
    /// Something a person should look at.
    Alarm {
        /// After so many steps.
        step: u64,
        /// What is wrong and what to do.
        message: String,
    },
    /// A checkpoint was written.
    Saved {
        /// After so many steps.
        step: u64,
    },
}

/// Figures of one optimiser step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Steps taken, this one included.
    pub step: u64,
    /// −log p(x | z, c) in nats a note, over the step's passages.
    pub reconstruction_per_note: f64,
    /// KL in nats a note.
    pub kl_per_note: f64,
    /// β.
    pub kl_weight: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// Length of the gradient before clipping.
    pub gradient_norm: f64,
    /// Share of the corpus drawn from.
    pub competence: f64,
    /// Notes of this step.
    pub notes: usize,
    /// Notes of all steps.
    pub notes_seen: u64,
    /// In the joint phase: how well the generator's latents are found in the music written from them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<ConsistencyReport>,
    /// In the joint phase of the written form: how real what is written sounds to the critic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyReport>,
}
