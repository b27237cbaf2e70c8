//! Keys: names, classes and signatures.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Names of the tonics of major and minor keys, by the signature with fewer accidentals.
const MAJOR_TONICS: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const MINOR_TONICS: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];

/// Key: tonic pitch class and mode. As text, "D minor", "Bb major" or, when parsed, "Dm", "f# min", "C".
///
/// ```
/// use partita_encoding::Key;
/// let key: Key = "D minor".parse()?;
/// assert_eq!((key.tonic, key.minor), (2, true));
/// assert_eq!(key.to_string(), "D minor");
/// # Ok::<(), partita_encoding::ParseKeyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Key {
    /// Pitch class, C = 0.
    pub tonic: u8,
    /// True for minor.
    pub minor: bool,
}

/// Semitones of the major scale above its tonic, as a bit each.
const MAJOR_SCALE: u16 = 0b1010_1011_0101;
/// Semitones of the natural minor scale above its tonic, as a bit each.
const MINOR_SCALE: u16 = 0b0101_1010_1101;

impl Key {
    /// 0–11 major, 12–23 minor.
    pub const fn class(self) -> u8 {
        self.tonic % 12 + if self.minor { 12 } else { 0 }
    }

    /// The key of a class below [`crate::KEYS`].
    pub const fn of_class(class: u8) -> Option<Key> {
        if class < 24 { Some(Key { tonic: class % 12, minor: class >= 12 }) } else { None }
    }

    /// Sharps (positive) or flats (negative) of its signature, −5 to 6.
    pub const fn sharps(self) -> i8 {
        let relative_major = (self.tonic as i8 % 12) + if self.minor { 3 } else { 0 };
        // A fifth up is a sharp more; seven semitones a fifth.
        let fifths = (relative_major * 7) % 12;
        if fifths > 6 { fifths - 12 } else { fifths }
    }

    /// The key with a signature of `sharps` (flats where negative).
    pub const fn of_signature(sharps: i8, minor: bool) -> Key {
        let relative_major = (sharps as i16 * 7).rem_euclid(12);
        let tonic = if minor { (relative_major + 9) % 12 } else { relative_major };
        Key { tonic: tonic as u8, minor }
    }

    /// The pitch classes of its scale, major or natural minor, as a bit each, C lowest.
    pub const fn scale(self) -> u16 {
        let (scale, tonic) = (if self.minor { MINOR_SCALE } else { MAJOR_SCALE }, self.tonic % 12);
        (scale << tonic | scale >> (12 - tonic)) & 0xfff
    }

    /// The key `semitones` higher.
    pub const fn transposed(self, semitones: i32) -> Key {
        Key { tonic: (self.tonic as i32 + semitones).rem_euclid(12) as u8, minor: self.minor }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tonics, mode) = if self.minor { (MINOR_TONICS, "minor") } else { (MAJOR_TONICS, "major") };
        write!(f, "{} {mode}", tonics[usize::from(self.tonic % 12)])
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = ParseKeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// The text names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a key: give a tonic and a mode, such as \"D minor\", \"Bb major\" or \"F# minor\"")]
pub struct ParseKeyError(String);

impl FromStr for Key {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).ok_or_else(|| ParseKeyError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Key> {
    let mut letters = text.chars();
    let letter = letters.next()?.to_ascii_uppercase();
    let natural: i32 = match letter {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let (accidental, mode) = match letters.as_str().chars().next() {
        Some('#' | '♯') => (1, letters.as_str().chars().skip(1).collect::<String>()),
        Some('b' | '♭') => (-1, letters.as_str().chars().skip(1).collect()),
        _ => (0, letters.as_str().to_owned()),
    };
    let minor = match mode.trim().trim_start_matches(['-', '_']).to_ascii_lowercase().as_str() {
        "minor" | "min" => true,
        "major" | "maj" => false,
        // "Dm" is minor and "DM" major; a bare tonic is major.
        _ if mode == "m" => true,
        _ if mode == "M" || mode.is_empty() => false,
        _ => return None,
    };
    Some(Key { tonic: (natural + accidental).rem_euclid(12) as u8, minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_that_of_its_signature() {
        let scale = |key: &str| key.parse::<Key>().expect("a key").scale();
        assert_eq!(scale("C major"), MAJOR_SCALE);
        assert_eq!(scale("A minor"), MAJOR_SCALE);
        assert_eq!(scale("G major"), MAJOR_SCALE & !(1 << 5) | 1 << 6);
        for key in (0..24).filter_map(Key::of_class) {
            assert_eq!(key.scale(), Key::of_signature(key.sharps(), !key.minor).scale());
        }
    }

    #[test]
    fn every_class_round_trips_as_text_and_signature() {
        for class in 0..24 {
            let key = Key::of_class(class).expect("a key");
            assert_eq!(key.class(), class);
            assert_eq!(key.to_string().parse(), Ok(key));
            assert_eq!(Key::of_signature(key.sharps(), key.minor), key);
        }
    }

    #[test]
    fn signatures_are_those_of_the_circle_of_fifths() {
        let sharps = |text: &str| text.parse::<Key>().expect("a key").sharps();
        assert_eq!(["C", "G", "F", "A", "Eb", "Am", "D minor", "C# minor"].map(sharps), [0, 1, -1, 3, -3, 0, -1, 4]);
    }

    #[test]
    fn text_is_read_leniently_and_errors_show_the_form() {
        let key = |text: &str| text.parse::<Key>().map(|key| key.to_string());
        assert_eq!(key("bb major"), Ok("Bb major".into()));
        assert_eq!(key("F#m"), Ok("F# minor".into()));
        assert_eq!(key("c-minor"), Ok("C minor".into()));
        for bad in ["", "H minor", "D lydian", "minor", "Dminorish"] {
            assert!(key(bad).expect_err("no key").to_string().contains("\"D minor\""));
        }
    }
}
