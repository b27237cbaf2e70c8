//! Why a file is left out.

use partita_encoding::EncodeError;
use partita_score::ReadError;
use std::io;

/// Why a file is left out of the corpus.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("the labels name it, but it is not there")]
    Missing,
    #[error("cannot read it: {0}")]
    Io(#[from] io::Error),
    #[error("cannot read it as Parquet: {0}")]
    #[cfg_attr(not(feature = "parquet"), allow(dead_code))] // the program then reads no such files
    Parquet(String),
    #[error("the row holds no MIDI file")]
    #[cfg_attr(not(feature = "parquet"), allow(dead_code))]
    EmptyCell,
    #[error("{0}")]
    Midi(#[from] ReadError),
    #[error("{0}")]
    Encode(#[from] EncodeError),
    #[error("too few notes: {found}, and {min} are the least")]
    FewNotes { found: usize, min: usize },
    #[error("too few bars: {found}, and {min} are the least")]
    FewBars { found: usize, min: usize },
    #[error("bars {first} to {last} are empty, more than {max} in a row: notes went astray")]
    Gap { first: usize, last: usize, max: usize },
}

impl Rejection {
    /// One or two words, to count by.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Io(_) => "cannot read",
            Self::Parquet(_) => "not readable as Parquet",
            Self::EmptyCell => "without MIDI",
            Self::Midi(ReadError::Limit { .. }) | Self::Encode(EncodeError::Limit { .. }) => "over a limit",
            Self::Midi(_) => "not readable as MIDI",
            Self::Encode(EncodeError::Empty) | Self::FewNotes { .. } => "too few notes",
            Self::Encode(_) => "cannot encode",
            Self::FewBars { .. } => "too few bars",
            Self::Gap { .. } => "mostly silent",
        }
    }
}
