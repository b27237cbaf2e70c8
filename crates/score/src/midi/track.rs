//! One `MTrk` chunk → lines of notes, and changes of channels.

use super::channel::{ChannelMessage, is_heeded};
use super::chunk::TrackChunk;
use super::conductor::BadMeta;
use super::cursor::Cursor;
use super::event::{Event, Events, Message};
use super::gather::Gathered;
use super::open_notes::NoteId;
use super::shared_channel::{Change, ChannelId, Line};
use super::tally::Tallies;
use super::unclosed::Unclosed;
use crate::error::{Fault, ReadError};
use crate::limits::Amount;
use crate::repair::Repair;
use crate::score::{Marker, Note};
use crate::units::{Pitch, Tick, Velocity};
use std::collections::BTreeMap;

/// Reads one track into what was gathered from those before it.
pub(super) struct TrackReader<'g, 'l> {
    gathered: &'g mut Gathered<'l>,
    /// Index of the `MTrk` chunk.
    index: usize,
    /// Ticks of the file since the track's start, and of the score since the piece's.
    file_ticks: u64,
    now: Tick,
    /// Where the event being read starts.
    byte: usize,
    port: u8,
    /// By channel of the port: what has been named so far.
    channels: [Option<TrackChannel>; 16],
    /// The lines of this track, by the index of their channel.
    lines: BTreeMap<u32, u32>,
    name: String,
    tallies: Tallies,
}

/// A channel, as this track uses it.
#[derive(Clone, Copy)]
struct TrackChannel {
    /// Index among the channels of the file.
    index: u32,
    /// The notes of this track on it, once there are some.
    line: Option<u32>,
}

/// How a track's data ended.
struct End {
    /// Where reading stopped.
    byte: usize,
    /// By an end-of-track event.
    regular: bool,
}

impl<'g, 'l> TrackReader<'g, 'l> {
    pub(super) fn new(gathered: &'g mut Gathered<'l>, index: usize) -> Self {
        let now = gathered.start;
        Self {
            gathered,
            index,
            file_ticks: 0,
            now,
            byte: 0,
            port: 0,
            channels: Default::default(),
            lines: BTreeMap::new(),
            name: String::new(),
            tallies: Tallies::default(),
        }
    }

    /// Reads the whole chunk. Returns where its end-of-track event ends, if it has one.
    pub(super) fn read(mut self, bytes: &[u8], chunk: TrackChunk) -> Result<Option<usize>, ReadError> {
        let end = self.events(Events::new(Cursor::new(bytes, chunk.start, chunk.end)))?;
        self.end_all_notes();
        let track = self.index;
        self.tallies.report(track, &mut self.gathered.repairs);
        self.gathered.track_names.push(self.name);
        self.gathered.end = self.gathered.end.max(self.now);
        report_end(track, bytes, chunk, &end, &mut self.gathered.repairs);
        Ok(end.regular.then_some(end.byte))
    }

    fn events(&mut self, mut events: Events<'_>) -> Result<End, ReadError> {
        for number in 0.. {
            match events.next() {
                Ok(Some(Event { message: Message::Meta { kind: 0x2F, .. }, delta, .. })) => {
                    self.advance(delta)?;
                    return Ok(End { byte: events.position(), regular: true });
                }
                Ok(Some(event)) => self.event(event)?,
                Ok(None) => break,
                Err(fault) => {
                    self.cut(number, events.position(), fault);
                    break;
                }
            }
        }
        Ok(End { byte: events.position(), regular: false })
    }

    fn cut(&mut self, event: usize, byte: usize, fault: Fault) {
        let track = self.index;
        self.gathered.first_damage.get_or_insert(ReadError::Damaged { track, event, byte, fault });
        self.gathered.repairs.push(Repair::CutTrack { track, event, byte, fault });
    }

    fn advance(&mut self, delta: u32) -> Result<(), ReadError> {
        self.file_ticks += u64::from(delta);
        let now = u64::from(self.gathered.start.0) + self.file_ticks / u64::from(self.gathered.tick_divisor);
        let limit = self.gathered.limits.ticks.min(u32::MAX - 1);
        match u32::try_from(now) {
            Ok(tick) if tick <= limit => self.now = Tick(tick),
            _ => return Err(ReadError::Limit { amount: Amount::Ticks, limit: limit.into(), byte: self.byte }),
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), ReadError> {
        self.byte = event.byte;
        self.gathered.count_event(event.byte)?;
        self.advance(event.delta)?;
        match event.message {
            Message::NoteOn { channel, pitch, velocity } => self.note_on(channel, pitch, velocity)?,
            Message::NoteOff { channel, pitch } => self.note_off(channel, pitch),
            Message::Program { channel, program } => self.change(channel, ChannelMessage::Program(program)),
            Message::Bend { channel, value } => self.change(channel, ChannelMessage::Bend(value)),
            Message::Controller { channel, number: 120 | 123, .. } => self.end_notes_of(channel),
            Message::Controller { channel, number, value } if is_heeded(number) => {
                self.change(channel, ChannelMessage::Controller { number, value });
            }
            Message::Meta { kind, data } => self.meta(kind, data),
            Message::SystemExclusive(data) => self.gathered.drums.system_exclusive(self.port, data),
            Message::Bad => self.tallies.bad_messages.count(event.byte),
            Message::System => self.tallies.system_messages.count(event.byte),
            Message::Controller { .. } | Message::Other => {}
        }
        Ok(())
    }

    fn channel(&mut self, channel: u8) -> TrackChannel {
        let known = &mut self.channels[usize::from(channel & 15)];
        *known.get_or_insert_with(|| {
            let index = self.gathered.channels.index(ChannelId { port: self.port, channel });
            TrackChannel { index, line: self.lines.get(&index).copied() }
        })
    }

    /// The line of a channel, which begins with its first note.
    fn line(&mut self, channel: u8) -> Result<u32, ReadError> {
        let TrackChannel { index, line } = self.channel(channel);
        if let Some(line) = line {
            return Ok(line);
        }
        let line = Line { chunk: self.index as u32, channel: index, byte: self.byte, notes: Vec::new() };
        let line = self.gathered.add_line(line)?;
        self.lines.insert(index, line);
        self.channels[usize::from(channel & 15)] = Some(TrackChannel { index, line: Some(line) });
        Ok(line)
    }

    fn change(&mut self, channel: u8, message: ChannelMessage) {
        let TrackChannel { index, line } = self.channel(channel);
        let notes_before = line.map_or(0, |line| self.gathered.lines[line as usize].notes.len() as u32);
        let change = Change { time: self.now, chunk: self.index as u32, notes_before, message };
        self.gathered.channels.push(index, change);
    }

    fn set_port(&mut self, port: u8) {
        if port != self.port {
            self.port = port;
            self.channels = Default::default();
        }
    }

    fn note_on(&mut self, channel: u8, pitch: u8, velocity: u8) -> Result<(), ReadError> {
        self.gathered.count_note(self.byte)?;
        let line = self.line(channel)?;
        let notes = &mut self.gathered.lines[line as usize].notes;
        let id = NoteId { line, note: notes.len() as u32 };
        let (pitch_number, velocity) = (Pitch::clamped(pitch), Velocity::clamped(velocity));
        notes.push(Note { onset: self.now, duration: Tick(0), pitch: pitch_number, velocity });
        self.gathered.open_notes.push(channel, pitch, id);
        Ok(())
    }

    fn note_off(&mut self, channel: u8, pitch: u8) {
        match self.gathered.open_notes.pop(channel, pitch) {
            Some(id) => self.end_note(id),
            None => self.tallies.stray_note_offs += 1,
        }
    }

    fn end_note(&mut self, id: NoteId) {
        let note = &mut self.gathered.lines[id.line as usize].notes[id.note as usize];
        note.duration = Tick(self.now.0 - note.onset.0);
        if note.duration == Tick(0) {
            note.duration = Tick(1);
            self.tallies.zero_length_notes += 1;
        }
    }

    /// All Sound Off and All Notes Off.
    fn end_notes_of(&mut self, channel: u8) {
        for pitch in 0..128 {
            while let Some(id) = self.gathered.open_notes.pop(channel, pitch) {
                self.end_note(id);
            }
        }
    }

    /// Notes that nothing ended last to the end of the track; see [`Unclosed`] for their keys.
    fn end_all_notes(&mut self) {
        let (lines, now) = (&mut self.gathered.lines, self.now);
        let mut unclosed = Unclosed::default();
        self.gathered.open_notes.drain(|_, pitch, id| {
            let note = &mut lines[id.line as usize].notes[id.note as usize];
            note.duration = Tick((now.0 - note.onset.0).max(1));
            unclosed.add(id.line, pitch);
        });
        for &line in self.lines.values() {
            unclosed.end_when_struck_again(line, &mut lines[line as usize].notes);
        }
        self.tallies.unclosed_notes = unclosed.count();
    }

    fn meta(&mut self, kind: u8, data: &[u8]) {
        let (now, conductor) = (self.now, &mut self.gathered.conductor);
        let result = match kind {
            0x51 => conductor.tempo(now, data),
            0x58 => conductor.time_signature(now, data),
            0x59 => conductor.key_signature(now, data),
            _ => Ok(()),
        };
        if let Err(BadMeta) = result {
            self.tallies.bad_meta.count(self.byte);
        }
        match kind {
            0x21 => self.set_port(data.first().copied().unwrap_or(0)),
            0x03 if self.name.is_empty() => self.name = self.text(data),
            0x06 | 0x07 if !data.is_empty() => {
                let text = self.text(data);
                self.gathered.conductor.markers.push(Marker { time: now, text });
            }
            _ => {}
        }
    }

    /// UTF-8, or else Latin-1.
    fn text(&mut self, data: &[u8]) -> String {
        let limit = self.gathered.limits.text_bytes;
        let mut text = match std::str::from_utf8(data) {
            Ok(text) => text[..text.floor_char_boundary(limit)].to_owned(),
            Err(_) => data.iter().take(limit).map(|&byte| char::from(byte)).collect(),
        };
        text.truncate(text.floor_char_boundary(limit));
        if data.len() > limit {
            self.tallies.long_texts.count(self.byte);
        }
        text
    }
}

/// Compares where a track ended with where its header says that it ends.
fn report_end(track: usize, bytes: &[u8], chunk: TrackChunk, end: &End, repairs: &mut Vec<Repair>) {
    if !end.regular {
        repairs.push(Repair::MissingEndOfTrack { track });
    }
    let follows_track = bytes[end.byte..].starts_with(b"MTrk");
    let last = if end.regular { end.byte } else { chunk.end };
    let (found, declared) = (last - chunk.start, chunk.declared as usize);
    let is_cut = chunk.start.saturating_add(declared) > bytes.len();
    if found > declared || is_cut || (follows_track && found < declared) {
        repairs.push(Repair::ChunkLength { track, byte: chunk.start, declared: chunk.declared, found });
    }
    if last < chunk.end && chunk.length_holds && !follows_track {
        repairs.push(Repair::ExtraBytes { byte: last, bytes: chunk.end - last });
    }
}
