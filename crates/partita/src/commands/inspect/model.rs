//! What `inspect` prints of a model file: how it was trained and how it did.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_model::adversarial::{AdversarialForm, GeneratorStart};
use partita_model::{Compute, Device, ModelConfig, ModelDescription, ModelFileError, ParameterShape, parameter_shapes};
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
    form: AdversarialForm,
    /// 0 where the CVAE is the generator.
    generator_parameters: usize,
    critic_parameters: usize,
    /// 0 in a file that does not tell.
    generator_steps: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<GeneratorStart>,
    /// That a critic of written music hears together.
    #[serde(skip_serializing_if = "Option::is_none")]
    bars: Option<usize>,
}

impl PlayersReport {
    /// Of the players in a model's file, if it has any; all of their weights are read.
    fn of(description: &ModelDescription, bytes: &[u8], device: &Device) -> Result<Option<Self>, ModelFileError> {
        let latent = description.read_adversarial(bytes, device)?.zip(description.adversarial);
        let roll = description.read_roll_players(bytes, device)?.zip(description.roll);
        let written = description.read_listener(bytes, device)?.zip(description.listener);
        let report = |form, [generator, critic]: [Vec<ParameterShape>; 2]| Self {
            form,
            generator_parameters: parameters(&generator),
            critic_parameters: parameters(&critic),
            generator_steps: description.training.generator_steps,
            start: None,
            bars: None,
        };
        let latent = latent.map(|(players, config)| {
            let shapes = [parameter_shapes(&players.generator), parameter_shapes(&players.critic)];
            Self { start: Some(config.start), ..report(AdversarialForm::Latent, shapes) }
        });
        let roll = roll.map(|(players, config)| {
            let shapes = [parameter_shapes(&players.roll_generator), parameter_shapes(&players.roll_critic)];
            Self { start: Some(config.start), ..report(AdversarialForm::Roll, shapes) }
        });
        let written = written.map(|(listener, config)| {
            let shapes = [Vec::new(), parameter_shapes(&listener)];
            Self { bars: Some(config.bars), ..report(AdversarialForm::Written, shapes) }
        });
        Ok(latent.or(roll).or(written))
    }

    fn generator(&self) -> String {
        let made = match self.form {
            AdversarialForm::Latent => "of latents",
            AdversarialForm::Roll => "of rolls",
            AdversarialForm::Written => return "the model itself".to_owned(),
        };
        let start = match self.start {
            Some(GeneratorStart::Noise) => "noise",
            _ => "a draw of the prior",
        };
        let steps = match self.generator_steps {
            0 => String::new(),
            steps => format!(", {} steps", count(steps)),
        };
        format!("{made}, {} parameters, starts from {start}{steps}", count(self.generator_parameters as u64))
    }

    fn critic(&self) -> String {
        let heard = self.bars.map_or(String::new(), |bars| format!(", hears {bars} bars that are written"));
        format!("{} parameters{heard}", count(self.critic_parameters as u64))
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
        let adversarial = PlayersReport::of(&description, &bytes, &device).with_context(in_file)?;
        let parameters = parameters(&description.parameter_shapes());
        let training = description.training;
        Ok(Self {
            model: path.to_owned(),
            bytes: bytes.len() as u64,
            parameters,
            adversarial,
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
        // Distances between latents differ in their fourth decimal.
        let decimals = |name: &str| if name.starts_with("latent_distance") { 4 } else { 3 };
        let row = |(name, value): (&String, &f64)| [name.clone(), format!("{value:.*}", decimals(name))];
        let rows = self.figures.iter().map(row).collect();
        writeln!(f, "{}\n", table(["figure", "value"], 1, rows))?;
        let facts = [
            ("model", self.model.display().to_string()),
            ("size", format!("{:.1} MB, {} parameters", self.bytes as f64 / 1e6, count(self.parameters as u64))),
            ("trained", format!("{} steps, {} notes seen", count(self.steps), count(self.notes_seen))),
            ("generator", self.adversarial.as_ref().map_or(String::new(), PlayersReport::generator)),
            ("critic", self.adversarial.as_ref().map_or(String::new(), PlayersReport::critic)),
            ("corpus", format!("SHA-256 {}", self.corpus_sha256)),
            ("genres", self.genres.join(", ")),
            ("composers", count(self.composers.len() as u64)),
        ];
        write_facts(f, &facts)
    }
}
