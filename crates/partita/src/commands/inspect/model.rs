//! What `inspect` prints of a model file: how it was trained and how it did.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_model::adversarial::{AdversarialForm, GeneratorStart};
use partita_model::{
    Compute, Device, MODEL_BYTES_MAX, ModelConfig, ModelFile, ModelFileError, ParameterShape, parameter_shapes,
};
use serde::Serialize;

use crate::files::read_whole;
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
    #[serde(serialize_with = "crate::files::as_text")]
    model: PathBuf,
    bytes: u64,
    /// Whether damage would be found; files from before have no digest.
    has_digest: bool,
    parameters: usize,
    /// Generators and critics, in the order in which they learned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    adversarial: Vec<PlayersReport>,
    config: ModelConfig,
    genres: Vec<String>,
    composers: Vec<String>,
    steps: u64,
    /// Of `steps`, those of generators and critics; 0 in a file that does not tell.
    adversarial_steps: u64,
    notes_seen: u64,
    corpus_sha256: String,
    figures: BTreeMap<String, f64>,
}

/// What a model file tells of a generator and its critic.
#[derive(Debug, Serialize)]
struct PlayersReport {
    form: AdversarialForm,
    /// 0 where the CVAE is the generator.
    generator_parameters: usize,
    critic_parameters: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<GeneratorStart>,
    /// That a critic of written music hears together.
    #[serde(skip_serializing_if = "Option::is_none")]
    bars: Option<usize>,
}

impl PlayersReport {
    /// Of all players in a model's file; all of their weights are read.
    fn all(file: &ModelFile<'_>, device: &Device) -> Result<Vec<Self>, ModelFileError> {
        let description = file.description();
        let latent = file.adversarial(device)?.zip(description.adversarial);
        let roll = file.roll_players(device)?.zip(description.roll);
        let written = file.listener(device)?.zip(description.listener);
        let report = |form, [generator, critic]: [Vec<ParameterShape>; 2]| Self {
            form,
            generator_parameters: parameters(&generator),
            critic_parameters: parameters(&critic),
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
        Ok(latent.into_iter().chain(roll).chain(written).collect())
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
        format!("{made}, {} parameters, starts from {start}", count(self.generator_parameters as u64))
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
        let bytes = read_whole(path, MODEL_BYTES_MAX)?;
        let device = Compute::Cpu.device()?;
        let in_file = || format!("inspect {}", path.display());
        let file = ModelFile::read(&bytes).with_context(in_file)?;
        file.network(&device).with_context(in_file)?;
        let adversarial = PlayersReport::all(&file, &device).with_context(in_file)?;
        let has_digest = file.has_digest();
        let description = file.into_description();
        let parameters = parameters(&description.parameter_shapes());
        let training = description.training;
        Ok(Self {
            model: path.to_owned(),
            bytes: bytes.len() as u64,
            has_digest,
            parameters,
            adversarial,
            config: description.config,
            genres: description.labels.genres,
            composers: description.labels.composers,
            steps: training.steps,
            adversarial_steps: training.generator_steps,
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
        let adversarial = match self.adversarial_steps {
            0 => String::new(),
            steps => format!(" ({} of them adversarial)", count(steps)),
        };
        let players = self.adversarial.iter();
        let players = players.flat_map(|one| [("generator", one.generator()), ("critic", one.critic())]);
        let model = [
            ("model", self.model.display().to_string()),
            ("size", format!("{:.1} MB, {} parameters", self.bytes as f64 / 1e6, count(self.parameters as u64))),
            ("digest", if self.has_digest { "SHA-256, in order" } else { "none: damage would go unseen" }.to_owned()),
            ("trained", format!("{} steps{adversarial}, {} notes seen", count(self.steps), count(self.notes_seen))),
        ];
        let origin = [
            ("corpus", format!("SHA-256 {}", self.corpus_sha256)),
            ("genres", self.genres.join(", ")),
            ("composers", count(self.composers.len() as u64)),
        ];
        let facts: Vec<_> = model.into_iter().chain(players).chain(origin).collect();
        write_facts(f, &facts)
    }
}
