//! How well a piece was reconstructed: the mean squared error of the roll, and the F1 of the notes' onsets.

use std::collections::BTreeMap;

use partita_encoding::{EncodedBar, PianoRoll};
use serde::{Deserialize, Serialize};

/// A roll's mean squared error, and what silence would have scored. Music is sparse: of a roll's cells some 3 % are set,
/// so a reconstruction of 0.03 may be no better than writing nothing. The two are only ever shown together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RollError {
    /// Share of the cells (128 pitches by steps) that differ: for binary rolls the mean squared error.
    pub mse: f64,
    /// The same for a roll without notes: the share of cells that the original sets.
    pub mse_of_silence: f64,
}

impl RollError {
    /// Compares two rolls; the shorter one goes on in silence. `None` where both are of no length.
    pub fn of(original: &PianoRoll, reconstruction: &PianoRoll) -> Option<Self> {
        let steps = original.len().max(reconstruction.len());
        let column = |roll: &PianoRoll, step: usize| roll.columns().get(step).copied().unwrap_or(0);
        let wrong = |step| (column(original, step) ^ column(reconstruction, step)).count_ones();
        let count = |cells: u64| cells as f64 / (128 * steps) as f64;
        (steps > 0).then(|| Self {
            mse: count((0..steps).map(|step| u64::from(wrong(step))).sum()),
            mse_of_silence: count((0..steps).map(|step| u64::from(column(original, step).count_ones())).sum()),
        })
    }
}

/// Precision, recall and F1 of notes by onset and pitch (as transcription is scored: MIREX note tracking, onset only; here
/// on the grid, so with no tolerance).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnsetScore {
    /// Notes in both, with the same program, pitch and onset.
    pub matched: usize,
    /// Notes of the original.
    pub original: usize,
    /// Notes of the reconstruction.
    pub reconstruction: usize,
}

impl OnsetScore {
    /// Compares bars one by one.
    pub fn of(original: &[EncodedBar], reconstruction: &[EncodedBar]) -> Self {
        let (ours, theirs) = (onsets(original), onsets(reconstruction));
        let matched = ours.iter().map(|(note, count)| count.min(theirs.get(note).unwrap_or(&0))).sum();
        Self { matched, original: ours.values().sum(), reconstruction: theirs.values().sum() }
    }

    /// Share of the reconstruction's notes that are right; `None` without notes there.
    pub fn precision(self) -> Option<f64> {
        (self.reconstruction > 0).then(|| self.matched as f64 / self.reconstruction as f64)
    }

    /// Share of the original's notes that were found; `None` without notes there.
    pub fn recall(self) -> Option<f64> {
        (self.original > 0).then(|| self.matched as f64 / self.original as f64)
    }

    /// The harmonic mean of the two; `None` where neither side has notes. Silence scores 0.
    pub fn f1(self) -> Option<f64> {
        let both = self.original + self.reconstruction;
        (both > 0).then(|| 2.0 * self.matched as f64 / both as f64)
    }
}

impl std::ops::AddAssign for OnsetScore {
    fn add_assign(&mut self, other: Self) {
        self.matched += other.matched;
        self.original += other.original;
        self.reconstruction += other.reconstruction;
    }
}

/// Bar, position, program and pitch of each note, and how often it is there.
fn onsets(bars: &[EncodedBar]) -> BTreeMap<(usize, u8, u8, u8), usize> {
    let mut onsets = BTreeMap::new();
    for (index, bar) in bars.iter().enumerate() {
        for note in &bar.notes {
            *onsets.entry((index, note.position, note.program, note.pitch)).or_insert(0) += 1;
        }
    }
    onsets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, event};
    use partita_encoding::RollMode;

    fn roll(notes: &[(u32, u32, u8)]) -> PianoRoll {
        PianoRoll::from_notes(notes.iter().copied(), RollMode::Frame, 4)
    }

    #[test]
    fn the_error_counts_cells_that_differ() {
        // Four steps of C; the reconstruction has two of them and one of D: 3 of 512 cells.
        let error = RollError::of(&roll(&[(0, 4, 60)]), &roll(&[(0, 2, 60), (2, 1, 62)])).unwrap();
        assert_eq!((error.mse, error.mse_of_silence), (3.0 / 512.0, 4.0 / 512.0));
        let silent = RollError::of(&roll(&[(0, 4, 60)]), &roll(&[])).unwrap();
        assert_eq!(silent.mse, silent.mse_of_silence);
        assert_eq!(RollError::of(&roll(&[]), &roll(&[])), None);
    }

    #[test]
    fn onsets_match_by_bar_place_program_and_pitch() {
        let original = [bar(&[event(0, 12, 0, 60), event(0, 12, 0, 64)]), bar(&[event(0, 12, 0, 60)])];
        let copy = [bar(&[event(0, 3, 0, 60), event(1, 12, 0, 64), event(0, 12, 5, 60)]), bar(&[])];
        let score = OnsetScore::of(&original, &copy);
        assert_eq!(score, OnsetScore { matched: 1, original: 3, reconstruction: 3 });
        assert_eq!([score.precision(), score.recall(), score.f1()], [Some(1.0 / 3.0); 3]);
        assert_eq!(OnsetScore::of(&original, &[]).f1(), Some(0.0));
        assert_eq!(OnsetScore::of(&[], &[]).f1(), None);
    }
}
