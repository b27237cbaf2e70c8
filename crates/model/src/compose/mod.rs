//! Composing: latents from the conditional prior, the generator, or music; then events one field at a time, each masked to
//! what is valid. The roll form writes whole rolls at once instead, from which notes are read.

mod desk;
mod grammar;
mod latents;
mod listening;
mod reconstruction;
mod rolls;
mod sampling;
mod writer;

pub use latents::LatentSource;
pub use listening::Listening;
pub use reconstruction::{compose_like, compose_variations, reconstruct, write_again};
pub use rolls::compose_rolls;
pub use sampling::{Sampling, SamplingError};
pub use writer::{Drawing, Plan, PlannedBar, compose, compose_from};
