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
pub(in crate::commands) const FORMAT_VERSION: u32 = 1;

/// The whole document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Findings {
    pub(in crate::commands) format_version: u32,
    pub(in crate::commands) protocol: Protocol,
    pub(in crate::commands) genres: Vec<GenreFindings>,
    /// All genres, each with the same weight.
    pub(in crate::commands) overall: Vec<OverallFindings>,
    /// FAD of each genre's judged pieces (rows) against each genre's reference (columns).
    pub(in crate::commands) fad_matrix: Vec<Vec<Option<f64>>>,
    /// The classifiers on held-out real music.
    pub(in crate::commands) classifiers: Vec<ClassifierFindings>,
    /// Of the judged pieces of all genres.
    pub(in crate::commands) adherence: Vec<Adherence>,
    /// Absent where no model is judged.
    pub(in crate::commands) model: Option<ModelFindings>,
    /// What must be known to read the figures.
    pub(in crate::commands) warnings: Vec<String>,
}

impl Findings {
    /// One set over all genres.
    pub(in crate::commands) fn overall_of(&self, kind: SetKind) -> Option<&OverallFindings> {
        self.overall.iter().find(|row| row.set == kind)
    }

    /// The rows of the tables: all sets but the one that has a table of its own.
    pub(in crate::commands) fn rows(&self) -> impl Iterator<Item = &OverallFindings> {
        self.overall.iter().filter(|row| row.set != SetKind::GenreAlone)
    }
}

/// How it was measured: figures of different protocols do not compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::commands) struct Protocol {
    /// Version of this program.
    pub(in crate::commands) program: String,
    /// The judged model's or folder's name.
    pub(in crate::commands) judged: String,
    /// SHA-256 of the model's file.
    pub(in crate::commands) model_sha256: Option<String>,
    /// SHA-256 of the corpus.
    pub(in crate::commands) corpus_sha256: Option<String>,
    pub(in crate::commands) soundfont: String,
    pub(in crate::commands) soundfont_sha256: String,
    pub(in crate::commands) embedding: String,
    pub(in crate::commands) clip_seconds: f64,
    /// Bars of each piece.
    pub(in crate::commands) bars: usize,
    /// Pieces judged of each genre, at most.
    pub(in crate::commands) pieces: usize,
    /// Pieces of the reference of each genre, at most.
    pub(in crate::commands) reference_pieces: usize,
    /// The split of the reference.
    pub(in crate::commands) against: Against,
    pub(in crate::commands) seed: u64,
    /// What was asked of a model.
    pub(in crate::commands) ask: Option<Ask>,
    /// The form that was asked of it; absent in reports from before there were others than free.
    #[serde(default)]
    pub(in crate::commands) form: Option<String>,
    /// How it drew.
    pub(in crate::commands) sampling: Option<SamplingValues>,
    /// What drew its latents.
    pub(in crate::commands) latents: Option<String>,
}

/// [`partita_model::compose::Sampling`] as it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::commands) struct SamplingValues {
    pub(in crate::commands) temperature: f32,
    pub(in crate::commands) top_p: f32,
    pub(in crate::commands) guidance: f32,
    pub(in crate::commands) latent_temperature: f32,
    /// Of each bar, among which a listener chose; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::commands) candidates: Option<usize>,
    /// How surely it chose; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::commands) critic_weight: Option<f32>,
}

/// One genre.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct GenreFindings {
    pub(in crate::commands) genre: String,
    /// The reference, compared with nothing.
    pub(in crate::commands) reference: Option<SetFindings>,
    pub(in crate::commands) sets: Vec<SetFindings>,
    /// Whether FAD and KAD rise from held-out music to random notes.
    pub(in crate::commands) order: Vec<OrderStep>,
}

impl GenreFindings {
    /// One of its sets.
    pub(in crate::commands) fn set(&self, kind: SetKind) -> Option<&SetFindings> {
        self.sets.iter().find(|set| set.set == Some(kind))
    }
}

/// One set of pieces of one genre.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct SetFindings {
    /// `None` for the reference itself.
    pub(in crate::commands) set: Option<SetKind>,
    pub(in crate::commands) pieces: usize,
    pub(in crate::commands) sound: Option<SoundDistance>,
    pub(in crate::commands) overlaps: Vec<Overlap>,
    /// Under muspy's names.
    pub(in crate::commands) statistics: Vec<Figure>,
    pub(in crate::commands) coherence: Vec<Figure>,
    /// Share that the test classifier takes for the genre, seeing all, and seeing neither programs nor drums.
    pub(in crate::commands) genre_accuracy: Option<Estimate>,
    pub(in crate::commands) genre_accuracy_pitched: Option<Estimate>,
    pub(in crate::commands) copying: Option<Copying>,
}

impl SetFindings {
    /// FAD with its interval.
    pub(in crate::commands) fn fad(&self) -> Option<Estimate> {
        Some(self.sound.as_ref()?.fad.as_ref()?.fad)
    }

    /// KAD × 100 with its interval.
    pub(in crate::commands) fn kad(&self) -> Option<Estimate> {
        Some(self.sound.as_ref()?.kad.kad)
    }
}

/// A measure over the pieces of a set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Figure {
    pub(in crate::commands) name: String,
    /// Of the pieces of which it is defined.
    pub(in crate::commands) mean: Option<Estimate>,
    /// The values below which 5, 25, 50, 75 and 95 % of the pieces lie.
    pub(in crate::commands) quantiles: Option<[f64; 5]>,
}

/// Two neighbours in the order in which a distance must rise, and by how much it does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::commands) struct OrderStep {
    pub(in crate::commands) lower: SetKind,
    pub(in crate::commands) upper: SetKind,
    pub(in crate::commands) fad: Option<Estimate>,
    pub(in crate::commands) kad: Estimate,
}

/// How a difference of two distances lies about zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Order {
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
    pub(in crate::commands) fn of(difference: Estimate) -> Self {
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
pub(in crate::commands) struct OverallFindings {
    pub(in crate::commands) set: SetKind,
    /// Mean of the genres' FAD, where all have one.
    pub(in crate::commands) fad: Option<Estimate>,
    /// Mean of the genres' KAD.
    pub(in crate::commands) kad: Option<Estimate>,
    pub(in crate::commands) genre_accuracy: Option<Estimate>,
    pub(in crate::commands) genre_accuracy_pitched: Option<Estimate>,
    pub(in crate::commands) composer_accuracy: Option<Estimate>,
    pub(in crate::commands) inception: Option<InceptionScore>,
    pub(in crate::commands) copying: Option<Copying>,
}

/// A classifier on real held-out music.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct ClassifierFindings {
    /// Its kind, and what it is for.
    pub(in crate::commands) classifier: String,
    /// What it tells, and what it sees.
    pub(in crate::commands) task: String,
    pub(in crate::commands) classes: usize,
    pub(in crate::commands) accuracy: Accuracy,
}

/// What only a model can be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct ModelFindings {
    /// Optimiser steps and notes that it was trained with.
    pub(in crate::commands) steps: u64,
    pub(in crate::commands) notes_seen: u64,
    /// By genre, then of all.
    pub(in crate::commands) likelihood: Vec<LikelihoodFindings>,
}

impl ModelFindings {
    /// The likelihood of all genres together.
    pub(in crate::commands) fn overall_likelihood(&self) -> Option<&LikelihoodFindings> {
        self.likelihood.iter().find(|found| found.genre.is_none())
    }
}

/// How well a model knows held-out music. NLLs are of whole pieces, bar lines included.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct LikelihoodFindings {
    /// `None` for all genres together.
    pub(in crate::commands) genre: Option<String>,
    pub(in crate::commands) pieces: usize,
    pub(in crate::commands) notes: usize,
    pub(in crate::commands) quarters: f64,
    /// −ELBO, nats a note and nats a quarter.
    pub(in crate::commands) nll_per_note: Estimate,
    pub(in crate::commands) nll_per_quarter: Estimate,
    /// The tighter bound of so many samples.
    pub(in crate::commands) iwae_samples: usize,
    pub(in crate::commands) iwae_nll_per_note: Estimate,
    pub(in crate::commands) iwae_nll_per_quarter: Estimate,
    /// −log p(x | z, c), a note; and with the latents of another piece.
    pub(in crate::commands) reconstruction_per_note: Estimate,
    pub(in crate::commands) shuffled_per_note: Option<Estimate>,
    /// Mean squared error of reconstructed rolls, and of silence.
    pub(in crate::commands) mse: Option<Estimate>,
    pub(in crate::commands) mse_of_silence: Option<Estimate>,
    pub(in crate::commands) onset_f1: Option<Estimate>,
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
