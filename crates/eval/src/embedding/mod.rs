//! From sound to vectors: each patch of some three seconds becomes the vector in which a network, trained to tag music,
//! hears it. Two sets of such vectors are what the Fréchet and the kernel distance compare.
//!
//! ```
//! use partita_eval::embedding::{Embedder, Musicnn};
//!
//! let network = Musicnn::bundled()?;
//! let tone: Vec<f32> = (0..16_000 * 4).map(|n| (n as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin()).collect();
//! let clip = network.embed(&tone)?; // four seconds hold one patch of 2.99 s
//! assert_eq!((clip.patch_count(), clip.dimension()), (1, 200));
//! # Ok::<(), partita_eval::EvalError>(())
//! ```

mod clip;
mod front_end;
mod layer;
mod mel;
mod musicnn;
mod onnx;
mod onnx_lengths;
mod signal;
mod spectrum;
mod weights;
mod yamnet;

pub use clip::ClipEmbedding;
pub use mel::SAMPLE_RATE_HZ;
pub use musicnn::Musicnn;
pub use onnx::OnnxEmbedder;

use rayon::prelude::*;

use crate::EvalError;

/// A way from sound to vectors.
pub trait Embedder: Sync {
    /// What reports call it. Distances of differently named embeddings don't compare.
    fn name(&self) -> &str;

    /// Samples a second of the mono sound that it takes, in hertz.
    fn sample_rate_hz(&self) -> u32;

    /// Size of its vectors.
    fn dimension(&self) -> usize;

    /// The vectors of one clip of mono sound, samples within ±1, one vector for each whole patch.
    ///
    /// # Errors
    /// [`EvalError::ClipTooShort`] without a whole patch, [`EvalError::NotFinite`] for a damaged sample and
    /// [`EvalError::Limit`] for a clip beyond what is computed at once.
    fn embed(&self, clip: &[f32]) -> Result<ClipEmbedding, EvalError>;

    /// [`Embedder::embed`] of many clips, on all threads of the pool; the result does not depend on their number.
    ///
    /// # Errors
    /// The first error among the clips.
    fn embed_all(&self, clips: &[Vec<f32>]) -> Result<Vec<ClipEmbedding>, EvalError> {
        clips.par_iter().map(|clip| self.embed(clip)).collect()
    }
}
