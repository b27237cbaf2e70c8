//! Which column of a multi-hot row means what. Events, bars and pieces reach the network as rows of zeros and ones
//! that a linear layer turns into a vector: the sum of one learned embedding a feature.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use partita_encoding::{
    CENTS, DENSITIES, DRUMS, DURATIONS, KEYS, METRES, NoteEvent, PITCHES, POLYPHONIES, POSITIONS, PROGRAMS,
    STEPS_PER_QUARTER, TEMPOS, VELOCITIES,
};

use crate::conditions::ConditionClasses;
use crate::config::ModelConfig;

/// The six fields of a compound event, in the order of the chain rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Step within the bar, or [`BAR_LINE`].
    Position,
    /// General MIDI program or drums.
    Program,
    /// MIDI note number or drum sound.
    Pitch,
    /// Offset from twelve-tone pitch.
    Cents,
    /// Duration class.
    Duration,
    /// Velocity class.
    Velocity,
}

/// The position class that closes a bar; after the last bar it closes the piece.
pub const BAR_LINE: u8 = POSITIONS as u8;

impl Field {
    /// All six, in order.
    pub const ALL: [Field; 6] =
        [Field::Position, Field::Program, Field::Pitch, Field::Cents, Field::Duration, Field::Velocity];

    /// How many classes the field's head chooses from.
    pub const fn classes(self) -> usize {
        match self {
            Field::Position => POSITIONS + 1,
            Field::Program => PROGRAMS,
            Field::Pitch => PITCHES,
            Field::Cents => CENTS,
            Field::Duration => DURATIONS,
            Field::Velocity => VELOCITIES,
        }
    }

    /// How many input columns come before this field's own: what its head may see of the note.
    pub const fn prefix_columns(self) -> usize {
        match self {
            Field::Position => 0,
            Field::Program => PROGRAM,
            Field::Pitch => SOUND,
            Field::Cents => CENTS_AT,
            Field::Duration => DURATION,
            Field::Velocity => VELOCITY,
        }
    }

    /// The field's class in an event; `BAR_LINE`s have only a position.
    pub const fn of(self, note: &NoteEvent) -> u8 {
        match self {
            Field::Position => note.position,
            Field::Program => note.program,
            Field::Pitch => note.pitch,
            Field::Cents => note.cents,
            Field::Duration => note.duration,
            Field::Velocity => note.velocity,
        }
    }

    /// The same, to be set.
    pub const fn of_mut(self, note: &mut NoteEvent) -> &mut u8 {
        match self {
            Field::Position => &mut note.position,
            Field::Program => &mut note.program,
            Field::Pitch => &mut note.pitch,
            Field::Cents => &mut note.cents,
            Field::Duration => &mut note.duration,
            Field::Velocity => &mut note.velocity,
        }
    }
}

const POSITION: usize = 0;
const PHASE: usize = POSITION + POSITIONS + 1;
const PROGRAM: usize = PHASE + STEPS_PER_QUARTER as usize;
const FAMILY: usize = PROGRAM + PROGRAMS;
const FAMILIES: usize = 17;
const SOUND: usize = FAMILY + FAMILIES;
const PITCH_CLASS: usize = SOUND + 2 * PITCHES;
const CENTS_AT: usize = PITCH_CLASS + 12;
const DURATION: usize = CENTS_AT + CENTS;
const VELOCITY: usize = DURATION + DURATIONS;
const UNKNOWN: usize = VELOCITY + VELOCITIES;

/// Columns of an event: its six classes, its place in the beat, its instrument family, its pitch class, and one that
/// says the event is hidden (word dropout).
pub const EVENT_COLUMNS: usize = UNKNOWN + 1;

/// The columns that a bar's bag of notes counts: positions, programs and sounds.
pub(crate) const BAG_COLUMNS: [Range<usize>; 3] = [POSITION..PHASE, PROGRAM..FAMILY, SOUND..PITCH_CLASS];

/// Sets an event's columns for `field` in a row of zeros.
pub fn set_field(row: &mut [f32], field: Field, note: &NoteEvent) {
    let mut set = |column: usize| row[column] = 1.0;
    match field {
        Field::Position => {
            set(POSITION + note.position as usize);
            if note.position < BAR_LINE {
                set(PHASE + note.position as usize % STEPS_PER_QUARTER as usize);
            }
        }
        Field::Program => {
            set(PROGRAM + note.program as usize);
            set(FAMILY + note.program as usize / 8);
        }
        Field::Pitch if note.program == DRUMS => set(SOUND + PITCHES + note.pitch as usize),
        Field::Pitch => {
            set(SOUND + note.pitch as usize);
            set(PITCH_CLASS + note.pitch as usize % 12);
        }
        Field::Cents => set(CENTS_AT + note.cents as usize),
        Field::Duration => set(DURATION + note.duration as usize),
        Field::Velocity => set(VELOCITY + note.velocity as usize),
    }
}

/// 1 where an event `[batch, T, EVENT_COLUMNS]` is of the drums: `[batch, T, 1]`.
pub(crate) fn drums(events: &Tensor<3>) -> Tensor<3> {
    let [batch, steps, _] = events.dims();
    let column = PROGRAM + DRUMS as usize;
    events.clone().slice([0..batch, 0..steps, column..column + 1])
}

/// The columns that each class of `field` sets, of a note of the `drums` or of another: `[classes, EVENT_COLUMNS]`.
pub(crate) fn columns_of(field: Field, drums: bool, device: &Device) -> Tensor<2> {
    let classes = field.classes();
    let mut rows = vec![0.0; classes * EVENT_COLUMNS];
    for (class, row) in rows.chunks_exact_mut(EVENT_COLUMNS).enumerate() {
        let program = if drums { DRUMS } else { 0 };
        let mut note = NoteEvent { position: 0, program, pitch: 0, cents: 0, duration: 0, velocity: 0 };
        *field.of_mut(&mut note) = class as u8;
        set_field(row, field, &note);
    }
    Tensor::from_data(TensorData::new(rows, [classes, EVENT_COLUMNS]), device)
}

/// Sets all columns of a note.
pub fn set_note(row: &mut [f32], note: &NoteEvent) {
    for field in Field::ALL {
        set_field(row, field, note);
    }
}

/// Sets the columns of a bar line.
pub fn set_bar_line(row: &mut [f32]) {
    row[POSITION + BAR_LINE as usize] = 1.0;
}

/// Marks an event as hidden.
pub fn set_unknown(row: &mut [f32]) {
    row[UNKNOWN] = 1.0;
}

/// Bars to come after this one: exact below the last class.
pub const COUNTDOWNS: usize = 32;
/// Bars since the start: the first eight exact, then the place in a phrase of eight.
pub const BAR_INDICES: usize = 16;
const BAR_COUNTDOWN: usize = METRES;
const BAR_INDEX: usize = BAR_COUNTDOWN + COUNTDOWNS;
const BAR_DENSITY: usize = BAR_INDEX + BAR_INDICES;
const BAR_POLYPHONY: usize = BAR_DENSITY + DENSITIES + 1;
/// Columns of a bar: metre, countdown, index, density, polyphony (each of the last two with one for "not asked").
pub const BAR_COLUMNS: usize = BAR_POLYPHONY + POLYPHONIES + 1;

/// What the network is told of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarFeatures {
    /// [`partita_encoding::Metre::class`].
    pub metre: u8,
    /// Bars from the piece's start.
    pub index: usize,
    /// Bars still to come.
    pub remaining: usize,
    /// Note density class, if asked.
    pub density: Option<u8>,
    /// Polyphony class, if asked.
    pub polyphony: Option<u8>,
}

/// Sets a bar's columns in a row of zeros.
fn set_bar(row: &mut [f32], bar: &BarFeatures) {
    row[bar.metre as usize] = 1.0;
    row[BAR_COUNTDOWN + bar.remaining.min(COUNTDOWNS - 1)] = 1.0;
    row[BAR_INDEX + if bar.index < 8 { bar.index } else { 8 + bar.index % 8 }] = 1.0;
    row[BAR_DENSITY + bar.density.map_or(DENSITIES, usize::from)] = 1.0;
    row[BAR_POLYPHONY + bar.polyphony.map_or(POLYPHONIES, usize::from)] = 1.0;
}

impl BarFeatures {
    /// The same with nothing asked but metre and place.
    pub const fn without_conditions(self) -> Self {
        Self { density: None, polyphony: None, ..self }
    }
}

/// Classes of valence and of arousal: eighths of −1 to 1.
pub const MOODS: usize = 8;

/// Where each group of a piece's columns starts, for a vocabulary's size. Each group but the grid ends with a column
/// that says "not given".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceLayout {
    composer: usize,
    tempo: usize,
    key: usize,
    valence: usize,
    arousal: usize,
    instruments: usize,
    grid: usize,
    columns: usize,
    conditions: bool,
}

impl PieceLayout {
    /// The layout for a model.
    pub const fn new(config: &ModelConfig) -> Self {
        let composer = config.genres + 1;
        let tempo = composer + config.composers + 1;
        let key = tempo + TEMPOS + 1;
        let valence = key + KEYS + 1;
        let arousal = valence + MOODS + 1;
        let instruments = arousal + MOODS + 1;
        let grid = instruments + PROGRAMS + 1;
        Self {
            composer,
            tempo,
            key,
            valence,
            arousal,
            instruments,
            grid,
            columns: grid + 2,
            conditions: config.conditions,
        }
    }

    /// Columns of a piece.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Sets a bar's columns in a row of zeros.
    pub fn set_bar(&self, row: &mut [f32], bar: &BarFeatures) {
        set_bar(row, &if self.conditions { *bar } else { bar.without_conditions() });
    }

    /// What a model of this layout is told of a piece: an unconditional one, only the grid.
    pub(crate) fn told(&self, piece: &ConditionClasses) -> ConditionClasses {
        if self.conditions { *piece } else { ConditionClasses::none(piece.grid) }
    }

    /// Sets a piece's columns in a row of zeros.
    pub fn set(&self, row: &mut [f32], piece: &ConditionClasses) {
        let piece = self.told(piece);
        let mut choice =
            |start: usize, end: usize, class: Option<usize>| row[class.map_or(end - 1, |c| start + c)] = 1.0;
        choice(0, self.composer, piece.genre);
        choice(self.composer, self.tempo, piece.composer);
        choice(self.tempo, self.key, piece.tempo.map(usize::from));
        choice(self.key, self.valence, piece.key.map(usize::from));
        choice(self.valence, self.arousal, piece.valence.map(usize::from));
        choice(self.arousal, self.instruments, piece.arousal.map(usize::from));
        choice(self.grid, self.columns, Some(piece.grid as usize));
        match piece.instruments {
            None => row[self.grid - 1] = 1.0,
            Some(set) => set.iter().for_each(|program| row[self.instruments + usize::from(program)] = 1.0),
        }
    }
}
