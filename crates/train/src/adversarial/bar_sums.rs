//! What a step finds of the bars that it has written.

use partita_model::Passage;

/// Sums over written bars: two figures, whichever the term has that they were written for, and the notes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct BarSums {
    figures: [f64; 2],
    notes: usize,
    bars: usize,
}

impl BarSums {
    /// Over the bars of `written`, of which the figures are summed up already.
    pub(super) fn over(written: &[Passage], figures: [f64; 2]) -> Self {
        Self {
            figures,
            notes: written.iter().map(Passage::note_count).sum(),
            bars: written.iter().map(|passage| passage.bars.len()).sum(),
        }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        let [first, second] = self.figures;
        Self {
            figures: [first + other.figures[0], second + other.figures[1]],
            notes: self.notes + other.notes,
            bars: self.bars + other.bars,
        }
    }

    /// Both figures and the notes, a bar.
    pub(super) fn per_bar(self) -> ([f64; 2], f64) {
        let bars = self.bars.max(1) as f64;
        (self.figures.map(|figure| figure / bars), self.notes as f64 / bars)
    }
}
