//! One piece of a corpus, as a view.

use crate::block::{BarView, Music, block_len};
use crate::index::{self, Record};
use crate::shard::Shard;
use crate::{DatasetError, Difficulty, PieceId, Split};
use partita_encoding::{Conditions, EncodedBar, EncodedPiece, Grid, Metre, same_music};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// A prepared piece: what the index knows of it, and its music on disk, read when it is [asked for](Self::music).
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    id: PieceId,
    record: &'a Record,
    shards: &'a [Shard],
}

impl<'a> Piece<'a> {
    pub(crate) fn new(id: PieceId, record: &'a Record, shards: &'a [Shard]) -> Self {
        Self { id, record, shards }
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

    /// Reads the bars and notes from disk and checks them.
    ///
    /// # Errors
    /// Where the shard cannot be read, or was changed after the corpus was opened so that it makes no sense.
    pub fn music(&self) -> Result<Music, DatasetError> {
        let Record { shard, offset, notes, ref path, .. } = *self.record;
        let bars = self.record.difficulty.bars;
        let len = block_len(bars, notes);
        let shard =
            self.shards.get(shard as usize).filter(|shard| shard.holds(offset, len)).ok_or_else(|| {
                DatasetError::corrupt(Path::new(index::FILE), format!("{path} lies outside the shards"))
            })?;
        Music::read(&shard.read(offset, len)?, bars)
            .map_err(|problem| DatasetError::corrupt(shard.path(), format!("{path}: {problem}")))
    }

    /// Reads the piece as encoding gave it, to decode or to measure.
    ///
    /// # Errors
    /// Those of [`music`](Self::music).
    pub fn encoded(&self) -> Result<EncodedPiece, DatasetError> {
        let bar = |view: BarView<'_>| EncodedBar {
            metre: view.metre,
            notes: view.notes.to_vec(),
            conditions: view.conditions,
        };
        let bars = self.music()?.bars().map(bar).collect();
        Ok(EncodedPiece { grid: self.grid(), bars, conditions: self.conditions() })
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

/// Of each bar a number that is equal where metre and music are ([`same_music`]); none of a silent one.
pub(crate) fn music_of_bars(music: &Music) -> Vec<Option<u64>> {
    let number = |bar: BarView<'_>| {
        let mut hasher = DefaultHasher::new();
        (bar.metre.numerator, bar.metre.denominator).hash(&mut hasher);
        bar.notes.iter().for_each(|note| same_music(note).hash(&mut hasher));
        (!bar.notes.is_empty()).then(|| hasher.finish())
    };
    music.bars().map(number).collect()
}
