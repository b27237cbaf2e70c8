//! The features of a piece: how its pitch classes, intervals, times between onsets, durations and velocities are spread.

use partita_encoding::{DURATIONS, EncodedPiece, VELOCITIES, duration_class};
use serde::{Deserialize, Serialize};

use crate::symbolic::line::{PlacedNote, lines, placed_notes};

/// The widest interval with a bin of its own, in semitones; wider ones fall into the outermost bins.
const INTERVAL_MAX: i16 = 12;
/// Bins of the interval histogram.
const INTERVALS: usize = 2 * INTERVAL_MAX as usize + 1;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Pitch classes, C first; drums left out.
    PitchClass,
    /// Semitones from one note to the next of the same program, −12 to 12; drums left out.
    Interval,
    /// Steps from one onset to the next later one of any instrument, in duration classes.
    InterOnset,
    /// Durations, in duration classes; drums, which have none, left out.
    Duration,
    /// Velocities, in classes of four.
    Velocity,
}

impl Feature {
    /// All features.
    pub const ALL: [Feature; 5] = [Self::PitchClass, Self::Interval, Self::InterOnset, Self::Duration, Self::Velocity];

    /// What tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PitchClass => "pitch class",
            Self::Interval => "interval",
            Self::InterOnset => "inter-onset",
            Self::Duration => "duration",
            Self::Velocity => "velocity",
        }
    }
}

/// The histograms of one piece, each summing to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct PieceHistograms {
    histograms: [Option<Vec<f64>>; 5],
}

impl PieceHistograms {
    /// Counts the notes of a piece.
    pub fn of(piece: &EncodedPiece) -> Self {
        let notes = placed_notes(&piece.bars);
        let pitched = || notes.iter().filter(|note| note.is_pitched());
        Self {
            histograms: [
                shares(12, pitched().map(|note| usize::from(note.event.pitch % 12))),
                shares(INTERVALS, intervals(&notes).map(interval_bin)),
                shares(DURATIONS, inter_onsets(&notes).map(|steps| usize::from(duration_class(steps)))),
                shares(DURATIONS, pitched().map(|note| usize::from(note.event.duration))),
                shares(VELOCITIES, notes.iter().map(|note| usize::from(note.event.velocity))),
            ],
        }
    }

    /// A histogram; `None` where the piece has nothing to count.
    pub fn get(&self, feature: Feature) -> Option<&[f64]> {
        self.histograms[feature as usize].as_deref()
    }
}

/// Semitones from each note to the next one of its program.
pub(crate) fn intervals(notes: &[PlacedNote]) -> impl Iterator<Item = i16> + use<> {
    lines(notes).into_iter().flat_map(|line| {
        line.windows(2).map(|pair| i16::from(pair[1].event.pitch) - i16::from(pair[0].event.pitch)).collect::<Vec<_>>()
    })
}

/// Steps between neighbouring onsets; notes struck together have one onset.
pub(crate) fn inter_onsets(notes: &[PlacedNote]) -> impl Iterator<Item = u32> + '_ {
    notes.windows(2).map(|pair| pair[1].step - pair[0].step).filter(|&steps| steps > 0)
}

fn interval_bin(semitones: i16) -> usize {
    (semitones.clamp(-INTERVAL_MAX, INTERVAL_MAX) + INTERVAL_MAX) as usize
}

/// The share of each bin; `None` of nothing.
fn shares(bins: usize, values: impl Iterator<Item = usize>) -> Option<Vec<f64>> {
    let mut counts = vec![0.0; bins];
    values.for_each(|bin| counts[bin.min(bins - 1)] += 1.0);
    let total: f64 = counts.iter().sum();
    counts.iter_mut().for_each(|count| *count /= total);
    (total > 0.0).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, encoded, event};
    use partita_encoding::DRUMS;

    #[test]
    fn histograms_are_those_counted_by_hand() {
        let first = bar(&[event(0, 12, 0, 60), event(0, 12, 33, 36), event(6, 1, DRUMS, 42), event(24, 24, 0, 67)]);
        let piece = encoded(vec![first, bar(&[event(0, 12, 0, 40)])]);
        let histograms = PieceHistograms::of(&piece);
        let share = |feature, bin: usize| histograms.get(feature).unwrap()[bin];
        // C, C, G, E.
        assert_eq!([0, 4, 7, 1].map(|bin| share(Feature::PitchClass, bin)), [0.5, 0.25, 0.25, 0.0]);
        // The piano goes up 7, then down 27; the bass has one note.
        assert_eq!([19, 0].map(|bin| share(Feature::Interval, bin)), [0.5, 0.5]);
        // Onsets at 0, 6, 24, 48.
        assert_eq!([5, 17, 23].map(|bin| share(Feature::InterOnset, bin)), [1.0 / 3.0; 3]);
        assert_eq!([11, 23].map(|bin| share(Feature::Duration, bin)), [0.75, 0.25]);
        assert_eq!(share(Feature::Velocity, 20), 1.0);
    }

    #[test]
    fn drums_alone_have_no_pitches() {
        let histograms = PieceHistograms::of(&encoded(vec![bar(&[event(0, 1, DRUMS, 42)])]));
        let found = Feature::ALL.map(|feature| histograms.get(feature).is_some());
        assert_eq!(found, [false, false, false, false, true]);
    }
}
