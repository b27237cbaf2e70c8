//! Difficulty: the measures that the curriculum sorts by, of one piece or spread over a corpus.

use std::fmt;

use partita_dataset::{Corpus, Difficulty};
use partita_encoding::{EncodedPiece, Grid};
use serde::Serialize;

use crate::plot::Drawing;
use crate::plot::chart::{AxisLabel, Series, line_chart};
use crate::table::{decimal, write_facts};

/// Shares of the corpus at which a spread is told.
const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// Points of a curve.
const CURVE_POINTS: usize = 200;

/// What is measured, in words; in the order of [`Measures::values`].
const NAMES: [&str; 6] = [
    "bars",
    "tracks",
    "polyphony",
    "I_temporal of pitches sounding",
    "I_temporal of onsets",
    "I_temporal of pitch-class entropy",
];

/// The measures of one piece. The last three are I_temporal = ∫ f(M(t)) dt divided by the length in quarters (in half
/// seconds where the piece is taken by the clock).
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Measures {
    bars: u32,
    tracks: u32,
    /// Mean number of pitches that sound while any does.
    polyphony: f64,
    i_temporal_polyphony_per_quarter: f64,
    i_temporal_onsets_per_quarter: f64,
    i_temporal_pitch_class_entropy_bits_per_quarter: f64,
}

impl Measures {
    pub(super) fn of_piece(piece: &EncodedPiece) -> Self {
        Self::of(Difficulty::of(piece))
    }

    fn of(difficulty: Difficulty) -> Self {
        Self {
            bars: difficulty.bars,
            tracks: difficulty.tracks,
            polyphony: f64::from(difficulty.polyphony),
            i_temporal_polyphony_per_quarter: f64::from(difficulty.i_temporal),
            i_temporal_onsets_per_quarter: f64::from(difficulty.onset_density),
            i_temporal_pitch_class_entropy_bits_per_quarter: f64::from(difficulty.pitch_class_entropy),
        }
    }

    fn values(&self) -> [f64; 6] {
        [
            f64::from(self.bars),
            f64::from(self.tracks),
            self.polyphony,
            self.i_temporal_polyphony_per_quarter,
            self.i_temporal_onsets_per_quarter,
            self.i_temporal_pitch_class_entropy_bits_per_quarter,
        ]
    }
}

/// The measures in words; of a piece taken by the clock, whose "quarters" are half seconds.
pub(super) fn write_measures(f: &mut fmt::Formatter<'_>, measures: &Measures, grid: Grid) -> fmt::Result {
    let per = match grid {
        Grid::Beat => "a quarter",
        Grid::Time => "a half second",
    };
    let units = [String::new(), per.to_owned(), per.to_owned(), format!("bits {per}")];
    // Bars and tracks are told elsewhere.
    let told = NAMES.iter().zip(measures.values()).skip(2).zip(units);
    let told = told.map(|((name, value), unit)| (*name, format!("{value:.2} {unit}")));
    write_facts(f, &told.collect::<Vec<_>>())
}

/// How one measure is spread over a corpus.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Spread {
    pub(super) measure: &'static str,
    pub(super) p05: f64,
    pub(super) p25: f64,
    pub(super) median: f64,
    pub(super) p75: f64,
    pub(super) p95: f64,
}

impl Spread {
    pub(super) fn of(measure: &'static str, sorted: &[f64]) -> Option<Self> {
        let [p05, p25, median, p75, p95] = SHARES.map(|share| quantile(sorted, share));
        Some(Self { measure, p05: p05?, p25: p25?, median: median?, p75: p75?, p95: p95? })
    }

    pub(super) fn row(&self) -> [String; 6] {
        let [a, b, c, d, e] =
            [self.p05, self.p25, self.median, self.p75, self.p95].map(|value| decimal(Some(value), 1));
        [self.measure.to_owned(), a, b, c, d, e]
    }
}

/// The spread of each measure.
pub(super) fn spreads(corpus: &Corpus) -> Vec<Spread> {
    let measures = sorted_measures(corpus);
    NAMES.iter().zip(&measures).filter_map(|(name, sorted)| Spread::of(name, sorted)).collect()
}

/// Curves of the measures over the share of pieces that are no harder; all but the last one, which is nearly nothing
/// in music of one voice and would stretch the axis.
pub(super) fn curves(corpus: &Corpus) -> Drawing {
    let series: Vec<Series> = NAMES
        .iter()
        .zip(sorted_measures(corpus))
        .take(NAMES.len() - 1)
        .map(|(name, sorted)| Series { name: (*name).to_owned(), points: curve(&sorted) })
        .collect();
    let x = AxisLabel { label: "pieces no harder, per cent".into(), logarithmic: false };
    let y = AxisLabel { label: "measure, in its own unit".into(), logarithmic: true };
    line_chart("Difficulty over the corpus", &series, &x, &y)
}

fn curve(sorted: &[f64]) -> Vec<(f64, f64)> {
    let shares = (0..=CURVE_POINTS).map(|index| index as f64 / CURVE_POINTS as f64);
    shares.filter_map(|share| Some((100.0 * share, quantile(sorted, share)?))).collect()
}

fn sorted_measures(corpus: &Corpus) -> [Vec<f64>; 6] {
    let mut columns: [Vec<f64>; 6] = Default::default();
    for piece in corpus.all() {
        for (column, value) in columns.iter_mut().zip(Measures::of(piece.difficulty()).values()) {
            column.push(value);
        }
    }
    for column in &mut columns {
        column.sort_by(f64::total_cmp);
    }
    columns
}

/// The value that `share` of the sorted values do not pass.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((share * last as f64).round() as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_hundred_and_one_values() {
        let sorted: Vec<f64> = (0..=100).map(f64::from).collect();
        let spread = Spread::of("bars", &sorted).unwrap();
        assert_eq!([spread.p05, spread.p25, spread.median, spread.p75, spread.p95], [5.0, 25.0, 50.0, 75.0, 95.0]);
        assert!(Spread::of("bars", &[]).is_none());
        assert_eq!(curve(&sorted).last(), Some(&(100.0, 100.0)));
    }
}
