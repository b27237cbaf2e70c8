//! The model's sizes.

use serde::{Deserialize, Serialize};

/// Named sizes; the parameter counts are those of the shared corpus' label vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelSize {
    /// For tests: seconds to overfit.
    Tiny,
    /// About 3 M parameters; the default, real time on one CPU core.
    #[default]
    Small,
    /// About 12 M parameters.
    Base,
    /// About 30 M parameters.
    Large,
}

/// What the decoder's layers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SequenceLayer {
    /// Causal self-attention with a feed-forward layer (Vaswani et al. 2017).
    #[default]
    Attention,
    /// Long short-term memory (Hochreiter & Schmidhuber 1997).
    Lstm,
    /// A vanilla recurrent layer (Elman 1990).
    Rnn,
}

/// Every size of the network. What a file written before a field was there means is the field's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Width of the decoder and of the encoder's event layers.
    pub d_model: usize,
    /// Attention heads of every layer.
    pub heads: usize,
    /// Width of the feed-forward layers, as a multiple of the layer's width.
    pub feed_forward_multiple: usize,
    /// Causal layers of the decoder.
    pub decoder_layers: usize,
    /// Encoder layers over the events of a bar.
    pub encoder_layers: usize,
    /// Width of the layers over bars: encoder's and prior's.
    pub d_bar: usize,
    /// Encoder layers over the bars of a piece.
    pub bar_layers: usize,
    /// Causal layers of the prior over bars.
    pub prior_layers: usize,
    /// Dimensions of each bar's latent and of the piece's.
    pub latent: usize,
    /// Hidden width of each output head.
    pub head_hidden: usize,
    /// Genres of the label vocabulary.
    pub genres: usize,
    /// Composers of the label vocabulary.
    pub composers: usize,
    /// What the decoder's layers are.
    #[serde(default)]
    pub sequence: SequenceLayer,
    /// Whether the decoder's attention knows how far events are apart in musical time; none but attention can.
    #[serde(default)]
    pub musical_time: bool,
    /// Whether there are latents. Without them the decoder alone is left: a language model.
    #[serde(default = "yes")]
    pub latents: bool,
    /// Whether the network is told conditions. Without, it knows the grid and the bars' metre and place only.
    #[serde(default = "yes")]
    pub conditions: bool,
}

const fn yes() -> bool {
    true
}

impl ModelConfig {
    /// The configuration of a named size for a vocabulary of so many genres and composers.
    pub const fn sized(size: ModelSize, genres: usize, composers: usize) -> Self {
        let (d_model, heads, decoder_layers, encoder_layers, d_bar, latent, head_hidden) = match size {
            ModelSize::Tiny => (48, 2, 2, 1, 32, 16, 32),
            ModelSize::Small => (192, 4, 4, 1, 128, 64, 96),
            ModelSize::Base => (384, 6, 5, 2, 192, 64, 128),
            ModelSize::Large => (512, 8, 8, 2, 256, 64, 160),
        };
        Self {
            d_model,
            heads,
            feed_forward_multiple: 3,
            decoder_layers,
            encoder_layers,
            d_bar,
            bar_layers: 2,
            prior_layers: 2,
            latent,
            head_hidden,
            genres,
            composers,
            sequence: SequenceLayer::Attention,
            musical_time: false,
            latents: true,
            conditions: true,
        }
    }
}
