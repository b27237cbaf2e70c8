//! The three sides of a corpus, and how a group without a label gets its side.

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

    /// The side of a group whose labels name none: eight in ten train, one valid, one test, by the SHA-256 of its key.
    pub fn of_group(key: &[u8]) -> Self {
        let digest = Sha256::digest(key);
        let tenth = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % 10;
        match tenth {
            0..=7 => Self::Train,
            8 => Self::Valid,
            _ => Self::Test,
        }
    }

    /// As labels and reports write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
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
            counts[Split::of_group(&key.to_le_bytes()) as usize] += 1;
        }
        assert!((7_800..8_200).contains(&counts[0]), "{counts:?}");
        assert!((900..1_100).contains(&counts[1]) && (900..1_100).contains(&counts[2]), "{counts:?}");
    }

    #[test]
    fn the_side_of_a_group_never_changes() {
        // The first eight bytes of SHA-256(name), as a number, end in 4, 8 and 9.
        let sides = ["chopin", "bach", "g15"].map(|group| Split::of_group(group.as_bytes()));
        assert_eq!(sides, [Split::Train, Split::Valid, Split::Test]);
    }

    #[test]
    fn names_are_read_back() {
        for split in Split::ALL {
            assert_eq!(split.name().parse(), Ok(split));
        }
        assert_eq!("dev".parse::<Split>(), Err(UnknownSplit));
    }
}
