//! The runs of the systems: what is there is taken as it is, what is missing is trained, what was stopped goes on.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use partita_dataset::Corpus;
use partita_model::Device;
use partita_train::{Checkpoints, Event, Judge, LogLine, Recipe, RunState, Sitting, read_log, resume, start};

use super::findings::Training;
use super::systems::System;
use crate::commands::compose::LoadedModel;
use crate::commands::evaluate::judge::SoundJudge;
use crate::commands::train::watch::Watcher;
use crate::console::Console;
use crate::failure::WrongUse;
use crate::interrupt::{self, Careful};

/// Where the systems are trained.
pub(super) struct Runs<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) folder: &'a Path,
    pub(super) budget: u64,
    /// What is changed of every recipe, as `key=value`.
    pub(super) changes: &'a [String],
    pub(super) threads: usize,
    pub(super) device: Device,
    pub(super) console: &'a Console,
    /// Says whether a joint phase is kept.
    pub(super) judge: &'a SoundJudge<'a>,
}

impl Runs<'_> {
    /// The folder of a system's run.
    pub(super) fn folder_of(&self, system: &System) -> PathBuf {
        self.folder.join(system.name)
    }

    fn recipe(&self, system: &System) -> Result<Recipe> {
        let changed = self.changes.iter().try_fold(system.recipe(self.budget)?, |recipe, change| recipe.with(change));
        changed.map_err(|error| WrongUse(error.to_string()).into())
    }

    /// Trains what is missing of a system; what it begins with must be trained.
    pub(super) fn train(&self, system: &System) -> Result<()> {
        let run = self.folder_of(system);
        let recipe = self.recipe(system)?;
        let state = self.state(&run, &recipe)?;
        if state.as_ref().is_some_and(|state| state.step >= recipe.all_steps() && state.is_validated()) {
            return Ok(());
        }
        self.console.note(&format!("{}: training {} steps", system.title, recipe.all_steps()));
        let initial = match system.from {
            Some(name) if state.is_none() => Some(LoadedModel::load(Some(&self.folder.join(name)), self.console)?),
            _ => None,
        };
        let (started, careful) = (Instant::now(), Careful::begin());
        let mut watcher = Watcher::new(self.console, &run);
        let clock = || started.elapsed();
        let mut observe = |line: &LogLine| watcher.observe(line);
        let judge = (recipe.joint_steps > 0).then(|| -> Box<Judge<'_>> {
            Box::new(|file| self.judge.judge(file).map_err(|error| format!("{error:#}")))
        });
        let sitting = Sitting {
            run: &run,
            device: self.device.clone(),
            threads: self.threads,
            stop: careful.flag(),
            clock: &clock,
            observe: &mut observe,
            judge,
        };
        let outcome = match state {
            Some(_) => resume(self.corpus, Ok, sitting),
            None => start(self.corpus, recipe, initial.as_ref().map(LoadedModel::as_initial), sitting),
        };
        outcome.with_context(|| format!("train {}", system.name))?;
        watcher.finish()?;
        // Also where the last step was taken meanwhile: what comes next would take long.
        interrupt::check()
    }

    /// Where a run stands; `None` where there is none yet.
    fn state(&self, run: &Path, recipe: &Recipe) -> Result<Option<RunState>> {
        let checkpoints = Checkpoints::of_run(run);
        if checkpoints.steps().is_empty() {
            return Ok(None);
        }
        let state = checkpoints.newest_state()?;
        match state.recipe.first_difference(recipe) {
            None => Ok(Some(state)),
            Some(difference) => {
                let message = format!(
                    "{} was trained by another recipe ({difference}); give the --budget it was trained with, or another \
                     folder for --runs",
                    run.display()
                );
                Err(WrongUse(message).into())
            }
        }
    }

    /// What became of a system's joint phase, in words, if it had one.
    pub(super) fn joint_verdict(&self, system: &System) -> Result<Option<String>> {
        let verdict = |line: LogLine| match line.event {
            Event::JointPhase { message, .. } => Some(message),
            _ => None,
        };
        Ok(read_log(&self.folder_of(system))?.into_iter().rev().find_map(verdict))
    }

    /// What a trained system cost, what it begins with counted.
    pub(super) fn cost(&self, system: &System) -> Result<Training> {
        let model = LoadedModel::load(Some(&self.folder_of(system)), self.console)?;
        let mut seconds = 0.0;
        let mut one = Some(system);
        while let Some(system) = one {
            seconds += read_log(&self.folder_of(system))?.last().map_or(0.0, |line| line.elapsed_s);
            one = system.from.and_then(System::named);
        }
        let training = &model.description.training;
        Ok(Training { parameters: model.parameters(), steps: training.steps, notes_seen: training.notes_seen, seconds })
    }
}
