//! How much of the music is copied from the training music.

use anyhow::{Context, Result};
use partita_dataset::{Corpus, Split};
use partita_encoding::EncodedBar;
use partita_eval::symbolic::copying::{CopyIndex, CopyIndexBuilder, Copying, GROUP_BARS, copying};
use partita_eval::symbolic::interval::Estimate;
use rayon::prelude::*;

use super::piece::JudgedPiece;

/// The training music, ready to be searched.
pub(super) struct TrainingMusic(CopyIndex);

impl TrainingMusic {
    /// All training pieces of a corpus, of every genre and both grids.
    pub(super) fn of(corpus: &Corpus) -> Result<Self> {
        let mut builder = CopyIndexBuilder::default();
        for &id in corpus.pieces(Split::Train) {
            builder.add(&corpus.piece(id).encoded()?.bars).context("index the training music")?;
        }
        Ok(Self(builder.build()))
    }

    /// How much of pieces that are not in the index is in it.
    pub(super) fn copied(&self, pieces: &[JudgedPiece]) -> Option<Copying> {
        let each: Vec<Copying> = pieces
            .par_iter()
            .filter_map(|piece| copying([(whole_groups(&piece.encoded.bars), None)], &self.0))
            .collect();
        sum(&each)
    }
}

fn whole_groups(bars: &[EncodedBar]) -> &[EncodedBar] {
    &bars[..bars.len() - bars.len() % GROUP_BARS]
}

/// Several sets' copying as that of one.
pub(super) fn sum(each: &[Copying]) -> Option<Copying> {
    let count = |part: &Copying| part.copied.count as f64;
    let groups: f64 = each.iter().map(count).sum();
    let copied: f64 = each.iter().map(|part| part.copied.value * count(part)).sum();
    Some(Copying {
        copied: Estimate::wilson(copied.round() as usize, groups as usize)?,
        similarity: each.iter().map(|part| part.similarity * count(part)).sum::<f64>() / groups,
        skipped: each.iter().map(|part| part.skipped).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_summed_by_their_groups() {
        let part = |copied, groups, similarity| Copying {
            copied: Estimate::wilson(copied, groups).unwrap(),
            similarity,
            skipped: 1,
        };
        let both = sum(&[part(1, 4, 0.4), part(3, 12, 0.8)]).unwrap();
        assert_eq!((both.copied.value, both.copied.count, both.skipped), (0.25, 16, 2));
        assert!((both.similarity - 0.7).abs() < 1e-12);
        assert_eq!(sum(&[]), None);
    }
}
