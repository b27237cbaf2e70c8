//! The training loop.

mod adversarial;
mod joint;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use burn::tensor::Device;
use partita_dataset::{Corpus, Split};
use partita_model::adversarial::{Adversarial, AdversarialConfig, AdversarialForm};
use partita_model::{
    Cvae, ModelConfig, ModelDescription, ModelSize, ParameterShape, Passage, TrainingSummary, parameter_shapes,
    read_parameters, write_parameters,
};

use crate::adamw::{AdamW, AdamWStep};
use crate::adversarial::{AdversarialValidation, GeneratorValidation, Opponents, Players, Rewriting, RollValidation};
use crate::baseline::{Baselines, baselines};
use crate::checkpoint::{Checkpoints, Optimizers, Pretraining, RunState, hex};
use crate::curriculum::Curriculum;
use crate::elbo::LossWeights;
use crate::error::TrainError;
use crate::event::{Event, StepReport};
use crate::judgement::Judgement;
use crate::lock::RunLock;
use crate::log::{LogLine, RunLog};
use crate::passages::Cutter;
use crate::recipe::Recipe;
use crate::replicas::{Replicas, StepTerms};
use crate::schedule::{competence, kl_weight, learning_rate};
use crate::standing::Standing;
use crate::streams::{Purpose, stream};
use crate::validation::{Validation, validate};
use crate::workers::Workers;

/// The file in a run's folder that holds its best model.
const BEST_MODEL: &str = "model.safetensors";
/// Passages that a corpus must be able to give for training and for validation.
const PIECES_NEEDED: usize = 2;

/// Where a run lives and who watches it.
pub struct Sitting<'a> {
    /// The run's folder.
    pub run: &'a Path,
    /// Where training computes, without autodiff.
    pub device: Device,
    /// Threads.
    pub threads: usize,
    /// Set from outside to stop after the step in progress, with a checkpoint.
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
    /// Whether all steps of the recipe are taken.
    pub finished: bool,
    /// The last validation, if there was one in this sitting.
    pub validation: Option<Validation>,
    /// The last validation of the generator, if there was one in this sitting.
    pub adversarial: Option<AdversarialValidation>,
    /// The last validation of the generator of rolls, if there was one in this sitting.
    pub roll: Option<RollValidation>,
    /// The best model's file.
    pub model: PathBuf,
}

/// A model that a run begins with.
#[derive(Clone, Copy, Debug)]
pub struct Initial<'a> {
    /// What its file tells.
    pub description: &'a ModelDescription,
    /// The CVAE.
    pub network: &'a Cvae,
    /// Generator and critic, where it has them.
    pub players: Option<&'a Adversarial>,
}

/// Begins a run of `recipe` in an empty or absent folder; with the weights of `initial`, or else with random ones. Its
/// generator and critic come along where the CVAE takes no steps of its own first, by which its latents would move.
///
/// # Errors
/// A folder that holds a run; a corpus with too little; an initial model of another size or with other labels than the
/// corpus; what goes wrong while training.
pub fn start(
    corpus: &Corpus,
    recipe: Recipe,
    initial: Option<Initial<'_>>,
    sitting: Sitting<'_>,
) -> Result<Outcome, TrainError> {
    let brings_players =
        recipe.steps == 0 && recipe.all_steps() > 0 && recipe.adversarial_form == AdversarialForm::Latent;
    let players = initial.and_then(|initial| initial.players).filter(|_| brings_players);
    recipe.check_steps(initial.is_some(), players.is_some())?;
    let lock = RunLock::take(sitting.run)?;
    if !Checkpoints::of_run(sitting.run).steps().is_empty() {
        return Err(TrainError::Run {
            path: sitting.run.to_owned(),
            problem: "it holds a run already; go on with --resume or choose another folder".to_owned(),
        });
    }
    let config = config(&recipe, corpus);
    let device = sitting.device.clone().autodiff();
    let model = Cvae::new(&config, &mut stream(recipe.seed, Purpose::Initial, 0), &device);
    let mut state = RunState::new(recipe, hex(&corpus.fingerprint()));
    let weights = match initial {
        None => read_parameters(&model),
        Some(Initial { description, network, .. }) => {
            check_initial(description, &config, corpus)?;
            if players.is_some() {
                check_players(description, &state.recipe, &config)?;
            }
            let TrainingSummary { steps, notes_seen, generator_steps, .. } = description.training;
            let generator_steps = if players.is_some() { generator_steps } else { 0 };
            state.pretraining = Pretraining { steps, notes_seen, generator_steps };
            read_parameters(network)
        }
    };
    let optimizers = Optimizers { cvae: AdamW::new(weights), players: players.map(Players::of), seen: None };
    Trainer::new(corpus, state, optimizers, &model, sitting, lock)?.run()
}

/// Refuses a model whose weights would mean something else here.
fn check_initial(initial: &ModelDescription, config: &ModelConfig, corpus: &Corpus) -> Result<(), TrainError> {
    let problem = if initial.labels != *corpus.vocabulary() {
        "it has other genres or composers than the corpus; start from a model that was trained on this corpus"
    } else if initial.config != *config {
        "it has another kind or size than the recipe's; choose the recipe of its kind and size"
    } else {
        return Ok(());
    };
    Err(TrainError::Initial(problem))
}

/// Refuses players of other sizes, or that start from something else.
fn check_players(initial: &ModelDescription, recipe: &Recipe, config: &ModelConfig) -> Result<(), TrainError> {
    match initial.adversarial {
        Some(players) if players == AdversarialConfig::suited(config, recipe.generator_start) => Ok(()),
        _ => Err(TrainError::Initial(
            "its generator has other sizes or starts from something else; set generator_start to what it starts from",
        )),
    }
}

/// Goes on with the newest checkpoint of a run, to the same bits as if it had never stopped; `change` may alter the
/// recipe (more steps, say), which of course changes what follows.
pub fn resume(
    corpus: &Corpus,
    change: impl FnOnce(Recipe) -> Result<Recipe, TrainError>,
    sitting: Sitting<'_>,
) -> Result<Outcome, TrainError> {
    let checkpoints = Checkpoints::of_run(sitting.run);
    if checkpoints.steps().is_empty() {
        return Err(checkpoints.none());
    }
    let lock = RunLock::take(sitting.run)?;
    let (mut state, optimizers) = checkpoints.load_newest()?;
    let folder = checkpoints.folder_of(state.step);
    if state.corpus != hex(&corpus.fingerprint()) {
        let problem = "it was trained on another corpus; resume with that one, or start a new run";
        return Err(TrainError::checkpoint(&folder, problem));
    }
    let network = (state.recipe.model, state.recipe.size, state.recipe.latent);
    let decided = |recipe: &Recipe| (recipe.steps, recipe.generator_start, recipe.adversarial_form);
    let settled = decided(&state.recipe);
    let joint_start = state.recipe.joint_start();
    state.recipe = change(state.recipe)?;
    let players = optimizers.players.is_some();
    state.recipe.check_steps(state.recipe.has_cvae(), players)?;
    if (state.recipe.model, state.recipe.size, state.recipe.latent) != network {
        return Err(TrainError::Recipe(
            "a run cannot change its model's kind, size or latents; start a new run".to_owned(),
        ));
    }
    if state.generator_steps > 0 && decided(&state.recipe) != settled {
        let problem = "`steps`, `generator_start` and `adversarial_form` are settled once the generator trains; start a new \
                       run --from this one";
        return Err(TrainError::Recipe(problem.to_owned()));
    }
    if state.joint_steps > 0 && state.recipe.joint_start() != joint_start {
        let problem = "`adversarial_steps` is settled once the joint phase has begun; start a new run --from this one";
        return Err(TrainError::Recipe(problem.to_owned()));
    }
    let device = sitting.device.clone().autodiff();
    let model = Cvae::new(&config(&state.recipe, corpus), &mut stream(0, Purpose::Initial, 0), &device);
    if read_parameters(&model).len() != optimizers.cvae.weights.len() {
        return Err(TrainError::checkpoint(&folder, "it has another number of weights than this program's model"));
    }
    Trainer::new(corpus, state, optimizers, &model, sitting, lock)?.run()
}

fn config(recipe: &Recipe, corpus: &Corpus) -> ModelConfig {
    let labels = corpus.vocabulary();
    // Where there is no CVAE the smallest stands in its place, neither trained nor kept.
    let size = if recipe.has_cvae() { recipe.size } else { ModelSize::Tiny };
    let config = ModelConfig::of_kind(recipe.model, size, labels.genres.len(), labels.composers.len());
    ModelConfig { latent: if recipe.latent == 0 { config.latent } else { recipe.latent }, ..config }
}

/// What a step of the CVAE is taken with.
#[derive(Clone, Copy, Debug)]
struct Pace {
    learning_rate: f64,
    /// β.
    kl_weight: f64,
}

/// A run in progress.
struct Trainer<'c, 's> {
    corpus: &'c Corpus,
    state: RunState,
    optimizer: AdamW,
    adversary: Option<Opponents>,
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
    /// The step of this sitting's last checkpoint.
    last_saved: Option<u64>,
    log: RunLog,
    elapsed_before_s: f64,
    sitting: Sitting<'s>,
    _lock: RunLock,
}

impl<'c, 's> Trainer<'c, 's> {
    fn new(
        corpus: &'c Corpus,
        state: RunState,
        optimizers: Optimizers,
        model: &Cvae,
        sitting: Sitting<'s>,
        lock: RunLock,
    ) -> Result<Self, TrainError> {
        for (split, purpose) in [(Split::Train, "train on"), (Split::Valid, "validate with")] {
            let pieces = corpus.pieces(split).len();
            if pieces < PIECES_NEEDED {
                return Err(TrainError::TooFewPieces { pieces, purpose, needed: PIECES_NEEDED });
            }
        }
        let recipe = &state.recipe;
        let config = config(recipe, corpus);
        let (log, elapsed_before_s) = RunLog::resume(sitting.run, state.step)?;
        let cutter = Cutter { corpus, labels: corpus.vocabulary(), recipe };
        let device = &sitting.device;
        let averaged = Cvae::new(&config, &mut stream(0, Purpose::Initial, 0), device);
        let seen = optimizers.seen.map(|weights| (write_parameters(averaged.clone(), &weights), weights));
        let adversary = (recipe.adversarial_steps + recipe.joint_steps > 0)
            .then(|| Opponents::new(recipe, &config, optimizers.players, device));
        let mut trainer = Self {
            adversary,
            optimizer: optimizers.cvae,
            shapes: parameter_shapes(model),
            replicas: Replicas::new(model, &config, recipe.replicas, &device.clone().autodiff()),
            workers: Workers::new(sitting.threads),
            averaged,
            seen,
            curriculum: Curriculum::new(corpus),
            pool: Vec::new(),
            validation_batches: cutter.validation(),
            baselines: None,
            last_validation: None,
            last_adversarial: None,
            last_standing: None,
            last_saved: None,
            corpus,
            config,
            state,
            log,
            elapsed_before_s,
            sitting,
            _lock: lock,
        };
        if trainer.state.pool_used > 0 {
            trainer.pool = trainer.draw_pool();
        }
        trainer.remember_before_joint();
        trainer.state.forget_figures();
        Ok(trainer)
    }

    fn run(mut self) -> Result<Outcome, TrainError> {
        let step = self.state.step;
        let (cvae_steps, steps) = (self.state.recipe.steps, self.state.recipe.all_steps());
        self.tell(Event::Started { step, steps, parameters: self.parameters() })?;
        let counted = baselines(self.corpus, &self.validation_batches);
        self.baselines = Some(counted);
        self.tell(Event::Baselines(counted))?;
        self.settle_before_joint()?;
        while self.state.step < steps && !self.sitting.stop.load(Ordering::Relaxed) {
            if self.state.cvae_steps() < cvae_steps {
                let report = self.step()?;
                self.tell(Event::Step(report))?;
            } else if self.state.step < self.state.recipe.joint_start() {
                self.adversarial_step()?;
            } else {
                self.joint_step()?;
            }
            let due = self.state.step.is_multiple_of(self.state.recipe.evaluate_interval);
            let phase_ends = [cvae_steps, self.state.recipe.joint_start()].contains(&self.state.step);
            if (due || phase_ends) && self.state.step < steps {
                self.validate_and_save()?;
            }
        }
        if self.sitting.stop.load(Ordering::Relaxed) && self.state.step < steps {
            self.save()?;
        } else {
            self.validate_and_save()?;
            self.tell_of_the_joint_phase()?;
        }
        let (adversarial, roll) = match self.last_adversarial {
            None => (None, None),
            Some(GeneratorValidation::Latent(validation)) => (Some(*validation), None),
            Some(GeneratorValidation::Roll(validation)) => (None, Some(validation)),
        };
        Ok(Outcome {
            steps: self.state.step,
            notes_seen: self.state.notes_seen,
            finished: self.state.step >= steps,
            validation: self.last_validation,
            adversarial,
            roll,
            model: self.sitting.run.join(BEST_MODEL),
        })
    }

    /// One optimiser step of the CVAE alone.
    fn step(&mut self) -> Result<StepReport, TrainError> {
        let (step, recipe) = (self.state.step, &self.state.recipe);
        let pace = Pace { learning_rate: learning_rate(recipe, step), kl_weight: kl_weight(recipe, step) };
        let report = self.cvae_step(pace, None)?;
        self.state.step += 1;
        Ok(report)
    }

    /// The CVAE's part of a step, which is not counted yet; with the consistency term and its weight in the joint phase.
    fn cvae_step(&mut self, pace: Pace, consistency: Option<(&Rewriting<'_>, f64)>) -> Result<StepReport, TrainError> {
        let step = self.state.step;
        let recipe = self.state.recipe.clone();
        let micro_batches = self.next_micro_batches();
        let Pace { learning_rate, kl_weight } = pace;
        let loss = LossWeights {
            kl: kl_weight,
            bag: recipe.bag_weight,
            free_nats_per_dimension: recipe.free_nats_per_dimension,
        };
        let terms = StepTerms { loss, word_dropout: recipe.word_dropout, consistency };
        let sums = self.replicas.gradient(&self.workers, &self.optimizer.weights, &micro_batches, terms);
        let found = consistency.map(|(_, weight)| (sums.consistency.report(), weight));
        let loss = (sums.nll + kl_weight * sums.kl) / sums.notes.max(1) as f64
            + found.map_or(0.0, |(report, weight)| weight * report.nll_per_bar);
        if !loss.is_finite() {
            return Err(TrainError::Diverged { step, loss });
        }
        let constants = AdamWStep {
            learning_rate,
            beta_1: recipe.beta_1,
            beta_2: recipe.beta_2,
            weight_decay: recipe.weight_decay,
            gradient_norm_max: recipe.gradient_norm_max,
            average_decay: recipe.average_decay,
        };
        let gradient_norm = self.optimizer.update(&sums.gradient, &self.shapes, constants);
        self.state.notes_seen += sums.notes as u64;
        let notes = sums.notes.max(1) as f64;
        Ok(StepReport {
            step: step + 1,
            reconstruction_per_note: sums.nll / notes,
            kl_per_note: sums.kl / notes,
            kl_weight,
            learning_rate,
            gradient_norm,
            competence: competence(&recipe, step),
            notes: sums.notes,
            notes_seen: self.state.notes_seen,
            consistency: found.map(|(report, _)| report),
        })
    }

    /// The next step's micro-batches, each with the stream of its noise.
    fn next_micro_batches(&mut self) -> Vec<(Vec<Passage>, rand_chacha::ChaCha8Rng)> {
        let count = self.state.recipe.replicas;
        if self.state.pool_used + count > self.pool.len() {
            if self.state.pool_used > 0 {
                self.state.pool += 1;
            }
            self.state.pool_step = self.state.step;
            self.state.pool_used = 0;
            self.pool = self.draw_pool();
        }
        let used = self.state.pool_used;
        self.state.pool_used += count;
        let first = self.state.step * count as u64;
        let random = |index| stream(self.state.recipe.seed, Purpose::Noise, first + index as u64);
        self.pool[used..used + count].iter().cloned().enumerate().map(|(i, batch)| (batch, random(i))).collect()
    }

    fn draw_pool(&self) -> Vec<Vec<Passage>> {
        self.cutter().pool(&self.curriculum, self.state.pool, self.state.pool_step)
    }

    fn cutter(&self) -> Cutter<'_> {
        Cutter { corpus: self.corpus, labels: self.corpus.vocabulary(), recipe: &self.state.recipe }
    }

    fn validate_and_save(&mut self) -> Result<(), TrainError> {
        if self.state.generator_steps > 0 || self.joint_begins_here() {
            self.validate_generator()?;
        } else {
            self.validate_cvae()?;
        }
        self.judge_and_save()?;
        self.remember_before_joint();
        self.last_standing = self.state.standing();
        self.state.forget_figures();
        Ok(())
    }

    /// Saves the model with what its music is worth.
    fn judge_and_save(&mut self) -> Result<(), TrainError> {
        let step = self.state.step;
        let model = self.model_file();
        let judged = self.sitting.judge.as_mut().map_or(Ok(None), |judge| judge(&model));
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

    fn validate_cvae(&mut self) -> Result<(), TrainError> {
        self.averaged = write_parameters(self.averaged.clone(), &self.optimizer.average);
        let (seed, device) = (self.state.recipe.seed, self.sitting.device.clone());
        let validation = validate(&self.workers, &self.averaged, &self.config, &self.validation_batches, seed, &device);
        let step = self.state.step;
        self.state.valid_nll_per_note = Some(validation.nll_per_note);
        self.last_validation = Some(validation.clone());
        let alarm = if self.config.latents { validation.collapse_alarm() } else { None };
        self.tell(Event::Validated { step, validation })?;
        if let Some(message) = alarm {
            self.tell(Event::Alarm { step, message })?;
        }
        Ok(())
    }

    /// Saves the model as it is, unless it was saved with its figures already.
    fn save(&mut self) -> Result<(), TrainError> {
        if self.last_saved == Some(self.state.step) {
            return Ok(());
        }
        let model = self.model_file();
        self.save_as(&model)
    }

    /// The model as it would be kept: averaged weights.
    fn model_file(&self) -> Vec<u8> {
        let mut weights = if self.state.recipe.has_cvae() { self.optimizer.average.clone() } else { Vec::new() };
        weights.extend(self.players().iter().flat_map(|players| players.weights()));
        self.description().to_bytes(&weights)
    }

    /// Values that the run trains at first: the CVAE's, or where there is none the players'.
    fn parameters(&self) -> usize {
        match &self.adversary {
            Some(adversary) if !self.state.recipe.has_cvae() => adversary.players().weights().count(),
            _ => self.optimizer.weights.len(),
        }
    }

    /// Generator and critic, once they have trained.
    fn players(&self) -> Option<&Players> {
        self.trained_adversary().map(Opponents::players)
    }

    fn trained_adversary(&self) -> Option<&Opponents> {
        self.adversary.as_ref().filter(|adversary| adversary.trained())
    }

    fn save_as(&mut self, model: &[u8]) -> Result<(), TrainError> {
        let checkpoints = Checkpoints::of_run(self.sitting.run);
        let kept = self.state.recipe.checkpoints_kept;
        let optimizers = Optimizers {
            cvae: self.optimizer.clone(),
            players: self.players().cloned(),
            seen: self.seen.as_ref().map(|(_, weights)| weights.clone()),
        };
        checkpoints.save(&self.state, &optimizers, model, kept)?;
        let best = checkpoints.best().unwrap_or(self.state.step);
        publish(&checkpoints.model_of(best), &self.sitting.run.join(BEST_MODEL))?;
        self.last_saved = Some(self.state.step);
        self.tell(Event::Saved { step: self.state.step })
    }

    /// What the model file tells: the figures are those of the last validation.
    fn description(&self) -> ModelDescription {
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
        let corpus = self.corpus;
        let mut description =
            ModelDescription::new(self.config, corpus.vocabulary().clone(), corpus.statistics().clone(), training);
        self.trained_adversary().into_iter().for_each(|adversary| adversary.describe(&mut description));
        description
    }

    fn tell(&mut self, event: Event) -> Result<(), TrainError> {
        let elapsed_s = self.elapsed_before_s + (self.sitting.clock)().as_secs_f64();
        let line = LogLine { elapsed_s, event };
        self.log.write(&line)?;
        (self.sitting.observe)(&line);
        Ok(())
    }
}

/// Copies a model file to where users look for it, whole or not at all.
fn publish(from: &Path, to: &Path) -> Result<(), TrainError> {
    let partial = to.with_extension("partial");
    fs::copy(from, &partial).map_err(TrainError::io("copy", from))?;
    fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(TrainError::io("write", &partial))?;
    fs::rename(&partial, to).map_err(TrainError::io("write", to))
}
