//! Checkpoints: everything a run needs to go on to the same bits, written whole or not at all.
//!
//! A checkpoint is a folder `step-00000000` of three files and `SHA256SUMS`. It appears under its name when it is complete and
//! loses the name before it is removed, so that a process that is killed leaves complete ones and hidden folders, which the next
//! one sweeps away. One that was damaged later is found by its digests and set aside.

mod arrays;
mod manifest;
mod state;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use partita_dataset::{StagedDirectory, sweep_all};
use partita_model::MODEL_BYTES_MAX;

use crate::error::TrainError;
use crate::judgement;

pub use arrays::Optimizers;
use manifest::{MANIFEST, Manifest};
pub use state::{Pretraining, RunState};

const STATE: &str = "state.json";
const TENSORS: &str = "optimizer.safetensors";
const MODEL: &str = "model.safetensors";
const FILES: [&str; 3] = [STATE, TENSORS, MODEL];

/// A state is some 5 kB: the recipe.
const STATE_BYTES_MAX: usize = 1 << 20;
/// Four arrays of 32 bits for each parameter of a model file, which has 16, and weights that are kept beside them.
const TENSORS_BYTES_MAX: usize = MODEL_BYTES_MAX.saturating_mul(16);

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

    /// Whether there may be any: the folder is there.
    pub(crate) fn exist(&self) -> bool {
        self.folder.is_dir()
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
        for (name, bytes) in FILES.into_iter().zip([&state_text[..], &optimizers.to_bytes(), model]) {
            let path = staged.path().join(name);
            fs::write(&path, bytes).map_err(TrainError::io("write", &path))?;
            manifest.push_str(&manifest::line(name, bytes));
        }
        let path = staged.path().join(MANIFEST);
        fs::write(&path, manifest).map_err(TrainError::io("write", &path))?;
        staged.replace().map_err(TrainError::io("write", &target))?;
        self.prune(kept)?;
        Ok(target)
    }

    /// Tidies up after processes that were killed; for the owner of the run's lock.
    pub(crate) fn sweep(&self) -> Result<(), TrainError> {
        sweep_all(&self.folder).map_err(TrainError::io("tidy up", &self.folder))
    }

    /// The newest checkpoint that is as it was written, and the steps of those after it, which are damaged.
    pub(crate) fn load_newest(&self) -> Result<(RunState, Optimizers, Vec<Damaged>), TrainError> {
        let ((state, optimizers), damaged) = self.newest(load)?;
        Ok((state, optimizers, damaged))
    }

    /// Where the run stands by its newest checkpoint whose state is as it was written; its arrays are not looked at.
    pub fn newest_state(&self) -> Result<RunState, TrainError> {
        Ok(self.newest(read_state)?.0)
    }

    /// What `read` makes of the newest checkpoint that it finds undamaged.
    fn newest<T>(&self, read: impl Fn(&Path) -> Result<T, TrainError>) -> Result<(T, Vec<Damaged>), TrainError> {
        let mut damaged = Vec::new();
        for step in self.steps().into_iter().rev() {
            match read(&self.folder_of(step)) {
                Ok(found) => return Ok((found, damaged)),
                Err(TrainError::Damaged { problem, .. }) => damaged.push(Damaged { step, problem }),
                Err(error) => return Err(error),
            }
        }
        Err(match damaged.into_iter().next() {
            None => self.none(),
            Some(Damaged { step, problem }) => TrainError::checkpoint(
                &self.folder_of(step),
                format!("{problem}, and none before it is whole; start the run anew in another folder"),
            ),
        })
    }

    /// Gives a damaged checkpoint another name, under which it is in nobody's way; what happened, in words. One that was set
    /// aside before is removed.
    pub(crate) fn set_aside(&self, damaged: &Damaged) -> Result<String, TrainError> {
        let Damaged { step, problem } = damaged;
        let (folder, aside) = (self.folder_of(*step), self.folder.join(format!("damaged-step-{step:08}")));
        if aside.exists() {
            fs::remove_dir_all(&aside).map_err(TrainError::io("remove", &aside))?;
        }
        fs::rename(&folder, &aside).map_err(TrainError::io("rename", &folder))?;
        Ok(format!(
            "the checkpoint of step {step} is damaged ({problem}); it is set aside as {}, remove it when you have seen it",
            aside.display()
        ))
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

    /// Its bytes, which are those that were written.
    pub(crate) fn read_model(&self, step: u64) -> Result<Vec<u8>, TrainError> {
        Manifest::read(&self.folder_of(step), &FILES)?.file(MODEL, MODEL_BYTES_MAX)
    }

    fn prune(&self, kept: usize) -> Result<(), TrainError> {
        let steps = self.steps();
        let best = self.best();
        for &step in &steps[..steps.len().saturating_sub(kept)] {
            if Some(step) != best {
                let folder = self.folder_of(step);
                remove(&folder).map_err(TrainError::io("remove", &folder))?;
            }
        }
        Ok(())
    }
}

/// A checkpoint that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damaged {
    pub(crate) step: u64,
    /// In words.
    pub(crate) problem: String,
}

fn step_of(name: &str) -> Option<u64> {
    name.strip_prefix("step-")?.parse().ok()
}

/// Removes a checkpoint. First it moves into a hidden folder: whoever is killed leaves no half of one under its name.
fn remove(folder: &Path) -> io::Result<()> {
    let hidden = StagedDirectory::beside(folder)?;
    fs::rename(folder, hidden.path().join("removed"))?;
    drop(hidden);
    Ok(())
}

/// Reads a checkpoint, all of whose files must be as they were written.
fn load(folder: &Path) -> Result<(RunState, Optimizers), TrainError> {
    let manifest = Manifest::read(folder, &FILES)?;
    manifest.file(MODEL, MODEL_BYTES_MAX)?;
    let state = parse_state(folder, &manifest)?;
    let bytes = manifest.file(TENSORS, TENSORS_BYTES_MAX)?;
    let optimizers = Optimizers::from_bytes(&bytes, &state)
        .map_err(|problem| TrainError::checkpoint(folder, format!("{TENSORS}: {problem}; it is of another version")))?;
    Ok((state, optimizers))
}

fn read_state(folder: &Path) -> Result<RunState, TrainError> {
    parse_state(folder, &Manifest::read(folder, &FILES)?)
}

fn parse_state(folder: &Path, manifest: &Manifest) -> Result<RunState, TrainError> {
    let bytes = manifest.file(STATE, STATE_BYTES_MAX)?;
    let of_another =
        |problem: String| TrainError::checkpoint(folder, format!("{STATE}: {problem}; it is of another version"));
    let state: RunState = serde_json::from_slice(&bytes).map_err(|error| of_another(error.to_string()))?;
    if state.format_version != state::FORMAT_VERSION {
        let (found, needed) = (state.format_version, state::FORMAT_VERSION);
        return Err(of_another(format!("format version {found}, this program needs {needed}")));
    }
    // What a recipe may have changes from version to version.
    state.recipe.check().map_err(|error| of_another(error.to_string()))?;
    if state.generator_steps > state.step {
        return Err(of_another("more steps of the generator than steps".to_owned()));
    }
    Ok(state)
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
