//! The judgement of one set of clips against another by sound: FAD where the sets are large enough for it, KAD always, and
//! what must be said beside the figures.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::EvalError;
use crate::embedding::ClipEmbedding;
use crate::frechet::{FAD_CLIPS_MIN, FrechetAudioDistance, frechet_audio_distance};
use crate::kernel::{KernelAudioDistance, kernel_audio_distance};
use crate::subsample::Draws;

/// Below so many clips a side FAD comes with a warning.
pub const FAD_CLIPS_ADVISED: usize = 60;

/// How sets are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundOptions {
    /// Random parts of the sets, for intervals and extrapolation.
    pub draws: Draws,
    /// Mixings for the p-value; it cannot be smaller than one over these.
    pub permutations: usize,
}

impl Default for SoundOptions {
    fn default() -> Self {
        Self { draws: Draws { seed: 0, count: 20 }, permutations: 999 }
    }
}

/// One set of clips against another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SoundDistance {
    /// N of the judged set, in clips.
    pub generated_clips: usize,
    /// N of the set that it is judged by.
    pub reference_clips: usize,
    /// FAD; absent of sets too small for it.
    pub fad: Option<FrechetAudioDistance>,
    /// KAD.
    pub kad: KernelAudioDistance,
    /// What must stand beside the figures.
    pub warnings: Vec<SoundWarning>,
}

/// Why a figure is to be taken with care, or is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SoundWarning {
    /// The smaller set has fewer clips than [`FAD_CLIPS_ADVISED`].
    FewClips {
        /// Clips of the smaller set.
        clips: usize,
    },
    /// The smaller set has fewer clips than [`FAD_CLIPS_MIN`], and FAD is left out.
    NoFad {
        /// Clips of the smaller set.
        clips: usize,
    },
}

impl fmt::Display for SoundWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewClips { clips } => write!(
                f,
                "{clips} clips in the smaller set: below {FAD_CLIPS_ADVISED} FAD is mostly the bias of small sets; read FAD∞ and KAD"
            ),
            Self::NoFad { clips } => {
                write!(f, "{clips} clips in the smaller set: FAD needs {FAD_CLIPS_MIN}, so only KAD is given")
            }
        }
    }
}

/// Judges a set of clips by another. Both come from one embedding and one way of rendering, else the figure tells of those and
/// not of the music.
///
/// ```
/// use partita_eval::embedding::ClipEmbedding;
/// use partita_eval::{SoundOptions, compare_sound};
///
/// let clips = |offset: u16| -> Result<Vec<_>, _> {
///     (0..10).map(|n| ClipEmbedding::new(2, vec![f32::from(n % 3 + offset), f32::from(n % 4)])).collect()
/// };
/// let found = compare_sound(&clips(0)?, &clips(1)?, &SoundOptions::default())?;
/// assert!(found.kad.kad.value > 0.0 && found.fad.is_none());
/// assert!(found.warnings[0].to_string().contains("FAD needs 30"));
/// # Ok::<(), partita_eval::EvalError>(())
/// ```
///
/// # Errors
/// [`EvalError::TooFewClips`] below four clips a side; [`EvalError::Dimension`] where clips differ in it;
/// [`EvalError::Limit`].
pub fn compare_sound(
    generated: &[ClipEmbedding],
    reference: &[ClipEmbedding],
    options: &SoundOptions,
) -> Result<SoundDistance, EvalError> {
    let kad = kernel_audio_distance(generated, reference, options.draws, options.permutations)?;
    let clips = generated.len().min(reference.len());
    let fad =
        if clips < FAD_CLIPS_MIN { None } else { Some(frechet_audio_distance(generated, reference, options.draws)?) };
    let warnings = match clips {
        0..FAD_CLIPS_MIN => vec![SoundWarning::NoFad { clips }],
        FAD_CLIPS_MIN..FAD_CLIPS_ADVISED => vec![SoundWarning::FewClips { clips }],
        _ => vec![],
    };
    Ok(SoundDistance { generated_clips: generated.len(), reference_clips: reference.len(), fad, kad, warnings })
}
