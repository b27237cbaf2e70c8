//! Notes as class numbers at absolute steps: the form between a score on the grid and the bars of an encoded piece.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter::Peekable;

use partita_score::{Note, Pitch, PitchBend, Program, Score, TimeSignature, Track, Velocity};

use crate::bend::{bend_of_class, split_cents};
use crate::{
    CENTS_ZERO, DRUMS, EncodedBar, Grid, Metre, NoteEvent, Step, TICKS_PER_QUARTER, duration_class,
    duration_class_within, duration_steps, general_midi, velocity_class, velocity_of_class,
};

/// One note: the fields of a [`NoteEvent`], but for the position, which counts from the start of the piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GridNote {
    pub(crate) onset: u32,
    pub(crate) program: u8,
    pub(crate) pitch: u8,
    pub(crate) cents: u8,
    pub(crate) duration: u8,
    pub(crate) velocity: u8,
}

impl GridNote {
    fn end(&self) -> u32 {
        self.onset.saturating_add(duration_steps(self.duration))
    }

    /// Shortens the note to the longest class that ends at `step`, which is later than its onset, or before.
    fn end_by(&mut self, step: u32) {
        if self.end() > step {
            self.duration = duration_class_within(step - self.onset);
        }
    }
}

/// All notes of a piece, and the metres of its bars from the first on; after the last of them it stays in force.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GridNotes {
    pub(crate) grid: Grid,
    /// Empty on [`Grid::Time`].
    pub(crate) metres: Vec<Metre>,
    /// Sorted by onset, program and pitch.
    pub(crate) notes: Vec<GridNote>,
    /// Where the last bar ends.
    pub(crate) end: u32,
}

impl GridNotes {
    /// The notes of a score on the grid.
    pub(crate) fn of_score(score: &Score<Step>, grid: Grid) -> Self {
        let mut notes: Vec<GridNote> = score.tracks.iter().flat_map(notes_of_track).collect();
        notes.sort_unstable();
        let end = notes.last().map_or(0, |note| note.onset);
        let metres = match grid {
            Grid::Beat => metres_until(&score.time_signatures, end),
            Grid::Time => Vec::new(),
        };
        Self { grid, metres, notes, end: score.end_of_track.0 }
    }

    /// The notes of bars, each ended where its key is struck again.
    pub(crate) fn of_bars(bars: &[EncodedBar], grid: Grid) -> Self {
        let mut start = 0;
        let mut notes = Vec::with_capacity(bars.iter().map(|bar| bar.notes.len()).sum());
        for bar in bars {
            notes.extend(bar.notes.iter().map(|event| GridNote {
                onset: start + u32::from(event.position),
                program: event.program,
                pitch: event.pitch,
                cents: event.cents,
                duration: event.duration,
                velocity: event.velocity,
            }));
            start += bar.metre.steps();
        }
        let metres = match grid {
            Grid::Beat => bars.iter().map(|bar| bar.metre).collect(),
            Grid::Time => Vec::new(),
        };
        let mut placed = Self { grid, metres, notes, end: start };
        placed.end_when_struck_again();
        placed
    }

    /// Leaves one note for each onset, program and pitch, the longest and of these the loudest, and ends each note where
    /// its pitch is struck again.
    pub(crate) fn end_when_struck_again(&mut self) {
        let longest_first = |n: &GridNote| Reverse((n.duration, n.velocity, n.cents));
        self.notes.sort_unstable_by_key(|n| (n.program, n.pitch, n.onset, longest_first(n)));
        self.notes.dedup_by_key(|n| (n.program, n.pitch, n.onset));
        let mut next: Option<GridNote> = None;
        for note in self.notes.iter_mut().rev() {
            if let Some(next) = next.filter(|next| (next.program, next.pitch) == (note.program, note.pitch)) {
                note.end_by(next.onset);
            }
            next = Some(*note);
        }
        self.notes.sort_unstable();
    }

    /// Ends each note with the last bar.
    pub(crate) fn end_with_last_bar(&mut self) {
        let end = self.end;
        self.notes.iter_mut().for_each(|note| note.end_by(end));
    }

    /// The notes cut into bars, up to the last bar with an onset.
    pub(crate) fn into_bars(self) -> Vec<EncodedBar> {
        let mut bars = Vec::new();
        let mut metre = Metre::COMMON_TIME;
        let mut metres = self.metres.into_iter();
        let mut notes = self.notes.into_iter().peekable();
        let mut start = 0;
        while notes.peek().is_some() {
            metre = metres.next().unwrap_or(metre);
            bars.push(EncodedBar {
                metre,
                notes: events_of_bar(&mut notes, start, metre.steps()),
                conditions: Default::default(),
            });
            start += metre.steps();
        }
        bars
    }

    /// The notes as a score: a track for each program, more where notes of different offsets overlap; drums last.
    pub(crate) fn into_score(self) -> Score<Step> {
        let last_end = self.notes.iter().map(GridNote::end).max().unwrap_or(0);
        let mut programs: BTreeMap<u8, Vec<Lane>> = BTreeMap::new();
        for note in &self.notes {
            add_to_lanes(programs.entry(note.program).or_default(), note);
        }
        Score {
            tracks: programs
                .into_iter()
                .flat_map(|(program, lanes)| lanes.into_iter().map(move |lane| lane.into_track(program)))
                .collect(),
            time_signatures: changes_of_metre(&self.metres),
            end_of_track: Step(self.end.max(last_end)),
            ..Score::new(TICKS_PER_QUARTER)
        }
    }
}

/// The events of the bar of `steps` steps that begins at `start`.
pub(crate) fn events_of_bar(
    notes: &mut Peekable<impl Iterator<Item = GridNote>>,
    start: u32,
    steps: u32,
) -> Vec<NoteEvent> {
    let in_bar = std::iter::from_fn(|| notes.next_if(|note| note.onset < start + steps));
    in_bar.map(|note| event_at(note, (note.onset - start) as u8)).collect()
}

fn event_at(note: GridNote, position: u8) -> NoteEvent {
    NoteEvent {
        position,
        program: note.program,
        pitch: note.pitch,
        cents: note.cents,
        duration: note.duration,
        velocity: note.velocity,
    }
}

fn notes_of_track(track: &Track<Step>) -> impl Iterator<Item = GridNote> + '_ {
    let program = if track.is_drum { DRUMS } else { track.program.get() };
    track.notes.iter().map(move |note| {
        let bends = track.pitch_bends.partition_point(|bend| bend.time <= note.onset);
        let cents = bends.checked_sub(1).and_then(|index| track.pitch_bends.get(index)).map_or(0.0, |bend| bend.cents);
        GridNote {
            onset: note.onset.0,
            program,
            pitch: note.pitch.get(),
            cents: split_cents(cents).1,
            duration: duration_class(note.duration.0),
            velocity: velocity_class(note.velocity.get()),
        }
    })
}

/// Metres of the bars up to the one that `end` falls in.
fn metres_until(signatures: &[TimeSignature<Step>], end: u32) -> Vec<Metre> {
    let mut metres = Vec::new();
    let mut metre = Metre::COMMON_TIME;
    let mut signatures = signatures.iter().peekable();
    let mut start = 0;
    while start <= end {
        while let Some(signature) = signatures.next_if(|signature| signature.time.0 <= start) {
            let denominator = signature.denominator.min(16) as u8;
            metre = Metre::new(signature.numerator, denominator).unwrap_or(metre);
        }
        metres.push(metre);
        start += metre.steps();
    }
    metres
}

/// Where the metre changes.
fn changes_of_metre(metres: &[Metre]) -> Vec<TimeSignature<Step>> {
    let mut changes = Vec::new();
    let mut in_force = None;
    let mut start = 0;
    for &metre in metres {
        if in_force != Some(metre) {
            changes.push(TimeSignature {
                time: Step(start),
                numerator: metre.numerator,
                denominator: u16::from(metre.denominator),
            });
            in_force = Some(metre);
        }
        start += metre.steps();
    }
    changes
}

/// Notes of one program of which no two with different offsets sound together, so that one bend serves them.
#[derive(Default)]
struct Lane {
    notes: Vec<Note<Step>>,
    bends: Vec<PitchBend<Step>>,
    cents: Option<u8>,
    end: u32,
}

/// Adds a note to the first lane whose sounding notes have the same offset, or to a new one.
fn add_to_lanes(lanes: &mut Vec<Lane>, note: &GridNote) {
    let free = |lane: &Lane| lane.cents == Some(note.cents) || lane.end <= note.onset;
    let index = lanes.iter().position(free).unwrap_or_else(|| {
        lanes.push(Lane::default());
        lanes.len() - 1
    });
    lanes[index].push(note);
}

impl Lane {
    fn push(&mut self, note: &GridNote) {
        if self.cents.unwrap_or(CENTS_ZERO) != note.cents {
            self.bends.push(bend_of_class(Step(note.onset), note.cents));
        }
        self.cents = Some(note.cents);
        self.end = self.end.max(note.end());
        self.notes.push(Note {
            onset: Step(note.onset),
            duration: Step(duration_steps(note.duration)),
            pitch: Pitch::clamped(note.pitch),
            velocity: Velocity::clamped(velocity_of_class(note.velocity)),
        });
    }

    fn into_track(self, program: u8) -> Track<Step> {
        Track {
            name: general_midi::name(program).to_owned(),
            program: Program::clamped(if program == DRUMS { 0 } else { program }),
            is_drum: program == DRUMS,
            notes: self.notes,
            pitch_bends: self.bends,
            sustains: Vec::new(),
        }
    }
}
