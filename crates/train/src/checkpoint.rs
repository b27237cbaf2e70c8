//! Checkpoints: everything a run needs to go on to the same bits, written whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use partita_dataset::StagedDirectory;
use partita_model::adversarial::AdversarialForm;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::adamw::AdamW;
use crate::adversarial::Players;
use crate::error::TrainError;
use crate::judgement::{self, Judgement};
use crate::recipe::Recipe;
use crate::standing::Standing;

/// Version of the folder's layout.
const FORMAT_VERSION: u32 = 1;
const STATE: &str = "state.json";
const TENSORS: &str = "optimizer.safetensors";
/// Before the names of the players' arrays.
const GENERATOR: &str = "generator.";
const CRITIC: &str = "critic.";
/// The weights of generator and critic that a run was brought.
const BROUGHT: &str = "brought";
/// The CVAE's weights as the players see them.
const SEEN: &str = "seen";
const MODEL: &str = "model.safetensors";
const MANIFEST: &str = "SHA256SUMS";

/// Where a run stands, besides the optimiser's arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// Layout version.
    pub format_version: u32,
    /// SHA-256 of the corpus, in hexadecimal.
    pub corpus: String,
    /// The whole recipe.
    pub recipe: Recipe,
    /// Steps taken.
    pub step: u64,
    /// Notes trained on, repetitions counted.
    pub notes_seen: u64,
    /// The pool that the next micro-batch comes from.
    pub pool: u64,
    /// The step at which that pool was drawn: its competence.
    pub pool_step: u64,
    /// Micro-batches of the pool already used.
    pub pool_used: usize,
    /// −ELBO in validation at this step, nats a note.
    pub valid_nll_per_note: Option<f64>,
    /// What the music of this step's model is worth, where somebody judged it.
    #[serde(default)]
    pub judgement: Option<Judgement>,
    /// How the model that the run began with was trained, if it began with one.
    #[serde(default)]
    pub pretraining: Pretraining,
    /// Steps that were the generator's.
    #[serde(default)]
    pub generator_steps: u64,
    /// Of them, those in which the CVAE learned too.
    #[serde(default)]
    pub joint_steps: u64,
    /// Distance of generated latents, or of generated rolls, from real ones in validation at this step.
    #[serde(default)]
    pub latent_distance: Option<f64>,
    /// Their diversity, as a share of that of real ones.
    #[serde(default)]
    pub latent_diversity: Option<f64>,
    /// What a critic of written music was worth when it was last validated: `ListenerConfig::log_odds_per_score`.
    #[serde(default)]
    pub log_odds_per_score: f32,
    /// Where the model stood before the joint phase; in that phase.
    #[serde(default)]
    pub before_joint: Option<Standing>,
}

/// What went before a run: nothing, unless it began with a trained model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// Steps of all runs before.
    pub steps: u64,
    /// Notes trained on in them, repetitions counted.
    pub notes_seen: u64,
    /// Of the steps, those of generator and critic, where the run began with these too.
    #[serde(default)]
    pub generator_steps: u64,
}

impl RunState {
    /// The state before the first step.
    pub fn new(recipe: Recipe, corpus: String) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            corpus,
            recipe,
            step: 0,
            notes_seen: 0,
            pool: 0,
            pool_step: 0,
            pool_used: 0,
            valid_nll_per_note: None,
            judgement: None,
            pretraining: Pretraining::default(),
            generator_steps: 0,
            joint_steps: 0,
            latent_distance: None,
            latent_diversity: None,
            log_odds_per_score: 0.0,
            before_joint: None,
        }
    }

    /// Where the model of this step stands, if it was validated with its generator.
    pub fn standing(&self) -> Option<Standing> {
        Some(Standing {
            nll_per_note: self.valid_nll_per_note.filter(|_| self.recipe.adversarial_form != AdversarialForm::Written),
            latent_distance: self.latent_distance?,
            latent_diversity: self.latent_diversity?,
            judgement: self.judgement,
        })
    }

    /// Forgets the figures of a validation: they are those of another step.
    pub(crate) fn forget_figures(&mut self) {
        (self.valid_nll_per_note, self.judgement) = (None, None);
        (self.latent_distance, self.latent_diversity) = (None, None);
    }

    /// Whether the joint phase made the model of this step worse than it was.
    fn is_worse_for_the_joint_phase(&self) -> bool {
        let pair = self.standing().zip(self.before_joint);
        pair.is_some_and(|(now, before)| !now.worse_than(&before).is_empty())
    }

    /// Whether the decoder has learned of a critic of written music.
    fn is_of_a_taught_decoder(&self) -> bool {
        self.joint_steps > 0 && self.recipe.adversarial_form == AdversarialForm::Written
    }

    /// Steps that were the CVAE's.
    pub fn cvae_steps(&self) -> u64 {
        self.step - self.generator_steps
    }
}

/// The optimisers of a run: all arrays that it needs to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizers {
    /// The CVAE's.
    pub cvae: AdamW,
    /// Those of generator and critic, once they are there.
    pub players: Option<Players>,
    /// Generator and critic of latents that stay as they are while another critic learns.
    pub brought: Option<Vec<f32>>,
    /// In the joint phase, the CVAE's weights as the players see them: those at the last turn of their pools.
    pub seen: Option<Vec<f32>>,
}

/// The checkpoints of one run.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
}

impl Checkpoints {
    /// Those in `run/checkpoints`.
    pub fn of_run(run: &Path) -> Self {
        Self { folder: run.join("checkpoints") }
    }

    /// Steps of the checkpoints there are, oldest first.
    pub fn steps(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut steps: Vec<u64> = entries.filter_map(|entry| step_of(&entry.file_name().to_string_lossy())).collect();
        steps.sort_unstable();
        steps
    }

    /// Folder of the checkpoint of a step.
    pub fn folder_of(&self, step: u64) -> PathBuf {
        self.folder.join(format!("step-{step:08}"))
    }

    /// Writes a checkpoint with the model file `model`, then removes all but the newest `kept` and the best.
    pub fn save(
        &self,
        state: &RunState,
        optimizers: &Optimizers,
        model: &[u8],
        kept: usize,
    ) -> Result<PathBuf, TrainError> {
        let target = self.folder_of(state.step);
        let staged = StagedDirectory::beside(&target).map_err(TrainError::io("write", &target))?;
        let state_text = serde_json::to_vec_pretty(state).expect("plain data is always JSON");
        let mut manifest = String::new();
        for (name, bytes) in [(STATE, &state_text[..]), (TENSORS, &tensors(optimizers)[..]), (MODEL, model)] {
            let path = staged.path().join(name);
            fs::write(&path, bytes).map_err(TrainError::io("write", &path))?;
            manifest.push_str(&format!("{}  {name}\n", hex(&Sha256::digest(bytes))));
        }
        let path = staged.path().join(MANIFEST);
        fs::write(&path, manifest).map_err(TrainError::io("write", &path))?;
        staged.replace().map_err(TrainError::io("write", &target))?;
        self.prune(kept)?;
        Ok(target)
    }

    /// The newest checkpoint.
    pub fn load_newest(&self) -> Result<(RunState, Optimizers), TrainError> {
        let newest = self.steps().pop().ok_or_else(|| self.none())?;
        load(&self.folder_of(newest))
    }

    /// Where the run stands by its newest checkpoint, whose arrays are not looked at.
    pub fn newest_state(&self) -> Result<RunState, TrainError> {
        let newest = self.steps().pop().ok_or_else(|| self.none())?;
        read_state(&self.folder_of(newest))
    }

    /// The error of a run without any checkpoint.
    pub(crate) fn none(&self) -> TrainError {
        TrainError::checkpoint(&self.folder, "there is none to resume from; train without --resume first")
    }

    /// The checkpoint whose music was judged best; without any, the one whose generator is nearest to real latents; without
    /// any, the one with the least validation NLL. None that the joint phase made worse; and once a decoder has learned of a critic,
    /// none from before, when critics were compared.
    pub fn best(&self) -> Option<u64> {
        let states: Vec<RunState> =
            self.steps().into_iter().filter_map(|step| read_state(&self.folder_of(step)).ok()).collect();
        let decoder_has_learned = states.iter().any(RunState::is_of_a_taught_decoder);
        let is_candidate = |state: &RunState| {
            let comparable = !decoder_has_learned || state.step >= state.recipe.joint_start();
            comparable && !state.is_worse_for_the_joint_phase()
        };
        let states: Vec<RunState> = states.into_iter().filter(is_candidate).collect();
        let least = |score: fn(&RunState) -> Option<f64>| {
            let scored = states.iter().filter_map(|state| score(state).map(|score| (state.step, score)));
            scored.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(step, _)| step)
        };
        judgement::best(states.iter().filter_map(|state| Some((state.step, state.judgement?))))
            .or_else(|| least(|state| state.latent_distance))
            .or_else(|| least(|state| state.valid_nll_per_note))
    }

    /// The model file of a checkpoint.
    pub fn model_of(&self, step: u64) -> PathBuf {
        self.folder_of(step).join(MODEL)
    }

    fn prune(&self, kept: usize) -> Result<(), TrainError> {
        let steps = self.steps();
        let best = self.best();
        for &step in &steps[..steps.len().saturating_sub(kept)] {
            if Some(step) != best {
                let folder = self.folder_of(step);
                fs::remove_dir_all(&folder).map_err(TrainError::io("remove", &folder))?;
            }
        }
        Ok(())
    }
}

fn step_of(name: &str) -> Option<u64> {
    name.strip_prefix("step-")?.parse().ok()
}

fn tensors(optimizers: &Optimizers) -> Vec<u8> {
    let arrays = |prefix: &'static str, optimizer: &AdamW| {
        let arrays = [
            ("weights", &optimizer.weights),
            ("average", &optimizer.average),
            ("moment_1", &optimizer.moment_1),
            ("moment_2", &optimizer.moment_2),
        ];
        arrays.map(|(name, values)| {
            (format!("{prefix}{name}"), values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())
        })
    };
    let mut bytes = arrays("", &optimizers.cvae).to_vec();
    if let Some(players) = &optimizers.players {
        bytes.extend(arrays(GENERATOR, &players.generator));
        bytes.extend(arrays(CRITIC, &players.critic));
    }
    for (name, values) in [(BROUGHT, &optimizers.brought), (SEEN, &optimizers.seen)] {
        if let Some(values) = values {
            bytes.push((name.to_owned(), values.iter().flat_map(|value| value.to_le_bytes()).collect()));
        }
    }
    let views = bytes.iter().map(|(name, bytes)| {
        (name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).expect("four bytes a value"))
    });
    serialize(views, None).expect("names are unique")
}

/// Reads a checkpoint after checking it against its manifest.
fn load(folder: &Path) -> Result<(RunState, Optimizers), TrainError> {
    verify(folder)?;
    let state = read_state(folder)?;
    let path = folder.join(TENSORS);
    let bytes = fs::read(&path).map_err(TrainError::io("read", &path))?;
    let damaged = |error: safetensors::SafeTensorError| TrainError::checkpoint(folder, error.to_string());
    let tensors = SafeTensors::deserialize(&bytes).map_err(damaged)?;
    let array = |name: String| -> Result<Vec<f32>, TrainError> {
        let view = tensors.tensor(&name).map_err(damaged)?;
        Ok(view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    };
    let optimizer = |prefix: &str, step: u64| -> Result<AdamW, TrainError> {
        Ok(AdamW {
            step,
            weights: array(format!("{prefix}weights"))?,
            average: array(format!("{prefix}average"))?,
            moment_1: array(format!("{prefix}moment_1"))?,
            moment_2: array(format!("{prefix}moment_2"))?,
        })
    };
    // The joint phase begins with a fresh optimiser.
    let cvae = optimizer("", if state.joint_steps > 0 { state.joint_steps } else { state.cvae_steps() })?;
    let critic_steps = state.generator_steps * state.recipe.critic_steps_per_generator_step;
    let players = if tensors.names().iter().any(|name| name.starts_with(GENERATOR)) {
        let generator = optimizer(GENERATOR, state.generator_steps)?;
        Some(Players { generator, critic: optimizer(CRITIC, critic_steps)? })
    } else {
        None
    };
    let brought = tensors.names().contains(&BROUGHT).then(|| array(BROUGHT.to_owned())).transpose()?;
    let sees_another = state.joint_steps > 0 && !state.is_of_a_taught_decoder();
    let seen = if sees_another { Some(array(SEEN.to_owned())?) } else { None };
    Ok((state, Optimizers { cvae, players, brought, seen }))
}

fn read_state(folder: &Path) -> Result<RunState, TrainError> {
    let path = folder.join(STATE);
    let bytes = fs::read(&path).map_err(TrainError::io("read", &path))?;
    let state: RunState = serde_json::from_slice(&bytes)
        .map_err(|error| TrainError::checkpoint(folder, format!("{STATE}: {error}; it is of another version")))?;
    if state.format_version != FORMAT_VERSION {
        let problem = format!("format version {}, this program needs {FORMAT_VERSION}", state.format_version);
        return Err(TrainError::checkpoint(folder, problem));
    }
    Ok(state)
}

/// Checks every file's SHA-256.
fn verify(folder: &Path) -> Result<(), TrainError> {
    let path = folder.join(MANIFEST);
    let manifest = fs::read_to_string(&path).map_err(TrainError::io("read", &path))?;
    for line in manifest.lines() {
        let (sum, name) = line.split_once("  ").unwrap_or((line, ""));
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(TrainError::io("read", &path))?;
        if hex(&Sha256::digest(&bytes)) != sum {
            let problem = format!("{name} is not as it was written; remove this folder and resume from the one before");
            return Err(TrainError::checkpoint(folder, problem));
        }
    }
    Ok(())
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
