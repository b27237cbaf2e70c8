//! Which channel of which port each note is written to, so that no key is struck while it sounds.

use super::allocation::{PITCHED_CHANNELS, channels};
use super::restrikes::end_when_struck_again;
use crate::score::{Note, Track};
use crate::units::Tick;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The notes of a track that go to one channel.
pub(super) struct Lane {
    /// Index of the track.
    pub(super) track: usize,
    /// Tracks whose channels have the same number are on different ports, while there are ports.
    pub(super) port: u8,
    /// 0–15.
    pub(super) channel: u8,
    pub(super) notes: Vec<Note<Tick>>,
}

/// The lanes of all tracks, in the order of the tracks; each track has at least one.
///
/// A note whose key still sounds on its track's channel goes to a channel that no track has, while there is one, or,
/// where tracks share channels anyhow, to any on which the key is silent. Where there is none, as there is for drums, the
/// note before ends when the key is struck again; of notes that begin together the longest is kept.
pub(super) fn lanes(tracks: &[Track<Tick>]) -> Vec<Lane> {
    let mut allocation = Allocation::new(tracks);
    let mut notes: Vec<(Note<Tick>, usize)> = Vec::with_capacity(tracks.iter().map(|track| track.notes.len()).sum());
    for (index, track) in tracks.iter().enumerate() {
        let first = notes.len();
        notes.extend(track.notes.iter().map(|&note| (note, index)));
        notes[first..].sort_by_key(|(note, _)| (note.onset, note.pitch, Reverse(note.duration)));
    }
    if allocation.is_shared {
        // Tracks meet on a channel: whoever comes first has the key.
        notes.sort_by_key(|(note, _)| note.onset);
    }
    for (note, track) in notes {
        allocation.place(note, track);
    }
    allocation.finish()
}

/// A channel number, whichever the port: many players know none.
#[derive(Clone)]
struct Number {
    /// Whether a track has it as its own.
    is_taken: bool,
    /// Whether notes of other tracks can go there: none of those that have it has bends or a pedal.
    is_plain: bool,
    /// When the last note of each key ends, and the track that it is of.
    ends: Vec<(u64, usize)>,
    /// Whether notes overlap, for want of a channel.
    overlaps: bool,
}

struct Allocation {
    numbers: Vec<Number>,
    /// By track: whether it can have further channels, and whether its notes can go to those of others.
    may_spread: Vec<(bool, bool)>,
    /// By track; the first of each is on the track's own channel.
    lanes: Vec<Vec<Lane>>,
    /// Some tracks share a channel.
    is_shared: bool,
}

impl Allocation {
    fn new(tracks: &[Track<Tick>]) -> Self {
        let number = Number { is_taken: false, is_plain: true, ends: vec![(0, 0); 128], overlaps: false };
        let mut allocation =
            Self { numbers: vec![number; 16], may_spread: Vec::new(), lanes: Vec::new(), is_shared: false };
        for (index, (track, channel)) in tracks.iter().zip(channels(tracks)).enumerate() {
            let is_plain = track.pitch_bends.is_empty() && track.sustains.is_empty();
            let number = &mut allocation.numbers[usize::from(channel)];
            allocation.is_shared |= number.is_taken;
            number.is_taken = true;
            number.is_plain &= is_plain;
            allocation.may_spread.push((!track.is_drum, !track.is_drum && is_plain));
            allocation.lanes.push(vec![Lane { track: index, port: 0, channel, notes: Vec::new() }]);
        }
        allocation
    }

    fn place(&mut self, note: Note<Tick>, track: usize) {
        let key = usize::from(note.pitch.get());
        let is_silent = |&channel: &u8| self.numbers[usize::from(channel)].is_silent(key, note.onset, track);
        let own = self.lanes[track].iter().map(|lane| lane.channel);
        let (may_have_more, may_visit) = self.may_spread[track];
        let unused = |channel: &u8| may_have_more && !self.numbers[usize::from(*channel)].is_taken;
        let visited = |channel: &u8| may_visit && self.is_shared && self.numbers[usize::from(*channel)].is_plain;
        let others = PITCHED_CHANNELS.into_iter();
        let place = own.chain(others.clone().filter(unused)).chain(others.filter(visited)).find(is_silent);
        let channel = place.unwrap_or(self.lanes[track][0].channel);
        let number = &mut self.numbers[usize::from(channel)];
        number.is_taken = true;
        number.overlaps |= place.is_none();
        number.ends[key] = number.ends[key].max((end(&note), track));
        let lanes = &mut self.lanes[track];
        match lanes.iter_mut().find(|lane| lane.channel == channel) {
            Some(lane) => lane.notes.push(note),
            None => lanes.push(Lane { track, port: 0, channel, notes: vec![note] }),
        }
    }

    fn finish(mut self) -> Vec<Lane> {
        set_ports(&mut self.lanes);
        let mut lanes: Vec<Lane> = self.lanes.into_iter().flatten().collect();
        for (channel, _) in (0u8..).zip(&self.numbers).filter(|(_, number)| number.overlaps) {
            end_when_struck_again(&mut lanes, channel);
        }
        lanes
    }
}

impl Number {
    /// Whether a key is silent when a track strikes it. Chunks are merged in their order: what ends at that tick in a
    /// later chunk still sounds.
    fn is_silent(&self, key: usize, onset: Tick, track: usize) -> bool {
        self.ends[key] <= (u64::from(onset.0), track)
    }
}

fn end(note: &Note<Tick>) -> u64 {
    u64::from(note.onset.0) + u64::from(note.duration.0)
}

/// Gives each track the first port on which no other has a channel of its numbers, or the last. Players that know no
/// ports play them all on sixteen channels.
fn set_ports(lanes: &mut [Vec<Lane>]) {
    let mut taken = BTreeSet::new();
    let mut first_free = [0u8; 16];
    for lanes in lanes {
        let own = usize::from(lanes[0].channel & 15);
        let is_free = |port: &u8| lanes.iter().all(|lane| !taken.contains(&(*port, lane.channel)));
        let port = (first_free[own]..u8::MAX).find(is_free).unwrap_or(u8::MAX);
        if lanes.len() == 1 {
            first_free[own] = port;
        }
        for lane in lanes {
            lane.port = port;
            taken.insert((port, lane.channel));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Pitch, Program, Velocity};

    fn track(program: u8, notes: &[(u32, u32)]) -> Track<Tick> {
        let note = |&(onset, duration)| Note {
            onset: Tick(onset),
            duration: Tick(duration),
            pitch: Pitch::clamped(60),
            velocity: Velocity::clamped(64),
        };
        Track { notes: notes.iter().map(note).collect(), ..Track::new(Program::clamped(program)) }
    }

    fn notes(tracks: &[Track<Tick>]) -> Vec<(u8, Vec<(u32, u32)>)> {
        let times = |lane: &Lane| lane.notes.iter().map(|note| (note.onset.0, note.duration.0)).collect();
        lanes(tracks).iter().map(|lane| (lane.channel, times(lane))).collect()
    }

    #[test]
    fn overlapping_notes_go_to_a_free_channel() {
        let overlapping = track(0, &[(0, 100), (20, 10), (30, 5), (100, 9)]);
        let expected = vec![(0, vec![(0, 100), (100, 9)]), (2, vec![(20, 10), (30, 5)]), (1, vec![(0, 9)])];
        assert_eq!(notes(&[overlapping, track(1, &[(0, 9)])]), expected);
    }

    #[test]
    fn a_drum_ends_when_it_is_struck_again_and_of_two_at_once_the_longer_stays() {
        let drums = Track { is_drum: true, ..track(0, &[(0, 100), (20, 10), (20, 15), (35, 5)]) };
        assert_eq!(notes(&[drums]), [(9, vec![(0, 20), (20, 15), (35, 5)])]);
    }

    #[test]
    fn without_a_free_channel_notes_end_at_the_next() {
        let mut tracks: Vec<_> = (0..15).map(|program| track(program, &[(500, 9)])).collect();
        tracks[3] = track(3, &[(0, 100), (20, 10)]);
        assert_eq!(notes(&tracks)[3], (3, vec![(0, 20), (20, 10)]));
    }

    #[test]
    fn notes_of_tracks_that_share_a_channel_go_where_their_key_is_silent() {
        let mut tracks: Vec<_> = (0..17).map(|program| track(program, &[])).collect();
        (tracks[0], tracks[15]) = (track(0, &[(0, 10), (20, 5)]), track(15, &[(5, 5), (30, 5)]));
        let lanes = lanes(&tracks);
        let of_last: Vec<_> = lanes.iter().filter(|lane| lane.track == 15).collect();
        let places: Vec<_> = of_last.iter().map(|lane| (lane.channel, lane.port, lane.notes.len())).collect();
        assert_eq!(places, [(0, 1, 1), (1, 1, 1)]);
    }

    #[test]
    fn what_ends_in_a_later_chunk_at_a_tick_is_not_yet_silent() {
        let mut tracks = vec![Track { is_drum: true, ..track(0, &[]) }; 2];
        (tracks[0].notes, tracks[1].notes) = (track(0, &[(10, 10)]).notes, track(0, &[(0, 10), (20, 5)]).notes);
        assert_eq!(notes(&tracks), [(9, vec![(10, 10)]), (9, vec![(0, 9), (20, 5)])]);
    }

    #[test]
    fn tracks_that_share_a_channel_have_ports_of_their_own() {
        let bend = crate::score::PitchBend { time: Tick(0), cents: 50.0 };
        let tracks = vec![Track { pitch_bends: vec![bend], ..track(0, &[]) }; 300];
        let lanes = lanes(&tracks);
        assert!(lanes.iter().zip(0..).all(|(lane, index)| (lane.channel, lane.port) == (0, index.min(255) as u8)));
    }
}
