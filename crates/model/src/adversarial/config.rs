//! The sizes of generator and critic.

use serde::{Deserialize, Serialize};

use crate::config::ModelConfig;
use crate::file::ModelFileError;

/// What the generator starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeneratorStart {
    /// A draw of the CVAE's prior p(z | c), itself a function of noise and conditions: the generator then learns only
    /// what the prior gets wrong.
    #[default]
    Prior,
    /// Standard normal noise.
    Noise,
}

/// What generator and critic make and judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdversarialForm {
    /// The latents of a passage, which the decoder turns into notes.
    #[default]
    Latent,
    /// The piano rolls of a passage.
    Roll,
    /// The music that the decoder writes, heard as piano rolls. There is no generator beside the CVAE: the critic chooses
    /// among what it writes.
    Written,
}

/// Every size of the adversarial part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdversarialConfig {
    /// What the generator starts from.
    pub start: GeneratorStart,
    /// Width of the generator's layers.
    pub d_generator: usize,
    /// Attention heads of each of them.
    pub heads: usize,
    /// Transformer layers of the generator.
    pub generator_layers: usize,
    /// Width of the critic's layers.
    pub d_critic: usize,
    /// Layers of the critic over neighbouring bars.
    pub critic_layers: usize,
}

impl AdversarialConfig {
    /// Sizes that suit a CVAE: as wide as its own layers over bars.
    pub const fn suited(model: &ModelConfig, start: GeneratorStart) -> Self {
        Self {
            start,
            d_generator: model.d_bar,
            heads: model.heads,
            generator_layers: 3,
            d_critic: model.d_bar,
            critic_layers: 2,
        }
    }

    /// Refuses sizes that no model has.
    pub(crate) fn check(&self) -> Result<(), ModelFileError> {
        let limits = [
            ("d_generator", self.d_generator, 1024),
            ("d_critic", self.d_critic, 1024),
            ("generator heads", self.heads, 64),
            ("generator_layers", self.generator_layers, 16),
            ("critic_layers", self.critic_layers, 16),
        ];
        if let Some(&(what, value, limit)) = limits.iter().find(|(_, value, limit)| value > limit) {
            return Err(ModelFileError::Limit { what, value, limit });
        }
        if self.heads == 0 || !self.d_generator.is_multiple_of(self.heads) || self.d_critic == 0 {
            return Err(ModelFileError::Description("heads must divide d_generator".to_owned()));
        }
        Ok(())
    }
}
