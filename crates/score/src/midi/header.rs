//! The `MThd` header: where it is, and what it says of tracks and time.

use super::chunk::find;
use crate::error::ReadError;
use crate::repair::Repair;

/// How the tracks of a file relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Formats 0 and 1: all tracks start together.
    Simultaneous,
    /// Format 2: patterns, taken one after another.
    Sequential,
}

/// What a tick is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Division {
    pub(super) ticks_per_quarter: u16,
    /// Set for time in film frames: the tempo at which `ticks_per_quarter` gives the right seconds.
    pub(super) constant_tempo: Option<u32>,
    /// Ticks of the file to one of the score (2 where the file's division needs all 16 bits).
    pub(super) tick_divisor: u32,
}

/// The header, and where the chunks after it start.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) format: Format,
    pub(super) declared_tracks: usize,
    pub(super) division: Division,
    /// Where the chunks start.
    pub(super) end: usize,
    /// Where the MIDI data end: before the end of the input if an RMID wrapper holds more than them.
    pub(super) input_end: usize,
}

/// Ticks a quarter where the header says 0; the commonest value in files.
const ASSUMED_TICKS_PER_QUARTER: u16 = 480;
/// A header is searched for only this far into the input: a RIFF or MacBinary wrapper needs a few hundred bytes.
const SEARCHED_BYTES: usize = 4096;

/// Finds and reads the header.
pub(super) fn header(bytes: &[u8], repairs: &mut Vec<Repair>) -> Result<Header, ReadError> {
    let start = find(bytes, b"MThd", 0)
        .filter(|&at| at <= SEARCHED_BYTES)
        .ok_or_else(|| ReadError::NotMidi { length: bytes.len(), looks_like: looks_like(bytes) })?;
    let rmid_end = rmid_end(bytes, start);
    if start > 0 && rmid_end.is_none() {
        repairs.push(Repair::Prefix { bytes: start });
    }
    let fields = bytes.get(start + 8..start + 14).ok_or(ReadError::HeaderCutOff { byte: start })?;
    if find(&bytes[..bytes.len().min(start + 17)], b"MTrk", start).is_some() {
        return Err(ReadError::HeaderCutOff { byte: start });
    }
    let field = |i: usize| u16::from_be_bytes([fields[i], fields[i + 1]]);
    let division = division(field(4), start + 12, repairs)?;
    Ok(Header {
        format: format(field(0), repairs),
        declared_tracks: field(2).into(),
        division,
        end: end(bytes, start),
        input_end: rmid_end.filter(|&end| end > start + 14).unwrap_or(bytes.len()),
    })
}

/// The header's stated length may only be longer than the six bytes of today's standard.
fn end(bytes: &[u8], start: usize) -> usize {
    let stated = super::chunk::word(bytes, start + 4).unwrap_or(6) as usize;
    let end = start.saturating_add(8).saturating_add(stated.max(6));
    if end < bytes.len() { end } else { start + 14 }
}

fn format(found: u16, repairs: &mut Vec<Repair>) -> Format {
    match found {
        0 | 1 => Format::Simultaneous,
        2 => Format::Sequential,
        _ => {
            repairs.push(Repair::Format { found });
            Format::Simultaneous
        }
    }
}

fn division(division: u16, byte: usize, repairs: &mut Vec<Repair>) -> Result<Division, ReadError> {
    let in_quarters = |ticks_per_quarter| Division { ticks_per_quarter, constant_tempo: None, tick_divisor: 1 };
    let [high, ticks_per_frame] = division.to_be_bytes();
    let frames_per_second = high.wrapping_neg();
    match (high, frames_per_second) {
        _ if division == 0 => {
            repairs.push(Repair::DivisionZero);
            Ok(in_quarters(ASSUMED_TICKS_PER_QUARTER))
        }
        (0..0x80, _) => Ok(in_quarters(division)),
        (_, 24 | 25 | 29 | 30) if ticks_per_frame > 0 => {
            repairs.push(Repair::SmpteDivision { frames_per_second, ticks_per_frame });
            Ok(in_frames(frames_per_second, ticks_per_frame))
        }
        // Some exporters write an (unsigned) 55,440: no frame rate, but a plain number of ticks.
        (_, 31..) => {
            repairs.push(Repair::WideDivision { found: division });
            Ok(Division { tick_divisor: 2, ..in_quarters(division / 2) })
        }
        _ => Err(ReadError::Division { byte, division }),
    }
}

/// One quarter is made to last one second, so that ticks stay whole and seconds exact. "29" is 30 frames in 1.001 s.
fn in_frames(frames_per_second: u8, ticks_per_frame: u8) -> Division {
    let (frames, tempo) = match frames_per_second {
        29 => (30, 1_001_000),
        frames => (frames, 1_000_000),
    };
    let ticks_per_quarter = u16::from(frames) * u16::from(ticks_per_frame);
    Division { ticks_per_quarter, constant_tempo: Some(tempo), tick_divisor: 1 }
}

/// `RIFF <size> RMID data <size> MThd…`: the regular wrapper, which is no damage. Gives where its data end.
fn rmid_end(bytes: &[u8], start: usize) -> Option<usize> {
    let is_rmid = start == 20 && bytes.starts_with(b"RIFF") && bytes[8..16] == *b"RMIDdata";
    let size = bytes.get(16..20).filter(|_| is_rmid)?;
    let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]);
    Some(start.saturating_add(size as usize).min(bytes.len()))
}

fn looks_like(bytes: &[u8]) -> &'static str {
    let text = bytes.trim_ascii_start();
    match bytes {
        [] => "the input is empty",
        [0x1F, 0x8B, ..] => "it is gzip data, unpack it first",
        [b'P', b'K', 3 | 5, ..] => "it is a ZIP archive, unpack it first",
        [b'R', b'a', b'r', b'!', ..] => "it is a RAR archive, unpack it first",
        [b'R', b'I', b'F', b'F', ..] => "it is a RIFF file without MIDI data",
        _ if text.starts_with(b"<") => "it is an HTML or XML page",
        _ if bytes.is_ascii() => "it is plain text",
        _ => "it is not MIDI data",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(division: [u8; 2]) -> Result<Division, ReadError> {
        let mut bytes = b"MThd\0\0\0\x06\0\x01\0\x01".to_vec();
        bytes.extend(division);
        header(&bytes, &mut Vec::new()).map(|header| header.division)
    }

    #[test]
    fn frames_become_exact_seconds() {
        // 25 frames of 40 ticks are 1000 ticks a second.
        let pal = parse([0x100u16.wrapping_sub(25) as u8, 40]).unwrap();
        assert_eq!((pal.ticks_per_quarter, pal.constant_tempo), (1000, Some(1_000_000)));
        // 29.97 × 80 ticks a second: 2400 ticks in 1.001 s.
        let ntsc = parse([0x100u16.wrapping_sub(29) as u8, 80]).unwrap();
        assert_eq!((ntsc.ticks_per_quarter, ntsc.constant_tempo), (2400, Some(1_001_000)));
    }

    #[test]
    fn division_byte_0x80_is_no_panic() {
        assert_eq!(parse([0x80, 0]).unwrap().ticks_per_quarter, 0x4000);
    }

    #[test]
    fn impossible_divisions_are_errors() {
        assert_eq!(parse([0xE8, 0]), Err(ReadError::Division { byte: 12, division: 0xE800 }));
        assert_eq!(parse([0xFF, 40]), Err(ReadError::Division { byte: 12, division: 0xFF28 }));
    }
}
