//! What is written for the notes of one track on one channel.

use super::channel::bend_cents;
use super::lanes::Lane;
use super::timed::{Rank, Timed, meta};
use crate::error::WriteError;
use crate::score::{Note, Track};
use crate::units::{Program, Tick};
use std::collections::BTreeMap;

/// The ticks at which each lane must set its channel's program: at the start, and again before each note that follows
/// another program on a shared channel.
pub(super) fn program_changes(tracks: &[Track<Tick>], lanes: &[Lane]) -> Vec<Vec<Tick>> {
    let program = |lane: &Lane| tracks[lane.track].program;
    let shared = shared_channels(lanes, program);
    let mut uses: Vec<(Tick, usize)> = Vec::new();
    for (index, lane) in lanes.iter().enumerate() {
        uses.push((Tick(0), index));
        if shared[usize::from(lane.channel & 15)] {
            uses.extend(lane.notes.iter().map(|note| (note.onset, index)));
        }
    }
    uses.sort_unstable();
    let mut changes = vec![vec![Tick(0)]; lanes.len()];
    // By port for readers that know ports, and by channel for those that do not.
    let (mut on_port, mut on_channel) = (BTreeMap::new(), [None; 16]);
    for (tick, index) in uses {
        let lane = &lanes[index];
        let program = program(lane);
        let before = on_channel[usize::from(lane.channel & 15)].replace(program);
        let before_on_port = on_port.insert((lane.port, lane.channel), program);
        let sounds = before == Some(program) && before_on_port == Some(program);
        if !sounds && changes[index].last() < Some(&tick) {
            changes[index].push(tick);
        }
    }
    changes
}

/// Which channels have lanes of different programs.
fn shared_channels(lanes: &[Lane], program_of: impl Fn(&Lane) -> Program) -> [bool; 16] {
    let (mut program, mut shared) = ([None; 16], [false; 16]);
    for lane in lanes {
        let channel = usize::from(lane.channel & 15);
        shared[channel] |= *program[channel].get_or_insert(program_of(lane)) != program_of(lane);
    }
    shared
}

/// Appends the program changes at `programs`, the pedal moves and bends of the lane's track, and the lane's notes.
pub(super) fn push_lane(
    events: &mut Vec<Timed>,
    track: &Track<Tick>,
    lane: &Lane,
    programs: &[Tick],
) -> Result<(), WriteError> {
    let channel = lane.channel;
    if lane.port > 0 {
        events.push(Timed { rank: Rank::Port, ..meta(Tick(0), 0x21, &[lane.port]) });
    }
    let program =
        |tick: &Tick| Timed { tick: tick.0, rank: Rank::Program, message: vec![0xC0 | channel, track.program.get()] };
    events.extend(programs.iter().map(program));
    events.extend(track.sustains.iter().map(|sustain| pedal(sustain.time, channel, sustain.down)));
    push_bends(events, lane.track, track, channel)?;
    lane.notes.iter().for_each(|note| push_note(events, note, channel));
    Ok(())
}

fn pedal(time: Tick, channel: u8, down: bool) -> Timed {
    Timed { tick: time.0, rank: Rank::Setting, message: vec![0xB0 | channel, 64, if down { 127 } else { 0 }] }
}

fn push_note(events: &mut Vec<Timed>, note: &Note<Tick>, channel: u8) {
    let (pitch, velocity) = (note.pitch.get(), note.velocity.get());
    let (onset, end) = (note.onset.0, note.onset.0 + note.duration.0);
    events.push(Timed { tick: onset, rank: Rank::NoteOn, message: vec![0x90 | channel, pitch, velocity] });
    events.push(Timed { tick: end, rank: Rank::NoteOff, message: vec![0x80 | channel, pitch, 64] });
}

/// The bend range, then the bends.
fn push_bends(events: &mut Vec<Timed>, index: usize, track: &Track<Tick>, channel: u8) -> Result<(), WriteError> {
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
