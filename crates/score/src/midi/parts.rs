//! Channels → the parts that become [`crate::Track`]s.

use super::controllers::{Player, follow};
use super::drums::{Drums, banks_may_be_kits};
use super::gather::check;
use super::programs::{Instrument, Programs};
use super::shared_channel::{Line, PlayedChannel};
use crate::error::ReadError;
use crate::limits::{Amount, Limits};
use crate::score::{Note, PitchBend, Sustain};
use crate::units::Tick;

/// The notes of one chunk, channel and instrument.
pub(super) struct Part {
    /// The `MTrk` chunk.
    pub(super) chunk: u32,
    /// Where in the file the chunk's first note on the channel is.
    byte: usize,
    pub(super) instrument: Instrument,
    pub(super) notes: Vec<Note<Tick>>,
    pub(super) pitch_bends: Vec<PitchBend<Tick>>,
    pub(super) sustains: Vec<Sustain<Tick>>,
}

/// The parts of all channels, in the order of their chunks and first notes. `shared_changes` bounds what the chunks of
/// a channel are given of each other's bends and pedals.
pub(super) fn parts(
    channels: Vec<PlayedChannel>,
    mut drums: Drums,
    limits: &Limits,
    mut shared_changes: usize,
) -> Result<Vec<Part>, ReadError> {
    drums.banks_may_be_kits = banks_may_be_kits(&channels);
    let mut parts = Vec::new();
    for mut channel in channels {
        let programs = Programs::of(&channel, &drums);
        let mut players = Vec::with_capacity(channel.lines.len());
        for line in std::mem::take(&mut channel.lines) {
            players.push(add_parts(&mut parts, line, &programs, limits)?);
        }
        follow(&mut parts, players, channel.id, channel.changes, &drums, &mut shared_changes);
    }
    let onset = |part: &Part| part.notes.first().map(|note| note.onset);
    parts.sort_by_key(|part| (part.chunk, onset(part), part.byte));
    Ok(parts)
}

/// Deals the notes of a line out to parts, by instrument.
fn add_parts(parts: &mut Vec<Part>, line: Line, programs: &Programs, limits: &Limits) -> Result<Player, ReadError> {
    let (chunk, byte) = (line.chunk, line.byte);
    let instruments = || programs.of_notes(chunk, &line.notes);
    let mut player = Player::new(chunk);
    let first = instruments().next();
    if let Some(instrument) = first.filter(|_| instruments().all(|instrument| Some(instrument) == first)) {
        player.parts.insert(instrument, add_part(parts, Part::new(chunk, byte, instrument, line.notes), limits)?);
        return Ok(player);
    }
    for (&note, instrument) in line.notes.iter().zip(instruments()) {
        let part = match player.parts.get(&instrument) {
            Some(&part) => part,
            None => add_part(parts, Part::new(chunk, byte, instrument, Vec::new()), limits)?,
        };
        player.parts.insert(instrument, part);
        parts[part].notes.push(note);
    }
    Ok(player)
}

fn add_part(parts: &mut Vec<Part>, part: Part, limits: &Limits) -> Result<usize, ReadError> {
    check(Amount::Tracks, parts.len() + 1, limits.tracks, part.byte)?;
    parts.push(part);
    Ok(parts.len() - 1)
}

impl Part {
    fn new(chunk: u32, byte: usize, instrument: Instrument, notes: Vec<Note<Tick>>) -> Self {
        Self { chunk, byte, instrument, notes, pitch_bends: Vec::new(), sustains: Vec::new() }
    }

    /// Bends at one tick replace each other; a bend that changes nothing is left out.
    pub(super) fn set_cents(&mut self, time: Tick, cents: f32) {
        if self.pitch_bends.last().is_some_and(|last| last.time == time) {
            self.pitch_bends.pop();
        }
        if self.pitch_bends.last().map_or(0.0, |last| last.cents) != cents {
            self.pitch_bends.push(PitchBend { time, cents });
        }
    }

    pub(super) fn has_pedal_down(&self) -> bool {
        self.sustains.last().is_some_and(|last| last.down)
    }

    pub(super) fn set_pedal(&mut self, time: Tick, down: bool) {
        self.sustains.push(Sustain { time, down });
    }
}
