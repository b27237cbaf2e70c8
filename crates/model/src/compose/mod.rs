//! Composing: latents from the conditional prior, then events one field at a time, each masked to what is valid.

mod grammar;
mod sampling;
mod writer;

pub use grammar::Instruments;
pub use sampling::{Sampling, SamplingError};
pub use writer::{Plan, PlannedBar, compose, compose_aloud};
