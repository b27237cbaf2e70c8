//! Reads a model's file: checked as a whole first, then its networks one by one.

use burn::module::Module;
use burn::tensor::Device;
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors};

use crate::adversarial::Adversarial;
use crate::adversarial::listener::Listener;
use crate::adversarial::roll::RollPlayers;
use crate::cvae::Cvae;
use crate::digest;
use crate::file::{METADATA_KEY, ModelDescription, ModelFileError};
use crate::parameters::{ParameterShape, parameter_shapes, write_parameters};

/// The longest model file: ten times the largest size. Whoever reads one into memory refuses a longer one before.
pub const MODEL_BYTES_MAX: usize = 1 << 30;

/// A model's file whose digest, description and shapes are in order.
///
/// ```
/// use partita_model::{Device, ModelConfig, ModelDescription, ModelFile, ModelSize};
///
/// let config = ModelConfig::sized(ModelSize::Tiny, 0, 0);
/// let (labels, statistics, records) = Default::default();
/// let (forms, training) = Default::default();
/// let description = ModelDescription::new(config, labels, statistics, records, forms, training);
/// let count = description.parameter_shapes().iter().map(|shape| shape.len()).sum();
/// let bytes = description.to_bytes(&vec![0.5; count]);
///
/// let file = ModelFile::read(&bytes)?;
/// let network = file.network(&Device::flex())?;
/// // A file can be written anew, with other figures or by a newer version.
/// assert_eq!(file.description().to_bytes(&file.weights()?), bytes);
/// # Ok::<(), partita_model::ModelFileError>(())
/// ```
#[derive(Debug)]
pub struct ModelFile<'a> {
    description: ModelDescription,
    tensors: SafeTensors<'a>,
    has_digest: bool,
}

impl<'a> ModelFile<'a> {
    /// Checks a file, before any network is built.
    ///
    /// # Errors
    /// A file that is not as it was written, of another version, or whose tensors are not those that its sizes ask for.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ModelFileError> {
        let container = |error: safetensors::SafeTensorError| ModelFileError::Container(error.to_string());
        let tensors = SafeTensors::deserialize(bytes).map_err(container)?;
        let has_digest = digest::check(bytes, &tensors)?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(container)?;
        let text = metadata.metadata().as_ref().and_then(|entries| entries.get(METADATA_KEY));
        let text = text.ok_or_else(|| ModelFileError::Description("its metadata has no entry `partita`".to_owned()))?;
        let description: ModelDescription =
            serde_json::from_str(text).map_err(|error| ModelFileError::Description(error.to_string()))?;
        description.check()?;
        if description.needs_digest() && !has_digest {
            return Err(ModelFileError::Digest("it has no digest: the file is damaged"));
        }
        let file = Self { description, tensors, has_digest };
        file.check_shapes()?;
        Ok(file)
    }

    /// What it tells besides the weights.
    pub fn description(&self) -> &ModelDescription {
        &self.description
    }

    /// The same, kept.
    pub fn into_description(self) -> ModelDescription {
        self.description
    }

    /// Whether damage would have been found: files of the version before have no digest.
    pub fn has_digest(&self) -> bool {
        self.has_digest
    }

    /// The CVAE, ready to compose on `device`; of a file without one, a network whose weights are all 0.
    pub fn network(&self, device: &Device) -> Result<Cvae, ModelFileError> {
        let network = Cvae::awaited(&self.description.config, device);
        if self.description.has_cvae() { self.filled(network) } else { Ok(network) }
    }

    /// Generator and critic of latents, where it has them.
    pub fn adversarial(&self, device: &Device) -> Result<Option<Adversarial>, ModelFileError> {
        let ModelDescription { config: model, adversarial, .. } = &self.description;
        adversarial.map(|config| self.filled(Adversarial::awaited(&config, model, device))).transpose()
    }

    /// Generator and critic of rolls, where it has them.
    pub fn roll_players(&self, device: &Device) -> Result<Option<RollPlayers>, ModelFileError> {
        let ModelDescription { config: model, roll, .. } = &self.description;
        roll.map(|config| self.filled(RollPlayers::awaited(&config, model, device))).transpose()
    }

    /// The critic of written music, where it has one.
    pub fn listener(&self, device: &Device) -> Result<Option<Listener>, ModelFileError> {
        let ModelDescription { config: model, listener, .. } = &self.description;
        listener.map(|config| self.filled(Listener::awaited(&config, model, device))).transpose()
    }

    /// All weights, as [`ModelDescription::to_bytes`] takes them.
    pub fn weights(&self) -> Result<Vec<f32>, ModelFileError> {
        self.values(&self.description.parameter_shapes())
    }

    /// Refuses a file that lacks a tensor, or has one that is not due. Tensors fill the file without a gap, so that networks of
    /// these shapes are no larger than it.
    fn check_shapes(&self) -> Result<(), ModelFileError> {
        let due = self.description.parameter_shapes();
        for ParameterShape { name, shape } in &due {
            let problem = |problem: String| ModelFileError::Tensor { name: name.clone(), problem };
            let view = self.tensors.tensor(name).map_err(|_| problem("it is missing".to_owned()))?;
            if view.shape() != shape || view.dtype() != Dtype::F16 {
                let (dtype, found) = (view.dtype(), view.shape());
                return Err(problem(format!("{dtype:?} of {found:?} where F16 of {shape:?} is due")));
            }
        }
        if self.tensors.len() == due.len() + usize::from(self.has_digest) {
            return Ok(());
        }
        let is_known = |name: &str| name == digest::NAME || due.iter().any(|shape| shape.name == name);
        let name = self.tensors.names().into_iter().find(|name| !is_known(name)).unwrap_or_default().to_owned();
        Err(ModelFileError::Tensor { name, problem: "the model has no such parameter".to_owned() })
    }

    /// The module with the values of its parameters' names.
    fn filled<M: Module>(&self, awaited: M) -> Result<M, ModelFileError> {
        let values = self.values(&parameter_shapes(&awaited))?;
        Ok(write_parameters(awaited, &values))
    }

    fn values(&self, shapes: &[ParameterShape]) -> Result<Vec<f32>, ModelFileError> {
        let mut values = Vec::with_capacity(shapes.iter().map(ParameterShape::len).sum());
        for ParameterShape { name, .. } in shapes {
            let problem = |problem: &str| ModelFileError::Tensor { name: name.clone(), problem: problem.to_owned() };
            let view = self.tensors.tensor(name).map_err(|_| problem("it is missing"))?;
            let start = values.len();
            values.extend(view.data().chunks_exact(2).map(|half| f16::from_le_bytes([half[0], half[1]]).to_f32()));
            if values[start..].iter().any(|value: &f32| !value.is_finite()) {
                return Err(problem("it holds values that are not numbers"));
            }
        }
        Ok(values)
    }
}
