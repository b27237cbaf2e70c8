//! The three sides of a corpus, and how a group without a label gets its side: by its hash.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Which side of the corpus a piece is on.
///
/// The order is that of precedence: where labels put parts of one group on several sides, all of it goes to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Learned from.
    Train,
    /// Watched while learning.
    Valid,
    /// Measured at the end.
    Test,
}

impl Split {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Train, Self::Valid, Self::Test];

    /// As labels and reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

/// What part of the groups whose labels name no side goes to each; `80/10/10` usually.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitShares {
    /// Of train, valid and test, in ten-thousandths.
    parts: [u64; 3],
}

/// The parts of a whole.
const WHOLE: u64 = 10_000;

impl Default for SplitShares {
    fn default() -> Self {
        Self { parts: [8_000, 1_000, 1_000] }
    }
}

impl SplitShares {
    /// The side of a group, by the SHA-256 of its key.
    pub fn of_group(&self, key: &[u8]) -> Split {
        let digest = Sha256::digest(key);
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        // The last digit counts most: corpora from before there were other shares than tenths stay as they are.
        let place = number % 10 * (WHOLE / 10) + number / 10 % (WHOLE / 10);
        let [train, valid, _] = self.parts;
        match place {
            place if place < train => Split::Train,
            place if place < train + valid => Split::Valid,
            _ => Split::Test,
        }
    }

    /// Whether a side is to have any groups.
    pub fn asks_for(&self, split: Split) -> bool {
        self.parts[split as usize] > 0
    }
}

/// Why a text is no [`SplitShares`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidShares {
    /// Not three numbers.
    #[error("expected three shares TRAIN/VALID/TEST, such as 80/10/10")]
    NotThree,
    /// They are not parts of a whole.
    #[error("the shares sum to {sum}; they must sum to 100 (or to 1)")]
    Sum {
        /// What they sum to.
        sum: String,
    },
}

impl FromStr for SplitShares {
    type Err = InvalidShares;

    /// From per cents that sum to 100 or shares that sum to 1, to a hundredth of a per cent.
    fn from_str(text: &str) -> Result<Self, InvalidShares> {
        let number = |part: &str| part.trim().parse().ok().filter(|number: &f64| *number >= 0.0 && number.is_finite());
        let numbers: Option<Vec<f64>> = text.split('/').map(number).collect();
        let numbers: [f64; 3] = numbers.and_then(|all| all.try_into().ok()).ok_or(InvalidShares::NotThree)?;
        let sum: f64 = numbers.iter().sum();
        let whole = [1.0, 100.0].into_iter().find(|whole| (sum - whole).abs() < 1e-4 * whole);
        let whole = whole.ok_or_else(|| InvalidShares::Sum { sum: format!("{sum}") })?;
        let part = |number: f64| (number / whole * WHOLE as f64).round() as u64;
        let [valid, test] = [part(numbers[1]), part(numbers[2])];
        Ok(Self { parts: [WHOLE.saturating_sub(valid + test), valid, test] })
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected train, valid or test")]
pub struct UnknownSplit;

impl FromStr for Split {
    type Err = UnknownSplit;

    fn from_str(text: &str) -> Result<Self, UnknownSplit> {
        match text {
            "train" => Ok(Self::Train),
            "valid" | "validation" => Ok(Self::Valid),
            "test" => Ok(Self::Test),
            _ => Err(UnknownSplit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_eight_one_one() {
        let mut counts = [0; 3];
        for key in 0..10_000_u32 {
            counts[SplitShares::default().of_group(&key.to_le_bytes()) as usize] += 1;
        }
        assert!((7_800..8_200).contains(&counts[0]), "{counts:?}");
        assert!((900..1_100).contains(&counts[1]) && (900..1_100).contains(&counts[2]), "{counts:?}");
    }

    #[test]
    fn the_side_of_a_group_never_changes() {
        // The first eight bytes of SHA-256(name), as a number, end in 4, 8 and 9.
        let sides = ["chopin", "bach", "g15"].map(|group| SplitShares::default().of_group(group.as_bytes()));
        assert_eq!(sides, [Split::Train, Split::Valid, Split::Test]);
    }

    #[test]
    fn other_shares_are_kept_to() {
        let shares: SplitShares = "62.5/37.5/0".parse().unwrap();
        let sides = (0..10_000_u32).map(|key| shares.of_group(&key.to_le_bytes()));
        let train = sides.clone().filter(|side| *side == Split::Train).count();
        assert!((6_100..6_400).contains(&train), "{train}");
        assert!(!sides.clone().any(|side| side == Split::Test));
        assert_eq!(Split::ALL.map(|split| shares.asks_for(split)), [true, true, false]);
    }

    #[test]
    fn shares_are_per_cents_or_parts_of_one() {
        let usual = Ok(SplitShares::default());
        assert_eq!(
            ["80/10/10", "0.8/0.1/0.1", " 80 / 10 / 10 "].map(str::parse::<SplitShares>),
            [(); 3].map(|()| usual.clone())
        );
        let problem = |text: &str| text.parse::<SplitShares>().unwrap_err().to_string();
        for text in ["80/20", "80/10/10/0", "80/10/x", "90/20/-10", "NaN/1/1", "inf/1/1", ""] {
            assert_eq!(problem(text), "expected three shares TRAIN/VALID/TEST, such as 80/10/10", "{text}");
        }
        assert_eq!(problem("80/10/5"), "the shares sum to 95; they must sum to 100 (or to 1)");
        assert_eq!(problem("8/1/1"), "the shares sum to 10; they must sum to 100 (or to 1)");
    }

    #[test]
    fn names_are_read_back() {
        for split in Split::ALL {
            assert_eq!(split.name().parse(), Ok(split));
        }
        assert_eq!("dev".parse::<Split>(), Err(UnknownSplit));
    }
}
