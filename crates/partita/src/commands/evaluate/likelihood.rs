//! How well a model knows held-out music, and how well it gives back what it has encoded.

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use partita_dataset::{Corpus, PieceId, Split};
use partita_encoding::{BarConditions, EncodedBar, Metre, NoteEvent, PianoRoll, RollMode};
use partita_eval::symbolic::interval::Estimate;
use partita_eval::symbolic::reconstruction::{OnsetScore, RollError};
use partita_model::compose::reconstruct;
use partita_model::{Likelihood, Passage, likelihoods, reconstruction_with_latents_of};
use partita_train::{Cutter, Recipe};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cache::{Cache, Key};
use super::findings::LikelihoodFindings;
use super::notes::{RESAMPLES, RESAMPLING_SEED};
use crate::commands::compose::LoadedModel;
use crate::commands::compose::piece::NOTES_PER_BAR_MAX;

/// Samples of the importance-weighted bound.
const IWAE_SAMPLES: usize = 8;

/// Changes whenever the same piece would be measured otherwise.
const VERSION: &[u8] = b"likelihood 1";

/// A model whose likelihood is measured.
pub(super) struct Measured<'a> {
    pub(super) model: &'a LoadedModel,
    /// SHA-256 of the model's file.
    pub(super) sha256: &'a str,
    pub(super) corpus: &'a Corpus,
    /// The held-out side whose pieces are taken.
    pub(super) split: Split,
    pub(super) seed: u64,
    pub(super) cache: &'a Cache,
}

/// What a piece adds to the sums.
#[derive(Serialize, Deserialize)]
struct PieceLikelihood {
    notes: f64,
    quarters: f64,
    likelihood: Likelihood,
    /// With the latents of another piece, and the true ones: of the first passage.
    shuffled: Option<[f64; 3]>,
    roll: Option<RollError>,
    onsets: OnsetScore,
}

impl Measured<'_> {
    /// The figures of each genre and of all, on up to `count` held-out pieces of each, whole.
    pub(super) fn likelihood(
        &self,
        genres: &[String],
        count: usize,
        bar: &ProgressBar,
    ) -> Result<Vec<LikelihoodFindings>> {
        let order = self.corpus.shuffled(self.split, self.seed, 0);
        let mut all = Vec::new();
        let mut findings = Vec::new();
        for genre in genres {
            let of_genre = |id: &&PieceId| self.corpus.piece(**id).genre() == Some(genre.as_str());
            let ids: Vec<PieceId> = order.iter().filter(of_genre).take(count).copied().collect();
            let pieces: Result<Vec<PieceLikelihood>> = (0..ids.len())
                .into_par_iter()
                .map(|index| {
                    let piece = self.kept(ids[index], ids[(index + 1) % ids.len()]);
                    bar.inc(1);
                    piece
                })
                .collect();
            let pieces = pieces?;
            findings.extend(summed(Some(genre), &pieces));
            all.extend(pieces);
        }
        findings.extend(summed(None, &all));
        Ok(findings)
    }

    /// Each piece takes seconds and more, so that what was found is kept.
    fn kept(&self, id: PieceId, other: PieceId) -> Result<PieceLikelihood> {
        let paths = [id, other].map(|id| self.corpus.piece(id).path());
        let numbers = format!("{} {IWAE_SAMPLES}", self.seed);
        let corpus = self.corpus.fingerprint();
        let [path, other_path] = paths.map(str::as_bytes);
        let key = Key::of(&[VERSION, self.sha256.as_bytes(), &corpus, path, other_path, numbers.as_bytes()]);
        let kept = self
            .cache
            .get_or_make(&key, || serde_json::to_vec(&self.of_piece(id, other)?).context("keep a likelihood"))?;
        serde_json::from_slice(&kept).context("read a likelihood from the cache; remove the cache's folder")
    }

    fn of_piece(&self, id: PieceId, other: PieceId) -> Result<PieceLikelihood> {
        let LoadedModel { description, network, device, .. } = self.model;
        let config = &description.config;
        let recipe = Recipe::default();
        let cutter = Cutter::new(self.corpus, &description.labels, &recipe);
        let (passages, other) = (cutter.whole(id)?, cutter.whole(other)?);
        let seed = self.seed ^ id.index() as u64;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let likelihood = likelihoods(network, config, &passages, IWAE_SAMPLES, &mut random, device).into_iter().sum();
        let (first, theirs) = (&passages[..1], &other[..1]);
        let with = |latents: &[Passage]| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            reconstruction_with_latents_of(network, config, first, latents, 1, &mut random, device)[0]
        };
        let shuffled = (first != theirs).then(|| [with(theirs), with(first), first[0].note_count() as f64]);
        let bars = &first[0].bars;
        let original: Vec<EncodedBar> = bars.iter().map(|bar| encoded(bar.features.metre, &bar.notes)).collect();
        let given_back = reconstruct(network, config, &first[0], NOTES_PER_BAR_MAX, device);
        let given_back = bars.iter().zip(&given_back).map(|(bar, notes)| encoded(bar.features.metre, notes));
        let given_back: Vec<EncodedBar> = given_back.collect();
        let roll = |bars: &[EncodedBar]| PianoRoll::of_bars(bars, RollMode::Frame);
        Ok(PieceLikelihood {
            notes: passages.iter().map(|passage| passage.note_count() as f64).sum(),
            quarters: passages.iter().map(Passage::quarters).sum(),
            likelihood,
            shuffled,
            roll: RollError::of(&roll(&original), &roll(&given_back)),
            onsets: OnsetScore::of(&original, &given_back),
        })
    }
}

fn encoded(metre: u8, notes: &[NoteEvent]) -> EncodedBar {
    let metre = Metre::of_class(metre).unwrap_or_default();
    EncodedBar { metre, notes: notes.to_vec(), conditions: BarConditions::default() }
}

/// Sums over sums: each piece counts by its notes or quarters, and the intervals draw whole pieces.
fn summed(genre: Option<&String>, pieces: &[PieceLikelihood]) -> Option<LikelihoodFindings> {
    let ratio = |part: &dyn Fn(&PieceLikelihood) -> Option<(f64, f64)>| {
        let pairs: Vec<(f64, f64)> = pieces.iter().filter_map(part).collect();
        Estimate::bootstrap_ratio(&pairs, RESAMPLES, RESAMPLING_SEED)
    };
    let mean = |part: &dyn Fn(&PieceLikelihood) -> Option<f64>| {
        let values: Vec<f64> = pieces.iter().filter_map(part).collect();
        Estimate::bootstrap_mean(&values, RESAMPLES, RESAMPLING_SEED)
    };
    Some(LikelihoodFindings {
        genre: genre.cloned(),
        pieces: pieces.len(),
        notes: pieces.iter().map(|piece| piece.notes).sum::<f64>() as usize,
        quarters: pieces.iter().map(|piece| piece.quarters).sum(),
        nll_per_note: ratio(&|piece| Some((-piece.likelihood.elbo(), piece.notes)))?,
        nll_per_quarter: ratio(&|piece| Some((-piece.likelihood.elbo(), piece.quarters)))?,
        iwae_samples: IWAE_SAMPLES,
        iwae_nll_per_note: ratio(&|piece| Some((-piece.likelihood.iwae, piece.notes)))?,
        iwae_nll_per_quarter: ratio(&|piece| Some((-piece.likelihood.iwae, piece.quarters)))?,
        reconstruction_per_note: ratio(&|piece| piece.shuffled.map(|[_, own, notes]| (own, notes)))?,
        shuffled_per_note: ratio(&|piece| piece.shuffled.map(|[other, _, notes]| (other, notes))),
        mse: mean(&|piece| piece.roll.map(|roll| roll.mse)),
        mse_of_silence: mean(&|piece| piece.roll.map(|roll| roll.mse_of_silence)),
        onset_f1: mean(&|piece| piece.onsets.f1()),
    })
}
