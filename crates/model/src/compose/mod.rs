//! Composing: latents from the conditional prior or the generator, then events one field at a time, each masked to what is valid.

mod grammar;
mod latents;
mod sampling;
mod writer;

pub use grammar::Instruments;
pub use latents::LatentSource;
pub use sampling::{Sampling, SamplingError};
pub use writer::{Plan, PlannedBar, compose, compose_aloud, compose_from};
