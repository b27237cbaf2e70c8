//! How hard a piece is, by the measures the curriculum sorts by.

use crate::content::timed_notes;
use partita_encoding::{DRUMS, EncodedPiece, InstrumentSet, STEPS_PER_QUARTER, duration_steps};
use serde::{Deserialize, Serialize};

/// Measures of difficulty. The last three are I_temporal = ∫ f(M(t)) dt over the piece's roll, divided by its length
/// in quarters (on [`partita_encoding::Grid::Time`], in half seconds), with the density f that the name says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Difficulty {
    /// Length in bars.
    pub bars: u32,
    /// Programs that play, the drum kit one of them.
    pub tracks: u32,
    /// Mean number of pitches sounding while any sounds (muspy's polyphony); without the drums.
    pub polyphony: f32,
    /// Pitches sounding, a quarter: f is the number of pitches that sound; without the drums.
    pub i_temporal: f32,
    /// Notes begun, a quarter; with the drums.
    pub onset_density: f32,
    /// Entropy of the pitch classes sounding, in bits, a quarter; without the drums.
    pub pitch_class_entropy: f32,
}

impl Difficulty {
    /// Measures a piece.
    pub fn of(piece: &EncodedPiece) -> Self {
        let frames = frames(piece);
        let mean = |f: fn(u128) -> f64| frames.iter().map(|frame| f(*frame)).sum::<f64>() / frames.len().max(1) as f64;
        let (pitches, sounding) =
            (mean(|frame| f64::from(frame.count_ones())), mean(|frame| f64::from(u8::from(frame != 0))));
        let notes: usize = piece.bars.iter().map(|bar| bar.notes.len()).sum();
        let quarters = frames.len().max(1) as f64 / f64::from(STEPS_PER_QUARTER);
        Self {
            bars: piece.bars.len() as u32,
            tracks: InstrumentSet::of_bars(&piece.bars).len() as u32,
            polyphony: if sounding > 0.0 { (pitches / sounding) as f32 } else { 0.0 },
            i_temporal: pitches as f32,
            onset_density: (notes as f64 / quarters) as f32,
            pitch_class_entropy: mean(pitch_class_entropy) as f32,
        }
    }
}

/// The pitches that sound at each step, one bit each; without the drums, whose sounds have no pitch and no length.
fn frames(piece: &EncodedPiece) -> Vec<u128> {
    let steps: u32 = piece.bars.iter().map(|bar| bar.metre.steps()).sum();
    let mut frames = vec![0; steps as usize];
    for (step, note) in timed_notes(piece).filter(|(_, note)| note.program < DRUMS) {
        let end = step.saturating_add(duration_steps(note.duration)).min(steps);
        frames[step as usize..end as usize].iter_mut().for_each(|frame| *frame |= 1 << note.pitch);
    }
    frames
}

/// Shannon entropy, in bits, of the pitch classes of one frame.
fn pitch_class_entropy(frame: u128) -> f64 {
    let total = f64::from(frame.count_ones());
    let every_octave = (0..11).fold(0_u128, |mask, octave| mask | 1 << (12 * octave));
    (0..12)
        .map(|class| f64::from((frame >> class & every_octave).count_ones()) / total)
        .filter(|share| *share > 0.0)
        .map(|share| share * share.recip().log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{note, piece};

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
    }

    #[test]
    fn entropy_is_never_negative_zero() {
        assert!(pitch_class_entropy(1 << 60).is_sign_positive());
        assert!((pitch_class_entropy(1 << 60 | 1 << 64 | 1 << 67) - 3_f64.log2()).abs() < 1e-12);
    }
}
