//! Which channel of which port each note is written to, so that no key is struck while it sounds.

use super::allocation::{PITCHED_CHANNELS, channels};
use crate::score::{Note, Track};
use crate::units::Tick;
use std::cmp::Reverse;

/// The notes of a track that go to one channel.
pub(super) struct Lane {
    /// Index of the track.
    pub(super) track: usize,
    /// Tracks whose channel has the same number are on different ports.
    pub(super) port: u8,
    /// 0–15.
    pub(super) channel: u8,
    pub(super) notes: Vec<Note<Tick>>,
    /// Notes of a key may overlap, since there was no channel or port left.
    overlaps: bool,
}

/// The lanes of all tracks, in the order of the tracks; each track has at least one.
///
/// A track whose notes overlap on a key gets a further channel while one is free. Where there is none, a note ends when
/// its key is struck again; of notes that begin together the longest is kept.
pub(super) fn lanes(tracks: &[Track<Tick>]) -> Vec<Lane> {
    let channels = channels(tracks);
    let mut free = free_channels(&channels);
    let mut lanes = Vec::with_capacity(tracks.len());
    for (index, (track, &channel)) in tracks.iter().zip(&channels).enumerate() {
        let further = if track.is_drum { &mut Vec::new() } else { &mut free };
        lanes.extend(split(index, track, channel, further));
    }
    set_ports(&mut lanes);
    end_when_struck_again(&mut lanes);
    lanes
}

/// Channels that no track has, the last first.
fn free_channels(taken: &[u8]) -> Vec<u8> {
    PITCHED_CHANNELS.into_iter().rev().filter(|channel| !taken.contains(channel)).collect()
}

/// Deals the notes of a track out to its channel and as many of the free ones as its overlaps need.
fn split(index: usize, track: &Track<Tick>, channel: u8, free: &mut Vec<u8>) -> Vec<Lane> {
    let mut notes = track.notes.clone();
    notes.sort_by_key(|note| (note.onset, note.pitch, Reverse(note.duration)));
    let lane = |channel| (Lane { track: index, port: 0, channel, notes: Vec::new(), overlaps: false }, [0u64; 128]);
    let mut lanes = vec![lane(channel)];
    for note in notes {
        let key = usize::from(note.pitch.get());
        let is_free = |(_, ends): &(Lane, [u64; 128])| ends[key] <= u64::from(note.onset.0);
        let place = lanes.iter().position(is_free).or_else(|| {
            lanes.push(lane(free.pop()?));
            Some(lanes.len() - 1)
        });
        let (lane, ends) = &mut lanes[place.unwrap_or(0)];
        lane.overlaps |= place.is_none();
        lane.notes.push(note);
        ends[key] = ends[key].max(end(&note));
    }
    lanes.into_iter().map(|(lane, _)| lane).collect()
}

fn end(note: &Note<Tick>) -> u64 {
    u64::from(note.onset.0) + u64::from(note.duration.0)
}

/// Gives tracks whose channels have one number different ports, as long as there are ports. Players that know no ports
/// play them all on one channel.
fn set_ports(lanes: &mut [Lane]) {
    let mut next_port = [0u8; 16];
    for lanes in lanes.chunk_by_mut(|a, b| a.track == b.track) {
        // The further channels of a track are its alone.
        let next = &mut next_port[usize::from(lanes[0].channel & 15)];
        for lane in lanes {
            lane.port = *next;
            lane.overlaps |= *next == u8::MAX;
        }
        *next = next.saturating_add(1);
    }
}

/// A note, with where it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Strike {
    port: u8,
    channel: u8,
    key: u8,
    onset: u32,
    /// Of notes that begin together the longest comes first.
    duration: Reverse<u32>,
    lane: usize,
    note: usize,
}

/// Ends the notes of a channel when their key is struck again, in whichever lane.
fn end_when_struck_again(lanes: &mut [Lane]) {
    let overlapping = lanes.iter().enumerate().filter(|(_, lane)| lane.overlaps);
    let mut strikes: Vec<Strike> = overlapping.flat_map(strikes).collect();
    strikes.sort_unstable();
    let mut before: Option<Strike> = None;
    for strike in strikes {
        let same_key = |last: &Strike| (last.port, last.channel, last.key) == (strike.port, strike.channel, strike.key);
        let Some(last) = before.replace(strike).filter(same_key) else { continue };
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
        port: lane.port,
        channel: lane.channel,
        key: note.pitch.get(),
        onset: note.onset.0,
        duration: Reverse(note.duration.0),
        lane: index,
        note: number,
    })
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
    fn tracks_that_share_a_channel_have_ports_of_their_own_and_keep_their_notes() {
        let tracks = vec![track(0, &[(0, 10), (20, 5)]); 17];
        let lanes = lanes(&tracks);
        assert!(lanes.iter().zip(0..).all(|(lane, index)| (lane.channel, lane.port) == (0, index)));
        assert!(lanes.iter().zip(&tracks).all(|(lane, track)| lane.notes == track.notes));
    }

    #[test]
    fn without_a_free_port_tracks_end_each_others_notes_so_that_any_order_of_merging_is_right() {
        let mut tracks = vec![track(0, &[]); 300];
        (tracks[280], tracks[290]) = (track(0, &[(10, 10)]), track(0, &[(0, 10), (20, 5)]));
        let notes = notes(&tracks);
        assert_eq!((&notes[280], &notes[290]), (&(0, vec![(10, 10)]), &(0, vec![(0, 9), (20, 5)])));
    }
}
