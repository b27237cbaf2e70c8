//! Whether a piece hangs together: how its bars return, whether it stays in its key, and how its density unfolds. Music that a
//! model makes often does well from note to note and wanders from bar to bar. No value is good in itself: compare with
//! real pieces of the same length ([`EncodedPiece::opening`]).

mod key_stability;
mod self_similarity;

pub use key_stability::KeyStability;
pub use self_similarity::{BARS_MAX, LAGS, SIMILAR, SelfSimilarity};

use partita_encoding::{EncodedPiece, PianoRoll, RollMode, TemporalDensity, temporal_integral};
use serde::{Deserialize, Serialize};

/// The coherence of one piece; `None` where a measure is not defined, as repetition in a single bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coherence {
    /// Mean similarity of two bars, 0 to 1.
    pub self_similarity: Option<f64>,
    /// Share of the bars that resemble an earlier one.
    pub repetition: Option<f64>,
    /// Mean similarity of bars 1, 2, … [`LAGS`] apart.
    pub lag_profile: Vec<Option<f64>>,
    /// Whether it stays in its key.
    pub key_stability: Option<KeyStability>,
    /// I_temporal of the polyphony, a quarter: the mean number of notes sounding.
    pub polyphony_per_quarter: f64,
    /// I_temporal of the onsets, a quarter.
    pub onsets_per_quarter: f64,
    /// I_temporal of the entropy of sounding pitch classes, in bits a quarter.
    pub pitch_class_entropy_per_quarter: f64,
}

impl Coherence {
    /// Measures a piece; of a long one the first [`BARS_MAX`] bars.
    pub fn of(piece: &EncodedPiece) -> Self {
        let piece = piece.opening(BARS_MAX);
        let similarity = SelfSimilarity::of(&piece.bars);
        let integral = |density| per_quarter(&piece, density);
        Self {
            self_similarity: similarity.mean(),
            repetition: similarity.repetition(SIMILAR),
            lag_profile: (1..=LAGS).map(|lag| similarity.at_lag(lag)).collect(),
            key_stability: KeyStability::of(&piece),
            polyphony_per_quarter: integral(TemporalDensity::Polyphony),
            onsets_per_quarter: integral(TemporalDensity::OnsetDensity),
            pitch_class_entropy_per_quarter: integral(TemporalDensity::PitchClassEntropy),
        }
    }

    /// The single figures with their names: the rows of a table.
    pub fn named(&self) -> [(&'static str, Option<f64>); 7] {
        [
            ("self-similarity", self.self_similarity),
            ("repetition", self.repetition),
            ("key stability", self.key_stability.map(|stability| stability.in_key)),
            ("distance from the key", self.key_stability.map(|stability| stability.fifths)),
            ("polyphony a quarter", Some(self.polyphony_per_quarter)),
            ("onsets a quarter", Some(self.onsets_per_quarter)),
            ("pitch-class entropy a quarter", Some(self.pitch_class_entropy_per_quarter)),
        ]
    }
}

/// I_temporal over the length of the piece. Onsets are read off the onset roll, where a repeated note shows.
fn per_quarter(piece: &EncodedPiece, density: TemporalDensity) -> f64 {
    let mode = if density == TemporalDensity::OnsetDensity { RollMode::Onset } else { RollMode::Frame };
    let roll = PianoRoll::of_bars(&piece.bars, mode);
    let quarters = roll.len() as f64 / f64::from(roll.steps_per_quarter());
    if quarters > 0.0 { temporal_integral(&roll, density) / quarters } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, encoded, event};

    #[test]
    fn densities_are_means_over_the_piece() {
        // A third for one of two bars; one note struck again at once.
        let piece = encoded(vec![bar(&[event(0, 48, 0, 60), event(0, 24, 0, 64), event(24, 24, 0, 64)]), bar(&[])]);
        let coherence = Coherence::of(&piece);
        assert_eq!(coherence.polyphony_per_quarter, 1.0);
        assert_eq!(coherence.onsets_per_quarter, 3.0 / 8.0);
        assert_eq!(coherence.pitch_class_entropy_per_quarter, 0.5);
        assert_eq!(coherence.lag_profile.len(), LAGS);
    }
}
