//! Bytes of a MIDI file → score.

use super::chunk::Chunks;
use super::gather::{Gathered, check};
use super::header::{Format, header};
use super::track::TrackReader;
use crate::error::ReadError;
use crate::limits::{Amount, Limits};
use crate::repair::Repair;
use crate::score::Score;
use crate::units::Tick;

/// A score, and what had to be mended to read it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The piece. Without tracks if the file holds no notes.
    pub score: Score<Tick>,
    /// Empty for a file without fault.
    pub repairs: Vec<Repair>,
}

/// Reads a Standard MIDI File of format 0, 1 or 2, bare or in an RMID wrapper.
///
/// What is damaged is left out and reported as a [`Repair`]; a file is refused only where it has no header, no
/// tracks, or damage and no note. The rules:
///
/// * One [`crate::Track`] for each `MTrk` chunk, channel and program that has notes.
/// * What is said of a channel holds for all chunks on it: program, bank, bend, bend range, tuning and pedal, in order of
///   time. Channels of different ports (meta event 0x21) are different ones. Of program changes at one tick, a chunk's
///   own counts for its notes. (Where very many chunks share a channel with very many bends, each has its own only, so
///   that memory stays bounded: from four times the events of the file on.)
/// * Channel 10 is drums, and so is what GS and XG messages and the banks of kits make drums; a bank takes effect with
///   the next program change. Where no message tells whose banks they are, a bank of kits needs the program of a kit.
/// * A note-off ends the note of its key that began first. Unclosed notes end with their track. Where a key has more
///   beginnings than ends, its notes end at the latest when it is struck again.
/// * Notes of one key may overlap, as they do in the file.
/// * Patterns of format 2 are placed one after another.
/// * Time in film frames becomes quarters of a constant tempo that gives the same seconds.
///
/// The reader never panics, and never holds more memory than 128 bytes for each byte of input and 256 KiB besides.
///
/// # Errors
/// [`ReadError::Limit`] where the file asks for more than `limits`; the other variants where nothing can be read.
///
/// ```
/// let file = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x0C\0\x90\x3C\x40\x60\x80\x3C\0\0\xFF\x2F\0";
/// let reading = partita_score::read(file, &partita_score::Limits::default())?;
/// assert_eq!(reading.score.tracks[0].notes[0].duration, partita_score::Tick(96));
/// # Ok::<(), partita_score::ReadError>(())
/// ```
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    check(Amount::FileBytes, bytes.len(), limits.file_bytes, limits.file_bytes)?;
    let mut repairs = Vec::new();
    let header = header(bytes, &mut repairs)?;
    let bytes = &bytes[..header.input_end];
    let mut chunks = Chunks::new(bytes, header.end, header.declared_tracks);
    let mut gathered = Gathered::new(limits, header.division.tick_divisor, repairs);
    let mut found = 0;
    while let Some(chunk) = chunks.next(&mut gathered.repairs) {
        check(Amount::FileTracks, found + 1, limits.file_tracks, chunk.start)?;
        if let Some(end) = TrackReader::new(&mut gathered, found).read(bytes, chunk)? {
            chunks.track_ended(&chunk, end);
        }
        found += 1;
        if header.format == Format::Sequential {
            gathered.start = gathered.end;
        }
    }
    if found == 0 {
        return Err(ReadError::NoTracks { byte: header.end });
    }
    if found != header.declared_tracks {
        gathered.repairs.push(Repair::TrackCount { declared: header.declared_tracks, found });
    }
    let (score, repairs) = gathered.finish(header.division)?;
    Ok(Reading { score, repairs })
}
