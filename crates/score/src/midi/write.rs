//! Score → bytes of a MIDI file.

use super::allocation::channels;
use super::channel::bend_cents;
use crate::error::WriteError;
use crate::score::{Note, Score, Track};
use crate::units::Tick;

/// The longest delta time that four bytes hold.
const LONGEST_DELTA: u32 = (1 << 28) - 1;

/// Writes a Standard MIDI File of format 1.
///
/// Chunk 0 holds tempo, metre, key and markers; each track follows in a chunk of its own. Drums go to channel 10,
/// other tracks to the other fifteen. Tracks of one program share a channel once there are more than fifteen; more
/// than fifteen programs share channels too, and then every note of a shared channel is preceded by its program
/// change where needed, so that the right program sounds. (Bends and pedals of tracks that share a channel mix in
/// players; [`crate::read`] keeps them apart.)
///
/// [`crate::read`] gives the same score back if it is canonical: events sorted as [`Score`] says, each track with a
/// note, notes of one pitch ending in the order in which they begin, bends and pedals that change something, names
/// within the limits. The bend range is
/// the smallest whole number of semitones that names all bends exactly; where none does, the smallest that holds them,
/// and they are rounded to 1/8192 of it.
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
    let mut bytes = b"MThd\0\0\0\x06\0\x01".to_vec();
    bytes.extend(chunk_count.to_be_bytes());
    bytes.extend(score.ticks_per_quarter.to_be_bytes());
    chunk(&mut bytes, conductor(score)?)?;
    let channels = channels(&score.tracks);
    let mut programs = program_changes(&score.tracks, &channels);
    let pedalled = pedalled_channels(&score.tracks, &channels);
    for (index, track) in score.tracks.iter().enumerate() {
        let programs = std::mem::take(&mut programs[index]);
        let mut events = part(index, track, channels[index], programs)?;
        if track.sustains.is_empty() && pedalled[usize::from(channels[index] & 15)] {
            events.push(pedal(Tick(0), channels[index], false));
        }
        chunk(&mut bytes, events)?;
    }
    Ok(bytes)
}

/// An event and its rank among those of one tick.
struct Timed {
    tick: u32,
    rank: Rank,
    message: Vec<u8>,
}

/// What comes first at one tick: ends before beginnings, settings between them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    NoteOff,
    Program,
    Setting,
    NoteOn,
}

fn chunk(bytes: &mut Vec<u8>, mut events: Vec<Timed>) -> Result<(), WriteError> {
    events.sort_by_key(|event| (event.tick, event.rank));
    bytes.extend(b"MTrk\0\0\0\0");
    let start = bytes.len();
    let mut now = 0;
    for event in &events {
        delta(bytes, event.tick - now);
        bytes.extend(&event.message);
        now = event.tick;
    }
    bytes.extend([0, 0xFF, 0x2F, 0]);
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

fn meta(tick: Tick, kind: u8, data: &[u8]) -> Timed {
    let mut message = vec![0xFF, kind];
    // Texts are the only data of any length; what 28 bits cannot count is left out.
    let data = &data[..data.len().min(LONGEST_DELTA as usize)];
    number(&mut message, data.len() as u32);
    message.extend(data);
    Timed { tick: tick.0, rank: Rank::Setting, message }
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

/// The ticks at which each track must set its channel's program: at the start, and again before each note that
/// follows another program on a shared channel.
fn program_changes(tracks: &[Track<Tick>], channels: &[u8]) -> Vec<Vec<u32>> {
    let mut uses: Vec<(u32, usize)> = Vec::new();
    let shared = shared_channels(tracks, channels);
    for (index, track) in tracks.iter().enumerate() {
        uses.push((0, index));
        if shared[usize::from(channels[index] & 15)] {
            uses.extend(track.notes.iter().map(|note| (note.onset.0, index)));
        }
    }
    uses.sort_unstable();
    let mut changes = vec![vec![0]; tracks.len()];
    let mut sounding = [None; 16];
    for (tick, index) in uses {
        let sounding = &mut sounding[usize::from(channels[index] & 15)];
        if sounding.replace(tracks[index].program) != Some(tracks[index].program) && changes[index].last() < Some(&tick)
        {
            changes[index].push(tick);
        }
    }
    changes
}

/// Which channels have tracks of different programs.
fn shared_channels(tracks: &[Track<Tick>], channels: &[u8]) -> [bool; 16] {
    let (mut program, mut shared) = ([None; 16], [false; 16]);
    for (track, &channel) in tracks.iter().zip(channels) {
        let channel = usize::from(channel & 15);
        shared[channel] |= *program[channel].get_or_insert(track.program) != track.program;
    }
    shared
}

fn part(index: usize, track: &Track<Tick>, channel: u8, programs: Vec<u32>) -> Result<Vec<Timed>, WriteError> {
    let mut events = Vec::with_capacity(2 * track.notes.len() + 8);
    if !track.name.is_empty() {
        events.push(meta(Tick(0), 0x03, track.name.as_bytes()));
    }
    let program = |&tick: &u32| (tick, Rank::Program, vec![0xC0 | channel, track.program.get()]);
    events.extend(programs.iter().map(program).map(|(tick, rank, message)| Timed { tick, rank, message }));
    events.extend(track.sustains.iter().map(|sustain| pedal(sustain.time, channel, sustain.down)));
    bends(&mut events, index, track, channel)?;
    for (number, note) in track.notes.iter().enumerate() {
        push_note(&mut events, index, number, note, channel)?;
    }
    Ok(events)
}

fn pedal(time: Tick, channel: u8, down: bool) -> Timed {
    Timed { tick: time.0, rank: Rank::Setting, message: vec![0xB0 | channel, 64, if down { 127 } else { 0 }] }
}

/// Which channels have a pedal that would be taken to hold their tracks without one, too.
fn pedalled_channels(tracks: &[Track<Tick>], channels: &[u8]) -> [bool; 16] {
    let mut pedalled = [false; 16];
    for (track, &channel) in tracks.iter().zip(channels) {
        pedalled[usize::from(channel & 15)] |= !track.is_drum && !track.sustains.is_empty();
    }
    pedalled
}

fn push_note(
    events: &mut Vec<Timed>,
    track: usize,
    number: usize,
    note: &Note<Tick>,
    channel: u8,
) -> Result<(), WriteError> {
    let tick = note.onset.0;
    if note.duration.0 == 0 {
        return Err(WriteError::ZeroDuration { track, note: number, tick });
    }
    let end = tick.checked_add(note.duration.0).ok_or(WriteError::TooLate { track, note: number, tick })?;
    let (pitch, velocity) = (note.pitch.get(), note.velocity.get());
    events.push(Timed { tick, rank: Rank::NoteOn, message: vec![0x90 | channel, pitch, velocity] });
    events.push(Timed { tick: end, rank: Rank::NoteOff, message: vec![0x80 | channel, pitch, 64] });
    Ok(())
}

/// The bend range, then the bends.
fn bends(events: &mut Vec<Timed>, index: usize, track: &Track<Tick>, channel: u8) -> Result<(), WriteError> {
    if track.pitch_bends.is_empty() {
        return Ok(());
    }
    let semitones = bend_range(index, track)?;
    for [number, value] in [[101, 0], [100, 0], [6, semitones], [38, 0], [101, 127], [100, 127]] {
        events.push(Timed { tick: 0, rank: Rank::Setting, message: vec![0xB0 | channel, number, value] });
    }
    events.extend(track.pitch_bends.iter().map(|bend| {
        let value = (in_steps(bend.cents, semitones).round() as i16 + 8192) as u16;
        let message = vec![0xE0 | channel, (value & 0x7F) as u8, (value >> 7) as u8];
        Timed { tick: bend.time.0, rank: Rank::Setting, message }
    }));
    Ok(())
}

/// The smallest range that names all bends of a track exactly, or else the smallest that holds them.
fn bend_range(index: usize, track: &Track<Tick>) -> Result<u8, WriteError> {
    let mut smallest = 2;
    for bend in &track.pitch_bends {
        smallest = (smallest..=127)
            .find(|&range| (-8192.0..8191.5).contains(&in_steps(bend.cents, range)))
            .ok_or(WriteError::Bend { track: index, tick: bend.time.0, cents: bend.cents })?;
    }
    let is_exact = |&range: &u8| {
        let named = |cents| bend_cents(in_steps(cents, range).round() as i16, f32::from(range) * 100.0);
        track.pitch_bends.iter().all(|bend| named(bend.cents) == bend.cents)
    };
    Ok((smallest..=127).find(is_exact).unwrap_or(smallest))
}

/// A bend in steps of 1/8192 of the range.
fn in_steps(cents: f32, semitones: u8) -> f32 {
    cents / bend_cents(1, f32::from(semitones) * 100.0)
}
