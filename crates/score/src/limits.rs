//! How much a file may ask for. Every amount that a MIDI file can name or imply is bounded here and nowhere else.

use std::fmt;

/// Bounds on what [`crate::read`] accepts.
///
/// The defaults hold for any real piece of music (the largest are a few hundred kilobytes) with a wide margin.
/// `text_bytes` shortens; passing any other limit is a [`crate::ReadError::Limit`].
///
/// ```
/// let small = partita_score::Limits { notes: 10_000, ..Default::default() };
/// assert!(small.tracks > 1000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file.
    pub file_bytes: usize,
    /// `MTrk` chunks in the file.
    pub file_tracks: usize,
    /// Parts of the score: one for each program on each channel of each `MTrk` chunk.
    pub tracks: usize,
    /// Events of all tracks together: notes on and off, controllers, meta events, system messages.
    pub events: usize,
    /// Notes of all tracks together.
    pub notes: usize,
    /// Ticks from the start to the last event; 2³² − 2 at most, so that a last note can end within 32 bits.
    pub ticks: u32,
    /// Bytes of one track name or marker; longer ones are shortened, with a [`crate::Repair`].
    pub text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            file_tracks: 4096,
            tracks: 8192,
            events: 8_000_000,
            notes: 2_000_000,
            ticks: u32::MAX - 1,
            text_bytes: 256,
        }
    }
}

/// What there was too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Amount {
    /// See [`Limits::file_bytes`].
    FileBytes,
    /// See [`Limits::file_tracks`].
    FileTracks,
    /// See [`Limits::tracks`].
    Tracks,
    /// See [`Limits::events`].
    Events,
    /// See [`Limits::notes`].
    Notes,
    /// See [`Limits::ticks`].
    Ticks,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FileBytes => "bytes",
            Self::FileTracks => "track chunks",
            Self::Tracks => "parts",
            Self::Events => "events",
            Self::Notes => "notes",
            Self::Ticks => "ticks from start to end",
        })
    }
}
