//! Passages as rolls: which cells are set.

use partita_encoding::{DRUMS, NoteEvent, STEPS_PER_QUARTER, TrackGroup, duration_steps};

use super::slots::{Slot, slots_of};
use crate::batch::Passage;
use crate::conditions::ConditionClasses;
use crate::layout::BarFeatures;

/// Steps of a slot: four to a quarter.
pub const STEPS: usize = 16;
/// Grid steps of one of them.
pub const GRID_STEPS_PER_STEP: u32 = STEPS_PER_QUARTER / 4;
/// Pitches of a roll: seven octaves, C1 to B7. Drum sounds all lie within; notes outside are left out.
pub const PITCHES: usize = 84;
/// The first of them.
pub const LOWEST_PITCH: u8 = 24;
/// Planes of a slot: the onsets of six groups of instruments, then the frames of those five that sustain.
pub const PLANES: usize = 2 * TrackGroup::ALL.len() - 1;

/// What a plane of a roll shows. Frames alone would make one long note of a repeated one, and onsets alone lose how long notes
/// last; drums only begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// Where the notes of a group begin.
    Onset(TrackGroup),
    /// Where they sound.
    Frame(TrackGroup),
}

impl Plane {
    /// Its place; none for the drums' frames.
    pub fn index(self) -> Option<usize> {
        match self {
            Self::Onset(group) => Some(group as usize),
            Self::Frame(TrackGroup::Drums) => None,
            Self::Frame(group) => Some(TrackGroup::ALL.len() + group as usize - 1),
        }
    }

    /// Where a cell lies in a passage's rolls `[slots, PLANES, STEPS, PITCHES]`.
    pub fn cell(self, slot: usize, step: usize, pitch: usize) -> Option<usize> {
        Some(((slot * PLANES + self.index()?) * STEPS + step) * PITCHES + pitch)
    }
}

/// A passage as rolls.
#[derive(Clone, Debug, PartialEq)]
pub struct RollPassage {
    /// Its conditions.
    pub conditions: ConditionClasses,
    /// Its bars.
    pub bars: Vec<BarFeatures>,
    /// The places of its rolls.
    pub slots: Vec<Slot>,
    /// The cells that are set, of `[slots, PLANES, STEPS, PITCHES]`.
    pub cells: Vec<u32>,
}

impl RollPassage {
    /// Rolls in which nothing sounds, for bars given by their features and lengths in grid steps.
    pub fn silent(conditions: ConditionClasses, bars: &[(BarFeatures, u32)]) -> Self {
        let features = bars.iter().map(|(features, _)| *features).collect();
        Self { conditions, bars: features, slots: slots_of(bars), cells: Vec::new() }
    }

    /// The rolls of a passage. A note begins at the nearest step of its bar, lasts at least one, and at most to the end of the
    /// passage.
    pub fn of(passage: &Passage) -> Self {
        let bars: Vec<_> = passage.bars.iter().map(|bar| (bar.features, bar.steps)).collect();
        let mut rolls = Self::silent(passage.conditions, &bars);
        let columns = rolls.columns();
        let mut start = 0;
        for bar in &passage.bars {
            let length = bar.steps.div_ceil(GRID_STEPS_PER_STEP) as usize;
            for note in &bar.notes {
                rolls.add(note, start, length, &columns);
            }
            start += length;
        }
        rolls.cells.sort_unstable();
        rolls.cells.dedup();
        rolls
    }

    /// Slot and step of each step of the passage.
    pub fn columns(&self) -> Vec<(usize, usize)> {
        self.slots.iter().enumerate().flat_map(|(slot, of)| (0..of.steps).map(move |step| (slot, step))).collect()
    }

    /// Sets the cells of a note of the bar that begins at step `start`.
    fn add(&mut self, note: &NoteEvent, start: usize, length: usize, columns: &[(usize, usize)]) {
        let Some(pitch) = note.pitch.checked_sub(LOWEST_PITCH).map(usize::from).filter(|pitch| *pitch < PITCHES) else {
            return;
        };
        let group = TrackGroup::of_program(note.program);
        let onset = start + nearest(u32::from(note.position)).min(length - 1);
        let end = start + nearest(u32::from(note.position) + duration_steps(note.duration));
        let mut set = |plane: Plane, (slot, step): (usize, usize)| {
            self.cells.extend(plane.cell(slot, step, pitch).map(|cell| cell as u32));
        };
        set(Plane::Onset(group), columns[onset]);
        if note.program != DRUMS {
            let sounding = columns.iter().take(end.max(onset + 1)).skip(onset);
            sounding.for_each(|column| set(Plane::Frame(group), *column));
        }
    }
}

/// The roll's step nearest to a grid step.
fn nearest(grid_step: u32) -> usize {
    ((grid_step + GRID_STEPS_PER_STEP / 2) / GRID_STEPS_PER_STEP) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::PassageBar;
    use partita_encoding::{CENTS_ZERO, Metre};

    fn passage(metre: &str, notes: &[(u8, u8, u8, u8)]) -> Passage {
        let metre: Metre = metre.parse().unwrap();
        let features = BarFeatures { metre: metre.class(), index: 0, remaining: 0, density: None, polyphony: None };
        let note = |&(position, program, pitch, duration)| NoteEvent {
            position,
            program,
            pitch,
            cents: CENTS_ZERO,
            duration,
            velocity: 20,
        };
        let bar = PassageBar { features, steps: metre.steps(), notes: notes.iter().map(note).collect() };
        Passage { conditions: ConditionClasses::default(), bars: vec![bar] }
    }

    /// Plane, slot, step and pitch of each cell that is set.
    fn set(rolls: &RollPassage) -> Vec<(usize, usize, usize, usize)> {
        let place = |&cell: &u32| {
            let (cell, pitch) = (cell as usize / PITCHES, cell as usize % PITCHES);
            let (cell, step) = (cell / STEPS, cell % STEPS);
            (cell % PLANES, cell / PLANES, step, pitch + LOWEST_PITCH as usize)
        };
        rolls.cells.iter().map(place).collect()
    }

    #[test]
    fn notes_set_their_onset_and_their_frames() {
        // An eighth of piano on the second beat, and a bass drum a twelfth of a quarter before the third.
        let rolls = RollPassage::of(&passage("4/4", &[(12, 0, 60, 5), (23, DRUMS, 36, 0)]));
        let piano = Plane::Frame(TrackGroup::Piano).index().unwrap();
        assert_eq!(set(&rolls), [(0, 0, 8, 36), (2, 0, 4, 60), (piano, 0, 4, 60), (piano, 0, 5, 60)]);
    }

    #[test]
    fn notes_go_on_in_the_second_part_of_a_long_bar_and_end_with_the_passage() {
        let rolls = RollPassage::of(&passage("5/4", &[(45, 0, 60, 47), (59, 0, 10, 0), (59, 40, 90, 0)]));
        let [piano, strings] =
            [TrackGroup::Piano, TrackGroup::Strings].map(|group| Plane::Frame(group).index().unwrap());
        let frames: Vec<_> = set(&rolls).into_iter().filter(|(plane, ..)| *plane >= 6).collect();
        let sustained = [(0, 15), (1, 0), (1, 1), (1, 2), (1, 3)].map(|(slot, step)| (piano, slot, step, 60));
        assert_eq!(frames, [&sustained[..], &[(strings, 1, 3, 90)]].concat());
    }
}
