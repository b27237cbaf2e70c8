//! What is too short, too long or too empty to learn from.

use crate::prepare::rejection::Rejection;
use partita_encoding::{EncodedPiece, EncodingLimits};
use partita_score::{Limits, Score, Tick};

/// Bounds on what is kept. Long pieces are kept whole: training cuts windows out of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaning {
    /// Notes a piece must have.
    pub notes_min: usize,
    /// Bars a piece must have.
    pub bars_min: usize,
    /// Notes a piece may have; the longest real ones have some 60,000.
    pub notes_max: usize,
    /// Bars a piece may have, silent ones included.
    pub bars_max: usize,
    /// Empty bars in a row a piece may have: after more, what follows is notes gone astray.
    pub empty_bars_max: usize,
    /// Bounds on the MIDI files themselves.
    pub midi: Limits,
}

impl Default for Cleaning {
    fn default() -> Self {
        Self {
            notes_min: 16,
            bars_min: 2,
            notes_max: 250_000,
            bars_max: 10_000,
            empty_bars_max: 64,
            midi: Limits::default(),
        }
    }
}

impl Cleaning {
    pub(crate) fn encoding(&self) -> EncodingLimits {
        EncodingLimits { notes_max: self.notes_max, bars_max: self.bars_max }
    }

    /// Before encoding, to save the work.
    pub(crate) fn check_score(&self, score: &Score<Tick>) -> Result<(), Rejection> {
        self.check_notes(score.tracks.iter().map(|track| track.notes.len()).sum())
    }

    /// After encoding, which merges doubled notes.
    pub(crate) fn check_piece(&self, piece: &EncodedPiece) -> Result<(), Rejection> {
        self.check_notes(piece.bars.iter().map(|bar| bar.notes.len()).sum())?;
        if piece.bars.len() < self.bars_min {
            return Err(Rejection::FewBars { found: piece.bars.len(), min: self.bars_min });
        }
        match longest_gap(piece) {
            (start, length) if length > self.empty_bars_max => {
                Err(Rejection::Gap { first: start + 1, last: start + length, max: self.empty_bars_max })
            }
            _ => Ok(()),
        }
    }

    fn check_notes(&self, found: usize) -> Result<(), Rejection> {
        if found < self.notes_min { Err(Rejection::FewNotes { found, min: self.notes_min }) } else { Ok(()) }
    }
}

/// First bar and length of the longest run of empty bars.
fn longest_gap(piece: &EncodedPiece) -> (usize, usize) {
    let mut longest = (0, 0);
    let mut start = 0;
    for (index, bar) in piece.bars.iter().enumerate() {
        if !bar.notes.is_empty() {
            start = index + 1;
        } else if index + 1 - start > longest.1 {
            longest = (start, index + 1 - start);
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{note, piece};

    /// As many bars as flags, each with sixteen notes where its flag is set.
    fn bars(full: impl IntoIterator<Item = bool>) -> EncodedPiece {
        let notes: Vec<_> = (0..16).map(|position| note(position, 0, 60)).collect();
        let mut whole = piece(&[]);
        whole.bars = full.into_iter().flat_map(|full| piece(if full { &notes } else { &[] }).bars).collect();
        whole
    }

    #[test]
    fn notes_and_bars_at_the_limit_and_one_under() {
        let cleaning = Cleaning::default();
        assert!(cleaning.check_piece(&bars([true, false])).is_ok());
        let error = cleaning.check_piece(&bars([true])).unwrap_err();
        assert!(matches!(error, Rejection::FewBars { found: 1, min: 2 }));
        let mut fewer = bars([true, false]);
        fewer.bars[0].notes.pop();
        let error = cleaning.check_piece(&fewer).unwrap_err();
        assert!(matches!(error, Rejection::FewNotes { found: 15, min: 16 }));
    }

    #[test]
    fn a_gap_at_the_limit_and_one_over() {
        let cleaning = Cleaning::default();
        let gap = |empty| bars([true, true].into_iter().chain(std::iter::repeat_n(false, empty)).chain([true]));
        assert!(cleaning.check_piece(&gap(64)).is_ok());
        let error = cleaning.check_piece(&gap(65)).unwrap_err().to_string();
        assert!(error.starts_with("bars 3 to 67 are empty, more than 64 in a row"), "{error}");
    }
}
