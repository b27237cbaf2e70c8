//! Score → bytes of a MIDI file.

use super::lane_events::{program_changes, push_lane};
use super::lanes::{Lane, lanes};
use super::timed::{Timed, chunk, meta};
use crate::error::WriteError;
use crate::score::{Score, Track};
use crate::units::Tick;

/// Writes a Standard MIDI File of format 1.
///
/// Chunk 0 holds tempo, metre, key and markers; each track follows in a chunk of its own. All chunks end at the same
/// tick: [`Score::end_of_track`], or the last event if that comes later.
///
/// Drums go to channel 10, other tracks to the other fifteen. Tracks of one program share a channel once there are more
/// than fifteen; more than fifteen programs share channels too. Tracks that share a channel are on ports of their own
/// (meta event 0x21), so that readers keep them apart. For players that know no ports, and play all of them on one
/// channel, every note there is preceded by its program change where needed; bends and pedals mix.
///
/// On each channel, whatever the port, a key is released before it is struck again, since many readers end a key at its
/// first note-off. A note whose key still sounds goes to a further channel while one is free, or, where tracks share
/// channels and have no bends and pedals, to any on which the key is silent. Where there is none, as there is for drums,
/// the note before ends when the next one begins (a tick before, if the next one stands in an earlier chunk), and of notes
/// that begin together only the longest is written. At one tick, notes end before notes begin.
///
/// [`crate::read`] gives the same score back if it is canonical: events sorted as [`Score`] says, each track with a
/// note, no key struck on a channel while it sounds, bends and pedals that change something, names within the limits,
/// and [`Score::end_of_track`] not before the last event. The bend range is the smallest whole number of semitones that
/// names all bends exactly; where none does, the smallest that holds them, and they are rounded to 1/8192 of it.
///
/// # Errors
/// Where the score holds what a MIDI file cannot: see [`WriteError`].
pub fn write(score: &Score<Tick>) -> Result<Vec<u8>, WriteError> {
    if !(1..=0x7FFF).contains(&score.ticks_per_quarter) {
        return Err(WriteError::TicksPerQuarter(score.ticks_per_quarter));
    }
    let chunks = score.tracks.len() + 1;
    let chunk_count = u16::try_from(chunks).map_err(|_| WriteError::Limit {
        what: "tracks",
        found: score.tracks.len(),
        limit: usize::from(u16::MAX) - 1,
    })?;
    check_notes(&score.tracks)?;
    let end = last_event(score).max(score.end_of_track);
    let mut bytes = b"MThd\0\0\0\x06\0\x01".to_vec();
    bytes.extend(chunk_count.to_be_bytes());
    bytes.extend(score.ticks_per_quarter.to_be_bytes());
    chunk(&mut bytes, conductor(score)?, end)?;
    let lanes = lanes(&score.tracks);
    let programs = program_changes(&score.tracks, &lanes);
    let mut lanes = lanes.iter().zip(&programs).peekable();
    for (index, track) in score.tracks.iter().enumerate() {
        let lanes = std::iter::from_fn(|| lanes.next_if(|(lane, _)| lane.track == index));
        chunk(&mut bytes, part(track, lanes)?, end)?;
    }
    Ok(bytes)
}

/// Refuses notes that a file cannot hold.
fn check_notes(tracks: &[Track<Tick>]) -> Result<(), WriteError> {
    for (track, notes) in tracks.iter().map(|track| &track.notes).enumerate() {
        for (note, found) in notes.iter().enumerate() {
            let tick = found.onset.0;
            if found.duration.0 == 0 {
                return Err(WriteError::ZeroDuration { track, note, tick });
            }
            tick.checked_add(found.duration.0).ok_or(WriteError::TooLate { track, note, tick })?;
        }
    }
    Ok(())
}

/// Where the last event of any chunk stands.
fn last_event(score: &Score<Tick>) -> Tick {
    let conductor = (score.tempos.iter().map(|tempo| tempo.time))
        .chain(score.time_signatures.iter().map(|metre| metre.time))
        .chain(score.key_signatures.iter().map(|key| key.time))
        .chain(score.markers.iter().map(|marker| marker.time));
    let settings = |track: &Track<Tick>| {
        let bends = track.pitch_bends.iter().map(|bend| bend.time);
        bends.chain(track.sustains.iter().map(|sustain| sustain.time)).max().unwrap_or_default()
    };
    conductor.chain(score.tracks.iter().map(settings)).max().unwrap_or_default().max(score.end())
}

fn part<'a>(
    track: &Track<Tick>,
    lanes: impl Iterator<Item = (&'a Lane, &'a Vec<Tick>)>,
) -> Result<Vec<Timed>, WriteError> {
    let mut events = Vec::with_capacity(2 * track.notes.len() + 8);
    if !track.name.is_empty() {
        events.push(meta(Tick(0), 0x03, track.name.as_bytes()));
    }
    for (lane, programs) in lanes {
        push_lane(&mut events, track, lane, programs)?;
    }
    Ok(events)
}

fn conductor(score: &Score<Tick>) -> Result<Vec<Timed>, WriteError> {
    let mut events = Vec::new();
    for metre in &score.time_signatures {
        let (tick, numerator, denominator) = (metre.time.0, metre.numerator, metre.denominator);
        if numerator == 0 || !denominator.is_power_of_two() {
            return Err(WriteError::TimeSignature { tick, numerator, denominator });
        }
        events.push(meta(metre.time, 0x58, &[numerator, denominator.trailing_zeros() as u8, 24, 8]));
    }
    for key in &score.key_signatures {
        if !(-7..=7).contains(&key.sharps) {
            return Err(WriteError::KeySignature { tick: key.time.0, sharps: key.sharps });
        }
        events.push(meta(key.time, 0x59, &[key.sharps.to_ne_bytes()[0], key.minor.into()]));
    }
    for tempo in &score.tempos {
        let [high, a, b, c] = tempo.microseconds_per_quarter.to_be_bytes();
        if high != 0 || tempo.microseconds_per_quarter == 0 {
            return Err(WriteError::Tempo { tick: tempo.time.0, found: tempo.microseconds_per_quarter });
        }
        events.push(meta(tempo.time, 0x51, &[a, b, c]));
    }
    events.extend(score.markers.iter().map(|marker| meta(marker.time, 0x06, marker.text.as_bytes())));
    Ok(events)
}
