//! Pitch bends ⇄ the cents offset of a note.

use partita_score::{PitchBend, Tick, Track};

use crate::{cents_class, cents_of_class};

/// A bend within this many cents of the written pitch stays an offset of that pitch; a wider one moves the note to
/// the nearest semitone. Half a class beyond 50, so that a bend of exactly ±50 survives the rounding of a file.
const OFFSET_MAX: f32 = 52.5;

/// Semitones and offset class of a bend in cents.
pub(crate) fn split_cents(cents: f32) -> (i32, u8) {
    let semitones = if cents.abs() <= OFFSET_MAX { 0.0 } else { (cents / 100.0).round() };
    (semitones as i32, cents_class(cents - semitones * 100.0))
}

/// The bend that stands for each note of a track, in cents; none for drums. A note that is struck again while it sounds
/// counts up to there, so that no bend is looked at twice for one pitch.
pub(crate) fn cents_of_notes(track: &Track<Tick>) -> Vec<f32> {
    if track.is_drum || track.pitch_bends.is_empty() {
        return vec![0.0; track.notes.len()];
    }
    // The onset and cents of the note that was looked at last, by pitch.
    let mut struck: [Option<(Tick, f32)>; 128] = [None; 128];
    let from_last = track.notes.iter().rev().map(|note| {
        let end = Tick(note.onset.0.saturating_add(note.duration.0));
        let next = &mut struck[usize::from(note.pitch.get())];
        let cents = match *next {
            Some((onset, cents)) if onset == note.onset => cents,
            Some((onset, _)) => median_cents(&track.pitch_bends, note.onset, end.min(onset)),
            None => median_cents(&track.pitch_bends, note.onset, end),
        };
        *next = Some((note.onset, cents));
        cents
    });
    let mut cents: Vec<f32> = from_last.collect();
    cents.reverse();
    cents
}

/// The bend that stands for a note sounding from `onset` to `end`: the median over that time. A bend held for more
/// than half of the note is the median, so scoops and falls leave the pitch alone, and so does a vibrato around it.
fn median_cents(bends: &[PitchBend<Tick>], onset: Tick, end: Tick) -> f32 {
    let first = bends.partition_point(|bend| bend.time <= onset);
    let last = bends.partition_point(|bend| bend.time < end);
    let before = first.checked_sub(1).and_then(|index| bends.get(index)).map_or(0.0, |bend| bend.cents);
    let inside = bends.get(first..last).unwrap_or_default();
    if inside.is_empty() {
        return before;
    }
    let starts = std::iter::once((onset, before)).chain(inside.iter().map(|bend| (bend.time, bend.cents)));
    let stops = inside.iter().map(|bend| bend.time).chain([end]);
    let mut held: Vec<(f32, u32)> =
        starts.zip(stops).map(|((start, cents), stop)| (cents, stop.0.saturating_sub(start.0))).collect();
    held.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    weighted_median(&held)
}

fn weighted_median(held: &[(f32, u32)]) -> f32 {
    let total: u64 = held.iter().map(|&(_, weight)| u64::from(weight)).sum();
    let mut passed = 0;
    held.iter()
        .find(|&&(_, weight)| {
            passed += u64::from(weight);
            2 * passed >= total
        })
        .map_or(0.0, |&(cents, _)| cents)
}

/// The bend that gives a class of offset.
pub(crate) fn bend_of_class<T>(time: T, class: u8) -> PitchBend<T> {
    PitchBend { time, cents: cents_of_class(class) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CENTS, CENTS_ZERO};

    fn bend(time: u32, cents: f32) -> PitchBend<Tick> {
        PitchBend { time: Tick(time), cents }
    }

    #[test]
    fn offsets_survive_the_rounding_of_a_file() {
        for class in 0..CENTS as u8 {
            for error in [-0.05, 0.0, 0.05] {
                assert_eq!(split_cents(cents_of_class(class) + error), (0, class));
            }
        }
    }

    #[test]
    fn wide_bends_move_the_pitch() {
        assert_eq!(split_cents(200.0), (2, CENTS_ZERO));
        assert_eq!(split_cents(-77.0), (-1, CENTS_ZERO + 5));
        assert_eq!(split_cents(122.6), (1, CENTS_ZERO + 5));
    }

    #[test]
    fn a_scoop_leaves_the_pitch_alone() {
        let bends = [bend(0, -200.0), bend(110, -100.0), bend(120, 0.0)];
        assert_eq!(median_cents(&bends, Tick(100), Tick(200)), 0.0);
    }

    #[test]
    fn a_vibrato_leaves_the_pitch_alone() {
        let bends: Vec<_> = (0..40).map(|i| bend(100 + 5 * i, [0.0, 30.0, 0.0, -30.0][i as usize % 4])).collect();
        assert_eq!(median_cents(&bends, Tick(100), Tick(300)), 0.0);
    }

    #[test]
    fn the_bend_in_force_at_the_onset_counts() {
        let bends = [bend(0, 25.0), bend(200, 0.0)];
        assert_eq!(median_cents(&bends, Tick(100), Tick(200)), 25.0);
        assert_eq!(median_cents(&bends, Tick(200), Tick(300)), 0.0);
        assert_eq!(median_cents(&[], Tick(0), Tick(1)), 0.0);
    }
}
