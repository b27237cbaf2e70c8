//! The training loop.

mod adversarial;
mod begin;
mod cvae;
mod joint;
mod keeping;
mod material;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use burn::tensor::Device;
use partita_dataset::Corpus;
use partita_encoding::{ConditionRecords, FormStatistics};
use partita_model::{Cvae, ModelConfig, ParameterShape, Passage, parameter_shapes, write_parameters};

use crate::adamw::AdamW;
use crate::adversarial::{
    AdversarialValidation, BroughtGenerator, GeneratorValidation, ListenerValidation, Opponents, RollValidation,
};
use crate::baseline::{Baselines, baselines};
use crate::checkpoint::{Optimizers, RunState};
use crate::curriculum::Curriculum;
use crate::error::TrainError;
use crate::event::Event;
use crate::judgement::Judgement;
use crate::lock::RunLock;
use crate::log::{LogLine, RunLog};
use crate::replicas::Replicas;
use crate::standing::Standing;
use crate::streams::{Purpose, stream};
use crate::validation::Validation;
use crate::workers::Workers;

use begin::{Held, config};
pub use begin::{Initial, resume, start};
use material::Material;

/// The file in a run's folder that holds its best model.
const BEST_MODEL: &str = "model.safetensors";
/// The same before it gets its name.
const BEST_MODEL_PARTIAL: &str = "model.partial";

/// Where a run lives and who watches it.
pub struct Sitting<'a> {
    /// The run's folder.
    pub run: &'a Path,
    /// Where training computes, without autodiff.
    pub device: Device,
    /// Threads.
    pub threads: usize,
    /// Set from outside to stop after the step or the batch of a validation in progress, with a checkpoint.
    pub stop: &'a AtomicBool,
    /// Time since this sitting began.
    pub clock: &'a dyn Fn() -> Duration,
    /// Is told of every event.
    pub observe: &'a mut dyn FnMut(&LogLine),
    /// Says what the music of a model, given as its file, is worth, if the best one is to be chosen by that; `None` where
    /// there is too little to judge by.
    pub judge: Option<Box<Judge<'a>>>,
}

/// See [`Sitting::judge`].
pub type Judge<'a> = dyn FnMut(&[u8]) -> Result<Option<Judgement>, String> + 'a;

/// What a sitting ended with.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Steps taken, all sittings together.
    pub steps: u64,
    /// Notes trained on, all sittings together.
    pub notes_seen: u64,
    /// Whether all steps of the recipe are taken, and the last is validated.
    pub finished: bool,
    /// The last validation, if there was one in this sitting.
    pub validation: Option<Validation>,
    /// The last validation of the generator, if there was one in this sitting.
    pub adversarial: Option<AdversarialValidation>,
    /// The last validation of the generator of rolls, if there was one in this sitting.
    pub roll: Option<RollValidation>,
    /// The last validation of the critic of written music, if there was one in this sitting.
    pub listener: Option<ListenerValidation>,
    /// The best model's file.
    pub model: PathBuf,
}

/// A run in progress.
struct Trainer<'c, 's> {
    corpus: &'c Corpus,
    records: ConditionRecords,
    forms: FormStatistics,
    state: RunState,
    optimizer: AdamW,
    adversary: Option<Opponents>,
    /// The generator of latents that a critic of written music hears the model with.
    brought: Option<BroughtGenerator>,
    config: ModelConfig,
    shapes: Vec<ParameterShape>,
    replicas: Replicas,
    workers: Workers,
    averaged: Cvae,
    /// In the joint phase, the CVAE as the players see it, and its weights.
    seen: Option<(Cvae, Vec<f32>)>,
    curriculum: Curriculum,
    pool: Vec<Vec<Passage>>,
    validation_batches: Vec<Vec<Passage>>,
    baselines: Option<Baselines>,
    last_validation: Option<Validation>,
    last_adversarial: Option<GeneratorValidation>,
    last_standing: Option<Standing>,
    /// What was found when the run began, and a person should know.
    notes: Vec<String>,
    /// Whether the sitting before was stopped in the validation that its last step ends with.
    owes_validation: bool,
    /// The step of this sitting's last checkpoint.
    last_saved: Option<u64>,
    log: RunLog,
    elapsed_before_s: f64,
    sitting: Sitting<'s>,
    _lock: RunLock,
}

impl<'c, 's> Trainer<'c, 's> {
    fn new(
        material: Material<'c>,
        state: RunState,
        optimizers: Optimizers,
        model: &Cvae,
        sitting: Sitting<'s>,
        held: Held,
    ) -> Result<Self, TrainError> {
        let Material { corpus, validation_batches } = material;
        let Held { lock, mut notes } = held;
        let recipe = &state.recipe;
        let config = config(recipe, corpus);
        let (log, elapsed_before_s, note) = RunLog::resume(sitting.run, state.step)?;
        notes.extend(note);
        let device = &sitting.device;
        let averaged = Cvae::new(&config, &mut stream(0, Purpose::Initial, 0), device);
        let seen = optimizers.seen.map(|weights| (write_parameters(averaged.clone(), &weights), weights));
        let adversary = (recipe.adversarial_steps + recipe.joint_steps > 0)
            .then(|| Opponents::new(recipe, &config, optimizers.players, device));
        let brought = optimizers.brought.map(|weights| BroughtGenerator::new(recipe, &config, weights, device));
        let mut trainer = Self {
            adversary,
            brought,
            optimizer: optimizers.cvae,
            shapes: parameter_shapes(model),
            replicas: Replicas::new(model, &config, recipe.replicas, &device.clone().autodiff()),
            workers: Workers::new(sitting.threads),
            averaged,
            seen,
            curriculum: Curriculum::new(corpus),
            pool: Vec::new(),
            validation_batches,
            baselines: None,
            last_validation: None,
            last_adversarial: None,
            last_standing: None,
            notes,
            owes_validation: false,
            last_saved: None,
            records: corpus.condition_records()?,
            forms: corpus.forms()?,
            corpus,
            config,
            state,
            log,
            elapsed_before_s,
            sitting,
            _lock: lock,
        };
        if trainer.state.pool_used > 0 {
            trainer.pool = trainer.draw_pool()?;
        }
        trainer.remember_before_joint();
        trainer.owes_validation =
            trainer.state.step > 0 && trainer.is_validation_due() && !trainer.state.is_validated();
        trainer.state.forget_figures();
        Ok(trainer)
    }

    fn run(mut self) -> Result<Outcome, TrainError> {
        let step = self.state.step;
        let (cvae_steps, steps) = (self.state.recipe.steps, self.state.recipe.all_steps());
        self.tell(Event::Started { step, steps, parameters: self.parameters() })?;
        for message in std::mem::take(&mut self.notes) {
            self.tell(Event::Alarm { step, message })?;
        }
        let counted = baselines(self.corpus, &self.validation_batches)?;
        self.baselines = Some(counted);
        self.tell(Event::Baselines(counted))?;
        self.settle_before_joint()?;
        if self.owes_validation && self.last_saved.is_none() {
            self.validate_and_save()?;
        }
        while self.state.step < steps && !self.sitting.stop.load(Ordering::Relaxed) {
            if self.state.cvae_steps() < cvae_steps {
                let report = self.step()?;
                self.tell(Event::Step(report))?;
            } else if self.state.step < self.state.recipe.joint_start() {
                self.adversarial_step()?;
            } else {
                self.joint_step()?;
            }
            if self.is_validation_due() {
                self.validate_and_save()?;
            }
        }
        let finished = self.state.step >= steps && self.validate_and_save()?;
        if finished {
            self.tell_of_the_joint_phase()?;
        } else {
            self.save()?;
        }
        let (adversarial, roll, listener) = match self.last_adversarial {
            None => (None, None, None),
            Some(GeneratorValidation::Latent(validation)) => (Some(*validation), None, None),
            Some(GeneratorValidation::Roll(validation)) => (None, Some(validation), None),
            Some(GeneratorValidation::Listener(validation)) => (None, None, Some(validation)),
        };
        Ok(Outcome {
            steps: self.state.step,
            notes_seen: self.state.notes_seen,
            finished,
            validation: self.last_validation,
            adversarial,
            roll,
            listener,
            model: self.sitting.run.join(BEST_MODEL),
        })
    }

    fn tell(&mut self, event: Event) -> Result<(), TrainError> {
        let elapsed_s = self.elapsed_before_s + (self.sitting.clock)().as_secs_f64();
        let line = LogLine { elapsed_s, event };
        self.log.write(&line)?;
        (self.sitting.observe)(&line);
        Ok(())
    }
}
