//! Everything that decides a training run, in one file.

mod legal;

use partita_model::adversarial::{AdversarialForm, GeneratorStart};
use partita_model::{ModelConfig, ModelKind, ModelSize};
use serde::{Deserialize, Serialize};

use crate::error::TrainError;

/// A training recipe. The defaults train the `small` model on a CPU; a file or `key=value` changes single fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Which system to train: cvae, vae, transformer, lstm or rnn.
    pub model: ModelKind,
    /// Size of the network.
    pub size: ModelSize,
    /// Dimensions of each latent; 0: as many as the size has.
    pub latent: usize,
    /// Whether the decoder's attention is told how far events are apart in bars and steps; only attention can be.
    pub musical_time: bool,
    /// Everything random follows from it.
    pub seed: u64,
    /// Optimiser steps of the CVAE; may be 0 where the run begins with a trained model and `adversarial_steps` follow.
    pub steps: u64,
    /// Micro-batches a step, each on a thread of its own; their gradients are summed in order, so that results do not
    /// depend on how many threads there really are.
    pub replicas: usize,
    /// Model steps (notes and bar lines, padding included) of a micro-batch, at most.
    pub events_per_replica: usize,
    /// Model steps of one passage, at most; denser music gets fewer bars.
    pub events_per_passage: usize,
    /// Bars of one passage at full competence.
    pub bars_max: usize,
    /// Passages are drawn for at least so many micro-batches at a time, then sorted by length into them.
    pub pool_micro_batches: usize,
    /// Peak learning rate of AdamW.
    pub learning_rate: f64,
    /// Steps of linear warm-up.
    pub warmup_steps: u64,
    /// Share of the run, at its end, in which the learning rate falls to zero (in a half cosine).
    pub cooldown_fraction: f64,
    /// AdamW's decay of the first moment.
    pub beta_1: f32,
    /// AdamW's decay of the second moment.
    pub beta_2: f32,
    /// Decoupled weight decay, on matrices.
    pub weight_decay: f32,
    /// Gradients longer than this are shortened to it.
    pub gradient_norm_max: f32,
    /// Decay of the moving average of the weights, which is what is validated and kept.
    pub average_decay: f32,
    /// β of the ELBO at the top of a cycle.
    pub kl_weight_max: f64,
    /// Steps before the first cycle, without any KL.
    pub kl_delay_steps: u64,
    /// Steps of one cycle of β: rising over its first half, held over its second (Fu et al. 2019).
    pub kl_cycle_steps: u64,
    /// Cycles; afterwards β stays at its maximum.
    pub kl_cycles: u64,
    /// Nats a latent dimension below which the KL costs nothing more (Kingma et al. 2016).
    pub free_nats_per_dimension: f64,
    /// Weight of the bag-of-notes loss, which the latents must satisfy alone (Zhao et al. 2017).
    pub bag_weight: f64,
    /// Share of events that the decoder does not see (Bowman et al. 2016).
    pub word_dropout: f64,
    /// Share of passages in which one given condition is dropped, each on its own.
    pub condition_dropout: f64,
    /// Share of passages without any condition: what guidance is measured against.
    pub unconditional_fraction: f64,
    /// Share of the corpus, easiest first, that the first step draws from.
    pub initial_competence: f64,
    /// Steps until all of the corpus is drawn from.
    pub curriculum_steps: u64,
    /// Passages are transposed by up to so many semitones, drums left alone.
    pub transpose_semitones_max: i8,
    /// Steps of the generator against the critic, after the CVAE's, which is frozen then.
    pub adversarial_steps: u64,
    /// What generator and critic make and judge: latents or piano rolls.
    pub adversarial_form: AdversarialForm,
    /// Bars of the rolls that are made and judged together.
    pub roll_bars: usize,
    /// Bars of written music that the critic hears together.
    pub heard_bars: usize,
    /// Steps of the critic before each of the generator.
    pub critic_steps_per_generator_step: u64,
    /// λ: weight of the gradient penalty (Gulrajani et al. 2017).
    pub gradient_penalty_weight: f64,
    /// The generator's learning rate; with the critic's, two time scales (Heusel et al. 2017).
    pub generator_learning_rate: f64,
    /// The critic's learning rate.
    pub critic_learning_rate: f64,
    /// Decay of the first moment, of both players.
    pub adversarial_beta_1: f32,
    /// Decay of the second moment, of both players.
    pub adversarial_beta_2: f32,
    /// Decay of the moving average of the generator's weights, which is what is validated and kept.
    pub generator_average_decay: f32,
    /// What the generator starts from: a draw of the prior, or noise. A generator of rolls from noise has no CVAE: a
    /// conditional GAN alone.
    pub generator_start: GeneratorStart,
    /// Passages of each step of either player, all replicas together.
    pub adversarial_rows: usize,
    /// Steps of the generator until the next pool of passages is drawn and encoded.
    pub adversarial_pool_steps: u64,
    /// Newest pools that passages are drawn from.
    pub adversarial_pools_kept: u64,
    /// Steps of the generator until all of the corpus is drawn from; the curriculum begins anew with this phase.
    pub adversarial_curriculum_steps: u64,
    /// Steps in which CVAE, generator and critic learn together, after those of the generator alone; in the written form, steps
    /// in which the decoder learns of the critic. Undone where the model gets worse by them.
    pub joint_steps: u64,
    /// The CVAE's peak learning rate in the joint phase: it must keep what it knows.
    pub joint_learning_rate: f64,
    /// Newest pools that the players draw passages from in the joint phase; all of them are encoded anew with each new one.
    pub joint_pools_kept: u64,
    /// Weight of the consistency term: −log q(z | x̂, c) of generated latents z and the music x̂ written from them, in nats a
    /// bar, beside the ELBO in nats a note.
    pub consistency_weight: f64,
    /// Passages a step that the consistency term is taken on, all replicas together.
    pub consistency_passages: usize,
    /// Bars of each of them, at most.
    pub consistency_bars: usize,
    /// Weight of what the critic of written music teaches in the joint phase: −Σ A·log p(x̃ | z, c) a note written, of log-odds
    /// A, beside the ELBO in nats a note.
    pub policy_weight: f64,
    /// Passages a step under whose conditions it is written, all replicas together.
    pub policy_passages: usize,
    /// Bars of each of them, at most.
    pub policy_bars: usize,
    /// Variations of each, which are compared.
    pub policy_variations: usize,
    /// α of L_Hybrid: weight of the CVAE's loss in nats a note.
    pub hybrid_cvae_weight: f64,
    /// γ of L_Hybrid: weight of the generator's loss.
    pub hybrid_generator_weight: f64,
    /// δ of L_Hybrid: weight of the critic's loss.
    pub hybrid_critic_weight: f64,
    /// Steps between validations, each of which also writes a checkpoint.
    pub evaluate_interval: u64,
    /// Validation passages, the same each time.
    pub evaluate_passages: usize,
    /// Newest checkpoints that are kept beside the best.
    pub checkpoints_kept: usize,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            model: ModelKind::Cvae,
            size: ModelSize::Small,
            latent: 0,
            musical_time: false,
            seed: 1,
            steps: 20_000,
            replicas: 2,
            events_per_replica: 2048,
            events_per_passage: 512,
            bars_max: 16,
            pool_micro_batches: 16,
            learning_rate: 1e-3,
            warmup_steps: 300,
            cooldown_fraction: 0.3,
            beta_1: 0.9,
            beta_2: 0.98,
            weight_decay: 0.01,
            gradient_norm_max: 1.0,
            average_decay: 0.995,
            kl_weight_max: 0.3,
            kl_delay_steps: 300,
            kl_cycle_steps: 2_000,
            kl_cycles: 3,
            free_nats_per_dimension: 0.1,
            bag_weight: 0.2,
            word_dropout: 0.15,
            condition_dropout: 0.2,
            unconditional_fraction: 0.1,
            initial_competence: 0.1,
            curriculum_steps: 4_000,
            transpose_semitones_max: 5,
            adversarial_steps: 0,
            adversarial_form: AdversarialForm::Latent,
            roll_bars: 4,
            heard_bars: 4,
            critic_steps_per_generator_step: 5,
            gradient_penalty_weight: 10.0,
            generator_learning_rate: 5e-4,
            critic_learning_rate: 5e-4,
            adversarial_beta_1: 0.5,
            adversarial_beta_2: 0.9,
            generator_average_decay: 0.98,
            generator_start: GeneratorStart::Prior,
            adversarial_rows: 48,
            adversarial_pool_steps: 10,
            adversarial_pools_kept: 24,
            adversarial_curriculum_steps: 40,
            joint_steps: 0,
            joint_learning_rate: 2e-4,
            joint_pools_kept: 8,
            consistency_weight: 0.01,
            consistency_passages: 8,
            consistency_bars: 4,
            policy_weight: 2.0,
            policy_passages: 4,
            policy_bars: 8,
            policy_variations: 8,
            hybrid_cvae_weight: 1.0,
            hybrid_generator_weight: 1.0,
            hybrid_critic_weight: 1.0,
            evaluate_interval: 1_000,
            evaluate_passages: 256,
            checkpoints_kept: 3,
        }
    }
}

impl Recipe {
    /// The recipe in a TOML text; absent fields keep their defaults.
    pub fn from_toml(text: &str) -> Result<Self, TrainError> {
        let bad = |error: toml::de::Error| TrainError::Recipe(error.to_string());
        legal::check(&toml::from_str(text).map_err(bad)?)?;
        toml::from_str::<Self>(text).map_err(bad)?.checked()
    }

    /// The recipe as TOML, every field written out.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a flat struct of numbers is always TOML")
    }

    /// The recipe with `key=value` put in, the value as in TOML.
    pub fn with(&self, assignment: &str) -> Result<Self, TrainError> {
        let bad = |why: String| TrainError::Recipe(format!("`{assignment}`: {why}"));
        let (key, value) = assignment.split_once('=').ok_or_else(|| bad("write it as key=value".to_owned()))?;
        let mut table: toml::Table = toml::from_str(&self.to_toml()).map_err(|error| bad(error.to_string()))?;
        let (key, value) = (key.trim(), value.trim());
        let Some(old) = table.get(key) else {
            return Err(bad(format!(
                "no such key; there are {}",
                table.keys().cloned().collect::<Vec<_>>().join(", ")
            )));
        };
        let text = match old {
            toml::Value::String(_) => format!("{:?}", value.trim_matches('"')),
            toml::Value::Float(_) if value.parse::<i64>().is_ok() => format!("{value}.0"),
            _ => value.to_owned(),
        };
        // The message alone: what the error shows of the text around it is not what was typed.
        let parsed: Result<toml::Table, _> = toml::from_str(&format!("value = {text}"));
        let parsed = parsed.map_err(|error| bad(error.message().to_owned()))?;
        table.insert(key.to_owned(), parsed["value"].clone());
        legal::check(&table)?;
        table.try_into::<Self>().map_err(|error| bad(error.message().to_owned()))?.checked()
    }

    /// Whether there is a CVAE: always, but for rolls from noise.
    pub(crate) fn has_cvae(&self) -> bool {
        self.adversarial_form != AdversarialForm::Roll || self.generator_start == GeneratorStart::Prior
    }

    /// The recipe with `share` of its steps: everything that is counted in steps in proportion, and the CVAE's weights averaged
    /// over as large a part of the run. Validated four times a phase.
    pub fn scaled(&self, share: f64) -> Self {
        let scaled = |steps: u64| ((steps as f64 * share).round() as u64).max(u64::from(steps > 0));
        // Four decimals, so that a recipe stays readable.
        let decay = (1.0 - (1.0 - f64::from(self.average_decay)) / share).max(0.0);
        let average_decay = ((decay * 1e4).round() / 1e4) as f32;
        let [steps, adversarial_steps, joint_steps] =
            [self.steps, self.adversarial_steps, self.joint_steps].map(scaled);
        let first_phase = [steps, adversarial_steps, joint_steps].into_iter().find(|steps| *steps > 0).unwrap_or(1);
        Self {
            steps,
            warmup_steps: scaled(self.warmup_steps),
            average_decay,
            kl_delay_steps: scaled(self.kl_delay_steps),
            kl_cycle_steps: scaled(self.kl_cycle_steps),
            curriculum_steps: scaled(self.curriculum_steps),
            adversarial_steps,
            joint_steps,
            adversarial_curriculum_steps: match adversarial_steps {
                0 => self.adversarial_curriculum_steps,
                _ => scaled(self.adversarial_curriculum_steps),
            },
            evaluate_interval: first_phase.div_ceil(4),
            ..self.clone()
        }
    }

    /// The first key of which two recipes have different values, with both; `None` where they are the same.
    pub fn first_difference(&self, other: &Self) -> Option<String> {
        let [own, theirs] = [self, other].map(|recipe| recipe.to_toml());
        let mut pairs = own.lines().zip(theirs.lines()).filter(|(own, theirs)| own != theirs);
        pairs.next().map(|(own, theirs)| format!("{own}, not {}", theirs.rsplit(" = ").next().unwrap_or(theirs)))
    }

    /// Steps of all phases.
    pub fn all_steps(&self) -> u64 {
        self.joint_start() + self.joint_steps
    }

    /// The step after which the joint phase begins.
    pub(crate) fn joint_start(&self) -> u64 {
        self.steps + self.adversarial_steps
    }

    /// Refuses a run without any step, or with a phase that the one before was not there for: a generator that would learn
    /// on a CVAE that has learned nothing, or a joint phase without a trained generator. Not part of
    /// [`checked`](Self::checked), since values are changed one after another.
    pub(crate) fn check_steps(&self, begins_with_a_model: bool, begins_with_players: bool) -> Result<(), TrainError> {
        let refuse = |problem: &str| Err(TrainError::Recipe(problem.to_owned()));
        if self.all_steps() == 0 {
            return refuse("`steps` is 0; it must be at least 1, or adversarial_steps or joint_steps must be");
        }
        if !self.has_cvae() {
            return match (self.steps, begins_with_a_model) {
                (0, false) => Ok(()),
                _ => Err(TrainError::Recipe(
                    "a generator of rolls from noise has no CVAE: set `steps` to 0 and begin with no model".into(),
                )),
            };
        }
        if self.steps == 0 && !begins_with_a_model {
            return refuse("`steps` is 0; without any, begin with the weights of a model");
        }
        if self.joint_steps > 0 && self.adversarial_steps == 0 && !(self.steps == 0 && begins_with_players) {
            return refuse(
                "`joint_steps` needs a trained generator, or in the written form a trained critic; set adversarial_steps, or \
                 leave steps at 0 and begin with a model that has one",
            );
        }
        if self.joint_steps > 0 && !ModelConfig::of_kind(self.model, self.size, 1, 1).latents {
            return refuse("`joint_steps` needs a model with latents: cvae or vae");
        }
        if self.joint_steps > 0 && self.adversarial_form == AdversarialForm::Roll {
            return refuse(
                "`joint_steps` needs players over latents or a critic of what is written: set adversarial_form to latent or \
                 written",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_a_recipe_keeps_its_proportions() {
        let whole = Recipe { steps: 4_000, kl_delay_steps: 200, average_decay: 0.998, ..Recipe::default() };
        let quarter = whole.scaled(0.25);
        assert_eq!((quarter.steps, quarter.kl_delay_steps, quarter.warmup_steps), (1_000, 50, 75));
        assert_eq!((quarter.average_decay, quarter.evaluate_interval, quarter.adversarial_steps), (0.992, 250, 0));
        assert_eq!(Recipe { evaluate_interval: 1_000, ..whole.scaled(1.0) }, whole);
        assert_eq!(whole.first_difference(&whole), None);
        assert_eq!(whole.first_difference(&quarter).unwrap(), "steps = 4000, not 1000");
        // Half a step is a step still, and a decay is never below 0.
        let least = whole.scaled(1e-4);
        assert_eq!((least.steps, least.kl_delay_steps, least.average_decay), (1, 1, 0.0));
    }
}
