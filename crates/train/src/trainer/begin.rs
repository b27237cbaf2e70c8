//! How a run begins, anew or where it stopped.

use std::fs;
use std::io;
use std::path::Path;

use burn::tensor::Device;
use partita_dataset::Corpus;
use partita_model::adversarial::listener::{Listener, ListenerConfig};
use partita_model::adversarial::{Adversarial, AdversarialConfig, AdversarialForm};
use partita_model::{Cvae, ModelConfig, ModelDescription, ModelSize, TrainingSummary, read_parameters};

use super::{BEST_MODEL_PARTIAL, Material, Outcome, Sitting, Trainer};
use crate::adamw::AdamW;
use crate::adversarial::Players;
use crate::checkpoint::{Checkpoints, Optimizers, Pretraining, RunState, hex};
use crate::error::TrainError;
use crate::lock::RunLock;
use crate::log::partial_of;
use crate::recipe::Recipe;
use crate::streams::{Purpose, stream};

/// A model that a run begins with.
#[derive(Clone, Copy, Debug)]
pub struct Initial<'a> {
    /// What its file tells.
    pub description: &'a ModelDescription,
    /// The CVAE.
    pub network: &'a Cvae,
    /// Generator and critic, where it has them.
    pub players: Option<&'a Adversarial>,
    /// The critic of written music, where it has one.
    pub listener: Option<&'a Listener>,
}

/// Begins a run of `recipe` in an empty or absent folder; with the weights of `initial`, or else with random ones. Where the
/// CVAE takes no steps of its own first, by which its latents would move, generator and critic of latents come along: to learn
/// on, or to stay as they are while a critic learns to hear what is written from the generator's latents.
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
    let is_frozen = recipe.steps == 0 && recipe.all_steps() > 0;
    let there = initial.and_then(|initial| initial.players).filter(|_| is_frozen);
    let form = recipe.adversarial_form;
    let players = there.filter(|_| form == AdversarialForm::Latent);
    let brought = there.filter(|_| form == AdversarialForm::Written);
    let listener = initial.and_then(|initial| initial.listener);
    let listener = listener.filter(|_| is_frozen && form == AdversarialForm::Written && recipe.adversarial_steps == 0);
    recipe.check_steps(initial.is_some(), players.is_some() || listener.is_some())?;
    let material = Material::new(corpus, &recipe)?;
    let held = Held::take(sitting.run)?;
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
            let comes_along = players.or(brought).is_some();
            if comes_along {
                check_players(description, &state.recipe, &config)?;
            }
            if let Some(listener) = description.listener.filter(|_| listener.is_some()) {
                check_listener(&listener, &state.recipe)?;
                state.log_odds_per_score = listener.log_odds_per_score;
            }
            let TrainingSummary { steps, notes_seen, generator_steps, .. } = description.training;
            let generator_steps = if comes_along { generator_steps } else { 0 };
            state.pretraining = Pretraining { steps, notes_seen, generator_steps };
            if config.musical_time && !description.config.musical_time {
                read_parameters(&network.clone().in_musical_time(&Device::flex()))
            } else {
                read_parameters(network)
            }
        }
    };
    let optimizers = Optimizers {
        cvae: AdamW::new(weights),
        players: players
            .map(|players| Players::fresh(&players.generator, &players.critic))
            .or(listener.map(Players::of_listener)),
        brought: brought.map(read_parameters),
        seen: None,
    };
    Trainer::new(material, state, optimizers, &model, sitting, held)?.run()
}

/// A run's folder, locked and tidied up.
pub(super) struct Held {
    pub(super) lock: RunLock,
    /// What a person should know of it.
    pub(super) notes: Vec<String>,
}

impl Held {
    /// Takes the lock, then removes what killed processes left half-written: nobody else writes here now.
    fn take(run: &Path) -> Result<Self, TrainError> {
        let lock = RunLock::take(run)?;
        Checkpoints::of_run(run).sweep()?;
        for partial in [run.join(BEST_MODEL_PARTIAL), partial_of(run)] {
            match fs::remove_file(&partial) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(TrainError::io("remove", &partial)(error));
                }
                _ => {}
            }
        }
        Ok(Self { lock, notes: Vec::new() })
    }
}

/// Refuses a model whose weights would mean something else here. One that is not told musical time can learn to use it.
fn check_initial(initial: &ModelDescription, config: &ModelConfig, corpus: &Corpus) -> Result<(), TrainError> {
    let ModelConfig { latent, musical_time, .. } = initial.config;
    let problem = if initial.labels != *corpus.vocabulary() {
        "it has other genres or composers than the corpus; start from a model that was trained on this corpus"
            .to_owned()
    } else if (ModelConfig { latent, musical_time, ..*config }) != initial.config {
        "it has another kind or size than the recipe's; choose the recipe of its kind and size".to_owned()
    } else if latent != config.latent {
        format!("its latents have {latent} dimensions and the recipe's {}; set latent={latent}", config.latent)
    } else if musical_time && !config.musical_time {
        "it is told musical time and the recipe has none; set musical_time=true".to_owned()
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
            "its generator has other sizes or starts from something else; set generator_start to what it starts from"
                .to_owned(),
        )),
    }
}

/// Refuses a critic that hears more or fewer bars.
fn check_listener(listener: &ListenerConfig, recipe: &Recipe) -> Result<(), TrainError> {
    let (own, due) = (listener.bars, recipe.heard_bars);
    if own == due {
        return Ok(());
    }
    Err(TrainError::Initial(format!("its critic hears {own} bars and the recipe's {due}; set heard_bars={own}")))
}

/// Goes on with the newest checkpoint of a run that is as it was written, to the same bits as if it had never stopped; `change`
/// may alter the recipe (more steps, say), which of course changes what follows. Damaged checkpoints after it are set aside, of
/// which an [`Event::Alarm`](crate::Event::Alarm) tells.
pub fn resume(
    corpus: &Corpus,
    change: impl FnOnce(Recipe) -> Result<Recipe, TrainError>,
    sitting: Sitting<'_>,
) -> Result<Outcome, TrainError> {
    let checkpoints = Checkpoints::of_run(sitting.run);
    if !checkpoints.exist() {
        return Err(checkpoints.none());
    }
    let mut held = Held::take(sitting.run)?;
    let (mut state, optimizers, damaged) = checkpoints.load_newest()?;
    let folder = checkpoints.folder_of(state.step);
    if state.corpus != hex(&corpus.fingerprint()) {
        let problem = "it was trained on another corpus; resume with that one, or start a new run";
        return Err(TrainError::checkpoint(&folder, problem));
    }
    let network = |recipe: &Recipe| (recipe.model, recipe.size, recipe.latent, recipe.musical_time);
    let settled_network = network(&state.recipe);
    let decided = |recipe: &Recipe| (recipe.steps, recipe.generator_start, recipe.adversarial_form);
    let settled = decided(&state.recipe);
    let joint_start = state.recipe.joint_start();
    state.recipe = change(state.recipe)?;
    let players = optimizers.players.is_some();
    state.recipe.check_steps(state.recipe.has_cvae(), players)?;
    if network(&state.recipe) != settled_network {
        return Err(TrainError::Recipe(
            "a run cannot change its model's kind, size, latents or musical time; start a new run".to_owned(),
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
    let material = Material::new(corpus, &state.recipe)?;
    let device = sitting.device.clone().autodiff();
    let model = Cvae::new(&config(&state.recipe, corpus), &mut stream(0, Purpose::Initial, 0), &device);
    if read_parameters(&model).len() != optimizers.cvae.weights.len() {
        return Err(TrainError::checkpoint(&folder, "it has another number of weights than this program's model"));
    }
    for one in &damaged {
        held.notes.push(format!("{}; training goes on from step {}", checkpoints.set_aside(one)?, state.step));
    }
    Trainer::new(material, state, optimizers, &model, sitting, held)?.run()
}

pub(super) fn config(recipe: &Recipe, corpus: &Corpus) -> ModelConfig {
    let labels = corpus.vocabulary();
    // Where there is no CVAE the smallest stands in its place, neither trained nor kept.
    let size = if recipe.has_cvae() { recipe.size } else { ModelSize::Tiny };
    let config = ModelConfig::of_kind(recipe.model, size, labels.genres.len(), labels.composers.len());
    let latent = if recipe.latent == 0 { config.latent } else { recipe.latent };
    ModelConfig { latent, musical_time: recipe.musical_time, ..config }
}
