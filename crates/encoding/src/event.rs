//! The compound event and the encoded piece: what the model reads and writes.

use serde::{Deserialize, Serialize};

use crate::grid_notes::{GridNotes, events_of_bar};
use crate::{BarConditions, Conditions, Metre};

/// One note as the model sees it: six class numbers, in the order of the chain rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(C)]
pub struct NoteEvent {
    /// Step within the bar, below the bar's length and [`crate::POSITIONS`].
    pub position: u8,
    /// General MIDI program, or [`crate::DRUMS`].
    pub program: u8,
    /// MIDI note number, or drum sound.
    pub pitch: u8,
    /// Class of the offset from twelve-tone pitch; [`crate::CENTS_ZERO`] is none.
    pub cents: u8,
    /// Class of the duration; [`crate::duration_steps`].
    pub duration: u8,
    /// Class of the velocity: `velocity / 4`.
    pub velocity: u8,
}

/// Whether steps follow the beat or the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grid {
    /// Steps are fractions of a quarter note.
    #[default]
    Beat,
    /// A performance without beats: 24 steps a second, "bars" of two seconds, tempo unknown.
    Time,
}

/// One bar: its metre and its notes, sorted and without two equal (position, program, pitch).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedBar {
    /// Gives the bar's length in steps.
    pub metre: Metre,
    /// Sorted by position, program (drums last), pitch.
    pub notes: Vec<NoteEvent>,
    /// Computed from the notes.
    pub conditions: BarConditions,
}

/// A piece in the model's form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EncodedPiece {
    /// Beat or clock.
    pub grid: Grid,
    /// The bars in order; a piece has at least one.
    pub bars: Vec<EncodedBar>,
    /// What is known of the piece.
    pub conditions: Conditions,
}

impl EncodedPiece {
    /// The first bars of the piece, all of them where it is shorter; the conditions stay those of the whole piece.
    pub fn opening(&self, bars: usize) -> Self {
        let bars = self.bars[..bars.min(self.bars.len())].to_vec();
        Self { grid: self.grid, bars, conditions: self.conditions.clone() }
    }

    /// Shortens each note that sounds on when its key is struck again or when the last bar ends. Of notes that strike a
    /// key at one step the longest is kept.
    ///
    /// What a model writes needs this; what [`crate::encode`] gives has no such notes but some that sound longer than the
    /// last bar.
    pub fn trim_notes(&mut self) {
        let mut placed = GridNotes::of_bars(&self.bars, self.grid);
        placed.end_with_last_bar();
        let (mut notes, mut start) = (placed.notes.into_iter().peekable(), 0);
        for bar in &mut self.bars {
            bar.notes = events_of_bar(&mut notes, start, bar.metre.steps());
            start += bar.metre.steps();
        }
    }

    /// The metre of most bars; of equally many, the first.
    pub fn main_metre(&self) -> Metre {
        let mut counts: Vec<(Metre, usize)> = Vec::new();
        for bar in &self.bars {
            match counts.iter_mut().find(|(metre, _)| *metre == bar.metre) {
                Some((_, count)) => *count += 1,
                None => counts.push((bar.metre, 1)),
            }
        }
        let most = counts.iter().map(|&(_, count)| count).max();
        counts.iter().find(|&&(_, count)| Some(count) == most).map_or_else(Metre::default, |&(metre, _)| metre)
    }
}
