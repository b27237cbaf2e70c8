//! What was mended or left out while a file was read.

use crate::error::Fault;
use std::fmt;

/// One thing that the reader mended or ignored. Tracks are `MTrk` chunks counted from 0; offsets count from the
/// first byte of the input. Repeated repairs of one kind are counted in one entry a track.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// Bytes before the `MThd` header were skipped (byte order mark, MacBinary or RIFF wrapper of odd shape).
    Prefix {
        /// How many.
        bytes: usize,
    },
    /// The format field was none of 0, 1 and 2; the tracks were taken as simultaneous.
    Format {
        /// The field.
        found: u16,
    },
    /// The division was 0; 480 ticks a quarter were assumed, so tempo and metre are guesses.
    DivisionZero,
    /// Time was counted in film frames; the quarters are those of a constant tempo, so that seconds are right.
    SmpteDivision {
        /// Frames a second as the file has it (29 stands for 29.97).
        frames_per_second: u8,
        /// Ticks a frame.
        ticks_per_frame: u8,
    },
    /// The division was over 32,767 and no known frame rate: it was taken as ticks a quarter, two of them made one.
    WideDivision {
        /// The division.
        found: u16,
    },
    /// The header announced another number of tracks.
    TrackCount {
        /// In the header.
        declared: usize,
        /// In the file.
        found: usize,
    },
    /// A chunk that is no track was skipped.
    UnknownChunk {
        /// Where it starts.
        byte: usize,
        /// Its four bytes of name.
        name: [u8; 4],
    },
    /// A track chunk's stated length was wrong.
    ChunkLength {
        /// The track.
        track: usize,
        /// Where its data start.
        byte: usize,
        /// What its header says.
        declared: u32,
        /// How long it is.
        found: usize,
    },
    /// Bytes that belong to no chunk, or follow a track's end inside its chunk, were ignored.
    ExtraBytes {
        /// Where they start.
        byte: usize,
        /// How many.
        bytes: usize,
    },
    /// A track without an end-of-track event; it was ended after its last event.
    MissingEndOfTrack {
        /// The track.
        track: usize,
    },
    /// A track was damaged, and what follows the damage was left out.
    CutTrack {
        /// The track.
        track: usize,
        /// The event in it, counted from 0.
        event: usize,
        /// Where the damage is.
        byte: usize,
        /// What it is.
        fault: Fault,
    },
    /// Channel messages with a data byte over 127 were left out.
    BadMessages {
        /// The track.
        track: usize,
        /// How many.
        count: usize,
        /// Where the first one is.
        byte: usize,
    },
    /// Real-time or undefined system messages, which files cannot hold, were left out.
    SystemMessages {
        /// The track.
        track: usize,
        /// How many.
        count: usize,
        /// Where the first one is.
        byte: usize,
    },
    /// Meta events with impossible contents (tempo 0, metre 0/1, ten sharps …) were left out.
    BadMeta {
        /// The track.
        track: usize,
        /// How many.
        count: usize,
        /// Where the first one is.
        byte: usize,
    },
    /// Texts longer than [`crate::Limits::text_bytes`] were shortened.
    LongText {
        /// The track.
        track: usize,
        /// How many.
        count: usize,
        /// Where the first one is.
        byte: usize,
    },
    /// Notes that were never ended last to the end of the track.
    UnclosedNotes {
        /// The track.
        track: usize,
        /// How many.
        count: usize,
    },
    /// Notes that ended when they began last one tick.
    ZeroLengthNotes {
        /// The track.
        track: usize,
        /// How many.
        count: usize,
    },
    /// Note-offs with no note to end were ignored.
    StrayNoteOffs {
        /// The track.
        track: usize,
        /// How many.
        count: usize,
    },
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix { bytes } => write!(f, "skipped {bytes} bytes before the MThd header"),
            Self::Format { found } => write!(f, "format {found} is unknown, read as format 1"),
            Self::DivisionZero => write!(f, "division 0, assumed 480 ticks a quarter"),
            Self::SmpteDivision { frames_per_second, ticks_per_frame } => {
                write!(f, "time in frames ({frames_per_second} a second, {ticks_per_frame} ticks each) made quarters")
            }
            Self::WideDivision { found } => write!(f, "division {found} is over 32767, halved with all times"),
            Self::TrackCount { declared, found } => write!(f, "{declared} tracks declared, {found} found"),
            Self::UnknownChunk { byte, name } => {
                write!(f, "byte {byte}: skipped a chunk named \"{}\"", name.escape_ascii())
            }
            Self::ChunkLength { track, byte, declared, found } => {
                write!(f, "track {track}, byte {byte}: declares {declared} bytes, has {found}")
            }
            Self::ExtraBytes { byte, bytes } => write!(f, "byte {byte}: ignored {bytes} bytes outside any track"),
            Self::MissingEndOfTrack { track } => write!(f, "track {track}: no end of track"),
            Self::CutTrack { track, event, byte, fault } => {
                write!(f, "track {track}, event {event}, byte {byte}: {fault}; left out the rest of the track")
            }
            Self::BadMessages { track, count, byte } => {
                write!(f, "track {track}, byte {byte}: left out {count} messages with a data byte over 127")
            }
            Self::SystemMessages { track, count, byte } => {
                write!(f, "track {track}, byte {byte}: left out {count} system messages")
            }
            Self::BadMeta { track, count, byte } => {
                write!(f, "track {track}, byte {byte}: left out {count} impossible meta events")
            }
            Self::LongText { track, count, byte } => write!(f, "track {track}, byte {byte}: shortened {count} texts"),
            Self::UnclosedNotes { track, count } => {
                write!(f, "track {track}: ended {count} unclosed notes with the track")
            }
            Self::ZeroLengthNotes { track, count } => {
                write!(f, "track {track}: gave {count} notes of length 0 one tick")
            }
            Self::StrayNoteOffs { track, count } => write!(f, "track {track}: ignored {count} stray note-offs"),
        }
    }
}
