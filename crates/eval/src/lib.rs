//! How good music is, in numbers: distances between sets of sounding clips, and statistics of scores. It judges scores, sound
//! and matrices wherever they came from; it reads no file, asks no clock, and prints nothing.
//!
//! By sound: [`clip_score`] cuts a piece to a clip, whoever renders it hands the samples through [`clip_samples`] to an
//! [`Embedder`](embedding::Embedder), and [`compare_sound`] tells how far one set of clips lies from another. FAD hardly hears wrong
//! notes, so that the figures of [`symbolic`] always stand beside it.
//!
//! ```
//! use partita_eval::embedding::ClipEmbedding;
//! use partita_eval::{SoundOptions, compare_sound};
//!
//! let clip = |n: u16, moved: u16| ClipEmbedding::new(2, vec![f32::from(n % 7 + moved), f32::from(n % 5)]);
//! let generated = (0..60).map(|n| clip(n, 2)).collect::<Result<Vec<_>, _>>()?;
//! let reference = (0..60).map(|n| clip(n, 0)).collect::<Result<Vec<_>, _>>()?;
//! let found = compare_sound(&generated, &reference, &SoundOptions::default())?;
//! assert!(found.fad.is_some_and(|fad| (fad.fad.value - 4.0).abs() < 1e-6)); // moved by 2: 2² = 4
//! assert!(found.kad.p_value < 0.01);
//! # Ok::<(), partita_eval::EvalError>(())
//! ```

mod clip;
pub mod embedding;
mod error;
pub mod frechet;
mod kernel;
mod product;
mod sound;
mod subsample;
pub mod symbolic;

pub use clip::{CLIP_NOTES_MIN, CLIP_SECONDS, clip_samples, clip_score};
pub use error::EvalError;
pub use kernel::{KernelAudioDistance, kernel_audio_distance};
pub use sound::{FAD_CLIPS_ADVISED, SoundDistance, SoundOptions, SoundWarning, compare_sound};
pub use subsample::{Draws, difference};
