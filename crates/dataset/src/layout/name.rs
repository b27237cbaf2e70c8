//! The layouts by name.

use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How a data set's files lie in their folder, and where its labels come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Any folders: the first is the genre, the second the composer.
    Plain,
    /// The Lakh MIDI Dataset, `lmd_full` or `lmd_matched`.
    Lakh,
    /// MAESTRO, with its table and its splits.
    Maestro,
    /// POP909.
    Pop909,
    /// The ADL Piano MIDI dataset.
    AdlPiano,
    /// GiantMIDI-Piano.
    GiantMidi,
    /// Parquet files with MIDI files in a column, as GigaMIDI has them and as a corpus is exported.
    Parquet,
}

impl Layout {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Plain, Self::Lakh, Self::Maestro, Self::Pop909, Self::AdlPiano, Self::GiantMidi, Self::Parquet];

    /// As it is typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Lakh => "lakh",
            Self::Maestro => "maestro",
            Self::Pop909 => "pop909",
            Self::AdlPiano => "adl-piano",
            Self::GiantMidi => "giant-midi",
            Self::Parquet => "parquet",
        }
    }

    /// As its authors call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Plain => "plain folders",
            Self::Lakh => "Lakh MIDI",
            Self::Maestro => "MAESTRO",
            Self::Pop909 => "POP909",
            Self::AdlPiano => "ADL Piano MIDI",
            Self::GiantMidi => "GiantMIDI-Piano",
            Self::Parquet => "Parquet",
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The text names no layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected plain, lakh, maestro, pop909, adl-piano, giant-midi or parquet")]
pub struct UnknownLayout;

impl FromStr for Layout {
    type Err = UnknownLayout;

    fn from_str(text: &str) -> Result<Self, UnknownLayout> {
        Self::ALL.into_iter().find(|layout| layout.name().eq_ignore_ascii_case(text)).ok_or(UnknownLayout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_the_error_lists_them_all() {
        for layout in Layout::ALL {
            assert_eq!(layout.name().parse(), Ok(layout));
            assert!(UnknownLayout.to_string().contains(layout.name()), "{layout}");
        }
        assert_eq!("midi".parse::<Layout>(), Err(UnknownLayout));
    }
}
