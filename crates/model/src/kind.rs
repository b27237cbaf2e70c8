//! The systems that are compared, as configurations of one network.

use serde::{Deserialize, Serialize};

use crate::config::{ModelConfig, ModelSize, SequenceLayer};

/// A system: the conditional VAE, or one of those it is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// The conditional VAE.
    #[default]
    Cvae,
    /// The same, told no conditions.
    Vae,
    /// A language model of attention alone: the decoder without latents.
    Transformer,
    /// A language model of LSTM layers.
    Lstm,
    /// A language model of vanilla recurrent layers.
    Rnn,
}

impl ModelConfig {
    /// The configuration of a system, with about as many parameters as the CVAE of that size has.
    pub const fn of_kind(kind: ModelKind, size: ModelSize, genres: usize, composers: usize) -> Self {
        let cvae = Self::sized(size, genres, composers);
        match kind {
            ModelKind::Cvae => cvae,
            ModelKind::Vae => Self { conditions: false, ..cvae },
            ModelKind::Transformer => {
                let (d_model, layers) = match size {
                    ModelSize::Tiny => (88, 2),
                    ModelSize::Small => (264, 4),
                    ModelSize::Base => (498, 5),
                    ModelSize::Large => (608, 8),
                };
                cvae.language_model(SequenceLayer::Attention, d_model, layers)
            }
            ModelKind::Lstm => {
                let (d_model, layers) = match size {
                    ModelSize::Tiny => (96, 2),
                    ModelSize::Small => (392, 2),
                    ModelSize::Base => (832, 2),
                    ModelSize::Large => (1072, 3),
                };
                cvae.language_model(SequenceLayer::Lstm, d_model, layers)
            }
            ModelKind::Rnn => {
                let (d_model, layers) = match size {
                    ModelSize::Tiny => (128, 2),
                    ModelSize::Small => (608, 2),
                    ModelSize::Base => (1320, 2),
                    ModelSize::Large => (1760, 3),
                };
                cvae.language_model(SequenceLayer::Rnn, d_model, layers)
            }
        }
    }

    /// The decoder alone, of so many layers of such a kind and width.
    const fn language_model(self, sequence: SequenceLayer, d_model: usize, decoder_layers: usize) -> Self {
        Self { sequence, d_model, decoder_layers, latents: false, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cvae, parameter_shapes};
    use burn::tensor::Device;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// A comparison of systems is one of what they are, not of how large they are.
    #[test]
    fn systems_of_a_size_have_about_as_many_parameters() {
        let parameters = |kind, size| -> usize {
            let config = ModelConfig::of_kind(kind, size, 13, 192);
            let config = ModelConfig { musical_time: config.sequence == SequenceLayer::Attention, ..config };
            let model = Cvae::new(&config, &mut ChaCha8Rng::seed_from_u64(0), &Device::flex());
            parameter_shapes(&model).iter().map(|shape| shape.len()).sum()
        };
        for size in [ModelSize::Tiny, ModelSize::Small, ModelSize::Base, ModelSize::Large] {
            let cvae = parameters(ModelKind::Cvae, size) as f64;
            for kind in [ModelKind::Vae, ModelKind::Transformer, ModelKind::Lstm, ModelKind::Rnn] {
                let ratio = parameters(kind, size) as f64 / cvae;
                assert!((0.95..1.05).contains(&ratio), "{kind:?} {size:?}: {ratio:.3} of {cvae}");
            }
        }
    }
}
