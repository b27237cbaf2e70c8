//! Conditions as the class numbers that the network is given.

use partita_encoding::{Conditions, Grid, InstrumentSet, LabelVocabulary, tempo_class};

use crate::layout::MOODS;

/// A piece's conditions as classes; `None` where not asked, or where the vocabulary does not know the label.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConditionClasses {
    /// Index into the vocabulary's genres.
    pub genre: Option<usize>,
    /// Index into the vocabulary's composers.
    pub composer: Option<usize>,
    /// [`tempo_class`].
    pub tempo: Option<u8>,
    /// [`partita_encoding::Key::class`].
    pub key: Option<u8>,
    /// Eighth of −1 to 1.
    pub valence: Option<u8>,
    /// Eighth of −1 to 1.
    pub arousal: Option<u8>,
    /// The programs that play.
    pub instruments: Option<InstrumentSet>,
    /// Beat or clock; always given.
    pub grid: Grid,
}

impl ConditionClasses {
    /// The classes of a piece's conditions.
    pub fn new(conditions: &Conditions, grid: Grid, vocabulary: &LabelVocabulary) -> Self {
        Self {
            genre: conditions.genre.as_deref().and_then(|name| vocabulary.genre_id(name)),
            composer: conditions.composer.as_deref().and_then(|name| vocabulary.composer_id(name)),
            tempo: conditions.qpm.map(tempo_class),
            key: conditions.key.map(|key| key.class()),
            valence: conditions.mood.map(|mood| mood_class(mood.valence)),
            arousal: conditions.mood.map(|mood| mood_class(mood.arousal)),
            instruments: conditions.instruments,
            grid,
        }
    }

    /// What may play: the instruments that were asked for, or every one where none were.
    pub fn may_play(&self) -> InstrumentSet {
        self.instruments.filter(|set| !set.is_empty()).unwrap_or(InstrumentSet::ALL)
    }

    /// Nothing asked but the grid.
    pub fn none(grid: Grid) -> Self {
        Self { grid, ..Self::default() }
    }
}

/// The eighth of −1 to 1 that a coordinate falls into.
fn mood_class(coordinate: f32) -> u8 {
    let eighth = ((coordinate.clamp(-1.0, 1.0) + 1.0) / 2.0 * MOODS as f32) as u8;
    eighth.min(MOODS as u8 - 1)
}
