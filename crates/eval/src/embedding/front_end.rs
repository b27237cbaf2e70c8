//! The ways from sound to the patches that networks take. A network's input tells which it was trained with.

use super::mel::{self, MelFrontEnd, SAMPLE_RATE_HZ};
use super::yamnet::{self, YamnetFrontEnd};
use crate::EvalError;

/// Ten minutes: some 80 MB of spectra.
const SAMPLES_MAX: usize = 600 * SAMPLE_RATE_HZ as usize;

/// A front end that is known by the size of its patches.
#[derive(Debug, Clone)]
pub(super) enum FrontEnd {
    /// Of MusiCNN, 187 frames of 96 bands.
    Musicnn(MelFrontEnd),
    /// Of YAMNet, 96 frames of 64 bands.
    Yamnet(YamnetFrontEnd),
}

impl FrontEnd {
    /// The one whose patches are so many frames of so many bands.
    pub(super) fn of_patch(size: [usize; 2]) -> Option<Self> {
        match size {
            [mel::PATCH_FRAMES, mel::BANDS] => Some(Self::Musicnn(MelFrontEnd::new())),
            [yamnet::PATCH_FRAMES, yamnet::BANDS] => Some(Self::Yamnet(YamnetFrontEnd::new())),
            _ => None,
        }
    }

    /// Numbers of a patch.
    pub(super) fn patch_len(&self) -> usize {
        match self {
            Self::Musicnn(_) => mel::PATCH_FRAMES * mel::BANDS,
            Self::Yamnet(_) => yamnet::PATCH_FRAMES * yamnet::BANDS,
        }
    }

    /// The patches of a clip, one after another: `[patch, frame, band]`, at least one.
    pub(super) fn patches(&self, clip: &[f32]) -> Result<Vec<f32>, EvalError> {
        match self {
            Self::Musicnn(front_end) => front_end.patches(clip),
            Self::Yamnet(front_end) => front_end.patches(clip),
        }
    }
}

/// Refuses a clip of less than `samples_min` samples, one that is too long, and what is no sound.
pub(super) fn check(clip: &[f32], samples_min: usize) -> Result<(), EvalError> {
    if clip.len() < samples_min {
        let seconds_min = samples_min as f64 / f64::from(SAMPLE_RATE_HZ);
        return Err(EvalError::ClipTooShort { found: clip.len(), needed: samples_min, seconds_min });
    }
    if clip.len() > SAMPLES_MAX {
        let (found, limit) = (clip.len() as u64, SAMPLES_MAX as u64);
        return Err(EvalError::Limit { what: "the number of samples in a clip", found, limit });
    }
    match clip.iter().position(|sample| !sample.is_finite()) {
        Some(index) => Err(EvalError::NotFinite { what: "sample", index }),
        None => Ok(()),
    }
}
