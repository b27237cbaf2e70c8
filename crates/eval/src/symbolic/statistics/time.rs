//! Where there are notes: beats and measures, and how alike the rhythm of neighbouring measures is. Drums count.

use std::collections::BTreeSet;

use partita_score::{Score, Tick};

use super::{all_notes, end, length};

/// Ticks of a measure of the metre that is longest in force: muspy leaves the choice to the caller, and assumes one
/// metre throughout.
pub fn measure_ticks(score: &Score<Tick>) -> u64 {
    let map = score.meter_map();
    let changes = score.time_signatures.iter().map(|signature| signature.time.0);
    let starts: BTreeSet<u32> = changes.chain([0]).collect();
    let last = score.end().0;
    let ends = starts.iter().skip(1).copied().chain([u32::MAX]);
    let metre_of = |(start, next): (u32, u32)| (next.min(last).saturating_sub(start), map.metre(Tick(start)));
    let mut in_force: Vec<((u8, u16), u64)> = Vec::new();
    for (ticks, metre) in starts.iter().copied().zip(ends).map(metre_of) {
        match in_force.iter_mut().find(|(known, _)| *known == metre) {
            Some((_, sum)) => *sum += u64::from(ticks),
            None => in_force.push((metre, u64::from(ticks))),
        }
    }
    // Of equally long ones the first.
    let (numerator, denominator) = in_force.iter().rev().max_by_key(|(_, ticks)| ticks).map_or((4, 4), |&(m, _)| m);
    let ticks = 4 * u64::from(score.ticks_per_quarter) * u64::from(numerator) / u64::from(denominator.max(1));
    ticks.max(1)
}

/// Share of the beats (quarters) in which no note sounds; `None` for a piece of no length. As in muspy a note that
/// ends on a beat still touches it, and the beat on which the piece ends counts.
pub fn empty_beat_rate(score: &Score<Tick>) -> Option<f64> {
    empty_rate(score, u64::from(score.ticks_per_quarter))
}

/// Share of the measures in which no note sounds, counted as [`empty_beat_rate`] counts beats.
pub fn empty_measure_rate(score: &Score<Tick>, measure_ticks: u64) -> Option<f64> {
    empty_rate(score, measure_ticks)
}

fn empty_rate(score: &Score<Tick>, unit: u64) -> Option<f64> {
    let (unit, length) = (unit.max(1), length(score));
    let mut touched: Vec<_> = all_notes(score).map(|note| (u64::from(note.onset.0) / unit, end(note) / unit)).collect();
    touched.sort_unstable();
    let (mut count, mut next) = (0, 0);
    for (first, last) in touched {
        count += (last + 1).saturating_sub(first.max(next));
        next = next.max(last + 1);
    }
    (length > 0).then(|| 1.0 - count as f64 / (length / unit + 1) as f64)
}

/// One minus the mean share of ticks at which two neighbouring measures differ in having an onset (S.-L. Wu and
/// Y.-H. Yang, "The Jazz Transformer on the front line", ISMIR 2020); `None` for fewer than two measures.
///
/// It depends on the ticks a quarter: at 480, two measures without one onset in common still agree in most ticks.
/// Compare scores of one resolution only.
pub fn groove_consistency(score: &Score<Tick>, measure_ticks: u64) -> Option<f64> {
    let measure_ticks = measure_ticks.max(1);
    let measures = length(score) / measure_ticks + 1;
    let place = |onset: u64| (onset / measure_ticks, onset % measure_ticks);
    let onsets: BTreeSet<_> = all_notes(score).map(|note| place(note.onset.0.into())).collect();
    // An onset differs from the measure after (before) it where that one has none at its place.
    let unlike_next = |&&(measure, at): &&(u64, u64)| measure + 1 < measures && !onsets.contains(&(measure + 1, at));
    let unlike_last = |&&(measure, at): &&(u64, u64)| measure > 0 && !onsets.contains(&(measure - 1, at));
    let distance = onsets.iter().filter(unlike_next).count() + onsets.iter().filter(unlike_last).count();
    (measures > 1).then(|| 1.0 - distance as f64 / (measure_ticks * (measures - 1)) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::piece;
    use partita_score::TimeSignature;

    #[test]
    fn the_measure_is_that_of_the_metre_longest_in_force() {
        let mut score = piece(24, &[(0, 800, 60)]);
        assert_eq!(measure_ticks(&score), 96);
        let metre = |time, numerator, denominator| TimeSignature { time: Tick(time), numerator, denominator };
        score.time_signatures = vec![metre(0, 2, 4), metre(300, 6, 8), metre(600, 2, 4), metre(700, 3, 4)];
        assert_eq!(measure_ticks(&score), 48);
    }

    #[test]
    fn beats_without_a_note_are_empty() {
        // Five beats: the note that ends on beat 1 touches it; beats 2 and 3 are empty; the piece ends in beat 4.
        assert_eq!(empty_beat_rate(&piece(10, &[(0, 10, 60), (40, 5, 60)])), Some(0.4));
        assert_eq!(empty_measure_rate(&piece(10, &[(0, 10, 60), (40, 5, 60)]), 20), Some(1.0 - 2.0 / 3.0));
    }

    #[test]
    fn groove_counts_places_that_differ() {
        // Measures of 4 ticks: onsets at {0, 2}, {0, 1}, and none: distances 2 and 2 of 4.
        let score = piece(1, &[(0, 1, 60), (2, 1, 60), (4, 1, 60), (5, 3, 62)]);
        assert_eq!(groove_consistency(&score, 4), Some(0.5));
        assert_eq!(groove_consistency(&piece(1, &[(0, 1, 60)]), 4), None);
    }
}
