//! Which pieces a step may draw from: the corpus by difficulty.

use partita_dataset::{Corpus, Difficulty, PieceId, Split};

/// The training pieces, easiest first.
#[derive(Clone, Debug)]
pub struct Curriculum {
    ranked: Vec<PieceId>,
}

impl Curriculum {
    /// Ranks the training pieces by the mean of their percentiles in tracks, polyphony, onset density and
    /// pitch-class entropy (two densities of I_temporal). A piece's length is not among them: it counts by the bars of
    /// a passage, which grow with competence on their own.
    pub fn new(corpus: &Corpus) -> Self {
        let pieces = corpus.pieces(Split::Train);
        let difficulties: Vec<Difficulty> = pieces.iter().map(|&id| corpus.piece(id).difficulty()).collect();
        let measures: [fn(&Difficulty) -> f32; 4] =
            [|d| d.tracks as f32, |d| d.polyphony, |d| d.onset_density, |d| d.pitch_class_entropy];
        let mut score = vec![0.0; pieces.len()];
        for measure in measures {
            let values: Vec<f32> = difficulties.iter().map(measure).collect();
            for (sum, percentile) in score.iter_mut().zip(percentiles(&values)) {
                *sum += percentile;
            }
        }
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        order.sort_by(|&a, &b| score[a].total_cmp(&score[b]).then(pieces[a].cmp(&pieces[b])));
        Self { ranked: order.into_iter().map(|index| pieces[index]).collect() }
    }

    /// The easiest share of the pieces, at least one.
    pub fn within(&self, competence: f64) -> &[PieceId] {
        let count = (self.ranked.len() as f64 * competence).ceil() as usize;
        &self.ranked[..count.clamp(1, self.ranked.len())]
    }
}

/// Share of the values below each value.
fn percentiles(values: &[f32]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let below = |value: &f32| sorted.partition_point(|other| other.total_cmp(value).is_lt());
    values.iter().map(|value| below(value) as f64 / values.len().max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_count_what_is_below() {
        assert_eq!(percentiles(&[3.0, 1.0, 3.0, 7.0]), [0.25, 0.0, 0.25, 0.75]);
    }
}
