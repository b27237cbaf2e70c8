//! What can go wrong, in words that name the place and the remedy. The caller adds the file's name.

use crate::limits::Amount;

/// Why bytes could not be read as a score. Offsets count from the first byte of the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The input asks for more than [`crate::Limits`] allows.
    #[error("byte {byte}: more than {limit} {amount}, beyond any piece of music; split the file, or leave it out")]
    Limit {
        /// What there is too much of.
        amount: Amount,
        /// How much is allowed.
        limit: u64,
        /// Where the limit was passed.
        byte: usize,
    },
    /// There is no `MThd` chunk.
    #[error("no MThd header in {length} bytes: {looks_like}; give a Standard MIDI File (.mid, .midi, .kar, .rmi)")]
    NotMidi {
        /// Length of the input in bytes.
        length: usize,
        /// What the first bytes look like instead.
        looks_like: &'static str,
    },
    /// The `MThd` chunk ends before format, track count and division.
    #[error("byte {byte}: the MThd header is cut off; the file is incomplete, get it again from its source")]
    HeaderCutOff {
        /// Where the header starts.
        byte: usize,
    },
    /// The division is neither ticks a quarter note nor a known frame rate, so no time can be worked out.
    #[error("byte {byte}: division 0x{division:04X} is no known time unit; export the file again in ticks a quarter")]
    Division {
        /// Where the division stands.
        byte: usize,
        /// Its value.
        division: u16,
    },
    /// A header and nothing after it that could be a track.
    #[error("byte {byte}: no MTrk chunk after the header; the file is incomplete, get it again from its source")]
    NoTracks {
        /// Where the first track was expected.
        byte: usize,
    },
    /// A track is damaged, and no track of the file gave a note before its damage.
    #[error("track {track}, event {event}, byte {byte}: {fault}; no notes could be saved, export the file again")]
    Damaged {
        /// `MTrk` chunk, counted from 0.
        track: usize,
        /// Event in the track, counted from 0.
        event: usize,
        /// Where the bad bytes are.
        byte: usize,
        /// What is wrong with them.
        fault: Fault,
    },
}

/// What stops the reading of a track at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The data end inside an event.
    #[error("the data end in the middle of an event")]
    CutOff,
    /// A data byte where a status byte must be, and none before it to repeat.
    #[error("data byte 0x{0:02X} where a status byte must be (running status with nothing to repeat)")]
    NoStatus(u8),
    /// A variable-length number of more than four bytes.
    #[error("a variable-length number of more than four bytes")]
    LongNumber,
    /// A meta or system exclusive event claims more bytes than its track has left.
    #[error("an event claims {0} bytes, more than are left")]
    LongEvent(u32),
    /// A channel message whose data byte has the high bit set.
    #[error("data byte 0x{0:02X} is over 127")]
    DataByte(u8),
}

/// Why a score cannot be written as a MIDI file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A MIDI file cannot hold as many.
    #[error("{found} {what} are more than a MIDI file can hold ({limit}); split the score")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many can be written.
        limit: usize,
    },
    /// The ticks a quarter are outside 1–32,767.
    #[error("{0} ticks a quarter note, must be 1 to 32767; choose for example 480")]
    TicksPerQuarter(u16),
    /// A note that does not last.
    #[error("track {track}, note {note} at tick {tick}: its duration is 0; make it at least 1 tick")]
    ZeroDuration {
        /// Index of the track.
        track: usize,
        /// Index of the note in it.
        note: usize,
        /// Its onset.
        tick: u32,
    },
    /// A note that ends after the last tick that can be named.
    #[error("track {track}, note {note} at tick {tick}: it ends after tick 4294967295; shorten or move it")]
    TooLate {
        /// Index of the track.
        track: usize,
        /// Index of the note in it.
        note: usize,
        /// Its onset.
        tick: u32,
    },
    /// A bend wider than the widest bend range.
    #[error("track {track}, tick {tick}: a bend of {cents} cents is outside ±12700; transpose the notes instead")]
    Bend {
        /// Index of the track.
        track: usize,
        /// Where the bend stands.
        tick: u32,
        /// How wide it is.
        cents: f32,
    },
    /// A tempo of 0 or of more than 24 bits.
    #[error(
        "tempo at tick {tick}: {found} microseconds a quarter, must be 1 to 16777215; choose 3.6 quarters a minute or more"
    )]
    Tempo {
        /// Where the tempo stands.
        tick: u32,
        /// Microseconds a quarter.
        found: u32,
    },
    /// A metre whose numerator is 0 or whose denominator is no power of two.
    #[error("time signature at tick {tick}: {numerator}/{denominator}; write it over a power of two")]
    TimeSignature {
        /// Where it stands.
        tick: u32,
        /// Its numerator.
        numerator: u8,
        /// Its denominator.
        denominator: u16,
    },
    /// A key of more than seven sharps or flats.
    #[error("key signature at tick {tick}: {sharps} sharps, must be -7 to 7; respell the key")]
    KeySignature {
        /// Where it stands.
        tick: u32,
        /// Sharps, or flats if negative.
        sharps: i8,
    },
}
