//! A critic of written music: it hears the bars that the decoder writes, as piano rolls, together with those before them.

use std::ops::RangeInclusive;

use burn::module::Module;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::GeneratorStart;
use super::roll::{RollConfig, RollCritic};
use crate::config::{ModelConfig, ModelSize};
use crate::file::ModelFileError;
use crate::layers::Initial;

/// Every size of a listener, and what its scores are worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenerConfig {
    /// Bars that are heard together, the newest last.
    pub bars: usize,
    /// Width of the layers over bars.
    pub d_bar: usize,
    /// Layers over neighbouring bars.
    pub bar_layers: usize,
    /// Channels of the maps of 4 beats × 84 pitches.
    pub pitch_channels: usize,
    /// Channels of the maps of 4 beats × 7 octaves.
    pub octave_channels: usize,
    /// By how much a point of its score raises the log-odds that music is real, on music that it was not trained on; 0 where it
    /// hears nothing.
    pub log_odds_per_score: f32,
}

impl ListenerConfig {
    /// Sizes that suit a model of a named size, of a critic that has learned nothing.
    pub const fn sized(size: ModelSize, bars: usize) -> Self {
        let RollConfig { d_bar, bar_layers, pitch_channels, octave_channels, .. } =
            RollConfig::sized(size, GeneratorStart::Prior);
        Self { bars, d_bar, bar_layers, pitch_channels, octave_channels, log_odds_per_score: 0.0 }
    }

    /// Refuses sizes that no model has.
    pub(crate) fn check(&self, model: &ModelConfig) -> Result<(), ModelFileError> {
        if self.bars == 0 || self.bars > 512 {
            return Err(ModelFileError::Limit { what: "bars heard together", value: self.bars, limit: 512 });
        }
        self.as_roll(model).check(model)
    }

    fn as_roll(&self, model: &ModelConfig) -> RollConfig {
        let Self { d_bar, bar_layers, pitch_channels, octave_channels, .. } = *self;
        RollConfig {
            start: GeneratorStart::Prior,
            latent: model.latent,
            d_bar,
            bar_layers,
            pitch_channels,
            octave_channels,
        }
    }
}

/// The bars that are heard when bar `end` has been written, `bars` at most; the same in training and in composing.
pub fn heard_with(end: usize, bars: usize) -> RangeInclusive<usize> {
    (end + 1).saturating_sub(bars)..=end
}

/// The critic alone: what it judges is written by the CVAE's decoder.
#[derive(Module, Debug)]
pub struct Listener {
    /// Rolls and conditions → a score.
    pub listener: RollCritic,
}

impl Listener {
    /// A new one that knows the conditions of a model of `model`'s sizes; its weights are drawn from `stream`.
    pub fn new(config: &ListenerConfig, model: &ModelConfig, stream: &mut ChaCha8Rng, device: &Device) -> Self {
        let mut initial = Initial { stream, device };
        Self { listener: RollCritic::new(&mut initial, &config.as_roll(model), model) }
    }
}
