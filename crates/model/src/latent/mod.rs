//! Latents: the Gaussians, the encoder that infers them and the prior that draws them.

mod encoder;
mod gaussian;
mod prior;

pub(crate) use encoder::Encoder;
pub use encoder::Posterior;
pub use gaussian::Gaussian;
pub(crate) use prior::Prior;
