//! The systems that are compared: recipes of one program, on the same music.

use anyhow::{Context, Result};
use partita_train::Recipe;

use super::super::train::read_recipe;

/// Steps of the recipes as they stand.
pub(super) const WHOLE_BUDGET: u64 = 4_300;

/// One system.
#[derive(Debug, PartialEq)]
pub(super) struct System {
    /// Of its run's folder, and in `--system`.
    pub(super) name: &'static str,
    /// As the tables call it.
    pub(super) title: &'static str,
    pub(super) role: Role,
    /// A recipe that the program brings along.
    recipe: &'static str,
    /// What is changed of it.
    changes: &'static [&'static str],
    /// The system whose model it begins with.
    pub(super) from: Option<&'static str>,
}

/// What a system is compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What a hybrid has to beat.
    Baseline,
    /// Conditional VAE and adversarial training together.
    Hybrid,
    /// The conditional VAE with something changed, which only validation judges.
    Ablation,
}

/// Players of rolls take longer over a step: so many at the whole budget take about as long as those over latents.
const ROLL_STEPS: &[&str] = &["adversarial_steps=860"];

/// All of them; one that another begins with stands before it.
pub(super) const SYSTEMS: &[System] = &[
    baseline("rnn", "vanilla RNN", "rnn"),
    baseline("lstm", "LSTM", "lstm"),
    baseline("transformer", "Transformer", "transformer"),
    baseline("vae", "unconditional VAE", "vae"),
    baseline("cvae", "CVAE", "small"),
    System {
        name: "cgan",
        title: "cGAN of rolls, without a CVAE",
        role: Role::Baseline,
        recipe: "cgan",
        changes: ROLL_STEPS,
        from: None,
    },
    System {
        name: "cvae-longer",
        title: "CVAE, trained on as long as the joint phase",
        role: Role::Baseline,
        recipe: "small",
        changes: &[
            "steps=430",
            "learning_rate=2e-4",
            "warmup_steps=43",
            "kl_delay_steps=0",
            "kl_cycles=0",
            "initial_competence=1.0",
        ],
        from: Some("cvae"),
    },
    System {
        name: "hybrid",
        title: "CVAE + cGAN, in latents",
        role: Role::Hybrid,
        recipe: "hybrid",
        changes: &["steps=0", "joint_steps=0"],
        from: Some("cvae"),
    },
    System {
        name: "joint",
        title: "CVAE + cGAN, after a joint phase",
        role: Role::Hybrid,
        recipe: "hybrid",
        changes: &["steps=0", "adversarial_steps=0", "initial_competence=1.0"],
        from: Some("hybrid"),
    },
    System {
        name: "listener",
        title: "CVAE + a critic that hears what it writes",
        role: Role::Hybrid,
        recipe: "listener",
        changes: &["steps=0"],
        from: Some("cvae"),
    },
    System {
        name: "whole",
        title: "CVAE + cGAN + a critic that hears what it writes",
        role: Role::Hybrid,
        recipe: "listener",
        changes: &["steps=0"],
        from: Some("joint"),
    },
    System {
        name: "paper",
        title: "CVAE + cGAN of rolls, as the paper has it",
        role: Role::Hybrid,
        recipe: "paper",
        changes: &["steps=0", ROLL_STEPS[0]],
        from: Some("cvae"),
    },
];

const fn baseline(name: &'static str, title: &'static str, recipe: &'static str) -> System {
    System { name, title, role: Role::Baseline, recipe, changes: &[], from: None }
}

/// The conditional VAE with one thing changed.
pub(super) const ABLATIONS: &[System] = &[
    ablation("cvae-no-musical-time", "attention is not told musical time", &["musical_time=false"]),
    ablation("cvae-latent-64", "latents of 64 dimensions, not 16", &["latent=64"]),
    ablation("cvae-word-dropout", "15 % of the events hidden (word dropout)", &["word_dropout=0.15"]),
    ablation("cvae-beta-1", "β up to 1, not 0.3", &["kl_weight_max=1.0"]),
    ablation("cvae-no-curriculum", "no curriculum", &["initial_competence=1.0"]),
];

const fn ablation(name: &'static str, title: &'static str, changes: &'static [&'static str]) -> System {
    System { name, title, role: Role::Ablation, recipe: "small", changes, from: None }
}

impl System {
    /// Its recipe, where a system that learns from notes alone takes `budget` steps.
    pub(super) fn recipe(&self, budget: u64) -> Result<Recipe> {
        let whole = self.changes.iter().try_fold(read_recipe(self.recipe)?, |recipe, change| recipe.with(change));
        Ok(whole.with_context(|| format!("the recipe of {}", self.name))?.scaled(budget as f64 / WHOLE_BUDGET as f64))
    }

    /// The system of a name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        SYSTEMS.iter().find(|system| system.name == name)
    }
}

/// The named systems and those that they begin with; all where none is named.
pub(super) fn chosen(names: &[String]) -> Vec<&'static System> {
    let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    // Each stands after what it begins with, so that going backwards once finds all.
    for system in SYSTEMS.iter().rev() {
        if wanted.contains(&system.name) {
            wanted.extend(system.from);
        }
    }
    SYSTEMS.iter().filter(|system| names.is_empty() || wanted.contains(&system.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_has_a_recipe_and_stands_after_what_it_begins_with() {
        for (index, system) in SYSTEMS.iter().chain(ABLATIONS).enumerate() {
            let recipe = system.recipe(WHOLE_BUDGET / 2).unwrap();
            assert!(
                recipe.all_steps() > 0 && (recipe.steps > 0 || recipe.adversarial_steps > 0 || system.from.is_some()),
                "{}",
                system.name
            );
            let begins_with = |name| SYSTEMS.iter().take(index).any(|before| before.name == name);
            assert!(system.from.is_none_or(begins_with), "{}", system.name);
        }
    }

    #[test]
    fn a_system_brings_what_it_begins_with() {
        let names = |names: &[&str]| -> Vec<&str> {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            chosen(&names).iter().map(|system| system.name).collect()
        };
        assert_eq!(names(&["hybrid"]), ["cvae", "hybrid"]);
        assert_eq!(names(&["rnn"]), ["rnn"]);
        assert_eq!(names(&[]).len(), SYSTEMS.len());
    }
}
