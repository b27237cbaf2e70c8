//! What the train split knows: the names that can be asked for, and what the pieces of each genre are like.

use crate::Split;
use crate::index::Record;
use partita_encoding::{ConditionStatistics, ConditionStatisticsBuilder, LabelVocabulary};
use std::collections::BTreeMap;

/// Train pieces a composer must have to be one of the conditions: of fewer, a model learns the pieces by heart and
/// not the style. In a corpus of 22,000 files some 190 of 1,260 composers have them.
pub const COMPOSER_PIECES_MIN: usize = 8;

/// All genres of the train split, and its composers with [`COMPOSER_PIECES_MIN`] pieces or more.
pub(crate) fn vocabulary(records: &[Record]) -> LabelVocabulary {
    let genres = train(records).filter_map(|record| record.conditions.genre.as_deref());
    let mut composers: BTreeMap<&str, usize> = BTreeMap::new();
    for composer in train(records).filter_map(|record| record.conditions.composer.as_deref()) {
        *composers.entry(composer).or_default() += 1;
    }
    let frequent = composers.into_iter().filter(|(_, pieces)| *pieces >= COMPOSER_PIECES_MIN);
    LabelVocabulary::new(genres, frequent.map(|(composer, _)| composer))
}

/// The statistics of the train split.
pub(crate) fn statistics(records: &[Record]) -> ConditionStatistics {
    let mut builder = ConditionStatisticsBuilder::default();
    train(records).for_each(|record| builder.add(&record.conditions, record.grid, record.metre));
    builder.finish()
}

fn train(records: &[Record]) -> impl Iterator<Item = &Record> {
    records.iter().filter(|record| record.split == Split::Train)
}
