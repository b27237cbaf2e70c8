//! What is kept of a run: validation, judgement, checkpoints, and the best model's file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::Ordering;

use partita_model::{ModelDescription, TrainingSummary};

use super::{BEST_MODEL, BEST_MODEL_PARTIAL, Trainer};
use crate::adversarial::{Opponents, Players};
use crate::checkpoint::{Checkpoints, Damaged, Optimizers};
use crate::error::TrainError;
use crate::event::Event;

impl Trainer<'_, '_> {
    /// False where the sitting was stopped before the validation was over: the next one makes up for it.
    pub(super) fn validate_and_save(&mut self) -> Result<bool, TrainError> {
        let of_generator = self.state.generator_steps > 0 || self.joint_begins_here();
        let is_validated = if of_generator { self.validate_generator()? } else { self.validate_cvae()? };
        if !is_validated {
            return Ok(false);
        }
        self.judge_and_save()?;
        self.remember_before_joint();
        self.last_standing = self.state.standing();
        self.state.forget_figures();
        Ok(true)
    }

    /// Whether the step in progress ends with a validation, unless it is the last, which always does.
    pub(super) fn is_validation_due(&self) -> bool {
        let (step, recipe) = (self.state.step, &self.state.recipe);
        let phase_ends = [recipe.steps, recipe.joint_start()].contains(&step);
        (step.is_multiple_of(recipe.evaluate_interval) || phase_ends) && step < recipe.all_steps()
    }

    /// Saves the model with what its music is worth. Where the decoder learns of a critic, what counts is what it writes without: the
    /// critic that teaches it rates too well what it was pleased by.
    pub(super) fn judge_and_save(&mut self) -> Result<(), TrainError> {
        let step = self.state.step;
        let model = self.model_file();
        let alone = (self.sitting.judge.is_some() && self.decoder_learns()).then(|| self.file_of(None));
        let heard = alone.as_ref().unwrap_or(&model);
        let judged = self.sitting.judge.as_mut().map_or(Ok(None), |judge| judge(heard));
        self.state.judgement = judged.as_ref().ok().copied().flatten();
        if let Some(judgement) = self.state.judgement {
            self.tell(Event::Judged { step, judgement })?;
        }
        // Whatever keeps the music from being judged, the steps are not lost.
        self.save_as(&model)?;
        match judged {
            Err(problem) if !self.sitting.stop.load(Ordering::Relaxed) => Err(TrainError::Judge { step, problem }),
            // Whoever stops a run stops its judge too.
            _ => Ok(()),
        }
    }

    /// Saves the model as it is, unless it was saved with its figures already.
    pub(super) fn save(&mut self) -> Result<(), TrainError> {
        if self.last_saved == Some(self.state.step) {
            return Ok(());
        }
        let model = self.model_file();
        self.save_as(&model)
    }

    /// The model as it would be kept: averaged weights.
    pub(super) fn model_file(&self) -> Vec<u8> {
        self.file_of(self.trained_adversary())
    }

    /// The same with these players, or with none.
    fn file_of(&self, players: Option<&Opponents>) -> Vec<u8> {
        let mut weights = if self.state.recipe.has_cvae() { self.optimizer.average.clone() } else { Vec::new() };
        weights.extend(self.brought.iter().flat_map(|brought| &brought.weights));
        weights.extend(players.into_iter().flat_map(Opponents::weights));
        self.description(players).to_bytes(&weights)
    }

    /// Values that the run trains at first: the CVAE's, or where there is none the players'.
    pub(super) fn parameters(&self) -> usize {
        match &self.adversary {
            Some(adversary) if !self.state.recipe.has_cvae() => adversary.weights().len(),
            _ => self.optimizer.weights.len(),
        }
    }

    /// Generator and critic, once they have trained.
    pub(super) fn players(&self) -> Option<&Players> {
        self.trained_adversary().map(Opponents::players)
    }

    pub(super) fn trained_adversary(&self) -> Option<&Opponents> {
        self.adversary.as_ref().filter(|adversary| adversary.trained())
    }

    pub(super) fn save_as(&mut self, model: &[u8]) -> Result<(), TrainError> {
        let checkpoints = Checkpoints::of_run(self.sitting.run);
        let kept = self.state.recipe.checkpoints_kept;
        let optimizers = Optimizers {
            cvae: self.optimizer.clone(),
            players: self.players().cloned(),
            brought: self.brought.as_ref().map(|brought| brought.weights.clone()),
            seen: self.seen.as_ref().map(|(_, weights)| weights.clone()),
        };
        checkpoints.save(&self.state, &optimizers, model, kept)?;
        self.publish_best(&checkpoints)?;
        self.last_saved = Some(self.state.step);
        self.tell(Event::Saved { step: self.state.step })
    }

    /// Copies the best checkpoint's model to where users look for it; of one that was damaged meanwhile, the next best's.
    fn publish_best(&mut self, checkpoints: &Checkpoints) -> Result<(), TrainError> {
        let (step, run) = (self.state.step, self.sitting.run);
        loop {
            let best = checkpoints.best().unwrap_or(step);
            match checkpoints.read_model(best) {
                Ok(model) => return publish(&model, run).map_err(TrainError::io("write", &run.join(BEST_MODEL))),
                Err(TrainError::Damaged { problem, .. }) if best != step => {
                    let message = checkpoints.set_aside(&Damaged { step: best, problem })?;
                    self.tell(Event::Alarm { step, message })?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What the model file tells: the figures are those of the last validation.
    fn description(&self, players: Option<&Opponents>) -> ModelDescription {
        let mut figures = std::collections::BTreeMap::new();
        if let Some(baselines) = self.baselines {
            figures.insert("unigram_nll_per_note".to_owned(), baselines.unigram_nll_per_note);
            figures.insert("bigram_nll_per_note".to_owned(), baselines.bigram_nll_per_note);
        }
        if let Some(validation) = &self.last_validation {
            figures.extend(validation.figures());
        }
        if let Some(adversarial) = &self.last_adversarial {
            figures.extend(adversarial.figures());
        }
        let training = TrainingSummary {
            steps: self.state.pretraining.steps + self.state.step,
            notes_seen: self.state.pretraining.notes_seen + self.state.notes_seen,
            generator_steps: self.state.pretraining.generator_steps + self.state.generator_steps,
            corpus: self.state.corpus.clone(),
            figures,
        };
        let (labels, statistics) = (self.corpus.vocabulary().clone(), self.corpus.statistics().clone());
        let (records, forms) = (self.records.clone(), self.forms.clone());
        let mut description = ModelDescription::new(self.config, labels, statistics, records, forms, training);
        description.adversarial = self.brought.as_ref().map(|brought| brought.config);
        players.into_iter().for_each(|adversary| adversary.describe(&mut description));
        if let Some(listener) = &mut description.listener {
            listener.log_odds_per_score = self.state.log_odds_per_score;
        }
        description
    }
}

/// Writes the best model's file into a run's folder, whole or not at all.
fn publish(model: &[u8], run: &Path) -> io::Result<()> {
    let partial = run.join(BEST_MODEL_PARTIAL);
    let mut file = File::create(&partial)?;
    file.write_all(model)?;
    file.sync_all()?;
    fs::rename(&partial, run.join(BEST_MODEL))?;
    if cfg!(unix) { File::open(run)?.sync_all() } else { Ok(()) }
}
