//! Real music from a corpus, made comparable with what a model composes: as long, on the same grid, each with a tempo.

use anyhow::Result;
use partita_dataset::{Corpus, Piece, Split};
use partita_encoding::{EncodedPiece, Grid, decode};
use partita_eval::{CLIP_SECONDS, clip_score};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::piece::JudgedPiece;
use crate::commands::compose::piece::{QPM_IF_UNKNOWN, usual_tempo};

/// The pieces of a corpus on the beat, cut to their first bars.
pub(super) struct RealMusic<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) bars: usize,
    pub(super) seed: u64,
}

impl<'a> RealMusic<'a> {
    /// Up to `count` pieces of a genre from one side of the corpus that are long enough for a clip, drawn by the seed.
    pub(super) fn pieces(&self, genre: &str, split: Split, count: usize) -> Result<Vec<JudgedPiece>> {
        self.drawn(genre, split, self.seed).filter_map(|piece| self.judged(&piece).transpose()).take(count).collect()
    }

    /// All pieces of a genre and side on the beat, in an order drawn by `seed`.
    pub(super) fn drawn(&self, genre: &str, split: Split, seed: u64) -> impl Iterator<Item = Piece<'a>> {
        let (corpus, genre) = (self.corpus, genre.to_owned());
        let pieces = corpus.shuffled(split, seed, 0).into_iter().map(move |id| corpus.piece(id));
        pieces.filter(move |piece| piece.genre() == Some(&genre) && piece.grid() == Grid::Beat)
    }

    /// The piece's first bars as they are judged; `None` where they are too few notes for a clip.
    fn judged(&self, piece: &Piece<'_>) -> Result<Option<JudgedPiece>> {
        let score = decode(&self.opening(piece)?, QPM_IF_UNKNOWN);
        let judged =
            clip_score(&score, CLIP_SECONDS).and_then(|_| JudgedPiece::new(piece.path().to_owned(), score).ok());
        Ok(judged.map(|judged| JudgedPiece { composer: piece.composer().map(str::to_owned), ..judged }))
    }

    /// A piece whose tempo is not known is played at one drawn as `compose` draws it, since both sides must leave open the
    /// same.
    pub(super) fn opening(&self, piece: &Piece<'_>) -> Result<EncodedPiece> {
        let mut opening = piece.encoded()?.opening(self.bars);
        let chance = ChaCha8Rng::seed_from_u64(self.seed ^ piece.id().index() as u64).random();
        let usual = self.corpus.statistics().genre(piece.genre());
        opening.conditions.qpm = opening.conditions.qpm.or_else(|| usual_tempo(usual, chance));
        Ok(opening)
    }
}
