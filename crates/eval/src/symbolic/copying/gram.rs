//! Short runs of notes as numbers: what an index can look up.

use crate::symbolic::line::PlacedNote;

/// Notes of a run.
const GRAM_NOTES: usize = 6;
/// Runs of which one at least is kept (winnowing: S. Schleimer, D. Wilkerson and A. Aiken, 2003). Any
/// `GRAM_NOTES + WINDOW − 1` notes in a row that two pieces share, also share a kept run.
const WINDOW: usize = 4;

/// The number of each run of one line, in order: its first note's place in the bar, and the steps and semitones from
/// each note to the next. Equal in every transposition.
pub(super) fn grams(line: &[PlacedNote]) -> Vec<u32> {
    line.windows(GRAM_NOTES).map(gram).collect()
}

/// Places in `grams` that winnowing keeps: of each window the least number, of equal ones the last.
pub(super) fn winnowed(grams: &[u32]) -> Vec<usize> {
    let width = WINDOW.min(grams.len().max(1));
    let least = |(start, window): (usize, &[u32])| {
        let last_first = window.iter().enumerate().rev();
        last_first.min_by_key(|&(_, gram)| *gram).map(|(place, _)| start + place)
    };
    let mut kept: Vec<_> = grams.windows(width).enumerate().filter_map(least).collect();
    kept.dedup();
    kept
}

/// FNV-1a over the run, its bits then mixed so that all 32 depend on every note.
fn gram(run: &[PlacedNote]) -> u32 {
    let start = std::iter::once(u64::from(run[0].event.position));
    let moves = run.windows(2).flat_map(|pair| {
        let semitones = i64::from(pair[1].event.pitch) - i64::from(pair[0].event.pitch);
        [u64::from(pair[1].step - pair[0].step), (semitones + 128) as u64]
    });
    let hash = start
        .chain(moves)
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, value| (hash ^ value).wrapping_mul(0x0000_0100_0000_01b3));
    ((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::event;

    fn line(pitches: &[u8]) -> Vec<PlacedNote> {
        (0..)
            .zip(pitches)
            .map(|(n, &pitch)| PlacedNote { step: n * 6, event: event((n * 6 % 48) as u8, 6, 0, pitch) })
            .collect()
    }

    #[test]
    fn grams_do_not_depend_on_the_key_and_do_on_every_note() {
        let tune = [60, 62, 64, 60, 67, 65];
        let gram = |pitches: &[u8]| grams(&line(pitches))[0];
        assert_eq!(gram(&tune), gram(&tune.map(|pitch| pitch + 5)));
        for place in 0..6 {
            let mut other = tune;
            other[place] += 1;
            assert_ne!(gram(&tune), gram(&other));
        }
        assert!(grams(&line(&tune[..5])).is_empty());
    }

    #[test]
    fn winnowing_keeps_one_of_each_window() {
        assert_eq!(winnowed(&[9, 3, 7, 8, 5, 6, 9, 4, 4]), [1, 4, 7, 8]);
        assert_eq!(winnowed(&[5, 2]), [1]);
        assert!(winnowed(&[]).is_empty());
    }
}
