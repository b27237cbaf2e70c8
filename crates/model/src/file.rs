//! What a model's file tells besides the weights, and how it is written; `reading.rs` reads it.

use std::collections::HashMap;

use burn::tensor::Device;
use half::f16;
use partita_encoding::{ConditionRecords, ConditionStatistics, FormStatistics, LabelVocabulary, VOCABULARY_VERSION};
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::{Deserialize, Serialize};

use crate::adversarial::listener::{Listener, ListenerConfig};
use crate::adversarial::roll::{RollConfig, RollPlayers};
use crate::adversarial::{Adversarial, AdversarialConfig};
use crate::config::ModelConfig;
use crate::cvae::Cvae;
use crate::digest;
use crate::parameters::{ParameterShape, parameter_shapes};

/// Version of the format; files of another version are refused, but for [`WITHOUT_DIGEST`].
const FORMAT_VERSION: u32 = 2;
/// The version before, whose files have no digest.
const WITHOUT_DIGEST: u32 = 1;
/// The metadata key under which the description stands.
pub(crate) const METADATA_KEY: &str = "partita";

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
    /// The bytes are not those that were written.
    #[error("{0}; copy it anew, or take it from a checkpoint of its run")]
    Digest(&'static str),
    /// A tensor is missing, has another shape, or none of that name is due.
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
    /// part. They take no memory of the parameters' size.
    pub fn parameter_shapes(&self) -> Vec<ParameterShape> {
        let (model, device) = (&self.config, &Device::flex());
        let cvae = self.has_cvae().then(|| parameter_shapes(&Cvae::awaited(model, device)));
        let latent = self.adversarial.map(|config| parameter_shapes(&Adversarial::awaited(&config, model, device)));
        let roll = self.roll.map(|config| parameter_shapes(&RollPlayers::awaited(&config, model, device)));
        let listener = self.listener.map(|config| parameter_shapes(&Listener::awaited(&config, model, device)));
        [cvae, latent, roll, listener].into_iter().flatten().flatten().collect()
    }

    /// The file's bytes with their digest, for `weights` in the order of [`Self::parameter_shapes`].
    ///
    /// # Panics
    /// If there are not as many weights as parameters.
    pub fn to_bytes(&self, weights: &[f32]) -> Vec<u8> {
        let shapes = self.parameter_shapes();
        let halves: Vec<u8> = weights.iter().flat_map(|w| f16::from_f32(*w).to_le_bytes()).collect();
        let mut start = 0;
        let mut views: Vec<(String, TensorView<'_>)> = shapes
            .into_iter()
            .map(|ParameterShape { name, shape }| {
                let end = start + 2 * shape.iter().product::<usize>();
                let view = TensorView::new(Dtype::F16, shape, &halves[start..end]).expect("shape and bytes agree");
                start = end;
                (name, view)
            })
            .collect();
        assert_eq!(start, halves.len(), "as many weights as parameters");
        views.push(digest::blank());
        let current = Self { format_version: FORMAT_VERSION, ..self.clone() };
        let description = serde_json::to_string(&current).expect("plain data is always JSON");
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), description)]);
        let mut bytes = serialize(views, Some(metadata)).expect("names are unique");
        digest::write(&mut bytes);
        bytes
    }

    /// Reads a file's description and its CVAE, ready to compose on `device`: [`ModelFile::read`] and [`ModelFile::network`].
    ///
    /// [`ModelFile::read`]: crate::ModelFile::read
    /// [`ModelFile::network`]: crate::ModelFile::network
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<(Self, Cvae), ModelFileError> {
        let file = crate::ModelFile::read(bytes)?;
        let network = file.network(device)?;
        Ok((file.into_description(), network))
    }

    /// Whether a file of this version must have a digest.
    pub(crate) fn needs_digest(&self) -> bool {
        self.format_version != WITHOUT_DIGEST
    }

    /// Refuses other versions, and sizes that no model has.
    pub(crate) fn check(&self) -> Result<(), ModelFileError> {
        let format_due = if self.format_version == WITHOUT_DIGEST { WITHOUT_DIGEST } else { FORMAT_VERSION };
        let versions =
            [("format", self.format_version, format_due), ("vocabulary", self.vocabulary_version, VOCABULARY_VERSION)];
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
        let sizes = [self.d_model, self.d_bar, self.heads, self.feed_forward_multiple, self.latent, self.head_hidden];
        if sizes.contains(&0) || !self.d_model.is_multiple_of(self.heads) || !self.d_bar.is_multiple_of(self.heads) {
            return Err(ModelFileError::Description(
                "a size is 0, or heads do not divide d_model and d_bar".to_owned(),
            ));
        }
        Ok(())
    }
}
