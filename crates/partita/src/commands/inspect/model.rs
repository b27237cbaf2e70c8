//! What `inspect` prints of a model file: how it was trained and how it did.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_model::adversarial::{Adversarial, AdversarialConfig, GeneratorStart};
use partita_model::{Compute, ModelConfig, ModelDescription, ParameterShape, parameter_shapes};
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
    #[serde(skip_serializing_if = "Option::is_none")]
    adversarial: Option<PlayersReport>,
    config: ModelConfig,
    genres: Vec<String>,
    composers: Vec<String>,
    steps: u64,
    notes_seen: u64,
    corpus_sha256: String,
    figures: BTreeMap<String, f64>,
}

/// What a model file tells of its generator and critic.
#[derive(Debug, Serialize)]
struct PlayersReport {
    generator_parameters: usize,
    critic_parameters: usize,
    /// 0 in a file that does not tell.
    generator_steps: u64,
    config: AdversarialConfig,
}

impl PlayersReport {
    fn new(players: &Adversarial, config: AdversarialConfig, generator_steps: u64) -> Self {
        Self {
            generator_parameters: parameters(&parameter_shapes(&players.generator)),
            critic_parameters: parameters(&parameter_shapes(&players.critic)),
            generator_steps,
            config,
        }
    }
}

impl fmt::Display for PlayersReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = match self.config.start {
            GeneratorStart::Prior => "a draw of the prior",
            GeneratorStart::Noise => "noise",
        };
        write!(f, "{} parameters, starts from {start}", count(self.generator_parameters))?;
        match self.generator_steps {
            0 => Ok(()),
            steps => write!(f, ", {} steps", count(steps)),
        }
    }
}

fn parameters(shapes: &[ParameterShape]) -> usize {
    shapes.iter().map(ParameterShape::len).sum()
}

impl ModelReport {
    /// Reads all of the file, weights too, so that a damaged one is found.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
        let device = Compute::Cpu.device()?;
        let in_file = || format!("inspect {}", path.display());
        let (description, _) = ModelDescription::from_bytes(&bytes, &device).with_context(in_file)?;
        let players = description.read_adversarial(&bytes, &device).with_context(in_file)?;
        description.read_roll_players(&bytes, &device).with_context(in_file)?;
        let parameters = parameters(&description.parameter_shapes());
        let training = description.training;
        Ok(Self {
            model: path.to_owned(),
            bytes: bytes.len() as u64,
            parameters,
            adversarial: players
                .zip(description.adversarial)
                .map(|(players, config)| PlayersReport::new(&players, config, training.generator_steps)),
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

fn critic(players: &PlayersReport) -> String {
    format!("{} parameters", count(players.critic_parameters))
}

impl fmt::Display for ModelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Distances between latents differ in their fourth decimal.
        let decimals = |name: &str| if name.starts_with("latent_distance") { 4 } else { 3 };
        let row = |(name, value): (&String, &f64)| [name.clone(), format!("{value:.*}", decimals(name))];
        let rows = self.figures.iter().map(row).collect();
        writeln!(f, "{}\n", table(["figure", "value"], 1, rows))?;
        let facts = [
            ("model", self.model.display().to_string()),
            ("size", format!("{:.1} MB, {} parameters", self.bytes as f64 / 1e6, count(self.parameters as u64))),
            ("trained", format!("{} steps, {} notes seen", count(self.steps), count(self.notes_seen))),
            ("generator", self.adversarial.as_ref().map_or(String::new(), ToString::to_string)),
            ("critic", self.adversarial.as_ref().map_or(String::new(), critic)),
            ("corpus", format!("SHA-256 {}", self.corpus_sha256)),
            ("genres", self.genres.join(", ")),
            ("composers", count(self.composers.len() as u64)),
        ];
        write_facts(f, &facts)
    }
}
