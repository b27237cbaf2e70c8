//! The model that composes: the program's own, or one from a file.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context, Result};
use partita_model::adversarial::Adversarial;
use partita_model::adversarial::listener::Listener;
use partita_model::adversarial::roll::RollPlayers;
use partita_model::compose::{LatentSource, Listening};
use partita_model::{Compute, Cvae, Device, MODEL_BYTES_MAX, ModelDescription, ModelFile, ParameterShape};
use partita_train::Initial;

use crate::console::Console;
use crate::files::read_whole;

/// The default model, trained with this program; assets/MODEL_CARD.md tells on what and how well.
const EMBEDDED: &[u8] = include_bytes!("../../../assets/small.safetensors");
/// The file of a run that holds its best model.
const RUN_MODEL: &str = "model.safetensors";

/// A model ready to compose.
pub(crate) struct LoadedModel {
    pub(crate) description: ModelDescription,
    pub(crate) network: Cvae,
    pub(crate) adversarial: Option<Adversarial>,
    pub(crate) roll: Option<RollPlayers>,
    pub(crate) listener: Option<Listener>,
    pub(crate) device: Device,
}

impl LoadedModel {
    /// From a file or a run's folder; without either, the embedded one.
    pub(crate) fn load(path: Option<&Path>, console: &Console) -> Result<Self> {
        Ok(Self::load_with_bytes(path, console)?.0)
    }

    /// The program's own.
    pub(crate) fn embedded() -> Result<Self> {
        Self::from_bytes(EMBEDDED).context("load the embedded model")
    }

    /// [`Self::load`], and the bytes of the model's file.
    pub(crate) fn load_with_bytes(path: Option<&Path>, console: &Console) -> Result<(Self, Cow<'static, [u8]>)> {
        let Some(path) = path else { return Ok((Self::embedded()?, EMBEDDED.into())) };
        let path = if path.is_dir() { path.join(RUN_MODEL) } else { path.to_owned() };
        let bytes = read_whole(&path, MODEL_BYTES_MAX)?;
        let load = || format!("load {}", path.display());
        let file = ModelFile::read(&bytes).with_context(load)?;
        if !file.has_digest() {
            console.note(&format!(
                "{} was written before models had a digest: damage to its weights would go unseen",
                path.display()
            ));
        }
        let model = Self::of_file(file).with_context(load)?;
        Ok((model, bytes.into()))
    }

    /// From a file's bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::of_file(ModelFile::read(bytes)?)
    }

    fn of_file(file: ModelFile<'_>) -> Result<Self> {
        // One note after another leaves nothing for a graphics card to do at once.
        let device = Compute::Cpu.device()?;
        let network = file.network(&device)?;
        let adversarial = file.adversarial(&device)?;
        let roll = file.roll_players(&device)?;
        let listener = file.listener(&device)?;
        Ok(Self { description: file.into_description(), network, adversarial, roll, listener, device })
    }

    /// As what a run may begin with.
    pub(crate) fn as_initial(&self) -> Initial<'_> {
        Initial {
            description: &self.description,
            network: &self.network,
            players: self.adversarial.as_ref(),
            listener: self.listener.as_ref(),
        }
    }

    /// Parameters of all its parts.
    pub(crate) fn parameters(&self) -> usize {
        self.description.parameter_shapes().iter().map(ParameterShape::len).sum()
    }

    /// The critic of written music, where the model has one.
    pub(crate) fn listening(&self) -> Option<Listening<'_>> {
        Some(Listening { listener: self.listener.as_ref()?, config: self.description.listener? })
    }

    /// The generator where the model has one, of latents or of rolls, otherwise the prior.
    pub(crate) fn latent_source(&self) -> LatentSource<'_> {
        if let (Some(players), Some(config)) = (&self.roll, self.description.roll) {
            return LatentSource::Roll(&players.roll_generator, config);
        }
        match (&self.adversarial, &self.description.adversarial) {
            (Some(players), Some(config)) => LatentSource::Generator(&players.generator, config.start),
            _ => LatentSource::Prior,
        }
    }
}
