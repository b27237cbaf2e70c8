//! Metres: their length on the grid, their classes, and how long or odd bars become bars of the vocabulary.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{METRES, POSITIONS, STEPS_PER_QUARTER};

/// Steps in a whole note.
const STEPS_PER_WHOLE: u32 = 4 * STEPS_PER_QUARTER;
/// Steps in a sixteenth, the shortest beat that a [`Metre`] counts in.
const STEPS_PER_SIXTEENTH: u32 = STEPS_PER_WHOLE / 16;

/// The metres that have a class of their own; the last class holds all the others. Chosen by how often they occur
/// in a corpus of pop, rock, classical, folk and makam music.
const COMMON: [Metre; METRES - 1] = [
    Metre::of(4, 4),
    Metre::of(3, 4),
    Metre::of(2, 4),
    Metre::of(6, 8),
    Metre::of(2, 2),
    Metre::of(3, 8),
    Metre::of(9, 8),
    Metre::of(12, 8),
    Metre::of(1, 4),
    Metre::of(5, 4),
    Metre::of(6, 4),
    Metre::of(7, 4),
    Metre::of(8, 4),
    Metre::of(3, 2),
    Metre::of(4, 2),
    Metre::of(5, 8),
    Metre::of(7, 8),
    Metre::of(8, 8),
    Metre::of(10, 8),
    Metre::of(4, 8),
    Metre::of(3, 16),
    Metre::of(6, 16),
    Metre::of(12, 16),
];

/// A bar's metre. Its bar is a whole number of steps and at most [`POSITIONS`] of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Metre {
    /// Beats a bar.
    pub numerator: u8,
    /// 2, 4, 8 or 16.
    pub denominator: u8,
}

impl Metre {
    /// Four quarters.
    pub const COMMON_TIME: Metre = Metre::of(4, 4);
    /// The class of all metres without a class of their own.
    pub const OTHER_CLASS: u8 = METRES as u8 - 1;

    const fn of(numerator: u8, denominator: u8) -> Metre {
        Metre { numerator, denominator }
    }

    /// The metre, or `None` where the denominator is not 2, 4, 8 or 16, or the bar is empty or longer than
    /// [`POSITIONS`] steps (eight quarters).
    pub const fn new(numerator: u8, denominator: u8) -> Option<Metre> {
        let valid = numerator > 0
            && matches!(denominator, 2 | 4 | 8 | 16)
            && numerator as u32 * (STEPS_PER_WHOLE / denominator as u32) <= POSITIONS as u32;
        if valid { Some(Metre::of(numerator, denominator)) } else { None }
    }

    /// Length of the bar in steps.
    pub const fn steps(self) -> u32 {
        self.numerator as u32 * self.steps_per_beat()
    }

    /// Length of the bar in quarters.
    pub fn quarters(self) -> f32 {
        self.steps() as f32 / STEPS_PER_QUARTER as f32
    }

    /// Steps of one beat as the denominator counts it; 0 for a denominator of 0, which [`Metre::new`] never gives.
    pub const fn steps_per_beat(self) -> u32 {
        if self.denominator == 0 { 0 } else { STEPS_PER_WHOLE / self.denominator as u32 }
    }

    /// Class below [`METRES`].
    pub fn class(self) -> u8 {
        COMMON.iter().position(|&common| common == self).map_or(Self::OTHER_CLASS, |class| class as u8)
    }

    /// The metre of a class; `None` for [`Metre::OTHER_CLASS`] and beyond.
    pub fn of_class(class: u8) -> Option<Metre> {
        COMMON.get(usize::from(class)).copied()
    }

    /// The metre whose bar lasts `steps`, counted in `denominator` where that comes out even, else in the longest
    /// beat that does. Steps that no sixteenths fill are rounded up to the next sixteenth; bars longer than
    /// [`POSITIONS`] are cut there.
    pub(crate) fn of_steps(steps: u32, denominator: u8) -> Metre {
        let steps = steps.clamp(1, POSITIONS as u32).next_multiple_of(STEPS_PER_SIXTEENTH);
        let beat = |denominator: u8| STEPS_PER_WHOLE / u32::from(denominator);
        let fitting = [denominator, 4, 8]
            .into_iter()
            .find(|&d| matches!(d, 2 | 4 | 8 | 16) && steps.is_multiple_of(beat(d)))
            .unwrap_or(16);
        Metre::of((steps / beat(fitting)) as u8, fitting)
    }

    /// The bars of the vocabulary that a bar of any metre becomes.
    ///
    /// Whole notes are counted as halves. Beats shorter than a sixteenth are gathered into sixteenths, rounded up, so
    /// that no note loses its place. Bars longer than eight quarters are split into the fewest parts that fit, as
    /// equal as their beats allow, longer ones first: 9/4 is 5/4 and 4/4.
    pub(crate) fn parts(numerator: u8, denominator: u16) -> Vec<Metre> {
        let (beats, denominator) = match denominator {
            0 | 1 => (u32::from(numerator) * 2, 2u8),
            2 | 4 | 8 | 16 => (u32::from(numerator), denominator as u8),
            _ => ((u32::from(numerator) * 16).div_ceil(u32::from(denominator)), 16),
        };
        let beats = beats.max(1);
        let beats_max = POSITIONS as u32 * u32::from(denominator) / STEPS_PER_WHOLE;
        let parts = beats.div_ceil(beats_max);
        (0..parts).map(|part| Metre::of((beats / parts + u32::from(part < beats % parts)) as u8, denominator)).collect()
    }
}

impl Default for Metre {
    fn default() -> Self {
        Self::COMMON_TIME
    }
}

impl fmt::Display for Metre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl From<Metre> for String {
    fn from(metre: Metre) -> String {
        metre.to_string()
    }
}

impl TryFrom<String> for Metre {
    type Error = ParseMetreError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The text names no metre.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a metre: give beats/unit with unit 2, 4, 8 or 16 and at most eight quarters, such as 3/4 or 6/8"
)]
pub struct ParseMetreError(String);

impl FromStr for Metre {
    type Err = ParseMetreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (numerator, denominator) = text.trim().split_once('/')?;
            Metre::new(numerator.trim().parse().ok()?, denominator.trim().parse().ok()?)
        };
        parse().ok_or_else(|| ParseMetreError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_but_the_last_names_its_metre() {
        for class in 0..Metre::OTHER_CLASS {
            let metre = Metre::of_class(class).expect("a common metre");
            assert_eq!(metre.class(), class);
            assert_eq!(Metre::new(metre.numerator, metre.denominator), Some(metre));
        }
        assert_eq!(Metre::of(11, 8).class(), Metre::OTHER_CLASS);
        assert_eq!(Metre::of_class(Metre::OTHER_CLASS), None);
    }

    #[test]
    fn long_bars_split_into_near_equal_parts() {
        assert_eq!(Metre::parts(9, 4), [Metre::of(5, 4), Metre::of(4, 4)]);
        assert_eq!(Metre::parts(12, 4), [Metre::of(6, 4); 2]);
        assert_eq!(Metre::parts(4, 1), [Metre::of(4, 2); 2]);
        assert_eq!(Metre::parts(28, 4), [Metre::of(7, 4); 4]);
        assert_eq!(Metre::parts(8, 4), [Metre::of(8, 4)]);
    }

    #[test]
    fn short_beats_are_gathered_into_sixteenths() {
        assert_eq!(Metre::parts(7, 32), [Metre::of(4, 16)]);
        assert_eq!(Metre::parts(1, 32_768), [Metre::of(1, 16)]);
    }

    #[test]
    fn every_signature_gives_valid_bars() {
        for denominator in (0..=15).map(|power| 1u16 << power) {
            for numerator in 1..=255 {
                let parts = Metre::parts(numerator, denominator);
                assert!(!parts.is_empty());
                assert!(parts.iter().all(|part| Metre::new(part.numerator, part.denominator) == Some(*part)));
            }
        }
    }

    #[test]
    fn lengths_become_metres() {
        assert_eq!(Metre::of_steps(18, 8), Metre::of(3, 8));
        assert_eq!(Metre::of_steps(24, 8), Metre::of(4, 8));
        assert_eq!(Metre::of_steps(12, 2), Metre::of(1, 4));
        assert_eq!(Metre::of_steps(10, 4), Metre::of(1, 4));
        assert_eq!(Metre::of_steps(7, 4), Metre::of(3, 16));
    }

    #[test]
    fn text_round_trips_and_errors_name_the_fix() {
        assert_eq!("6/8".parse(), Ok(Metre::of(6, 8)));
        assert_eq!(Metre::of(6, 8).to_string(), "6/8");
        for bad in ["", "4", "4/3", "0/4", "9/2", "four/4", "300/4"] {
            let error = bad.parse::<Metre>().expect_err("not a metre");
            assert!(error.to_string().contains("such as 3/4"), "{error}");
        }
    }
}
