//! What the tracks of a file have given so far, and how it becomes a score.

use super::conductor::Conductor;
use super::drums::Drums;
use super::header::Division;
use super::open_notes::OpenNotes;
use super::shared_pedal::share_pedals;
use crate::error::ReadError;
use crate::limits::{Amount, Limits};
use crate::repair::Repair;
use crate::score::{Note, PitchBend, Score, Sustain, TempoChange, Track};
use crate::units::{Program, Tick};

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
    pub(super) parts: Vec<Part>,
    /// By `MTrk` chunk.
    pub(super) track_names: Vec<String>,
    /// By `MTrk` chunk: the channels whose pedal it moves, one bit each.
    pub(super) track_pedals: Vec<u16>,
    /// By channel: all program changes of all tracks.
    pub(super) programs: [Vec<(Tick, u8)>; 16],
    pub(super) open_notes: OpenNotes,
    pub(super) repairs: Vec<Repair>,
    pub(super) first_damage: Option<ReadError>,
    events: usize,
    notes: usize,
}

/// What becomes one [`Track`].
pub(super) struct Part {
    /// Index of the `MTrk` chunk.
    file_track: usize,
    pub(super) channel: u8,
    /// `None` before the first program change of the channel in this chunk.
    program: Option<u8>,
    pub(super) notes: Vec<Note<Tick>>,
    pub(super) pitch_bends: Vec<PitchBend<Tick>>,
    pub(super) sustains: Vec<Sustain<Tick>>,
}

impl Part {
    pub(super) fn new(file_track: usize, channel: u8, program: Option<u8>) -> Self {
        let (notes, pitch_bends, sustains) = (Vec::new(), Vec::new(), Vec::new());
        Self { file_track, channel, program, notes, pitch_bends, sustains }
    }
}

impl<'l> Gathered<'l> {
    pub(super) fn new(limits: &'l Limits, tick_divisor: u32, repairs: Vec<Repair>) -> Self {
        Self {
            limits,
            tick_divisor,
            start: Tick(0),
            end: Tick(0),
            conductor: Conductor::default(),
            drums: Drums::new(),
            parts: Vec::new(),
            track_names: Vec::new(),
            track_pedals: Vec::new(),
            programs: Default::default(),
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

    pub(super) fn add_part(&mut self, part: Part, byte: usize) -> Result<usize, ReadError> {
        check(Amount::Tracks, self.parts.len() + 1, self.limits.tracks, byte)?;
        self.parts.push(part);
        Ok(self.parts.len() - 1)
    }

    /// The score, and what was mended to get it.
    pub(super) fn finish(mut self, division: Division) -> Result<(Score<Tick>, Vec<Repair>), ReadError> {
        if let (0, Some(damage)) = (self.notes, self.first_damage.take()) {
            return Err(damage);
        }
        self.conductor.sort();
        self.programs.iter_mut().for_each(|changes| changes.sort_by_key(|change| change.0));
        let mut parts = std::mem::take(&mut self.parts);
        let has_pedal = |part: &Part| {
            self.drums.contains(part.channel) || self.track_pedals[part.file_track] >> part.channel & 1 == 1
        };
        share_pedals(&mut parts, has_pedal, |part| self.program(part), self.events);
        let tracks = parts.into_iter().filter(|part| !part.notes.is_empty()).map(|part| self.track(part)).collect();
        let tempos = match division.constant_tempo {
            Some(microseconds_per_quarter) => vec![TempoChange { time: Tick(0), microseconds_per_quarter }],
            None => self.conductor.tempos,
        };
        let score = Score {
            ticks_per_quarter: division.ticks_per_quarter,
            tracks,
            tempos,
            time_signatures: self.conductor.time_signatures,
            key_signatures: self.conductor.key_signatures,
            markers: self.conductor.markers,
        };
        Ok((score, self.repairs))
    }

    fn track(&self, mut part: Part) -> Track<Tick> {
        part.notes.sort_unstable_by_key(|note| (note.onset, note.pitch, note.duration, note.velocity));
        Track {
            name: self.track_names[part.file_track].clone(),
            program: Program::clamped(self.program(&part)),
            is_drum: self.drums.contains(part.channel),
            notes: part.notes,
            pitch_bends: part.pitch_bends,
            sustains: part.sustains,
        }
    }

    /// The program of a part with notes. One without a program change of its own sounds as its channel was set in
    /// another chunk before its first note; files often set up all channels in a chunk of its own.
    fn program(&self, part: &Part) -> u8 {
        let inherited = || {
            let changes = &self.programs[usize::from(part.channel & 15)];
            let onset = part.notes.first().map_or(Tick(0), |note| note.onset);
            let before = changes.partition_point(|change| change.0 <= onset);
            before.checked_sub(1).map_or(0, |last| changes[last].1)
        };
        part.program.unwrap_or_else(inherited)
    }
}

/// The error for `found` over `limit`.
pub(super) fn check(amount: Amount, found: usize, limit: usize, byte: usize) -> Result<(), ReadError> {
    if found > limit { Err(ReadError::Limit { amount, limit: limit as u64, byte }) } else { Ok(()) }
}
