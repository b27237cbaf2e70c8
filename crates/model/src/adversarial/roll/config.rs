//! The sizes of the roll form.

use serde::{Deserialize, Serialize};

use super::super::GeneratorStart;
use crate::config::{ModelConfig, ModelSize};
use crate::file::ModelFileError;

/// Every size of generator and critic of rolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollConfig {
    /// Where z is drawn: from the CVAE's prior, or standard normal; then there is no CVAE.
    pub start: GeneratorStart,
    /// Dimensions of z, of the piece and of each bar.
    pub latent: usize,
    /// Width of the layers over bars.
    pub d_bar: usize,
    /// Layers over neighbouring bars, of either player.
    pub bar_layers: usize,
    /// Channels of the maps of 4 beats × 84 pitches.
    pub pitch_channels: usize,
    /// Channels of the maps of 4 beats × 7 octaves.
    pub octave_channels: usize,
}

impl RollConfig {
    /// Sizes that suit a model of a named size.
    pub const fn sized(size: ModelSize, start: GeneratorStart) -> Self {
        let ModelConfig { latent, d_bar, .. } = ModelConfig::sized(size, 0, 0);
        Self { start, latent, d_bar, bar_layers: 2, pitch_channels: d_bar / 4, octave_channels: 3 * d_bar / 4 }
    }

    /// The same for a CVAE of a named size, which may have latents of another one.
    pub const fn suited(model: &ModelConfig, size: ModelSize, start: GeneratorStart) -> Self {
        let sized = Self::sized(size, start);
        match start {
            GeneratorStart::Prior => Self { latent: model.latent, ..sized },
            GeneratorStart::Noise => sized,
        }
    }

    /// Whether the generator needs a CVAE, to draw z from its prior.
    pub fn needs_cvae(&self) -> bool {
        self.start == GeneratorStart::Prior
    }

    /// Refuses sizes that no model has.
    pub(crate) fn check(&self, model: &ModelConfig) -> Result<(), ModelFileError> {
        let limits = [
            ("roll latent", self.latent, 1024),
            ("roll d_bar", self.d_bar, 1024),
            ("roll bar_layers", self.bar_layers, 16),
            ("pitch_channels", self.pitch_channels, 512),
            ("octave_channels", self.octave_channels, 512),
        ];
        if let Some(&(what, value, limit)) = limits.iter().find(|(_, value, limit)| value > limit) {
            return Err(ModelFileError::Limit { what, value, limit });
        }
        if [self.latent, self.d_bar, self.pitch_channels, self.octave_channels].contains(&0) {
            return Err(ModelFileError::Description("a size of the roll form is 0".to_owned()));
        }
        if self.needs_cvae() && self.latent != model.latent {
            return Err(ModelFileError::Description("the roll form's latents are not the CVAE's".to_owned()));
        }
        Ok(())
    }
}
