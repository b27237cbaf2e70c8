//! Where a run stands, besides its arrays.

use partita_model::adversarial::AdversarialForm;
use serde::{Deserialize, Serialize};

use crate::judgement::Judgement;
use crate::recipe::Recipe;
use crate::standing::Standing;

/// Version of the folder's layout.
pub(super) const FORMAT_VERSION: u32 = 1;

/// Where a run stands, besides the optimiser's arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// Layout version.
    pub format_version: u32,
    /// SHA-256 of the corpus, in hexadecimal.
    pub corpus: String,
    /// The whole recipe.
    pub recipe: Recipe,
    /// Steps taken.
    pub step: u64,
    /// Notes trained on, repetitions counted.
    pub notes_seen: u64,
    /// The pool that the next micro-batch comes from.
    pub pool: u64,
    /// The step at which that pool was drawn: its competence.
    pub pool_step: u64,
    /// Micro-batches of the pool already used.
    pub pool_used: usize,
    /// −ELBO in validation at this step, nats a note.
    pub valid_nll_per_note: Option<f64>,
    /// What the music of this step's model is worth, where somebody judged it.
    #[serde(default)]
    pub judgement: Option<Judgement>,
    /// How the model that the run began with was trained, if it began with one.
    #[serde(default)]
    pub pretraining: Pretraining,
    /// Steps that were the generator's.
    #[serde(default)]
    pub generator_steps: u64,
    /// Of them, those in which the CVAE learned too.
    #[serde(default)]
    pub joint_steps: u64,
    /// Distance of generated latents, or of generated rolls, from real ones in validation at this step.
    #[serde(default)]
    pub latent_distance: Option<f64>,
    /// Their diversity, as a share of that of real ones.
    #[serde(default)]
    pub latent_diversity: Option<f64>,
    /// What a critic of written music was worth when it was last validated: `ListenerConfig::log_odds_per_score`.
    #[serde(default)]
    pub log_odds_per_score: f32,
    /// Where the model stood before the joint phase; in that phase.
    #[serde(default)]
    pub before_joint: Option<Standing>,
}

/// What went before a run: nothing, unless it began with a trained model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// Steps of all runs before.
    pub steps: u64,
    /// Notes trained on in them, repetitions counted.
    pub notes_seen: u64,
    /// Of the steps, those of generator and critic, where the run began with these too.
    #[serde(default)]
    pub generator_steps: u64,
}

impl RunState {
    /// The state before the first step.
    pub fn new(recipe: Recipe, corpus: String) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            corpus,
            recipe,
            step: 0,
            notes_seen: 0,
            pool: 0,
            pool_step: 0,
            pool_used: 0,
            valid_nll_per_note: None,
            judgement: None,
            pretraining: Pretraining::default(),
            generator_steps: 0,
            joint_steps: 0,
            latent_distance: None,
            latent_diversity: None,
            log_odds_per_score: 0.0,
            before_joint: None,
        }
    }

    /// Where the model of this step stands, if it was validated with its generator.
    pub fn standing(&self) -> Option<Standing> {
        Some(Standing {
            nll_per_note: self.valid_nll_per_note.filter(|_| self.recipe.adversarial_form != AdversarialForm::Written),
            latent_distance: self.latent_distance?,
            latent_diversity: self.latent_diversity?,
            judgement: self.judgement,
        })
    }

    /// Whether the model of this step was validated.
    pub fn is_validated(&self) -> bool {
        self.valid_nll_per_note.is_some() || self.latent_distance.is_some()
    }

    /// Forgets the figures of a validation: they are those of another step.
    pub(crate) fn forget_figures(&mut self) {
        (self.valid_nll_per_note, self.judgement) = (None, None);
        (self.latent_distance, self.latent_diversity) = (None, None);
    }

    /// Whether the joint phase made the model of this step worse than it was.
    pub(super) fn is_worse_for_the_joint_phase(&self) -> bool {
        let pair = self.standing().zip(self.before_joint);
        pair.is_some_and(|(now, before)| !now.worse_than(&before).is_empty())
    }

    /// Whether the decoder has learned of a critic of written music.
    pub(super) fn is_of_a_taught_decoder(&self) -> bool {
        self.joint_steps > 0 && self.recipe.adversarial_form == AdversarialForm::Written
    }

    /// Steps that were the CVAE's.
    pub fn cvae_steps(&self) -> u64 {
        self.step - self.generator_steps
    }
}
