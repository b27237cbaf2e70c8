//! A model as one file: safetensors (16-bit floats), whose metadata holds configuration, labels and training figures.

use std::collections::HashMap;

use burn::module::Module;
use burn::tensor::Device;
use half::f16;
use partita_encoding::{ConditionRecords, ConditionStatistics, FormStatistics, LabelVocabulary, VOCABULARY_VERSION};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use crate::adversarial::listener::{Listener, ListenerConfig};
use crate::adversarial::roll::{RollConfig, RollPlayers};
use crate::adversarial::{Adversarial, AdversarialConfig};
use crate::config::ModelConfig;
use crate::cvae::Cvae;
use crate::parameters::{ParameterShape, parameter_shapes, write_parameters};

/// Version of the metadata; files of another version are refused.
const FORMAT_VERSION: u32 = 1;
/// The metadata key under which ours stands.
const METADATA_KEY: &str = "partita";
/// Values of a configuration that a file may ask for, so that a crafted one cannot exhaust memory.
const PARAMETERS_MAX: usize = 200_000_000;

/// What a model file tells besides the weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelDescription {
    format_version: u32,
    vocabulary_version: u32,
    /// The network's sizes.
    pub config: ModelConfig,
    /// The adversarial part's sizes, where the model has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adversarial: Option<AdversarialConfig>,
    /// The sizes of generator and critic of rolls, where the model has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<RollConfig>,
    /// The sizes of a critic of written music, where the model has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listener: Option<ListenerConfig>,
    /// The genres and composers that it knows.
    pub labels: LabelVocabulary,
    /// What its training music was like.
    pub statistics: ConditionStatistics,
    /// The conditions of some of its pieces: composing takes what a request leaves open from one of them. None in models
    /// from before there were such records.
    #[serde(default)]
    pub records: ConditionRecords,
    /// How bars come back in it; nothing in models from before this was counted.
    #[serde(default, skip_serializing_if = "FormStatistics::is_empty")]
    pub forms: FormStatistics,
    /// How it was trained and how it did.
    pub training: TrainingSummary,
}

/// How a model was trained and how it did: the figures of its card.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingSummary {
    /// Optimiser steps, those of the model that it began with counted.
    pub steps: u64,
    /// Notes trained on, repetitions and those of the model that it began with counted.
    pub notes_seen: u64,
    /// Of the steps, those of the generator; 0 without one.
    #[serde(skip_serializing_if = "is_zero")]
    pub generator_steps: u64,
    /// SHA-256 of the corpus, in hexadecimal.
    pub corpus: String,
    /// Validation figures by name, NLLs in nats.
    pub figures: std::collections::BTreeMap<String, f64>,
}

/// Files of models without a generator are as they were before there was one.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands a reference
fn is_zero(steps: &u64) -> bool {
    *steps == 0
}

/// Why a model file was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelFileError {
    /// Not a safetensors file, or a damaged one.
    #[error("not a readable safetensors file: {0}; use a model that `partita train` wrote")]
    Container(String),
    /// Without our metadata, or with metadata that we can't read.
    #[error("no Partita model: {0}; use a model that `partita train` wrote")]
    Description(String),
    /// Written by another version.
    #[error("the model has {what} version {found}, this program needs {needed}; train it again")]
    Version {
        /// Which version differs.
        what: &'static str,
        /// The file's.
        found: u32,
        /// This program's.
        needed: u32,
    },
    /// A tensor is missing or has another shape.
    #[error("tensor `{name}`: {problem}; the file is damaged")]
    Tensor {
        /// Its path in the model.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A size beyond what is sensible.
    #[error("the model asks for {what} = {value}, over the limit of {limit}; the file is damaged")]
    Limit {
        /// Which size.
        what: &'static str,
        /// The file's value.
        value: usize,
        /// The limit.
        limit: usize,
    },
}

impl ModelDescription {
    /// The description of a model of this version.
    pub fn new(
        config: ModelConfig,
        labels: LabelVocabulary,
        statistics: ConditionStatistics,
        records: ConditionRecords,
        forms: FormStatistics,
        training: TrainingSummary,
    ) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            vocabulary_version: VOCABULARY_VERSION,
            config,
            adversarial: None,
            roll: None,
            listener: None,
            labels,
            statistics,
            records,
            forms,
            training,
        }
    }

    /// Whether the model has a CVAE: all have one but a generator of rolls from noise.
    pub fn has_cvae(&self) -> bool {
        self.roll.as_ref().is_none_or(RollConfig::needs_cvae)
    }

    /// Names and shapes of all that the file holds: the CVAE's parameters where it has one, then those of the adversarial
    /// part.
    pub fn parameter_shapes(&self) -> Vec<ParameterShape> {
        let device = Device::flex();
        let cvae = self.has_cvae().then(|| parameter_shapes(&blank(&self.config)));
        let players = self.adversarial.iter().map(|config| parameter_shapes(&self.blank_players(config, &device)));
        let rolls = self.roll.iter().map(|config| parameter_shapes(&self.blank_roll_players(config, &device)));
        let listener = self.listener.iter().map(|config| parameter_shapes(&self.blank_listener(config, &device)));
        cvae.into_iter().chain(players).chain(rolls).chain(listener).flatten().collect()
    }

    /// The file's bytes, for `weights` in the order of [`Self::parameter_shapes`].
    pub fn to_bytes(&self, weights: &[f32]) -> Vec<u8> {
        let shapes = self.parameter_shapes();
        let halves: Vec<u8> = weights.iter().flat_map(|w| f16::from_f32(*w).to_le_bytes()).collect();
        let mut start = 0;
        let views: Vec<(String, TensorView<'_>)> = shapes
            .into_iter()
            .map(|ParameterShape { name, shape }| {
                let end = start + 2 * shape.iter().product::<usize>();
                let view = TensorView::new(Dtype::F16, shape, &halves[start..end]).expect("shape and bytes agree");
                start = end;
                (name, view)
            })
            .collect();
        let description = serde_json::to_string(self).expect("plain data is always JSON");
        serialize(views, Some(HashMap::from([(METADATA_KEY.to_owned(), description)]))).expect("names are unique")
    }

    /// Reads a file's description and its model, ready to compose on `device`; of a file without a CVAE, one that has learned
    /// nothing.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<(Self, Cvae), ModelFileError> {
        let container = |error: safetensors::SafeTensorError| ModelFileError::Container(error.to_string());
        let tensors = SafeTensors::deserialize(bytes).map_err(container)?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(container)?;
        let text = metadata.metadata().as_ref().and_then(|entries| entries.get(METADATA_KEY));
        let text = text.ok_or_else(|| ModelFileError::Description("its metadata has no entry `partita`".to_owned()))?;
        let description: Self =
            serde_json::from_str(text).map_err(|error| ModelFileError::Description(error.to_string()))?;
        description.check()?;
        let blank = blank_on(&description.config, device);
        let model = if description.has_cvae() { read_module(&tensors, blank)? } else { blank };
        Ok((description, model))
    }

    /// The adversarial part of the file that this is the description of, where it has one.
    pub fn read_adversarial(&self, bytes: &[u8], device: &Device) -> Result<Option<Adversarial>, ModelFileError> {
        let Some(config) = &self.adversarial else { return Ok(None) };
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| ModelFileError::Container(error.to_string()))?;
        read_module(&tensors, self.blank_players(config, device)).map(Some)
    }

    /// Generator and critic of rolls of the file that this is the description of, where it has them.
    pub fn read_roll_players(&self, bytes: &[u8], device: &Device) -> Result<Option<RollPlayers>, ModelFileError> {
        let Some(config) = &self.roll else { return Ok(None) };
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| ModelFileError::Container(error.to_string()))?;
        read_module(&tensors, self.blank_roll_players(config, device)).map(Some)
    }

    /// The critic of written music of the file that this is the description of, where it has one.
    pub fn read_listener(&self, bytes: &[u8], device: &Device) -> Result<Option<Listener>, ModelFileError> {
        let Some(config) = &self.listener else { return Ok(None) };
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| ModelFileError::Container(error.to_string()))?;
        read_module(&tensors, self.blank_listener(config, device)).map(Some)
    }

    fn blank_listener(&self, config: &ListenerConfig, device: &Device) -> Listener {
        Listener::new(config, &self.config, &mut ChaCha8Rng::seed_from_u64(0), device)
    }

    fn blank_roll_players(&self, config: &RollConfig, device: &Device) -> RollPlayers {
        RollPlayers::new(config, &self.config, &mut ChaCha8Rng::seed_from_u64(0), device)
    }

    /// Players whose weights will be replaced.
    fn blank_players(&self, config: &AdversarialConfig, device: &Device) -> Adversarial {
        Adversarial::new(config, &self.config, &mut ChaCha8Rng::seed_from_u64(0), device)
    }

    fn check(&self) -> Result<(), ModelFileError> {
        let versions = [
            ("format", self.format_version, FORMAT_VERSION),
            ("vocabulary", self.vocabulary_version, VOCABULARY_VERSION),
        ];
        if let Some(&(what, found, needed)) = versions.iter().find(|(_, found, needed)| found != needed) {
            return Err(ModelFileError::Version { what, found, needed });
        }
        if self.labels.genres.len() != self.config.genres || self.labels.composers.len() != self.config.composers {
            return Err(ModelFileError::Description("labels and sizes disagree".to_owned()));
        }
        self.adversarial.iter().try_for_each(AdversarialConfig::check)?;
        self.roll.iter().try_for_each(|roll| roll.check(&self.config))?;
        self.listener.iter().try_for_each(ListenerConfig::check)?;
        self.config.check()
    }
}

impl ModelConfig {
    /// Refuses sizes that no model has.
    fn check(&self) -> Result<(), ModelFileError> {
        let limits = [
            ("d_model", self.d_model, 4096),
            ("d_bar", self.d_bar, 4096),
            ("heads", self.heads, 64),
            ("feed_forward_multiple", self.feed_forward_multiple, 16),
            ("decoder_layers", self.decoder_layers, 64),
            ("encoder_layers", self.encoder_layers, 64),
            ("bar_layers", self.bar_layers, 64),
            ("prior_layers", self.prior_layers, 64),
            ("latent", self.latent, 4096),
            ("head_hidden", self.head_hidden, 4096),
            ("genres", self.genres, 100_000),
            ("composers", self.composers, 100_000),
        ];
        if let Some(&(what, value, limit)) = limits.iter().find(|(_, value, limit)| value > limit) {
            return Err(ModelFileError::Limit { what, value, limit });
        }
        let heads = self.heads;
        if heads == 0 || !self.d_model.is_multiple_of(heads) || !self.d_bar.is_multiple_of(heads) || self.latent == 0 {
            return Err(ModelFileError::Description("heads must divide d_model and d_bar".to_owned()));
        }
        let layers = self.decoder_layers + self.encoder_layers + self.bar_layers + self.prior_layers;
        let width = self.d_model.max(self.d_bar);
        let about = layers * width * width * (5 + 2 * self.feed_forward_multiple)
            + (self.genres + self.composers + 2000) * 3 * width;
        if about > PARAMETERS_MAX {
            return Err(ModelFileError::Limit { what: "parameters", value: about, limit: PARAMETERS_MAX });
        }
        Ok(())
    }
}

/// A model whose weights will be replaced.
fn blank(config: &ModelConfig) -> Cvae {
    blank_on(config, &Device::flex())
}

fn blank_on(config: &ModelConfig, device: &Device) -> Cvae {
    Cvae::new(config, &mut ChaCha8Rng::seed_from_u64(0), device)
}

/// The module with the tensors of its parameters' names.
fn read_module<M: Module>(tensors: &SafeTensors<'_>, blank: M) -> Result<M, ModelFileError> {
    let mut weights = Vec::new();
    for shape in parameter_shapes(&blank) {
        read_tensor(tensors, &shape, &mut weights)?;
    }
    Ok(write_parameters(blank, &weights))
}

fn read_tensor(
    tensors: &SafeTensors<'_>,
    expected: &ParameterShape,
    weights: &mut Vec<f32>,
) -> Result<(), ModelFileError> {
    let problem = |problem: String| ModelFileError::Tensor { name: expected.name.clone(), problem };
    let view = tensors.tensor(&expected.name).map_err(|_| problem("it is missing".to_owned()))?;
    if view.shape() != expected.shape || view.dtype() != Dtype::F16 {
        return Err(problem(format!(
            "{:?} of {:?} where F16 of {:?} is due",
            view.dtype(),
            view.shape(),
            expected.shape
        )));
    }
    let values = view.data().chunks_exact(2).map(|half| f16::from_le_bytes([half[0], half[1]]).to_f32());
    let start = weights.len();
    weights.extend(values);
    if weights[start..].iter().any(|value| !value.is_finite()) {
        return Err(problem("it holds values that are not numbers".to_owned()));
    }
    Ok(())
}
