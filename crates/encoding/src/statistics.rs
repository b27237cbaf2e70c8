//! What the pieces of each genre are like, so that composing can fill in what it was not asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Conditions, Grid, InstrumentSet, Key, Metre};

/// Sets of instruments kept a genre.
const INSTRUMENT_SETS_MAX: usize = 64;
/// Quantiles of tempo kept: every twentieth, both ends included.
const QUANTILES: usize = 21;

/// Statistics of all pieces and of each genre.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConditionStatistics {
    /// Over all pieces.
    pub all: GenreStatistics,
    /// By genre label.
    pub genres: BTreeMap<String, GenreStatistics>,
}

impl ConditionStatistics {
    /// The statistics of a genre, or of all pieces where it is not asked or not known.
    pub fn genre(&self, genre: Option<&str>) -> &GenreStatistics {
        genre.and_then(|genre| self.genres.get(genre)).unwrap_or(&self.all)
    }
}

/// Statistics of the pieces of one genre. The `*_at` functions choose by a number from 0 to 1: with a random one they
/// draw from the distribution, and at 0 each gives the commonest value (the tempo, its lowest).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GenreStatistics {
    /// How many pieces there are.
    pub pieces: u64,
    /// How many of them are on [`Grid::Time`].
    pub on_clock: u64,
    /// Pieces on the beat by their main metre, commonest first.
    pub metres: Vec<(Metre, u64)>,
    /// Quantiles of the tempo in quarters a minute, from lowest to highest in equal steps; empty where none is known.
    pub qpm_quantiles: Vec<f32>,
    /// Pieces by key, commonest first.
    pub keys: Vec<(Key, u64)>,
    /// Pieces on the beat by the instruments that play, commonest first; rare ones are left out. Performances by the
    /// clock are not counted: where they are most of a genre they are all of one instrument, and nothing is composed
    /// by the clock.
    pub instruments: Vec<(InstrumentSet, u64)>,
}

impl GenreStatistics {
    /// A main metre.
    pub fn metre_at(&self, chance: f64) -> Option<Metre> {
        choose(&self.metres, chance)
    }

    /// A tempo in quarters a minute, between the quantiles next to `chance`.
    pub fn qpm_at(&self, chance: f64) -> Option<f32> {
        let last = self.qpm_quantiles.len().checked_sub(1)?;
        let place = chance.clamp(0.0, 1.0) * last as f64;
        let below = self.qpm_quantiles.get(place as usize)?;
        let above = self.qpm_quantiles.get(place as usize + 1).unwrap_or(below);
        Some(below + (above - below) * place.fract() as f32)
    }

    /// A key.
    pub fn key_at(&self, chance: f64) -> Option<Key> {
        choose(&self.keys, chance)
    }

    /// A set of instruments.
    pub fn instruments_at(&self, chance: f64) -> Option<InstrumentSet> {
        choose(&self.instruments, chance)
    }
}

/// The value that the share `chance` of all counts, in order, falls into.
fn choose<T: Copy>(counts: &[(T, u64)], chance: f64) -> Option<T> {
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    let mut left = chance.clamp(0.0, 1.0) * total as f64;
    counts
        .iter()
        .find(|(_, count)| {
            left -= *count as f64;
            left < 0.0
        })
        .or(counts.last())
        .map(|&(value, _)| value)
}

/// Gathers [`ConditionStatistics`] piece by piece, in any order. Its memory grows with the number of different
/// tempos and sets of instruments, not with the music.
#[derive(Clone, Debug, Default)]
pub struct ConditionStatisticsBuilder {
    all: Counts,
    genres: BTreeMap<String, Counts>,
}

#[derive(Clone, Debug, Default)]
struct Counts {
    pieces: u64,
    on_clock: u64,
    metres: BTreeMap<Metre, u64>,
    /// By the tempo in hundredths of a quarter a minute.
    tempos: BTreeMap<u32, u64>,
    /// By class.
    keys: BTreeMap<u8, u64>,
    instruments: BTreeMap<InstrumentSet, u64>,
}

impl ConditionStatisticsBuilder {
    /// Counts one piece; `main_metre` as [`crate::EncodedPiece::main_metre`] gives it.
    pub fn add(&mut self, conditions: &Conditions, grid: Grid, main_metre: Metre) {
        self.all.add(conditions, grid, main_metre);
        if let Some(genre) = &conditions.genre {
            self.genres.entry(genre.clone()).or_default().add(conditions, grid, main_metre);
        }
    }

    /// The statistics of what was counted.
    pub fn finish(self) -> ConditionStatistics {
        ConditionStatistics {
            all: self.all.finish(),
            genres: self.genres.into_iter().map(|(genre, counts)| (genre, counts.finish())).collect(),
        }
    }
}

impl Counts {
    fn add(&mut self, conditions: &Conditions, grid: Grid, main_metre: Metre) {
        self.pieces += 1;
        match grid {
            Grid::Time => self.on_clock += 1,
            Grid::Beat => {
                *self.metres.entry(main_metre).or_default() += 1;
                if let Some(instruments) = conditions.instruments {
                    *self.instruments.entry(instruments).or_default() += 1;
                }
            }
        }
        if let Some(qpm) = conditions.qpm {
            *self.tempos.entry((qpm * 100.0).round() as u32).or_default() += 1;
        }
        if let Some(key) = conditions.key {
            *self.keys.entry(key.class()).or_default() += 1;
        }
    }

    fn finish(self) -> GenreStatistics {
        let mut instruments = commonest_first(self.instruments);
        instruments.truncate(INSTRUMENT_SETS_MAX);
        let keys = self.keys.into_iter().filter_map(|(class, count)| Some((Key::of_class(class)?, count)));
        GenreStatistics {
            pieces: self.pieces,
            on_clock: self.on_clock,
            metres: commonest_first(self.metres),
            qpm_quantiles: quantiles(&self.tempos),
            keys: commonest_first(keys),
            instruments,
        }
    }
}

/// Sorted by falling count; those with equal counts stay in their order.
fn commonest_first<T>(counts: impl IntoIterator<Item = (T, u64)>) -> Vec<(T, u64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    counts
}

/// Quantiles in equal steps (the nearest rank), in quarters a minute.
fn quantiles(tempos: &BTreeMap<u32, u64>) -> Vec<f32> {
    let total: u64 = tempos.values().sum();
    let at_rank = |rank: u64| {
        let mut passed = 0;
        tempos.iter().find(|&(_, count)| {
            passed += count;
            passed > rank
        })
    };
    let ranks = (0..QUANTILES as u64).map(|step| step * total.saturating_sub(1) / (QUANTILES as u64 - 1));
    ranks.filter_map(at_rank).map(|(&hundredths, _)| hundredths as f32 / 100.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(genre: &str, qpm: f32, programs: &[u8]) -> Conditions {
        Conditions {
            genre: Some(genre.into()),
            qpm: Some(qpm),
            key: Some(Key { tonic: 2, minor: true }),
            instruments: Some(programs.iter().copied().collect()),
            ..Conditions::default()
        }
    }

    fn statistics() -> ConditionStatistics {
        let waltz = Metre { numerator: 3, denominator: 4 };
        let mut builder = ConditionStatisticsBuilder::default();
        builder.add(&piece("jazz", 100.0, &[0, 32]), Grid::Beat, Metre::COMMON_TIME);
        builder.add(&piece("jazz", 200.0, &[0, 32]), Grid::Beat, Metre::COMMON_TIME);
        builder.add(&piece("jazz", 120.0, &[0]), Grid::Beat, waltz);
        builder.add(&piece("folk", 90.0, &[40]), Grid::Beat, waltz);
        builder.add(&Conditions { genre: None, qpm: None, ..piece("", 0.0, &[7]) }, Grid::Time, Metre::COMMON_TIME);
        builder.finish()
    }

    #[test]
    fn each_genre_has_its_own_and_an_unknown_one_has_all() {
        let statistics = statistics();
        let jazz = statistics.genre(Some("jazz"));
        assert_eq!((jazz.pieces, jazz.metre_at(0.0)), (3, Some(Metre::COMMON_TIME)));
        assert_eq!(jazz.instruments_at(0.0), Some([0, 32].into_iter().collect()));
        assert_eq!(jazz.instruments_at(0.9), Some([0].into_iter().collect()));
        assert_eq!(statistics.genre(Some("polka")), statistics.genre(None));
        assert_eq!((statistics.all.pieces, statistics.all.on_clock), (5, 1));
        assert!(statistics.all.instruments.iter().all(|(set, _)| !set.contains(7)));
        assert_eq!(statistics.all.metres.iter().map(|(_, count)| count).sum::<u64>(), 4);
    }

    #[test]
    fn tempos_lie_between_their_quantiles() {
        let statistics = statistics();
        let jazz = statistics.genre(Some("jazz"));
        assert_eq!([0.0, 0.5, 1.0].map(|chance| jazz.qpm_at(chance)), [Some(100.0), Some(120.0), Some(200.0)]);
        assert_eq!(GenreStatistics::default().qpm_at(0.5), None);
        assert_eq!(GenreStatistics::default().key_at(1.0), None);
    }

    #[test]
    fn statistics_survive_json() {
        let json = serde_json::to_string(&statistics()).expect("serializes");
        assert_eq!(serde_json::from_str::<ConditionStatistics>(&json).expect("parses"), statistics());
    }
}
