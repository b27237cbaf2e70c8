//! Statistics of a score under muspy's names and by muspy's definitions (H.-W. Dong, K. Chen, J. McAuley and
//! T. Berg-Kirkpatrick, "MusPy: A toolkit for symbolic music generation", ISMIR 2020), so that figures compare with
//! those of others. On the same notes they agree with muspy 0.5.0 to 1e-9, with three differences:
//!
//! - where muspy gives NaN, there is `None`;
//! - muspy's [`pitch_range`] is −127 for a piece of drums only; here it is 0, as muspy documents it;
//! - muspy counts as part of the piece what follows the last note: control changes, lyrics. Here the piece ends with
//!   its last note. That concerns [`empty_beat_rate`], [`empty_measure_rate`], [`polyphony_rate`] and
//!   [`groove_consistency`] of files that have such events there.

mod drums;
mod pitch;
mod polyphony;
mod time;

pub use drums::{DrumMeter, drum_in_pattern_rate, drum_pattern_consistency};
pub use pitch::{
    n_pitch_classes_used, n_pitches_used, pitch_class_entropy, pitch_entropy, pitch_in_scale_rate, pitch_range,
    scale_consistency,
};
pub use polyphony::{polyphony, polyphony_rate};
pub use time::{empty_beat_rate, empty_measure_rate, groove_consistency, measure_ticks};

use partita_score::{Note, Score, Tick};
use serde::{Deserialize, Serialize};

/// All of a score's statistics; `None` where one is not defined, as for a piece without pitched notes.
///
/// ```
/// use partita_eval::symbolic::statistics::MusicStatistics;
/// use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
/// let note = |onset, pitch| Note {
///     onset: Tick(onset), duration: Tick(96), pitch: Pitch::clamped(pitch), velocity: Velocity::clamped(80),
/// };
/// let track = Track { notes: vec![note(0, 60), note(96, 67)], ..Track::new(Program::clamped(0)) };
/// let statistics = MusicStatistics::of(&Score { tracks: vec![track], ..Score::new(96) });
/// assert_eq!(statistics.pitch_range, 7.0);
/// assert_eq!(statistics.pitch_class_entropy, Some(1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MusicStatistics {
    /// [`pitch_range`], in semitones.
    pub pitch_range: f64,
    /// [`n_pitches_used`].
    pub n_pitches_used: f64,
    /// [`n_pitch_classes_used`].
    pub n_pitch_classes_used: f64,
    /// [`polyphony()`], in notes.
    pub polyphony: Option<f64>,
    /// [`polyphony_rate`] with muspy's threshold of 2.
    pub polyphony_rate: Option<f64>,
    /// [`scale_consistency`].
    pub scale_consistency: Option<f64>,
    /// [`pitch_entropy`], in bits.
    pub pitch_entropy: Option<f64>,
    /// [`pitch_class_entropy`], in bits.
    pub pitch_class_entropy: Option<f64>,
    /// [`empty_beat_rate`].
    pub empty_beat_rate: Option<f64>,
    /// [`drum_pattern_consistency`].
    pub drum_pattern_consistency: Option<f64>,
    /// [`empty_measure_rate`] by [`measure_ticks`].
    pub empty_measure_rate: Option<f64>,
    /// [`groove_consistency`] by [`measure_ticks`].
    pub groove_consistency: Option<f64>,
}

impl MusicStatistics {
    /// How many statistics there are.
    pub const COUNT: usize = 12;

    /// Computes all of them.
    pub fn of(score: &Score<Tick>) -> Self {
        let measure = measure_ticks(score);
        Self {
            pitch_range: f64::from(pitch_range(score)),
            n_pitches_used: n_pitches_used(score) as f64,
            n_pitch_classes_used: n_pitch_classes_used(score) as f64,
            polyphony: polyphony(score),
            polyphony_rate: polyphony_rate(score, 2),
            scale_consistency: scale_consistency(score),
            pitch_entropy: pitch_entropy(score),
            pitch_class_entropy: pitch_class_entropy(score),
            empty_beat_rate: empty_beat_rate(score),
            drum_pattern_consistency: drum_pattern_consistency(score),
            empty_measure_rate: empty_measure_rate(score, measure),
            groove_consistency: groove_consistency(score, measure),
        }
    }

    /// The statistics with their names, in the order of the fields: the rows of a table.
    pub fn named(&self) -> [(&'static str, Option<f64>); Self::COUNT] {
        [
            ("pitch_range", Some(self.pitch_range)),
            ("n_pitches_used", Some(self.n_pitches_used)),
            ("n_pitch_classes_used", Some(self.n_pitch_classes_used)),
            ("polyphony", self.polyphony),
            ("polyphony_rate", self.polyphony_rate),
            ("scale_consistency", self.scale_consistency),
            ("pitch_entropy", self.pitch_entropy),
            ("pitch_class_entropy", self.pitch_class_entropy),
            ("empty_beat_rate", self.empty_beat_rate),
            ("drum_pattern_consistency", self.drum_pattern_consistency),
            ("empty_measure_rate", self.empty_measure_rate),
            ("groove_consistency", self.groove_consistency),
        ]
    }
}

/// The notes of all tracks but drums.
fn pitched_notes(score: &Score<Tick>) -> impl Iterator<Item = &Note<Tick>> {
    score.tracks.iter().filter(|track| !track.is_drum).flat_map(|track| &track.notes)
}

/// The notes of all tracks.
fn all_notes(score: &Score<Tick>) -> impl Iterator<Item = &Note<Tick>> {
    score.tracks.iter().flat_map(|track| &track.notes)
}

/// The first tick after a note.
fn end(note: &Note<Tick>) -> u64 {
    u64::from(note.onset.0) + u64::from(note.duration.0)
}

/// The first tick after the last note of any track; 0 without notes.
fn length(score: &Score<Tick>) -> u64 {
    all_notes(score).map(end).max().unwrap_or(0)
}

/// `part / whole`; `None` of nothing.
fn rate(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{drums, piece};

    #[test]
    fn a_piece_without_notes_has_no_rates() {
        let statistics = MusicStatistics::of(&Score::new(96));
        let defined = statistics.named().into_iter().filter(|(_, value)| value.is_some());
        assert!(defined.map(|(_, value)| value).eq([Some(0.0); 3]));
    }

    #[test]
    fn the_values_are_muspys() {
        // muspy 0.5.0 on these notes: resolution 24, measure resolution 96.
        let mut score =
            piece(24, &[(0, 48, 60), (0, 24, 64), (12, 30, 67), (96, 24, 61), (130, 100, 72), (130, 20, 60)]);
        score.tracks.push(drums(&[(0, 36), (12, 42), (32, 38), (55, 42), (96, 36)]));
        let expected = [
            12.0,
            5.0,
            4.0,
            1.430_232_558_139_535,
            0.052_173_913_043_478_26,
            0.833_333_333_333_333_4,
            2.251_629_167_387_823,
            1.792_481_250_360_578,
            0.1,
            0.6,
            0.0,
            0.96875,
        ];
        for ((name, value), expected) in MusicStatistics::of(&score).named().into_iter().zip(expected) {
            let value = value.expect(name);
            assert!((value - expected).abs() < 1e-9, "{name}: {value}, not {expected}");
        }
    }
}
