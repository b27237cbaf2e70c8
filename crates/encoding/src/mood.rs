//! Mood: a point in the plane of valence and arousal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The words that may stand for a mood, each in the middle of its quadrant.
const WORDS: [(&str, Mood); 4] = [
    ("happy", Mood { valence: 0.5, arousal: 0.5 }),
    ("calm", Mood { valence: 0.5, arousal: -0.5 }),
    ("sad", Mood { valence: -0.5, arousal: -0.5 }),
    ("tense", Mood { valence: -0.5, arousal: 0.5 }),
];

/// Valence and arousal, each −1 to 1 (J. A. Russell, "A circumplex model of affect", 1980).
///
/// As text, a word or two numbers:
/// ```
/// use partita_encoding::Mood;
/// let mood: Mood = "0.3,-0.5".parse()?;
/// assert_eq!(mood.word(), "calm");
/// assert_eq!("sad".parse::<Mood>()?, Mood { valence: -0.5, arousal: -0.5 });
/// # Ok::<(), partita_encoding::ParseMoodError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    /// Unpleasant to pleasant.
    pub valence: f32,
    /// Calm to excited.
    pub arousal: f32,
}

impl Mood {
    /// The word for the quadrant: happy, calm, sad or tense.
    pub fn word(self) -> &'static str {
        match (self.valence >= 0.0, self.arousal >= 0.0) {
            (true, true) => "happy",
            (true, false) => "calm",
            (false, false) => "sad",
            (false, true) => "tense",
        }
    }
}

impl fmt::Display for Mood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2},{:.2}", self.valence, self.arousal)
    }
}

/// The text names no mood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a mood: give happy, calm, sad, tense, or valence and arousal from -1 to 1, such as 0.3,-0.5")]
pub struct ParseMoodError(String);

impl FromStr for Mood {
    type Err = ParseMoodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim().to_ascii_lowercase();
        let named = WORDS.iter().find(|(name, _)| *name == word).map(|&(_, mood)| mood);
        named.or_else(|| parse_numbers(&word)).ok_or_else(|| ParseMoodError(text.to_owned()))
    }
}

fn parse_numbers(text: &str) -> Option<Mood> {
    let (valence, arousal) = text.split_once(',')?;
    let number = |text: &str| text.trim().parse::<f32>().ok().filter(|value| (-1.0..=1.0).contains(value));
    Some(Mood { valence: number(valence)?, arousal: number(arousal)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lie_in_their_own_quadrant() {
        for (word, mood) in WORDS {
            assert_eq!(word.parse(), Ok(mood));
            assert_eq!(mood.word(), word);
            assert_eq!(mood.to_string().parse(), Ok(mood));
        }
    }

    #[test]
    fn what_is_no_mood_is_refused() {
        for bad in ["", "gloomy", "0.5", "2,0", "0,NaN", "0,0,0", "a,b"] {
            assert!(bad.parse::<Mood>().expect_err("no mood").to_string().contains("0.3,-0.5"), "{bad}");
        }
    }
}
