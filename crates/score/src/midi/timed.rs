//! Events with their times → the bytes of a track chunk.

use crate::error::WriteError;
use crate::units::Tick;

/// The longest delta time that four bytes hold.
const LONGEST_DELTA: u32 = (1 << 28) - 1;

/// An event and its rank among those of one tick.
pub(super) struct Timed {
    pub(super) tick: u32,
    pub(super) rank: Rank,
    pub(super) message: Vec<u8>,
}

/// What comes first at one tick: ends before beginnings, settings between them. A port is that of all that follows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Port,
    NoteOff,
    Program,
    Setting,
    NoteOn,
}

/// Appends a track chunk that ends at `end` (or with its last event, if that comes later).
pub(super) fn chunk(bytes: &mut Vec<u8>, mut events: Vec<Timed>, end: Tick) -> Result<(), WriteError> {
    events.sort_by_key(|event| (event.tick, event.rank));
    bytes.extend(b"MTrk\0\0\0\0");
    let start = bytes.len();
    let mut now = 0;
    for event in &events {
        delta(bytes, event.tick - now);
        bytes.extend(&event.message);
        now = event.tick;
    }
    delta(bytes, end.0.saturating_sub(now));
    bytes.extend([0xFF, 0x2F, 0]);
    let found = bytes.len() - start;
    let length = u32::try_from(found).map_err(|_| WriteError::Limit {
        what: "bytes of one track",
        found,
        limit: u32::MAX as usize,
    })?;
    bytes[start - 4..start].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// A delta time; one too long for four bytes is bridged with empty texts.
fn delta(bytes: &mut Vec<u8>, mut ticks: u32) {
    while ticks > LONGEST_DELTA {
        number(bytes, LONGEST_DELTA);
        bytes.extend([0xFF, 0x01, 0]);
        ticks -= LONGEST_DELTA;
    }
    number(bytes, ticks);
}

fn number(bytes: &mut Vec<u8>, value: u32) {
    for shift in [21, 14, 7] {
        if value >> shift > 0 {
            bytes.push((value >> shift & 0x7F) as u8 | 0x80);
        }
    }
    bytes.push((value & 0x7F) as u8);
}

pub(super) fn meta(tick: Tick, kind: u8, data: &[u8]) -> Timed {
    let mut message = vec![0xFF, kind];
    // Texts are the only data of any length; what 28 bits cannot count is left out.
    let data = &data[..data.len().min(LONGEST_DELTA as usize)];
    number(&mut message, data.len() as u32);
    message.extend(data);
    Timed { tick: tick.0, rank: Rank::Setting, message }
}
