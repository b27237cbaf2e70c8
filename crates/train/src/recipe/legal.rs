//! What values a recipe may have.

use std::fmt;

use partita_model::{ModelConfig, SequenceLayer};
use toml::Value;

use super::Recipe;
use crate::error::TrainError;

/// The values that a key may have, its ends among them where nothing else is said.
#[derive(Clone, Copy, Debug)]
enum Legal {
    /// Whole numbers.
    Whole(i64, i64),
    /// Numbers.
    Real(f64, f64),
    /// Numbers from 0 to below 1: at 1, moments would never move.
    Decay,
    /// Numbers above 0, up to so much.
    Positive(f64),
}

use Legal::{Decay, Positive, Real, Whole};

/// Counted in steps; a run of a hundred million takes years.
const STEPS: Legal = Whole(0, 100_000_000);
const SHARE: Legal = Real(0.0, 1.0);
const WEIGHT: Legal = Real(0.0, 1e6);
/// A rate of 0 leaves the weights as they are; Adam moves each by about the rate, so that above 1 nothing is left of them.
const RATE: Legal = Real(0.0, 1.0);
/// As many as a model file may have in view.
const BARS: Legal = Whole(1, 512);
/// Passages that are held in memory at once.
const PASSAGES: Legal = Whole(1, 4096);

/// All keys that hold numbers. Upper limits are several times what any of the program's recipes has: what is over them would not fit
/// into memory, or never end.
const LEGAL: [(&str, Legal); 58] = [
    ("latent", Whole(0, 1024)),
    ("seed", Whole(0, i64::MAX)),
    ("steps", STEPS),
    ("replicas", Whole(1, 256)),
    ("events_per_replica", Whole(32, 131_072)),
    ("events_per_passage", Whole(32, 8192)),
    ("bars_max", BARS),
    ("pool_micro_batches", Whole(1, 1024)),
    ("learning_rate", RATE),
    ("warmup_steps", STEPS),
    ("cooldown_fraction", SHARE),
    ("beta_1", Decay),
    ("beta_2", Decay),
    ("weight_decay", SHARE),
    ("gradient_norm_max", Positive(1e6)),
    ("average_decay", SHARE),
    ("kl_weight_max", Real(0.0, 1000.0)),
    ("kl_delay_steps", STEPS),
    ("kl_cycle_steps", STEPS),
    ("kl_cycles", STEPS),
    ("free_nats_per_dimension", Real(0.0, 1000.0)),
    ("bag_weight", WEIGHT),
    ("word_dropout", SHARE),
    ("condition_dropout", SHARE),
    ("unconditional_fraction", SHARE),
    ("initial_competence", SHARE),
    ("curriculum_steps", STEPS),
    ("transpose_semitones_max", Whole(0, 24)),
    ("adversarial_steps", STEPS),
    ("roll_bars", Whole(1, 64)),
    ("heard_bars", Whole(1, 64)),
    ("critic_steps_per_generator_step", Whole(1, 1000)),
    ("gradient_penalty_weight", WEIGHT),
    ("generator_learning_rate", RATE),
    ("critic_learning_rate", RATE),
    ("adversarial_beta_1", Decay),
    ("adversarial_beta_2", Decay),
    ("generator_average_decay", SHARE),
    ("adversarial_rows", PASSAGES),
    ("adversarial_pool_steps", Whole(1, 1_000_000)),
    ("adversarial_pools_kept", Whole(1, 1_000_000)),
    ("adversarial_curriculum_steps", STEPS),
    ("joint_steps", STEPS),
    ("joint_learning_rate", RATE),
    ("joint_pools_kept", Whole(1, 1_000_000)),
    ("consistency_weight", WEIGHT),
    ("consistency_passages", PASSAGES),
    ("consistency_bars", BARS),
    ("policy_weight", WEIGHT),
    ("policy_passages", PASSAGES),
    ("policy_bars", BARS),
    // At least two, to compare with each other.
    ("policy_variations", Whole(2, 256)),
    ("hybrid_cvae_weight", WEIGHT),
    ("hybrid_generator_weight", WEIGHT),
    ("hybrid_critic_weight", WEIGHT),
    ("evaluate_interval", Whole(1, 100_000_000)),
    // At least two, to exchange latents between.
    ("evaluate_passages", Whole(2, 16_384)),
    ("checkpoints_kept", Whole(1, 1_000_000)),
];

impl Legal {
    fn allows(self, value: &Value) -> bool {
        let whole = || value.as_integer().map(|value| value as f64);
        let real = || value.as_float().or_else(whole).unwrap_or(f64::NAN);
        match self {
            Whole(least, most) => value.as_integer().is_some_and(|value| (least..=most).contains(&value)),
            Real(least, most) => (least..=most).contains(&real()),
            Decay => (0.0..1.0).contains(&real()),
            Positive(most) => real() > 0.0 && real() <= most,
        }
    }
}

impl fmt::Display for Legal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whole(least, most) => write!(f, "a whole number from {least} to {most}"),
            Real(least, most) => write!(f, "a number from {least} to {most}"),
            Decay => write!(f, "at least 0 and below 1"),
            Positive(most) => write!(f, "above 0 and at most {most}"),
        }
    }
}

/// Refuses the first number that its key may not have, whatever its type.
pub(super) fn check(table: &toml::Table) -> Result<(), TrainError> {
    for (key, legal) in LEGAL {
        if let Some(value) = table.get(key).filter(|value| !legal.allows(value)) {
            return Err(TrainError::Recipe(format!("`{key}` is {value}; it must be {legal}")));
        }
    }
    Ok(())
}

impl Recipe {
    /// The recipe, if a run with it makes sense.
    pub(super) fn checked(self) -> Result<Self, TrainError> {
        self.check()?;
        Ok(self)
    }

    /// Refuses values by which no run makes sense.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let table = toml::Table::try_from(self)
            .map_err(|error| TrainError::Recipe(format!("{error}; numbers go up to {}", i64::MAX)))?;
        check(&table)?;
        self.check_together()
    }

    /// Refuses values that do not go together.
    fn check_together(&self) -> Result<(), TrainError> {
        let refuse = |problem: String| Err(TrainError::Recipe(problem));
        let Self { events_per_passage, events_per_replica, pool_micro_batches, replicas, .. } = self;
        if events_per_replica < events_per_passage {
            return refuse(format!(
                "`events_per_replica` is {events_per_replica} and `events_per_passage` {events_per_passage}; a passage must fit \
                 into a replica"
            ));
        }
        if pool_micro_batches < replicas {
            return refuse(format!(
                "`pool_micro_batches` is {pool_micro_batches} and `replicas` {replicas}; a pool must give each replica one"
            ));
        }
        let attends = ModelConfig::of_kind(self.model, self.size, 1, 1).sequence == SequenceLayer::Attention;
        if self.musical_time && !attends {
            return refuse(
                "`musical_time` is what attention is told; lstm and rnn have none: set it to false".to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_a_recipe_has_its_limits() {
        let table = toml::Table::try_from(Recipe::default()).unwrap();
        let numbers = table.iter().filter(|(_, value)| value.is_integer() || value.is_float());
        let mut numbers: Vec<&str> = numbers.map(|(key, _)| key.as_str()).collect();
        let mut limited = LEGAL.map(|(key, _)| key);
        numbers.sort_unstable();
        limited.sort_unstable();
        assert_eq!(numbers, limited);
        for (key, legal) in LEGAL {
            let is_whole = matches!(legal, Whole(..));
            assert_eq!(table[key].is_integer(), is_whole, "{key}");
        }
    }

    #[test]
    fn senseless_values_are_refused_with_key_value_and_range() {
        let refused = |assignment: String| Recipe::default().with(&assignment).unwrap_err().to_string();
        for (key, legal) in LEGAL {
            let values: Vec<String> = match legal {
                Whole(least, most) => {
                    let over = most.checked_add(1).map_or("9223372036854775808".to_owned(), |over| over.to_string());
                    [(least - 1).to_string(), over, i64::MIN.to_string(), "nan".to_owned(), "1.5".to_owned()].into()
                }
                _ => ["-1", "nan", "inf", "-inf", "10000000"].map(str::to_owned).into(),
            };
            for value in values {
                let message = refused(format!("{key}={value}"));
                assert!(message.contains(key) && message.contains(value.trim_start_matches('-')), "{message}");
                let in_file = Recipe::from_toml(&format!("{key} = {value}")).unwrap_err().to_string();
                // What is no TOML at all is shown in its place.
                assert!(in_file.contains(&legal.to_string()) || in_file.contains("TOML parse error"), "{in_file}");
            }
        }
        assert_eq!(refused("beta_1=5".into()), "recipe: `beta_1` is 5.0; it must be at least 0 and below 1");
        assert_eq!(
            refused("learning_rate=-1".into()),
            "recipe: `learning_rate` is -1.0; it must be a number from 0 to 1"
        );
        for edge in
            ["beta_1=1", "adversarial_beta_2=1", "gradient_norm_max=0", "replicas=17", "events_per_passage=4096"]
        {
            assert!(refused(edge.into()).starts_with("recipe: `"), "{edge}");
        }
    }
}
