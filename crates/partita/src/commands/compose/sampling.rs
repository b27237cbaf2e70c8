//! How boldly a model draws, as options.

use anyhow::Result;
use clap::{Args, ValueEnum};
use partita_model::compose::{LatentSource, Sampling};

use super::model::LoadedModel;
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
    /// Candidates for each bar, among which a model with a critic of written music draws by how real they sound; 1 leaves
    /// nothing to choose. Without it, 8 where the model has such a critic
    #[arg(long, value_name = "N")]
    candidates: Option<usize>,
    /// How surely to keep what the critic takes for real: 0 not at all, 1 by the odds that it has shown on held-out music, more
    /// is surer. Without it, 10 where the model has such a critic
    #[arg(long, value_name = "W")]
    critic_weight: Option<f32>,
    /// What draws a piece's latents; without it, the generator where the model has one. One that makes rolls takes the
    /// decoder's place, and of these options heeds --latent-temperature alone
    #[arg(long, value_name = "SOURCE")]
    latents: Option<Latents>,
}

/// Sources of latents, by name.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Latents {
    /// The conditional VAE's prior
    Prior,
    /// The generator that was trained against the critic
    Generator,
}

impl SamplingArguments {
    /// A temperature, and the usual values otherwise.
    pub(crate) fn of_temperature(temperature: f32) -> Self {
        let Sampling { top_p, guidance, latent_temperature, .. } = Sampling::default();
        Self { temperature, top_p, guidance, latent_temperature, candidates: None, critic_weight: None, latents: None }
    }

    /// The values, if they make sense.
    pub(crate) fn checked(self) -> Result<Sampling> {
        let sampling = Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            guidance: self.guidance,
            latent_temperature: self.latent_temperature,
            candidates: self.candidates.unwrap_or(Sampling::default().candidates),
            critic_weight: self.critic_weight.unwrap_or(Sampling::default().critic_weight),
        };
        sampling.check().map_err(|error| WrongUse(error.to_string()))?;
        Ok(sampling)
    }

    /// What draws the latents of a model's pieces; refuses what the model has not got.
    pub(crate) fn source(self, model: &LoadedModel) -> Result<LatentSource<'_>> {
        let asks_the_critic = self.candidates.is_some_and(|count| count > 1) || self.critic_weight.is_some();
        if asks_the_critic && model.listener.is_none() {
            return Err(WrongUse(
                "the model has no critic to choose among candidates; train one with --recipe listener, or leave \
                 --candidates and --critic-weight out"
                    .to_owned(),
            )
            .into());
        }
        match (self.latents, model.latent_source()) {
            (Some(Latents::Prior), _) if !model.description.has_cvae() => Err(WrongUse(
                "the model has no prior, only a generator of rolls from noise; leave --latents out".to_owned(),
            )
            .into()),
            (Some(Latents::Prior), _) => Ok(LatentSource::Prior),
            (Some(Latents::Generator), LatentSource::Prior) => Err(WrongUse(
                "the model has no generator; train one with --set adversarial_steps=…, or use --latents prior"
                    .to_owned(),
            )
            .into()),
            (_, source) => Ok(source),
        }
    }
}
