//! How boldly a model draws, as options.

use anyhow::Result;
use clap::Args;
use partita_model::compose::Sampling;

use crate::failure::WrongUse;

/// The values of [`Sampling`].
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct SamplingArguments {
    /// Below 1 safer, above 1 bolder
    #[arg(long, value_name = "T", default_value_t = Sampling::default().temperature)]
    temperature: f32,
    /// Draw only from the likeliest choices that together have this probability
    #[arg(long, value_name = "P", default_value_t = Sampling::default().top_p)]
    top_p: f32,
    /// How closely to follow what was asked: 1 as learned, more is closer
    #[arg(long, value_name = "G", default_value_t = Sampling::default().guidance)]
    guidance: f32,
    /// Below 1 more typical pieces, above 1 odder ones
    #[arg(long, value_name = "T", default_value_t = Sampling::default().latent_temperature)]
    latent_temperature: f32,
}

impl SamplingArguments {
    /// The values, if they make sense.
    pub(crate) fn checked(self) -> Result<Sampling> {
        let sampling = Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            guidance: self.guidance,
            latent_temperature: self.latent_temperature,
        };
        sampling.check().map_err(|error| WrongUse(error.to_string()))?;
        Ok(sampling)
    }
}
