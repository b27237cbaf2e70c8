//! How well a model knows held-out music, and how well it gives back what it has encoded.

use anyhow::Result;
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

use super::findings::LikelihoodFindings;
use super::notes::{RESAMPLES, RESAMPLING_SEED};
use crate::commands::compose::LoadedModel;
use crate::commands::compose::piece::NOTES_PER_BAR_MAX;

/// Samples of the importance-weighted bound.
const IWAE_SAMPLES: usize = 8;

/// What a piece adds to the sums.
struct PieceLikelihood {
    notes: f64,
    quarters: f64,
    likelihood: Likelihood,
    /// With the latents of another piece, and the true ones: of the first passage.
    shuffled: Option<[f64; 3]>,
    roll: Option<RollError>,
    onsets: OnsetScore,
}

/// The figures of each genre and of all, on up to `count` test pieces of each, whole.
pub(super) fn measure(
    model: &LoadedModel,
    corpus: &Corpus,
    genres: &[String],
    count: usize,
    seed: u64,
    bar: &ProgressBar,
) -> Result<Vec<LikelihoodFindings>> {
    let recipe = Recipe::default();
    let cutter = Cutter { corpus, labels: &model.description.labels, recipe: &recipe };
    let order = corpus.shuffled(Split::Test, seed, 0);
    let mut all = Vec::new();
    let mut findings = Vec::new();
    for genre in genres {
        let of_genre = |id: &&PieceId| corpus.piece(**id).genre() == Some(genre.as_str());
        let passages: Vec<Vec<Passage>> =
            order.iter().filter(of_genre).take(count).map(|&id| cutter.whole(id)).collect();
        let pieces: Vec<PieceLikelihood> = (0..passages.len())
            .into_par_iter()
            .map(|index| {
                let other = &passages[(index + 1) % passages.len()];
                let piece = of_piece(model, &passages[index], other, seed ^ index as u64);
                bar.inc(1);
                piece
            })
            .collect();
        findings.extend(summed(Some(genre), &pieces));
        all.extend(pieces);
    }
    findings.extend(summed(None, &all));
    Ok(findings)
}

fn of_piece(model: &LoadedModel, passages: &[Passage], other: &[Passage], seed: u64) -> PieceLikelihood {
    let LoadedModel { description, network, device } = model;
    let config = &description.config;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let likelihood = likelihoods(network, config, passages, IWAE_SAMPLES, &mut random, device).into_iter().sum();
    let (first, theirs) = (&passages[..1], &other[..1]);
    let with = |latents: &[Passage]| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        reconstruction_with_latents_of(network, config, first, latents, 1, &mut random, device)[0]
    };
    let shuffled = (first != theirs).then(|| [with(theirs), with(first), first[0].note_count() as f64]);
    let original: Vec<EncodedBar> = first[0].bars.iter().map(|bar| encoded(bar.features.metre, &bar.notes)).collect();
    let given_back = reconstruct(network, config, &first[0], NOTES_PER_BAR_MAX, device);
    let given_back: Vec<EncodedBar> =
        first[0].bars.iter().zip(&given_back).map(|(bar, notes)| encoded(bar.features.metre, notes)).collect();
    let roll = |bars: &[EncodedBar]| PianoRoll::of_bars(bars, RollMode::Frame);
    PieceLikelihood {
        notes: passages.iter().map(|passage| passage.note_count() as f64).sum(),
        quarters: passages.iter().map(Passage::quarters).sum(),
        likelihood,
        shuffled,
        roll: RollError::of(&roll(&original), &roll(&given_back)),
        onsets: OnsetScore::of(&original, &given_back),
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
