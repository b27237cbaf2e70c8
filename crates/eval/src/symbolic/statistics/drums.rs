//! How many drum hits fall on regular divisions of the beat.

use partita_score::{Score, Tick};

use super::rate;

/// How a beat (a quarter) is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DrumMeter {
    /// In four where the resolution allows it, else in two.
    Duple,
    /// In three where the resolution allows it.
    Triple,
}

impl DrumMeter {
    /// Ticks between two places of the pattern, for a beat of so many ticks.
    fn spacing(self, beat: u32) -> u32 {
        match self {
            Self::Duple if beat.is_multiple_of(4) => beat / 4,
            Self::Duple if beat.is_multiple_of(2) => beat / 2,
            Self::Triple if beat.is_multiple_of(3) => beat / 3,
            _ => beat,
        }
    }
}

/// Share of the drum notes on the pattern of a metre; `None` without drum notes.
pub fn drum_in_pattern_rate(score: &Score<Tick>, meter: DrumMeter) -> Option<f64> {
    let beat = u32::from(score.ticks_per_quarter).max(1);
    let spacing = meter.spacing(beat);
    let drums = || score.tracks.iter().filter(|track| track.is_drum).flat_map(|track| &track.notes);
    rate(drums().filter(|note| (note.onset.0 % beat).is_multiple_of(spacing)).count(), drums().count())
}

/// The larger [`drum_in_pattern_rate`] of the two metres; `None` without drum notes.
pub fn drum_pattern_consistency(score: &Score<Tick>) -> Option<f64> {
    let duple = drum_in_pattern_rate(score, DrumMeter::Duple)?;
    Some(duple.max(drum_in_pattern_rate(score, DrumMeter::Triple)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{drums, piece};

    #[test]
    fn hits_on_sixteenths_are_duple_and_on_triplets_triple() {
        let mut score = piece(12, &[(1, 1, 60)]);
        assert_eq!(drum_pattern_consistency(&score), None);
        score.tracks.push(drums(&[(0, 36), (3, 42), (8, 42), (12, 36)]));
        assert_eq!(drum_in_pattern_rate(&score, DrumMeter::Duple), Some(0.75));
        assert_eq!(drum_in_pattern_rate(&score, DrumMeter::Triple), Some(0.75));
        score.tracks[1].notes.pop();
        score.tracks[1].notes.remove(0);
        score.ticks_per_quarter = 10;
        // Ten ticks divide in two only, and not in three: 3 and 8 are on neither pattern.
        assert_eq!(drum_pattern_consistency(&score), Some(0.0));
    }
}
