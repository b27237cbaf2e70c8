//! How good music is, in numbers: distances between sets of sounding clips, and statistics of scores. It judges scores, sound
//! and matrices wherever they came from; it reads no file, asks no clock, and prints nothing.

pub mod embedding;
mod error;
pub mod frechet;
mod kernel;
mod product;
mod sound;
mod subsample;
pub mod symbolic;

pub use error::EvalError;
pub use kernel::{KernelAudioDistance, kernel_audio_distance};
pub use sound::{FAD_CLIPS_ADVISED, SoundDistance, SoundOptions, SoundWarning, compare_sound};
pub use subsample::Draws;
