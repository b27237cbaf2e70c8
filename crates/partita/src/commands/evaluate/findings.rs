//! What an evaluation found: the JSON document, from which the report is written and compared.

use partita_eval::SoundDistance;
use partita_eval::symbolic::adherence::Adherence;
use partita_eval::symbolic::classifier::{Accuracy, InceptionScore};
use partita_eval::symbolic::copying::Copying;
use partita_eval::symbolic::interval::Estimate;
use partita_eval::symbolic::overlap::Overlap;
use serde::{Deserialize, Serialize};

use super::composing::Ask;
use super::sets::SetKind;
use super::settings::Against;

/// Version of this document; others are not compared.
pub(super) const FORMAT_VERSION: u32 = 1;

/// The whole document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Findings {
    pub(super) format_version: u32,
    pub(super) protocol: Protocol,
    pub(super) genres: Vec<GenreFindings>,
    /// All genres, each with the same weight.
    pub(super) overall: Vec<OverallFindings>,
    /// FAD of each genre's judged pieces (rows) against each genre's reference (columns).
    pub(super) fad_matrix: Vec<Vec<Option<f64>>>,
    /// The classifiers on held-out real music.
    pub(super) classifiers: Vec<ClassifierFindings>,
    /// Of the judged pieces of all genres.
    pub(super) adherence: Vec<Adherence>,
    /// Absent where no model is judged.
    pub(super) model: Option<ModelFindings>,
    /// What must be known to read the figures.
    pub(super) warnings: Vec<String>,
}

/// How it was measured: figures of different protocols do not compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Protocol {
    /// Version of this program.
    pub(super) program: String,
    /// The judged model's or folder's name.
    pub(super) judged: String,
    /// SHA-256 of the model's file.
    pub(super) model_sha256: Option<String>,
    /// SHA-256 of the corpus.
    pub(super) corpus_sha256: Option<String>,
    pub(super) soundfont: String,
    pub(super) soundfont_sha256: String,
    pub(super) embedding: String,
    pub(super) clip_seconds: f64,
    /// Bars of each piece.
    pub(super) bars: usize,
    /// Pieces judged of each genre, at most.
    pub(super) pieces: usize,
    /// Pieces of the reference of each genre, at most.
    pub(super) reference_pieces: usize,
    /// The split of the reference.
    pub(super) against: Against,
    pub(super) seed: u64,
    /// What was asked of a model.
    pub(super) ask: Option<Ask>,
    /// How it drew.
    pub(super) sampling: Option<SamplingValues>,
}

/// [`partita_model::compose::Sampling`] as it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SamplingValues {
    pub(super) temperature: f32,
    pub(super) top_p: f32,
    pub(super) guidance: f32,
    pub(super) latent_temperature: f32,
}

/// One genre.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct GenreFindings {
    pub(super) genre: String,
    /// The reference, compared with nothing.
    pub(super) reference: Option<SetFindings>,
    pub(super) sets: Vec<SetFindings>,
    /// Whether FAD and KAD rise from held-out music to random notes.
    pub(super) order: Vec<OrderStep>,
}

/// One set of pieces of one genre.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SetFindings {
    /// `None` for the reference itself.
    pub(super) set: Option<SetKind>,
    pub(super) pieces: usize,
    pub(super) sound: Option<SoundDistance>,
    pub(super) overlaps: Vec<Overlap>,
    /// Under muspy's names.
    pub(super) statistics: Vec<Figure>,
    pub(super) coherence: Vec<Figure>,
    /// Share that the test classifier takes for the genre, seeing all, and seeing neither programs nor drums.
    pub(super) genre_accuracy: Option<Estimate>,
    pub(super) genre_accuracy_pitched: Option<Estimate>,
    pub(super) copying: Option<Copying>,
}

impl SetFindings {
    /// FAD with its interval.
    pub(super) fn fad(&self) -> Option<Estimate> {
        Some(self.sound.as_ref()?.fad.as_ref()?.fad)
    }

    /// KAD × 100 with its interval.
    pub(super) fn kad(&self) -> Option<Estimate> {
        Some(self.sound.as_ref()?.kad.kad)
    }
}

/// A measure over the pieces of a set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Figure {
    pub(super) name: String,
    /// Of the pieces of which it is defined.
    pub(super) mean: Option<Estimate>,
    /// The values below which 5, 25, 50, 75 and 95 % of the pieces lie.
    pub(super) quantiles: Option<[f64; 5]>,
}

/// Two neighbours in the order in which a distance must rise, and by how much it does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct OrderStep {
    pub(super) lower: SetKind,
    pub(super) upper: SetKind,
    pub(super) fad: Option<Estimate>,
    pub(super) kad: Estimate,
}

/// How a difference of two distances lies about zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Above it, the interval too.
    Clear,
    /// Above, the interval not.
    Rising,
    /// Below, the interval not: not to be told apart.
    Level,
    /// Below, the interval too.
    Reversed,
}

impl Order {
    pub(super) fn of(difference: Estimate) -> Self {
        match () {
            () if difference.low > 0.0 => Self::Clear,
            () if difference.value >= 0.0 => Self::Rising,
            () if difference.high >= 0.0 => Self::Level,
            () => Self::Reversed,
        }
    }
}

/// One set over all genres.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OverallFindings {
    pub(super) set: SetKind,
    /// Mean of the genres' FAD, where all have one.
    pub(super) fad: Option<Estimate>,
    /// Mean of the genres' KAD.
    pub(super) kad: Option<Estimate>,
    pub(super) genre_accuracy: Option<Estimate>,
    pub(super) genre_accuracy_pitched: Option<Estimate>,
    pub(super) composer_accuracy: Option<Estimate>,
    pub(super) inception: Option<InceptionScore>,
    pub(super) copying: Option<Copying>,
}

/// A classifier on real held-out music.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ClassifierFindings {
    /// Its kind, and what it is for.
    pub(super) classifier: String,
    /// What it tells, and what it sees.
    pub(super) task: String,
    pub(super) classes: usize,
    pub(super) accuracy: Accuracy,
}

/// What only a model can be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ModelFindings {
    /// Optimiser steps and notes that it was trained with.
    pub(super) steps: u64,
    pub(super) notes_seen: u64,
    /// By genre, then of all.
    pub(super) likelihood: Vec<LikelihoodFindings>,
}

/// How well a model knows held-out music. NLLs are of whole pieces, bar lines included.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LikelihoodFindings {
    /// `None` for all genres together.
    pub(super) genre: Option<String>,
    pub(super) pieces: usize,
    pub(super) notes: usize,
    pub(super) quarters: f64,
    /// −ELBO, nats a note and nats a quarter.
    pub(super) nll_per_note: Estimate,
    pub(super) nll_per_quarter: Estimate,
    /// The tighter bound of so many samples.
    pub(super) iwae_samples: usize,
    pub(super) iwae_nll_per_note: Estimate,
    pub(super) iwae_nll_per_quarter: Estimate,
    /// −log p(x | z, c), a note; and with the latents of another piece.
    pub(super) reconstruction_per_note: Estimate,
    pub(super) shuffled_per_note: Option<Estimate>,
    /// Mean squared error of reconstructed rolls, and of silence.
    pub(super) mse: Option<Estimate>,
    pub(super) mse_of_silence: Option<Estimate>,
    pub(super) onset_f1: Option<Estimate>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_clear_only_beyond_the_interval() {
        let around = |value: f64| Estimate { value, low: value - 1.0, high: value + 1.0, count: 9 };
        let orders = [3.0, 0.5, -0.5, -3.0].map(|difference| Order::of(around(difference)));
        assert_eq!(orders, [Order::Clear, Order::Rising, Order::Level, Order::Reversed]);
    }
}
