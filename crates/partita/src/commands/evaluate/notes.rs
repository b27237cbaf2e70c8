//! The sets of a genre compared by their notes: likeness to the reference, statistics, coherence.

use partita_eval::symbolic::coherence::Coherence;
use partita_eval::symbolic::interval::{Estimate, quantile};
use partita_eval::symbolic::overlap::{Overlap, PieceHistograms, overlaps};
use partita_eval::symbolic::statistics::MusicStatistics;
use rayon::prelude::*;

use super::findings::Figure;
use super::piece::JudgedPiece;

/// Draws of the bootstrap's intervals, and what they are drawn from.
pub(super) const RESAMPLES: usize = 1000;
pub(super) const RESAMPLING_SEED: u64 = 1;
/// The quantiles that are told of each measure.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Measures of the notes of a set.
pub(super) struct NoteFindings {
    pub(super) overlaps: Vec<Overlap>,
    pub(super) statistics: Vec<Figure>,
    pub(super) coherence: Vec<Figure>,
}

/// The histograms by which likeness is measured.
pub(super) fn histograms(pieces: &[JudgedPiece]) -> Vec<PieceHistograms> {
    pieces.par_iter().map(|piece| PieceHistograms::of(&piece.encoded)).collect()
}

/// Measures a set; likeness only where there is a reference.
pub(super) fn measure(pieces: &[JudgedPiece], reference: &[PieceHistograms]) -> NoteFindings {
    let statistics: Vec<_> = pieces.par_iter().map(|piece| MusicStatistics::of(&piece.score).named()).collect();
    let coherence: Vec<_> = pieces.par_iter().map(|piece| Coherence::of(&piece.encoded).named()).collect();
    let overlaps = if reference.is_empty() { vec![] } else { overlaps(&histograms(pieces), reference) };
    NoteFindings { overlaps, statistics: figures(&statistics), coherence: figures(&coherence) }
}

/// Each measure over all pieces.
fn figures<const N: usize>(pieces: &[[(&'static str, Option<f64>); N]]) -> Vec<Figure> {
    let figure = |row: usize| {
        let mut values: Vec<f64> = pieces.iter().filter_map(|piece| piece[row].1).collect();
        values.sort_unstable_by(f64::total_cmp);
        Some(Figure {
            name: pieces.first()?[row].0.to_owned(),
            mean: Estimate::bootstrap_mean(&values, RESAMPLES, RESAMPLING_SEED),
            quantiles: (!values.is_empty()).then(|| QUANTILES.map(|share| quantile(&values, share))),
        })
    };
    (0..N).filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_summed_up_over_the_pieces_that_have_it() {
        let pieces = [[("a", Some(1.0))], [("a", None)], [("a", Some(3.0))]];
        let figures = figures(&pieces);
        let mean = figures[0].mean.unwrap();
        assert_eq!((figures[0].name.as_str(), mean.value, mean.count), ("a", 2.0, 2));
        assert_eq!(figures[0].quantiles.unwrap()[2], 2.0);
    }
}
