//! What the tracks of a file have given so far, and how it becomes a score.

use super::conductor::Conductor;
use super::drums::Drums;
use super::header::Division;
use super::open_notes::OpenNotes;
use super::parts::{Part, parts};
use super::shared_channel::{Line, SharedChannels};
use crate::error::ReadError;
use crate::limits::{Amount, Limits};
use crate::repair::Repair;
use crate::score::{Score, TempoChange, Track};
use crate::units::{Program, Tick};

/// What chunks that share a channel are given of each other's bends and pedals at most, as a multiple of the file's
/// events: it bounds memory.
const SHARED_CHANGES_PER_EVENT: usize = 4;

/// All that was read from the tracks up to now.
pub(super) struct Gathered<'l> {
    pub(super) limits: &'l Limits,
    pub(super) tick_divisor: u32,
    /// Where the next track starts (later than 0 only in format 2).
    pub(super) start: Tick,
    /// The latest end of a track.
    pub(super) end: Tick,
    pub(super) conductor: Conductor,
    pub(super) drums: Drums,
    pub(super) channels: SharedChannels,
    pub(super) lines: Vec<Line>,
    /// By `MTrk` chunk.
    pub(super) track_names: Vec<String>,
    pub(super) open_notes: OpenNotes,
    pub(super) repairs: Vec<Repair>,
    pub(super) first_damage: Option<ReadError>,
    events: usize,
    notes: usize,
}

impl<'l> Gathered<'l> {
    pub(super) fn new(limits: &'l Limits, tick_divisor: u32, repairs: Vec<Repair>) -> Self {
        Self {
            limits,
            tick_divisor,
            start: Tick(0),
            end: Tick(0),
            conductor: Conductor::default(),
            drums: Drums::default(),
            channels: SharedChannels::default(),
            lines: Vec::new(),
            track_names: Vec::new(),
            open_notes: OpenNotes::new(),
            repairs,
            first_damage: None,
            events: 0,
            notes: 0,
        }
    }

    pub(super) fn count_event(&mut self, byte: usize) -> Result<(), ReadError> {
        self.events += 1;
        check(Amount::Events, self.events, self.limits.events, byte)
    }

    pub(super) fn count_note(&mut self, byte: usize) -> Result<(), ReadError> {
        self.notes += 1;
        check(Amount::Notes, self.notes, self.limits.notes, byte)
    }

    /// Adds a line, each of which becomes a part or more.
    pub(super) fn add_line(&mut self, line: Line) -> Result<u32, ReadError> {
        check(Amount::Tracks, self.lines.len() + 1, self.limits.tracks, line.byte)?;
        self.lines.push(line);
        Ok((self.lines.len() - 1) as u32)
    }

    /// The score, and what was mended to get it.
    pub(super) fn finish(mut self, division: Division) -> Result<(Score<Tick>, Vec<Repair>), ReadError> {
        if let (0, Some(damage)) = (self.notes, self.first_damage.take()) {
            return Err(damage);
        }
        self.conductor.sort();
        let shared_changes = self.events.saturating_mul(SHARED_CHANGES_PER_EVENT);
        let parts = parts(self.channels.into_played(self.lines), self.drums, self.limits, shared_changes)?;
        let tempos = match division.constant_tempo {
            Some(microseconds_per_quarter) => vec![TempoChange { time: Tick(0), microseconds_per_quarter }],
            None => self.conductor.tempos,
        };
        let mut score = Score {
            ticks_per_quarter: division.ticks_per_quarter,
            tracks: parts.into_iter().map(|part| track(part, &self.track_names)).collect(),
            tempos,
            time_signatures: self.conductor.time_signatures,
            key_signatures: self.conductor.key_signatures,
            markers: self.conductor.markers,
            end_of_track: self.end,
        };
        // A note that is given the one tick that it lacks may end after its track.
        score.end_of_track = score.end_of_track.max(score.end());
        Ok((score, self.repairs))
    }
}

fn track(mut part: Part, names: &[String]) -> Track<Tick> {
    part.notes.sort_unstable_by_key(|note| (note.onset, note.pitch, note.duration, note.velocity));
    Track {
        name: names.get(part.chunk as usize).cloned().unwrap_or_default(),
        program: Program::clamped(part.instrument.program),
        is_drum: part.instrument.is_drum,
        notes: part.notes,
        pitch_bends: part.pitch_bends,
        sustains: part.sustains,
    }
}

/// The error for `found` over `limit`.
pub(super) fn check(amount: Amount, found: usize, limit: usize, byte: usize) -> Result<(), ReadError> {
    if found > limit { Err(ReadError::Limit { amount, limit: limit as u64, byte }) } else { Ok(()) }
}
