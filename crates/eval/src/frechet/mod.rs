//! The Fréchet distance between two sets of embedded clips, with music rendered to sound the Fréchet Audio Distance (FAD): how
//! far the Gaussian of one set lies from that of the other. It falls as sets grow, by about 43/N here, so that it is always told
//! with N, and beside FAD∞, the same extrapolated to sets without end.

mod audio_distance;
mod cholesky;
mod distance;
mod eigenvalues;
mod gaussian;

pub use audio_distance::{Extrapolation, FAD_CLIPS_MIN, FrechetAudioDistance, frechet_audio_distance, plain_fad};
pub use distance::{FrechetDistance, frechet_distance};
pub use gaussian::Gaussian;
