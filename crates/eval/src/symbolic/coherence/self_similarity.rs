//! How much each bar is like each other bar (the self-similarity matrix: J. Foote, "Visualizing music and audio using
//! self-similarity", 1999, here on notes).

use partita_encoding::{DRUMS, EncodedBar};

/// Bars that are compared at most: the matrix grows with their square (at 512, 1 MiB).
pub const BARS_MAX: usize = 512;
/// Bars this similar repeat one another: with four notes a bar, all of them; with eight, all but one.
pub const SIMILAR: f64 = 0.8;
/// The widest distance in bars of the lag profile: two eight-bar phrases.
pub const LAGS: usize = 16;

/// The similarity of each two bars: Dice's coefficient of their notes as (position, pitch), so twice what they share over
/// what they have. 1 for equal bars, whatever the instruments. Drums count only in a piece that has nothing else; silent
/// bars are compared with nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfSimilarity {
    bars: usize,
    /// Row by row; NaN for a silent bar.
    values: Vec<f32>,
}

impl SelfSimilarity {
    /// Compares the first [`BARS_MAX`] bars.
    pub fn of(bars: &[EncodedBar]) -> Self {
        let bars = &bars[..bars.len().min(BARS_MAX)];
        let only_drums = bars.iter().flat_map(|bar| &bar.notes).all(|note| note.program == DRUMS);
        let sets: Vec<_> = bars.iter().map(|bar| note_set(bar, only_drums)).collect();
        let values = sets.iter().flat_map(|left| sets.iter().map(move |right| dice(left, right))).collect();
        Self { bars: bars.len(), values }
    }

    /// How many bars are compared.
    pub fn bars(&self) -> usize {
        self.bars
    }

    /// The similarity of two bars, 0 to 1; `None` where one is silent or not there.
    pub fn get(&self, left: usize, right: usize) -> Option<f64> {
        let value = (left < self.bars && right < self.bars).then(|| self.values[left * self.bars + right])?;
        (!value.is_nan()).then_some(f64::from(value))
    }

    /// Mean similarity of two different bars.
    pub fn mean(&self) -> Option<f64> {
        mean((1..self.bars).flat_map(|lag| self.lagged(lag)))
    }

    /// Mean similarity of bars `lag` apart.
    pub fn at_lag(&self, lag: usize) -> Option<f64> {
        mean(self.lagged(lag))
    }

    /// Share of the bars, of those that sound and come after one that does, that have at least this similarity to an
    /// earlier one.
    pub fn repetition(&self, similar: f64) -> Option<f64> {
        let nearest = (1..self.bars)
            .filter_map(|bar| (0..bar).filter_map(|earlier| self.get(bar, earlier)).max_by(f64::total_cmp));
        mean(nearest.map(|similarity| f64::from(u8::from(similarity >= similar))))
    }

    fn lagged(&self, lag: usize) -> impl Iterator<Item = f64> + '_ {
        (lag..self.bars).filter_map(move |bar| self.get(bar, bar - lag))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// Position and pitch of each note, in order, each once.
fn note_set(bar: &EncodedBar, drums: bool) -> Vec<(u8, u8)> {
    let chosen = bar.notes.iter().filter(|note| (note.program == DRUMS) == drums);
    let mut set: Vec<_> = chosen.map(|note| (note.position, note.pitch)).collect();
    set.sort_unstable();
    set.dedup();
    set
}

fn dice(left: &[(u8, u8)], right: &[(u8, u8)]) -> f32 {
    if left.is_empty() || right.is_empty() {
        return f32::NAN;
    }
    let shared = left.iter().filter(|note| right.binary_search(note).is_ok()).count();
    (2 * shared) as f32 / (left.len() + right.len()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, event};

    /// A B A A′ with a silent bar before the last.
    fn bars() -> Vec<EncodedBar> {
        let a = bar(&[event(0, 12, 0, 60), event(12, 12, 0, 62), event(24, 12, 0, 64), event(36, 12, 0, 65)]);
        let b = bar(&[event(0, 12, 0, 72), event(0, 1, DRUMS, 36)]);
        let other = bar(&[event(0, 12, 5, 60), event(12, 12, 5, 62), event(24, 12, 5, 64), event(36, 12, 5, 67)]);
        vec![a.clone(), b, a, bar(&[]), other]
    }

    #[test]
    fn the_matrix_is_that_worked_out_by_hand() {
        let similarity = SelfSimilarity::of(&bars());
        assert_eq!(
            [similarity.get(0, 2), similarity.get(0, 1), similarity.get(4, 0)],
            [Some(1.0), Some(0.0), Some(0.75)]
        );
        assert_eq!([similarity.get(3, 0), similarity.get(3, 3), similarity.get(5, 0)], [None; 3]);
        // Pairs that sound: AB, AA, AA', BA, BA', AA'.
        assert_eq!(similarity.mean(), Some(2.5 / 6.0));
        assert_eq!([similarity.at_lag(2), similarity.at_lag(4), similarity.at_lag(5)], [Some(0.875), Some(0.75), None]);
    }

    #[test]
    fn bars_that_return_are_counted() {
        let similarity = SelfSimilarity::of(&bars());
        assert_eq!(similarity.repetition(SIMILAR), Some(1.0 / 3.0));
        assert_eq!(similarity.repetition(0.75), Some(2.0 / 3.0));
        assert_eq!(SelfSimilarity::of(&bars()[..1]).repetition(SIMILAR), None);
    }

    #[test]
    fn a_piece_of_drums_is_compared_by_its_drums() {
        let beat = bar(&[event(0, 1, DRUMS, 36), event(12, 1, DRUMS, 38)]);
        assert_eq!(SelfSimilarity::of(&[beat.clone(), beat]).mean(), Some(1.0));
    }

    #[test]
    fn long_pieces_are_cut() {
        assert_eq!(SelfSimilarity::of(&vec![bar(&[event(0, 12, 0, 60)]); BARS_MAX + 1]).bars(), BARS_MAX);
    }
}
