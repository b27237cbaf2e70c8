//! A critic of written music: it hears the bars that the decoder writes, together with those before them.

mod critic;
mod line;
mod window;

use std::ops::RangeInclusive;

use burn::module::Module;
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::config::ModelConfig;
use crate::file::ModelFileError;
use crate::layers::Initial;
use crate::layout::PieceLayout;

pub use critic::{HeardCritic, HeardRows, HeardTrace};
pub use window::{HeardWindow, STATISTICS};

/// Every size of a listener, and what its scores are worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenerConfig {
    /// Bars that are heard together, the newest last.
    pub bars: usize,
    /// Width of its layers.
    pub width: usize,
    /// By how much a point of its score raises the log-odds that music is real, on music that it was not trained on; 0 where it
    /// hears nothing.
    pub log_odds_per_score: f32,
}

impl ListenerConfig {
    /// A critic of the usual width that has learned nothing.
    pub const fn of_bars(bars: usize) -> Self {
        Self { bars, width: 128, log_odds_per_score: 0.0 }
    }

    /// Refuses sizes that no model has.
    pub(crate) fn check(&self) -> Result<(), ModelFileError> {
        let limits = [("bars heard together", self.bars, 512), ("width of the listener", self.width, 1024)];
        match limits.into_iter().find(|&(_, value, limit)| value == 0 || value > limit) {
            Some((what, value, limit)) => Err(ModelFileError::Limit { what, value, limit }),
            None => Ok(()),
        }
    }
}

/// The critic alone: what it judges is written by the CVAE's decoder.
#[derive(Module, Debug)]
pub struct Listener {
    /// What is heard and conditions → a score.
    pub listener: HeardCritic,
}

impl Listener {
    /// A new one that knows the conditions of a model of `model`'s sizes; its weights are drawn from `stream`.
    pub fn new(config: &ListenerConfig, model: &ModelConfig, stream: &mut ChaCha8Rng, device: &Device) -> Self {
        Self::build(&mut Initial::drawn(stream, device), config, model)
    }

    /// One whose weights are still to come.
    pub(crate) fn awaited(config: &ListenerConfig, model: &ModelConfig, device: &Device) -> Self {
        Self::build(&mut Initial::awaited(device), config, model)
    }

    fn build(initial: &mut Initial<'_>, config: &ListenerConfig, model: &ModelConfig) -> Self {
        Self { listener: HeardCritic::new(initial, config.width, PieceLayout::new(model).columns()) }
    }
}

/// The bars that are heard when bar `end` has been written, `bars` at most; the same in training and in composing.
pub(crate) fn heard_with(end: usize, bars: usize) -> RangeInclusive<usize> {
    (end + 1).saturating_sub(bars)..=end
}
