//! One piece of a corpus, as a view.

use crate::block::{BarView, Block};
use crate::index::Record;
use crate::{Difficulty, PieceId, Split};
use partita_encoding::{Conditions, EncodedBar, EncodedPiece, Grid, Metre, NoteEvent, same_music};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A prepared piece: its labels from the index, its bars and notes in the mapped shard. Copying it copies no notes.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    id: PieceId,
    record: &'a Record,
    block: Block<'a>,
}

impl<'a> Piece<'a> {
    pub(crate) fn new(id: PieceId, record: &'a Record, block: Block<'a>) -> Self {
        Self { id, record, block }
    }

    /// Which piece this is.
    pub fn id(&self) -> PieceId {
        self.id
    }

    /// Path of the MIDI file in the folder that was prepared, with `/` between folders.
    pub fn path(&self) -> &'a str {
        &self.record.path
    }

    /// As labelled.
    pub fn genre(&self) -> Option<&'a str> {
        self.record.conditions.genre.as_deref()
    }

    /// Composer, artist or performer, as labelled.
    pub fn composer(&self) -> Option<&'a str> {
        self.record.conditions.composer.as_deref()
    }

    /// Where the file came from, as labelled.
    pub fn source(&self) -> Option<&'a str> {
        self.record.source.as_deref()
    }

    /// Under what terms, as labelled.
    pub fn license(&self) -> Option<&'a str> {
        self.record.license.as_deref()
    }

    /// The group that is never split, as labelled.
    pub fn group(&self) -> Option<&'a str> {
        self.record.group.as_deref()
    }

    /// The side of the corpus it is on.
    pub fn split(&self) -> Split {
        self.record.split
    }

    /// Whether steps follow the beat or the clock.
    pub fn grid(&self) -> Grid {
        self.record.grid
    }

    /// The metre of most of its bars.
    pub fn metre(&self) -> Metre {
        self.record.metre
    }

    /// Number of bars, at least one.
    pub fn bar_count(&self) -> usize {
        self.record.difficulty.bars as usize
    }

    /// Number of notes, at least one.
    pub fn note_count(&self) -> usize {
        self.record.notes as usize
    }

    /// Bar `index`, from 0.
    ///
    /// # Panics
    /// With an index of [`bar_count`](Self::bar_count) or more, as a slice would.
    pub fn bar(&self, index: usize) -> BarView<'a> {
        self.block.bar(index)
    }

    /// The bars in order.
    pub fn bars(&self) -> impl ExactSizeIterator<Item = BarView<'a>> + use<'a> {
        let block = self.block;
        (0..self.bar_count()).map(move |index| block.bar(index))
    }

    /// Of each bar a number that is equal where metre and music are ([`same_music`]); none of a silent one.
    pub(crate) fn music_of_bars(&self) -> Vec<Option<u64>> {
        let number = |bar: BarView<'_>| {
            let mut hasher = DefaultHasher::new();
            (bar.metre.numerator, bar.metre.denominator).hash(&mut hasher);
            bar.notes.iter().for_each(|note| same_music(note).hash(&mut hasher));
            (!bar.notes.is_empty()).then(|| hasher.finish())
        };
        self.bars().map(number).collect()
    }

    /// All notes, bar after bar.
    pub fn notes(&self) -> &'a [NoteEvent] {
        self.block.notes()
    }

    /// A copy of the piece as encoding gave it, to decode or to measure.
    pub fn encoded(&self) -> EncodedPiece {
        let bar = |view: BarView<'_>| EncodedBar {
            metre: view.metre,
            notes: view.notes.to_vec(),
            conditions: view.conditions,
        };
        EncodedPiece { grid: self.grid(), bars: self.bars().map(bar).collect(), conditions: self.conditions() }
    }

    /// What is known of the piece: labels, and what was computed from its notes.
    pub fn conditions(&self) -> Conditions {
        self.record.conditions.clone()
    }

    /// How hard it is.
    pub fn difficulty(&self) -> Difficulty {
        self.record.difficulty
    }
}
