//! The generator of latents that a model brings along to a phase of another form.

use burn::tensor::Device;
use partita_model::adversarial::{Adversarial, AdversarialConfig, Generator};
use partita_model::compose::LatentSource;
use partita_model::{ModelConfig, write_parameters};

use crate::recipe::Recipe;
use crate::streams::{Purpose, stream};

/// It stays as it is, and so does the critic that taught it, which a model file keeps beside it.
#[derive(Clone, Debug)]
pub(crate) struct BroughtGenerator {
    pub(crate) config: AdversarialConfig,
    /// Of generator and critic.
    pub(crate) weights: Vec<f32>,
    generator: Generator,
}

impl BroughtGenerator {
    /// That of these weights of generator and critic.
    pub(crate) fn new(recipe: &Recipe, model: &ModelConfig, weights: Vec<f32>, device: &Device) -> Self {
        let config = AdversarialConfig::suited(model, recipe.generator_start);
        let drawn = Adversarial::new(&config, model, &mut stream(recipe.seed, Purpose::Players, 0), device);
        Self { config, generator: write_parameters(drawn, &weights).generator, weights }
    }

    /// What draws the latents of what is written.
    pub(crate) fn source(&self) -> LatentSource<'_> {
        LatentSource::Generator(&self.generator, self.config.start)
    }
}
