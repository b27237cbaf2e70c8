//! What `inspect` prints of a model file: how it was trained and how it did.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_model::{Compute, ModelConfig, ModelDescription};
use serde::Serialize;

use crate::table::{count, table, write_facts};

/// The ending of model files.
const ENDING: &str = "safetensors";

/// Whether a file is a model, by its name.
pub(super) fn is_model(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

/// A model's description.
#[derive(Debug, Serialize)]
pub(super) struct ModelReport {
    model: PathBuf,
    bytes: u64,
    parameters: usize,
    config: ModelConfig,
    genres: Vec<String>,
    composers: Vec<String>,
    steps: u64,
    notes_seen: u64,
    corpus_sha256: String,
    figures: BTreeMap<String, f64>,
}

impl ModelReport {
    /// Reads all of the file, weights too, so that a damaged one is found.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
        let device = Compute::Cpu.device()?;
        let in_file = || format!("inspect {}", path.display());
        let (description, _) = ModelDescription::from_bytes(&bytes, &device).with_context(in_file)?;
        description.read_adversarial(&bytes, &device).with_context(in_file)?;
        description.read_roll_players(&bytes, &device).with_context(in_file)?;
        let parameters = description.parameter_shapes().iter().map(|shape| shape.len()).sum();
        let training = description.training;
        Ok(Self {
            model: path.to_owned(),
            bytes: bytes.len() as u64,
            parameters,
            config: description.config,
            genres: description.labels.genres,
            composers: description.labels.composers,
            steps: training.steps,
            notes_seen: training.notes_seen,
            corpus_sha256: training.corpus,
            figures: training.figures,
        })
    }
}

impl fmt::Display for ModelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.figures.iter().map(|(name, value)| [name.clone(), format!("{value:.3}")]).collect();
        writeln!(f, "{}\n", table(["figure", "value"], 1, rows))?;
        let facts = [
            ("model", self.model.display().to_string()),
            ("size", format!("{:.1} MB, {} parameters", self.bytes as f64 / 1e6, count(self.parameters as u64))),
            ("trained", format!("{} steps, {} notes seen", count(self.steps), count(self.notes_seen))),
            ("corpus", format!("SHA-256 {}", self.corpus_sha256)),
            ("genres", self.genres.join(", ")),
            ("composers", count(self.composers.len() as u64)),
        ];
        write_facts(f, &facts)
    }
}
