//! Training, by the size of the model.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;
use indicatif::ProgressBar;
use partita_dataset::Corpus;
use partita_model::Compute;
use partita_train::{Event, LogLine, Recipe, Sitting};

use super::Material;
use super::figures::Figures;
use super::prepare::corpus_of;
use crate::commands::train::{RECIPES, all_cores, read_recipe};
use crate::console::Console;
use crate::interrupt::TemporaryFolder;

/// What to train, and for how long.
#[derive(Args, Clone, Debug)]
pub(super) struct TrainOptions {
    /// A corpus that prepare wrote; without it, one of the program's own files
    corpus: Option<PathBuf>,
    /// Sizes of the model, with commas between
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "tiny,small", value_parser = PossibleValuesParser::new(RECIPES.map(|(name, _)| name)))]
    sizes: Vec<String>,
    /// Steps measured of each size, after one that is not
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    steps: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { corpus: None, sizes: vec!["tiny".to_owned(), "small".to_owned()], steps: 5 }
    }
}

impl TrainOptions {
    /// Trains each size from the start, with the recipe of its name and passages of full length.
    pub(super) fn measure(&self, console: &Console, figures: &mut Figures) -> Result<()> {
        let folder = TemporaryFolder::new()?;
        let corpus = match &self.corpus {
            Some(corpus) => corpus.clone(),
            None => {
                let corpus = folder.path().join("corpus");
                corpus_of(Material::of(&None)?.path(), corpus.clone(), console)?;
                corpus
            }
        };
        let corpus = Corpus::open(&corpus).with_context(|| format!("open {}", corpus.display()))?;
        figures.add("train_steps", self.steps as f64);
        for size in &self.sizes {
            let run = folder.path().join(size);
            let speeds = speeds(&corpus, self.recipe(size)?, &run, console)
                .with_context(|| format!("bench: train a {size} model"))?;
            figures.add_repeated(format!("train_{size}_notes_per_second"), &speeds);
        }
        Ok(())
    }

    /// Validation and checkpoints only at the end, where no time is taken.
    fn recipe(&self, size: &str) -> Result<Recipe> {
        let steps = self.steps + 1;
        let recipe = read_recipe(size)?;
        Ok(Recipe { steps, evaluate_interval: steps, evaluate_passages: 2, initial_competence: 1.0, ..recipe })
    }
}

/// Notes a second of each step after the first.
fn speeds(corpus: &Corpus, recipe: Recipe, run: &Path, console: &Console) -> Result<Vec<f64>> {
    let bar = console.progress("training", "steps");
    bar.set_length(recipe.steps);
    let mut steps = Vec::new();
    let started = Instant::now();
    let sitting = Sitting {
        run,
        device: Compute::Cpu.device()?,
        threads: all_cores(),
        stop: &AtomicBool::new(false), // the run goes with its folder, if a signal ends the process
        clock: &|| started.elapsed(),
        judge: None,
        observe: &mut |line| steps.extend(step(line, &bar)),
    };
    partita_train::start(corpus, recipe, None, sitting)?;
    bar.finish_and_clear();
    let speed = |pair: &[(f64, f64)]| (pair[1].0 - pair[0].0) / (pair[1].1 - pair[0].1);
    Ok(steps.windows(2).map(speed).collect())
}

/// Notes trained on and seconds gone at the end of a step.
fn step(line: &LogLine, bar: &ProgressBar) -> Option<(f64, f64)> {
    let Event::Step(report) = &line.event else { return None };
    bar.inc(1);
    Some((report.notes_seen as f64, line.elapsed_s))
}
