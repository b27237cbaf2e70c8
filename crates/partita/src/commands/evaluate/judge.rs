//! A quick judgement of a model's music on the validation split, by which training chooses among its checkpoints and
//! temperatures are chosen.

use std::path::Path;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use partita_dataset::{Corpus, Split};
use partita_encoding::Form;
use partita_eval::embedding::{ClipEmbedding, Musicnn};
use partita_eval::symbolic::adherence::answers;
use partita_eval::symbolic::overlap::{Overlap, PieceHistograms, overlaps};
use partita_eval::{SoundOptions, compare_sound};
use partita_model::compose::Sampling;
use partita_train::Judgement;

use super::cache::{Cache, sha256};
use super::clips::Listener;
use super::composing::{Composing, WishSource};
use super::notes::histograms;
use super::real::RealMusic;
use super::settings::Settings;
use crate::bank::Bank;
use crate::commands::compose::LoadedModel;
use crate::console::Console;

/// Bars of each piece, as evaluations have unless asked otherwise.
const BARS: usize = 16;
/// Chooses the pieces and what is composed: the same for each candidate.
const SEED: u64 = 1;
/// Validation pieces of each genre.
const REFERENCE_PIECES: usize = 100;

/// Validation music, heard once, and what is needed to hear candidates.
pub(crate) struct SoundJudge<'a> {
    corpus: &'a Corpus,
    genres: Vec<GenreReference>,
    pieces: usize,
    bank: Bank,
    network: Musicnn,
    cache: Cache,
}

/// The validation music of one genre.
struct GenreReference {
    genre: String,
    clips: Vec<ClipEmbedding>,
    histograms: Vec<PieceHistograms>,
}

impl<'a> SoundJudge<'a> {
    /// Hears the validation music of the usual genres as it usually sounds; each candidate will compose `pieces` of each.
    pub(crate) fn usual(corpus: &'a Corpus, pieces: usize, console: &Console) -> Result<Self> {
        let (bank, cache) = (Bank::choose(None, console)?, Cache::open(&Settings::usual_cache()?)?);
        Self::new(corpus, Settings::usual_genres(corpus), pieces, bank, cache, console)
    }

    /// Hears the validation music of some genres, played by `bank`.
    pub(crate) fn new(
        corpus: &'a Corpus,
        names: Vec<String>,
        pieces: usize,
        bank: Bank,
        cache: Cache,
        console: &Console,
    ) -> Result<Self> {
        let network = Musicnn::bundled()?;
        let mut judge = Self { corpus, genres: vec![], pieces, bank, network, cache };
        let bar = console.progress("hearing validation music", "clips");
        for genre in names {
            let validation = judge.real().pieces(&genre, Split::Valid, REFERENCE_PIECES)?;
            bar.inc_length(validation.len() as u64);
            let clips = judge.listener().clips(&validation, Path::new(""), &bar)?;
            judge.genres.push(GenreReference { genre, clips, histograms: histograms(&validation) });
        }
        bar.finish_and_clear();
        Ok(judge)
    }

    /// What the music of a model, given as its file, is worth as it usually draws: KAD (FAD would be mostly bias for so few
    /// pieces), mean of the genres that have enough clips; `None` where no genre has, or where a figure has nothing to be the mean
    /// of.
    pub(crate) fn judge(&self, file: &[u8]) -> Result<Option<Judgement>> {
        self.judge_drawn(file, Sampling::default())
    }

    /// The same of a model that draws in a given way.
    pub(crate) fn judge_drawn(&self, file: &[u8], sampling: Sampling) -> Result<Option<Judgement>> {
        let model = LoadedModel::from_bytes(file).context("load the candidate")?;
        let sha256 = sha256(file);
        let composing = Composing {
            model: &model,
            sha256: &sha256,
            source: model.latent_source(),
            sampling,
            wishes: WishSource::RealPiece,
            form: &Form::Free,
            cache: &self.cache,
        };
        let (mut distances, mut likenesses, mut diversities) = (vec![], vec![], vec![]);
        let mut answered = Vec::new();
        let hidden = ProgressBar::hidden();
        for reference in &self.genres {
            let pieces = composing.pieces(&self.real(), &reference.genre, self.pieces, &hidden)?;
            let clips = self.listener().clips(&pieces, Path::new(""), &hidden)?;
            let Ok(compared) = compare_sound(&clips, &reference.clips, &SoundOptions::default()) else { continue };
            distances.push(compared.kad.kad.value);
            let overlaps = overlaps(&histograms(&pieces), &reference.histograms);
            likenesses.extend(overlaps.iter().map(|overlap| overlap.overlapped_area));
            diversities.extend(overlaps.iter().filter_map(diversity));
            let asked = pieces.iter().filter_map(|piece| Some(answers(piece.asked.as_ref()?, &piece.encoded)));
            answered.extend(asked.flatten().map(|answer| f64::from(u8::from(answer.met))));
        }
        let means = [distances, likenesses, answered, diversities].map(|values| mean(&values));
        let [Some(distance), Some(likeness), Some(adherence), Some(diversity)] = means else { return Ok(None) };
        Ok(Some(Judgement { distance, likeness, adherence, diversity }))
    }

    /// What plays the music.
    pub(crate) fn bank(&self) -> &Bank {
        &self.bank
    }

    /// Where what was composed and heard is kept.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    fn real(&self) -> RealMusic<'a> {
        RealMusic { corpus: self.corpus, bars: BARS, seed: SEED }
    }

    fn listener(&self) -> Listener<'_> {
        let (bank, embedder) = (&self.bank, &self.network);
        Listener { bank, embedder, cache: &self.cache, kept: None }
    }
}

/// How much pieces differ from each other, as a share of how much real ones do.
fn diversity(overlap: &Overlap) -> Option<f64> {
    Some(overlap.intra_generated? / overlap.intra_reference).filter(|share| share.is_finite())
}

/// `None` of nothing.
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
