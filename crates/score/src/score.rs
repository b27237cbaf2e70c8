//! The piece of music in symbolic form.

use crate::units::{Pitch, Program, Tick, TimeUnit, Velocity};

/// One note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note<T> {
    /// When it starts.
    pub onset: T,
    /// How long it lasts; never zero in a score that was read.
    pub duration: T,
    /// MIDI note number.
    pub pitch: Pitch,
    /// Note-on velocity.
    pub velocity: Velocity,
}

/// From `time` on, the track sounds `cents` above (below, if negative) its written pitches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PitchBend<T> {
    /// When the bend takes effect.
    pub time: T,
    /// Cents, by the bend range in force (RPN 0; ±200 where none is set) and the channel's tuning.
    pub cents: f32,
}

/// The sustain pedal goes down or up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sustain<T> {
    /// When it moves.
    pub time: T,
    /// True when pressed (controller 64 at 64 or more).
    pub down: bool,
}

/// One part: the notes of one channel and program.
#[derive(Clone, Debug, PartialEq)]
pub struct Track<T> {
    /// As the file names it; may be empty.
    pub name: String,
    /// General MIDI program; of no meaning where `is_drum`.
    pub program: Program,
    /// True for channel 10: pitches are drums.
    pub is_drum: bool,
    /// Sorted by onset, then pitch, then duration.
    pub notes: Vec<Note<T>>,
    /// Sorted by time.
    pub pitch_bends: Vec<PitchBend<T>>,
    /// Sorted by time.
    pub sustains: Vec<Sustain<T>>,
}

/// The tempo from `time` on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TempoChange<T> {
    /// When it takes effect.
    pub time: T,
    /// Microseconds a quarter note, as the file has it (1 to 16,777,215).
    pub microseconds_per_quarter: u32,
}

/// The metre from `time` on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeSignature<T> {
    /// When it takes effect.
    pub time: T,
    /// Beats a bar, 1–255.
    pub numerator: u8,
    /// 1, 2, 4, 8, …
    pub denominator: u16,
}

/// The key from `time` on, as the file states it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeySignature<T> {
    /// When it takes effect.
    pub time: T,
    /// Sharps (positive) or flats (negative), −7 to 7.
    pub sharps: i8,
    /// True for minor.
    pub minor: bool,
}

/// A marker, cue point or rehearsal letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker<T> {
    /// Where it stands.
    pub time: T,
    /// Its text.
    pub text: String,
}

/// A whole piece; the time unit is in the type.
#[derive(Clone, Debug, PartialEq)]
pub struct Score<T: TimeUnit> {
    /// Ticks a quarter note of the file (1 to 32,767); also kept when the unit is another one.
    pub ticks_per_quarter: u16,
    /// The parts, in file order.
    pub tracks: Vec<Track<T>>,
    /// Sorted by time. Empty: the file states no tempo (players then take 120 qpm).
    pub tempos: Vec<TempoChange<T>>,
    /// Sorted by time. Empty: the file states none (readers then take 4/4).
    pub time_signatures: Vec<TimeSignature<T>>,
    /// Sorted by time.
    pub key_signatures: Vec<KeySignature<T>>,
    /// Sorted by time.
    pub markers: Vec<Marker<T>>,
    /// Where the piece ends: often later than its last note, at the end of a bar, so that it can be looped. Writing takes
    /// the last event instead where that comes later.
    pub end_of_track: T,
}

impl<T: TimeUnit> Score<T> {
    /// A score without contents.
    pub fn new(ticks_per_quarter: u16) -> Self {
        Self {
            ticks_per_quarter,
            tracks: Vec::new(),
            tempos: Vec::new(),
            time_signatures: Vec::new(),
            key_signatures: Vec::new(),
            markers: Vec::new(),
            end_of_track: T::ZERO,
        }
    }

    /// Notes of all tracks together.
    pub fn note_count(&self) -> usize {
        self.tracks.iter().map(|track| track.notes.len()).sum()
    }
}

impl Score<Tick> {
    /// Where the last note ends; 0 without notes. Looks at each note.
    pub fn end(&self) -> Tick {
        let notes = self.tracks.iter().flat_map(|track| &track.notes);
        notes.map(|note| Tick(note.onset.0.saturating_add(note.duration.0))).max().unwrap_or_default()
    }
}

impl<T> Track<T> {
    /// A pitched track without name and notes.
    pub fn new(program: Program) -> Self {
        let (notes, pitch_bends, sustains) = (Vec::new(), Vec::new(), Vec::new());
        Self { name: String::new(), program, is_drum: false, notes, pitch_bends, sustains }
    }
}
