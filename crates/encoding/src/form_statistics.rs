//! How bars come back in the pieces of each genre, and forms drawn as they do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Origin;
use crate::form::LAGS_MAX;

/// Bars are told apart by their place in groups of so many.
const PHRASE_BARS: usize = 4;

/// How bars come back, in all pieces and by genre.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormStatistics {
    /// Over all pieces.
    pub all: Returns,
    /// By genre label.
    pub genres: BTreeMap<String, Returns>,
}

impl FormStatistics {
    /// Those of a genre, or of all pieces where it is not asked or not known.
    pub fn genre(&self, genre: Option<&str>) -> &Returns {
        genre.and_then(|genre| self.genres.get(genre)).unwrap_or(&self.all)
    }

    /// Counts a piece of whose bars each lies so many bars after the one that it repeats ([`crate::lags`]).
    pub fn add(&mut self, genre: Option<&str>, lags: &[usize]) {
        self.all.add(lags);
        if let Some(genre) = genre {
            self.genres.entry(genre.to_owned()).or_default().add(lags);
        }
    }

    /// Both together.
    pub fn merged(mut self, other: Self) -> Self {
        self.all.merge(other.all);
        for (genre, returns) in other.genres {
            self.genres.entry(genre).or_default().merge(returns);
        }
        self
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.all.0.is_empty()
    }
}

/// A Markov chain over how far back each bar lies that is repeated, 0 where the bar is new: how often each distance followed
/// the distance of the bar before, at each place of a group of four bars.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<(u8, u8, u8, u32)>", from = "Vec<(u8, u8, u8, u32)>")]
pub struct Returns(BTreeMap<Step, u32>);

/// Place of the bar, distance of the bar before, distance.
type Step = (u8, u8, u8);

impl Returns {
    fn add(&mut self, lags: &[usize]) {
        for bar in 1..lags.len() {
            *self.0.entry(step(bar, lags[bar - 1], lags[bar])).or_default() += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        for (step, count) in other.0 {
            *self.0.entry(step).or_default() += count;
        }
    }

    /// The origins of `bars` bars, drawn by one number from 0 to 1 of `chance` a bar. The first bar is new.
    pub fn draw(&self, bars: usize, mut chance: impl FnMut() -> f64) -> Vec<Origin> {
        let mut before = 0;
        (0..bars)
            .map(|bar| {
                before = self.lag(bar, before, chance());
                if before == 0 { Origin::New } else { Origin::Again(bar - before) }
            })
            .collect()
    }

    /// How far back bar `bar` goes, among the distances that there are bars for.
    fn lag(&self, bar: usize, before: usize, chance: f64) -> usize {
        let furthest = bar.min(LAGS_MAX);
        let counts = self.0.range(step(bar, before, 0)..=step(bar, before, furthest));
        let total: f64 = counts.clone().map(|(_, count)| f64::from(*count)).sum();
        let mut left = chance * total;
        let mut drawn = counts.map(|((.., lag), count)| (usize::from(*lag), f64::from(*count)));
        let found = drawn.find(|(_, count)| {
            left -= count;
            left < 0.0
        });
        found.map_or(0, |(lag, _)| lag)
    }
}

fn step(bar: usize, before: usize, lag: usize) -> Step {
    ((bar % PHRASE_BARS) as u8, before as u8, lag as u8)
}

impl From<Returns> for Vec<(u8, u8, u8, u32)> {
    fn from(returns: Returns) -> Self {
        returns.0.into_iter().map(|((place, before, lag), count)| (place, before, lag, count)).collect()
    }
}

impl From<Vec<(u8, u8, u8, u32)>> for Returns {
    fn from(counts: Vec<(u8, u8, u8, u32)>) -> Self {
        Self(counts.into_iter().map(|(place, before, lag, count)| ((place, before, lag), count)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Origin::{Again, New};

    fn counted(lags: &[usize]) -> FormStatistics {
        let mut statistics = FormStatistics::default();
        statistics.add(Some("rock"), lags);
        statistics
    }

    #[test]
    fn what_was_counted_once_is_drawn_again() {
        let statistics = counted(&[0, 0, 0, 0, 4, 4, 4, 4]);
        let drawn = statistics.genre(Some("rock")).draw(8, || 0.5);
        assert_eq!(drawn, [New, New, New, New, Again(0), Again(1), Again(2), Again(3)]);
        assert_eq!(FormStatistics::default().genre(None).draw(3, || 0.5), [New; 3]);
    }

    #[test]
    fn a_bar_goes_back_no_further_than_to_the_first() {
        let far = counted(&[0, 0, 8, 8, 8, 1]);
        assert!(
            far.all.draw(6, || 0.99).iter().enumerate().all(|(bar, origin)| origin.source().is_none_or(|at| at < bar))
        );
        // A damaged file may hold anything.
        let damaged = Returns::from(vec![(0, 0, 255, 9), (1, 0, 0, 0)]);
        assert_eq!(damaged.draw(9, || 0.9), [New; 9]);
    }

    #[test]
    fn counts_of_parts_are_counts_of_all_and_survive_json() {
        let whole = counted(&[0, 1, 1]).merged(counted(&[0, 0, 2]));
        assert_eq!(whole.all.0.values().sum::<u32>(), 4);
        assert_eq!(whole.all, whole.genres["rock"]);
        let json = serde_json::to_string(&whole).unwrap();
        assert_eq!(serde_json::from_str::<FormStatistics>(&json).unwrap(), whole);
    }
}
