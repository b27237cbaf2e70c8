//! I_temporal, the paper's integral of a density over the roll, by which pieces are ordered from easy to hard.

use crate::{PianoRoll, RollMode};

/// The density f(M(t)) that is integrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemporalDensity {
    /// How many pitches are set at t. Over a frame roll the integral is in note-quarters: the notes' total length.
    Polyphony,
    /// Onsets a quarter at t, where a pitch is set that was not one step before (in an onset roll: is set). The
    /// integral is the number of onsets; a pitch struck again without a gap is seen in an onset roll only.
    OnsetDensity,
    /// Shannon entropy in bits of the pitch classes set at t, each octave of one counted. 0 for a unison or silence.
    PitchClassEntropy,
}

/// I_temporal = ∫ f(M(t)) dt, in quarters: the sum of f over the steps times the length of a step. Divide by the
/// length of the piece in quarters for its mean density.
///
/// ```
/// use partita_encoding::{PianoRoll, RollMode, TemporalDensity, temporal_integral};
/// // Two quarters of C4, with E4 joining for the second.
/// let roll = PianoRoll::from_notes([(0, 8, 60), (4, 4, 64)], RollMode::Frame, 4);
/// assert_eq!(temporal_integral(&roll, TemporalDensity::Polyphony), 3.0);
/// assert_eq!(temporal_integral(&roll, TemporalDensity::OnsetDensity), 2.0);
/// assert_eq!(temporal_integral(&roll, TemporalDensity::PitchClassEntropy), 1.0);
/// ```
pub fn temporal_integral(roll: &PianoRoll, density: TemporalDensity) -> f64 {
    let steps_per_quarter = f64::from(roll.steps_per_quarter());
    let mut before = 0;
    let mut sum = 0.0;
    for &column in roll.columns() {
        sum += match density {
            TemporalDensity::Polyphony => f64::from(column.count_ones()),
            TemporalDensity::OnsetDensity => {
                let struck = if roll.mode() == RollMode::Frame { column & !before } else { column };
                f64::from(struck.count_ones()) * steps_per_quarter
            }
            TemporalDensity::PitchClassEntropy => pitch_class_entropy(column),
        };
        before = column;
    }
    sum / steps_per_quarter
}

/// Every twelfth bit from the lowest: the octaves of pitch class 0.
const OCTAVES_OF_C: u128 = {
    let mut bits = 0;
    let mut pitch = 0;
    while pitch < 128 {
        bits |= 1 << pitch;
        pitch += 12;
    }
    bits
};

fn pitch_class_entropy(column: u128) -> f64 {
    let total = f64::from(column.count_ones());
    let counts = (0..12).map(|class| f64::from((column & (OCTAVES_OF_C << class)).count_ones()));
    counts.filter(|&count| count > 0.0).map(|count| -(count / total) * (count / total).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At 2 steps a quarter: C4 and C5 for 3 steps; G4 for the last 2 of these and one more; then silence.
    fn roll(mode: RollMode) -> PianoRoll {
        let mut roll = PianoRoll::from_notes([(0, 3, 60), (0, 3, 72), (1, 3, 67)], mode, 2);
        roll.resize(6);
        roll
    }

    #[test]
    fn the_integral_is_that_worked_out_by_hand() {
        let frame = roll(RollMode::Frame);
        // 2 + 3 + 3 + 1 pitches of half a quarter each.
        assert_eq!(temporal_integral(&frame, TemporalDensity::Polyphony), 4.5);
        assert_eq!(temporal_integral(&frame, TemporalDensity::OnsetDensity), 3.0);
        // Two thirds C and one third G: 0.9183 bits, for 2 steps of half a quarter.
        let entropy = temporal_integral(&frame, TemporalDensity::PitchClassEntropy);
        assert!((entropy - 0.918_295_834).abs() < 1e-9, "{entropy}");
    }

    #[test]
    fn onset_rolls_count_their_bits() {
        assert_eq!(temporal_integral(&roll(RollMode::Onset), TemporalDensity::OnsetDensity), 3.0);
    }

    #[test]
    fn the_highest_pitches_have_their_class() {
        // G9 (127) and G0 are one class; with C0 two.
        assert_eq!(pitch_class_entropy(1 << 127 | 1 << 7), 0.0);
        assert_eq!(pitch_class_entropy(1 << 127 | 1), 1.0);
    }
}
