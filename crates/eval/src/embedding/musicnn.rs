//! MusiCNN (Pons and Serra 2019, "musicnn: pre-trained convolutional neural networks for music audio tagging"): filters as wide
//! as musical shapes, tall ones for timbre and long ones for rhythm, then three convolutions in time, and pooling.

use super::layer::Layer;
use super::mel::{BANDS, MelFrontEnd, PATCH_FRAMES, SAMPLE_RATE_HZ};
use super::signal::Signal;
use super::weights::Weights;
use super::{ClipEmbedding, Embedder};
use crate::EvalError;

/// Size of the vectors.
const DIMENSION: usize = 200;
/// Filters of the front: two widths of timbre, three lengths of rhythm.
const FRONT_CHANNELS: usize = 2 * 204 + 3 * 51;
const MIDDLE_CHANNELS: usize = 64;
/// Channels that are pooled over time, twice: the maxima, then the means.
const POOLED_CHANNELS: usize = FRONT_CHANNELS + 3 * MIDDLE_CHANNELS;

/// The bundled weights; where they come from and their licence is told in `assets/README.md`.
static MSD: &[u8] = include_bytes!("../../assets/musicnn-msd.safetensors");

/// The network up to its penultimate layer of 200 numbers a patch. Patches follow one another without overlap; what is left
/// after the last whole patch of a clip is not heard.
#[derive(Debug, Clone)]
pub struct Musicnn {
    front_end: MelFrontEnd,
    input_scale: f32,
    input_shift: f32,
    timbre: Vec<Layer>,
    rhythm: Vec<Layer>,
    middle: [Layer; 3],
    dense: Layer,
}

impl Musicnn {
    /// The network trained on the tags of the Million Song Dataset, which comes with the crate.
    ///
    /// # Errors
    /// [`EvalError::Weights`] only where the program itself is damaged.
    pub fn bundled() -> Result<Self, EvalError> {
        Self::from_bytes(MSD)
    }

    /// The network with weights from a safetensors file.
    ///
    /// # Errors
    /// [`EvalError::Weights`] where a tensor is absent, has another shape or holds a number that is not finite.
    fn from_bytes(bytes: &[u8]) -> Result<Self, EvalError> {
        let weights = Weights::parse(bytes)?;
        let timbre = [38, 67].map(|bands| weights.layer(&format!("timbre_{bands}"), [7, bands, 204]));
        let rhythm = [128, 64, 32].map(|frames| weights.layer(&format!("rhythm_{frames}"), [frames, 1, 51]));
        Ok(Self {
            front_end: MelFrontEnd::new(),
            input_scale: weights.tensor("input.scale", &[1])?[0],
            input_shift: weights.tensor("input.shift", &[1])?[0],
            timbre: timbre.into_iter().collect::<Result<_, _>>()?,
            rhythm: rhythm.into_iter().collect::<Result<_, _>>()?,
            middle: [
                weights.layer("middle_1", [7, FRONT_CHANNELS, MIDDLE_CHANNELS])?,
                weights.layer("middle_2", [7, MIDDLE_CHANNELS, MIDDLE_CHANNELS])?,
                weights.layer("middle_3", [7, MIDDLE_CHANNELS, MIDDLE_CHANNELS])?,
            ],
            dense: weights.layer("dense", [1, 2 * POOLED_CHANNELS, DIMENSION])?,
        })
    }

    /// The vector of one patch, `[PATCH_FRAMES, BANDS]` of the spectrogram.
    fn embed_patch(&self, spectrogram: &[f32]) -> Vec<f32> {
        let values = spectrogram.iter().map(|mel| self.input_scale * mel + self.input_shift).collect();
        let input = Signal { channels: BANDS, values };
        let front: Vec<Signal> =
            self.timbre.iter().chain(&self.rhythm).map(|layer| layer.apply_to_bands(&input)).collect();
        let front = Signal::joined(&front.iter().collect::<Vec<_>>());
        let [first, second, third] = &self.middle;
        let first = first.apply(&front);
        let second = second.apply(&first).plus(&first);
        let third = third.apply(&second).plus(&second);
        let pooled = pooled(&[&front, &first, &second, &third]);
        self.dense.apply(&Signal { channels: 2 * POOLED_CHANNELS, values: pooled }).values
    }
}

/// The maxima over time of all channels, then their means.
fn pooled(signals: &[&Signal]) -> Vec<f32> {
    let peaks = signals.iter().flat_map(|signal| signal.peaks());
    peaks.chain(signals.iter().flat_map(|signal| signal.means())).collect()
}

impl Embedder for Musicnn {
    fn name(&self) -> &str {
        "MusiCNN (MSD), penultimate layer"
    }

    fn sample_rate_hz(&self) -> u32 {
        SAMPLE_RATE_HZ
    }

    fn dimension(&self) -> usize {
        DIMENSION
    }

    fn embed(&self, clip: &[f32]) -> Result<ClipEmbedding, EvalError> {
        let patches = self.front_end.patches(clip)?;
        let patches = patches.chunks_exact(PATCH_FRAMES * BANDS);
        ClipEmbedding::new(DIMENSION, patches.flat_map(|patch| self.embed_patch(patch)).collect())
    }
}
