//! Notes that end because their key is struck again.

use super::lanes::Lane;
use crate::units::Tick;
use std::cmp::Reverse;

/// A note of a channel, with where it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Strike {
    key: u8,
    onset: u32,
    /// Of notes that begin together the longest comes first.
    duration: Reverse<u32>,
    lane: usize,
    note: usize,
}

/// Ends each note of a channel, whatever its port, when its key is struck again; of notes that begin together only the
/// longest is kept.
pub(super) fn end_when_struck_again(lanes: &mut [Lane], channel: u8) {
    let of_channel = lanes.iter().enumerate().filter(|(_, lane)| lane.channel == channel);
    let mut strikes: Vec<Strike> = of_channel.flat_map(strikes).collect();
    strikes.sort_unstable();
    let mut before: Option<Strike> = None;
    for strike in strikes {
        let Some(last) = before.replace(strike).filter(|last| last.key == strike.key) else { continue };
        if last.onset == strike.onset {
            lanes[strike.lane].notes[strike.note].duration = Tick(0);
            before = Some(last);
            continue;
        }
        // Chunks are merged in their order: what ends in a later one must have ended before the tick.
        let gap = strike.onset - last.onset - u32::from(lanes[last.lane].track > lanes[strike.lane].track);
        let note = &mut lanes[last.lane].notes[last.note];
        note.duration = note.duration.min(Tick(gap));
    }
    lanes.iter_mut().for_each(|lane| lane.notes.retain(|note| note.duration > Tick(0)));
}

fn strikes((index, lane): (usize, &Lane)) -> impl Iterator<Item = Strike> + '_ {
    lane.notes.iter().enumerate().map(move |(number, note)| Strike {
        key: note.pitch.get(),
        onset: note.onset.0,
        duration: Reverse(note.duration.0),
        lane: index,
        note: number,
    })
}
