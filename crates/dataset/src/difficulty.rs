//! How hard a piece is, by the measures the curriculum sorts by.

use partita_encoding::{
    EncodedPiece, InstrumentSet, PianoRoll, RollMode, STEPS_PER_QUARTER, TemporalDensity, temporal_integral,
};
use serde::{Deserialize, Serialize};

/// Measures of difficulty. A quarter is half a second on [`partita_encoding::Grid::Time`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Difficulty {
    /// Length in bars.
    pub bars: u32,
    /// Programs that play, the drum kit one of them.
    pub tracks: u32,
    /// Mean number of pitches sounding while any sounds (muspy's polyphony); without the drums.
    pub polyphony: f32,
    /// I_temporal with [`TemporalDensity::Polyphony`], a quarter; without the drums.
    pub i_temporal: f32,
    /// Notes begun, a quarter; with the drums.
    pub onset_density: f32,
    /// I_temporal with [`TemporalDensity::PitchClassEntropy`], in bits a quarter; without the drums.
    pub pitch_class_entropy: f32,
}

impl Difficulty {
    /// Measures a piece.
    pub fn of(piece: &EncodedPiece) -> Self {
        let roll = PianoRoll::of_bars(&piece.bars, RollMode::Frame);
        let quarters = roll.len() as f64 / f64::from(STEPS_PER_QUARTER);
        let sounding =
            roll.columns().iter().filter(|column| **column != 0).count() as f64 / f64::from(STEPS_PER_QUARTER);
        let notes: usize = piece.bars.iter().map(|bar| bar.notes.len()).sum();
        let pitch_quarters = temporal_integral(&roll, TemporalDensity::Polyphony);
        Self {
            bars: piece.bars.len() as u32,
            tracks: InstrumentSet::of_bars(&piece.bars).len() as u32,
            polyphony: mean(pitch_quarters, sounding),
            i_temporal: mean(pitch_quarters, quarters),
            onset_density: mean(notes as f64, quarters),
            pitch_class_entropy: mean(temporal_integral(&roll, TemporalDensity::PitchClassEntropy), quarters),
        }
    }
}

/// A sum over some quarters, for one; 0 (and never −0) where there is nothing.
fn mean(sum: f64, quarters: f64) -> f32 {
    if sum == 0.0 || quarters == 0.0 { 0.0 } else { (sum / quarters) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{note, piece};
    use partita_encoding::DRUMS;

    #[test]
    fn measures_worked_out_by_hand() {
        // A bar of 4/4, 48 steps: C4 and G4 together for 12 steps, then C4 and C5 together for 12, then nothing; a drum.
        let quarter = |position, pitch| partita_encoding::NoteEvent { duration: 11, ..note(position, 0, pitch) };
        let notes = [quarter(0, 60), quarter(0, 67), note(0, DRUMS, 36), quarter(12, 60), quarter(12, 72)];
        let difficulty = Difficulty::of(&piece(&notes));
        assert_eq!(
            difficulty,
            Difficulty {
                bars: 1,
                tracks: 2,
                polyphony: 2.0,
                i_temporal: 1.0,           // two pitches in 24 of 48 steps
                onset_density: 1.25,       // five notes in four quarters
                pitch_class_entropy: 0.25, // one bit in 12 of 48 steps; an octave has none
            }
        );
    }

    #[test]
    fn drums_alone_have_no_polyphony() {
        let difficulty = Difficulty::of(&piece(&[note(0, DRUMS, 36), note(12, DRUMS, 38)]));
        assert_eq!((difficulty.polyphony, difficulty.i_temporal, difficulty.tracks), (0.0, 0.0, 1));
        assert!(difficulty.pitch_class_entropy.is_sign_positive());
    }
}
