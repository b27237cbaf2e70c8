//! Partita's model: a conditional sequence-to-sequence VAE over compound events, with a latent a bar and one a piece.
//!
//! Takes passages of encoded music ([`Passage`]) and gives the terms of the ELBO ([`Cvae::forward`]), or draws latents
//! from the conditional prior and decodes them to events ([`compose::compose`]). It knows no dataset, no path and no optimiser.
//!
//! # A model's file
//!
//! One safetensors file ([`ModelFile`]). Its metadata holds, under `partita`, a [`ModelDescription`] as JSON: versions, every size,
//! labels, statistics of the training music, and training figures. Each parameter is a tensor of 16-bit floats under its path in
//! the network, and there are no others but `sha256`, the file's last 32 bytes: the SHA-256 of all bytes before them, so that
//! damage anywhere is found. Shapes are compared with the sizes before a network is built; a file cannot ask for more memory than
//! a small multiple of its own length.

pub mod adversarial;
mod bag;
mod batch;
pub mod compose;
mod conditions;
mod config;
mod consistency;
mod cvae;
mod decoder;
mod device;
mod digest;
mod file;
mod heads;
mod kind;
mod latent;
mod layers;
pub mod layout;
mod likelihood;
mod parameters;
mod reading;

pub use batch::{Batch, Hidden, Passage, PassageBar};
/// The tensor framework's handle of a device.
pub use burn::tensor::Device;
pub use conditions::ConditionClasses;
pub use config::{ModelConfig, ModelSize, SequenceLayer};
pub use consistency::Consistency;
pub use cvae::{Cvae, ElboTerms, Latents, Noise};
pub use device::{Compute, NotBuilt};
pub use file::{ModelDescription, ModelFileError, TrainingSummary};
pub use kind::ModelKind;
pub use latent::{Gaussian, Posterior};
pub use layout::{BarFeatures, Field, PieceLayout};
pub use likelihood::{Likelihood, likelihoods, reconstruction_with_latents_of};
pub use parameters::{ParameterShape, parameter_shapes, read_gradients, read_parameters, write_parameters};
pub use reading::{MODEL_BYTES_MAX, ModelFile};
