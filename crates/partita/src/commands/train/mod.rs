//! `partita train`: from a corpus to a model.

pub(crate) mod curves;
mod report;
pub(super) mod watch;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use partita_dataset::Corpus;
use partita_model::Compute;
use partita_train::{Event, Judge, LogLine, Outcome, Recipe, Sitting, TrainError};

use super::compose::LoadedModel;
use super::evaluate::judge::SoundJudge;
use crate::console::Console;
use crate::failure::WrongUse;
use crate::files::read_whole;
use crate::interrupt::{self, Careful};
use report::Report;
use watch::Watcher;

/// Train a model on a corpus
///
/// Writes a run: checkpoints to go on from, log.jsonl with every step, curves.svg, and model.safetensors, the best
/// model so far, which compose takes. Ctrl-C saves and stops after the step in progress; --resume goes on to the same bits as if
/// nothing had happened. A second Ctrl-C, a second later, stops at once, with the last checkpoint. Validation shows whether the latents are used: with those of another passage the model must do worse.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Train {
    /// A corpus that prepare wrote
    #[arg(value_name = "CORPUS")]
    corpus: PathBuf,
    /// Folder of the run
    #[arg(short, long, value_name = "RUN")]
    output: PathBuf,
    /// A recipe by name (tiny, small, base, large; with a generator: hybrid, or in the paper's literal form paper; with a
    /// critic of what is written: listener; to compare with: vae, transformer, lstm, rnn, cgan) or a TOML file
    #[arg(long, value_name = "NAME|FILE", default_value = "small")]
    recipe: String,
    /// Change one value of the recipe; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    changes: Vec<String>,
    /// Begin with the weights of a model (a file, or a run's folder) instead of random ones; it must be of the recipe's
    /// size and trained on this corpus. With steps=0 its generator and critic come along
    #[arg(long, value_name = "FILE|RUN", conflicts_with = "resume")]
    from: Option<PathBuf>,
    /// How the best checkpoint is chosen: by likelihood (of a generator: by the distance of its latents or rolls from real
    /// ones), or by the sound of the pieces that it composes, compared with validation music; likeness of the notes, adherence
    /// and diversity must then not get worse
    #[arg(long, value_enum, default_value_t)]
    select: Select,
    /// Pieces of each genre that --select sound composes with each checkpoint
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(4..=1000))]
    judged_pieces: u32,
    /// Go on with the run's newest checkpoint, by its own recipe; --set still changes values
    #[arg(long, conflicts_with = "recipe")]
    resume: bool,
    /// Threads to compute with; without it, one for each core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Compute on the graphics card
    #[arg(long)]
    gpu: bool,
}

/// What chooses the best checkpoint.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Select {
    /// The validation figures of training itself
    #[default]
    Likelihood,
    /// The music: takes a minute or two at each validation
    Sound,
}

const EXAMPLES: &str = "\
Examples:
  partita train corpus.partita -o run
  partita train corpus.partita -o run --resume --set steps=40000
  partita train corpus.partita -o longer --from run --set steps=2000
  partita train corpus.partita -o quick --recipe tiny --set steps=200 --set seed=7";

/// A recipe has some sixty short lines.
const RECIPE_BYTES_MAX: usize = 1 << 20;

/// Recipes that the program brings along.
pub(crate) const RECIPES: [(&str, &str); 13] = [
    ("tiny", include_str!("../../../../../recipes/tiny.toml")),
    ("small", include_str!("../../../../../recipes/small.toml")),
    ("base", include_str!("../../../../../recipes/base.toml")),
    ("large", include_str!("../../../../../recipes/large.toml")),
    ("hybrid", include_str!("../../../../../recipes/hybrid.toml")),
    ("listener", include_str!("../../../../../recipes/listener.toml")),
    ("taught", include_str!("../../../../../recipes/taught.toml")),
    ("paper", include_str!("../../../../../recipes/paper.toml")),
    ("cgan", include_str!("../../../../../recipes/cgan.toml")),
    ("vae", include_str!("../../../../../recipes/vae.toml")),
    ("transformer", include_str!("../../../../../recipes/transformer.toml")),
    ("lstm", include_str!("../../../../../recipes/lstm.toml")),
    ("rnn", include_str!("../../../../../recipes/rnn.toml")),
];

impl Train {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        let compute = if self.gpu { Compute::Gpu } else { Compute::Cpu };
        let device = compute.device().map_err(|error| WrongUse(error.to_string()))?;
        let corpus = Corpus::open(&self.corpus).with_context(|| format!("open {}", self.corpus.display()))?;
        let started = Instant::now();
        let mut watcher = Watcher::new(console, &self.output);
        let sound = match self.select {
            Select::Likelihood => None,
            Select::Sound => Some(SoundJudge::usual(&corpus, self.judged_pieces as usize, console)?),
        };
        let judge = sound.as_ref().map(|sound| -> Box<Judge<'_>> {
            Box::new(|file| sound.judge(file).map_err(|error| format!("{error:#}")))
        });
        let (clock, careful) = (|| started.elapsed(), Careful::begin());
        if self.resume {
            interrupt::keeps("the run is kept at its last checkpoint, and the same command goes on from there");
        }
        let mut observe = |line: &LogLine| {
            if let Event::Saved { step } = line.event {
                interrupt::keeps(self.kept(step));
            }
            watcher.observe(line);
        };
        let sitting = Sitting {
            run: &self.output,
            device,
            threads: self.threads.map_or_else(all_cores, NonZeroUsize::get),
            stop: careful.flag(),
            clock: &clock,
            observe: &mut observe,
            judge,
        };
        let outcome = self.train(&corpus, sitting, console)?;
        watcher.finish()?;
        if !outcome.finished {
            interrupt::check()?;
        }
        console.finish(&Report::new(&outcome, started.elapsed().as_secs_f64()))
    }

    fn train(&self, corpus: &Corpus, sitting: Sitting<'_>, console: &Console) -> Result<Outcome> {
        let outcome = if self.resume {
            partita_train::resume(corpus, |recipe| self.changed(recipe), sitting)
        } else {
            let recipe = read_recipe(&self.recipe)?;
            let model = self.from.as_deref().map(|path| LoadedModel::load(Some(path), console)).transpose()?;
            let initial = model.as_ref().map(LoadedModel::as_initial);
            self.changed(recipe).and_then(|recipe| partita_train::start(corpus, recipe, initial, sitting))
        };
        match outcome {
            // Values that came by --set: with those of a file, reading it would have failed.
            Err(error @ (TrainError::Recipe(_) | TrainError::Initial(_))) => Err(WrongUse(error.to_string()).into()),
            outcome => outcome.with_context(|| format!("train {}", self.output.display())),
        }
    }

    /// What is kept of a run that a signal stops after this checkpoint.
    fn kept(&self, step: u64) -> String {
        let (corpus, run) = (self.corpus.display(), self.output.display());
        format!("the run is kept at step {step}; go on with: partita train {corpus} -o {run} --resume")
    }

    fn changed(&self, recipe: Recipe) -> Result<Recipe, TrainError> {
        self.changes.iter().try_fold(recipe, |recipe, change| recipe.with(change))
    }
}

/// One thread for each core.
pub(crate) fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// A named recipe, or one in a file.
pub(crate) fn read_recipe(name: &str) -> Result<Recipe> {
    if let Some((_, text)) = RECIPES.iter().find(|(known, _)| *known == name) {
        return Ok(Recipe::from_toml(text)?);
    }
    if !Path::new(name).exists() {
        let known = RECIPES.map(|(known, _)| known).join(", ");
        return Err(WrongUse(format!("there is no recipe {name:?}: give {known}, or a TOML file")).into());
    }
    let text = String::from_utf8(read_whole(Path::new(name), RECIPE_BYTES_MAX)?);
    let text = text.map_err(|_| anyhow!("read {name}: it is no text; give a TOML file in UTF-8"))?;
    Recipe::from_toml(&text).with_context(|| format!("read {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_recipe_is_valid_and_of_its_size_kind_or_form() {
        for (name, _) in RECIPES {
            let recipe = read_recipe(name).unwrap();
            let text = recipe.to_toml();
            match name {
                "hybrid" => assert!(recipe.adversarial_steps > 0 && recipe.joint_steps > 0),
                "paper" | "cgan" => assert!(text.contains("adversarial_form = \"roll\"")),
                "listener" => assert!(text.contains("adversarial_form = \"written\"") && recipe.joint_steps == 0),
                "taught" => {
                    assert!(text.contains("adversarial_form = \"written\"") && recipe.all_steps() == recipe.joint_steps)
                }
                name => assert!(["size", "model"].iter().any(|key| text.contains(&format!("{key} = \"{name}\"")))),
            }
        }
    }

    /// What differs between the hybrid and the conditional GAN alone is the CVAE.
    #[test]
    fn the_conditional_gan_alone_has_the_budget_of_the_hybrid() {
        let [paper, cgan] = ["paper", "cgan"].map(|name| read_recipe(name).unwrap());
        let Recipe { adversarial_steps, adversarial_rows, roll_bars, size, .. } = paper;
        let of_cgan = (cgan.adversarial_steps, cgan.adversarial_rows, cgan.roll_bars, cgan.size, cgan.steps);
        assert_eq!(of_cgan, (adversarial_steps, adversarial_rows, roll_bars, size, 0));
    }

    /// Systems are compared after the same music in the same order, as far as the recipe decides it.
    #[test]
    fn compared_recipes_have_the_budget_of_the_small_model() {
        let small = read_recipe("small").unwrap();
        for name in ["vae", "transformer", "lstm", "rnn", "hybrid"] {
            let recipe = read_recipe(name).unwrap();
            let same = Recipe {
                adversarial_steps: 0,
                joint_steps: 0,
                model: small.model,
                learning_rate: small.learning_rate,
                gradient_norm_max: small.gradient_norm_max,
                latent: small.latent,             // a language model has none
                musical_time: small.musical_time, // recurrent layers need not be told
                word_dropout: small.word_dropout,
                kl_delay_steps: small.kl_delay_steps,
                kl_cycle_steps: small.kl_cycle_steps,
                ..recipe
            };
            assert_eq!(same, small, "{name}");
        }
    }

    #[test]
    fn an_unknown_recipe_is_wrong_use_that_names_the_known() {
        let error = read_recipe("huge").unwrap_err();
        assert!(error.is::<WrongUse>() && error.to_string().contains("tiny, small, base, large"));
    }
}
