//! Which pitches are used, and how evenly. Drums are left out; octaves of one pitch are one pitch class.

use partita_encoding::Key;
use partita_score::{Score, Tick};

use super::{pitched_notes, rate};

/// Semitones from the lowest to the highest pitch; 0 without notes.
pub fn pitch_range(score: &Score<Tick>) -> u8 {
    let pitches = || pitched_notes(score).map(|note| note.pitch.get());
    pitches().max().unwrap_or(0) - pitches().min().unwrap_or(0)
}

/// How many different pitches occur.
pub fn n_pitches_used(score: &Score<Tick>) -> usize {
    pitch_counts(score).iter().filter(|&&count| count > 0).count()
}

/// How many different pitch classes occur.
pub fn n_pitch_classes_used(score: &Score<Tick>) -> usize {
    pitch_class_counts(score).iter().filter(|&&count| count > 0).count()
}

/// Shannon entropy of the pitches of the notes, in bits, 0 to 7; `None` without notes.
pub fn pitch_entropy(score: &Score<Tick>) -> Option<f64> {
    entropy(&pitch_counts(score))
}

/// Shannon entropy of the pitch classes of the notes, in bits, 0 to log₂ 12; `None` without notes.
pub fn pitch_class_entropy(score: &Score<Tick>) -> Option<f64> {
    entropy(&pitch_class_counts(score))
}

/// Share of the notes in the scale of a key, major or natural minor; `None` without notes.
pub fn pitch_in_scale_rate(score: &Score<Tick>, key: Key) -> Option<f64> {
    in_scale_rate(&pitch_class_counts(score), key)
}

/// The largest [`pitch_in_scale_rate`] of all 24 keys; `None` without notes.
pub fn scale_consistency(score: &Score<Tick>) -> Option<f64> {
    let counts = pitch_class_counts(score);
    let keys = (0..24).filter_map(Key::of_class);
    keys.filter_map(|key| in_scale_rate(&counts, key)).max_by(f64::total_cmp)
}

fn in_scale_rate(counts: &[usize; 12], key: Key) -> Option<f64> {
    let in_scale = |class: &usize| key.scale() >> *class & 1 == 1;
    rate((0..12).filter(in_scale).map(|class| counts[class]).sum(), counts.iter().sum())
}

fn pitch_counts(score: &Score<Tick>) -> [usize; 128] {
    let mut counts = [0; 128];
    pitched_notes(score).for_each(|note| counts[usize::from(note.pitch.get())] += 1);
    counts
}

fn pitch_class_counts(score: &Score<Tick>) -> [usize; 12] {
    let mut counts = [0; 12];
    pitched_notes(score).for_each(|note| counts[usize::from(note.pitch.get() % 12)] += 1);
    counts
}

/// In bits; `None` of nothing.
fn entropy(counts: &[usize]) -> Option<f64> {
    let total: usize = counts.iter().sum();
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / total as f64);
    // The sum of no surprise at all is -0.
    (total > 0).then(|| shares.map(|share| -share * share.log2()).sum::<f64>().max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::piece;

    #[test]
    fn scales_are_major_and_natural_minor() {
        let scale = piece(1, &[(0, 1, 60), (1, 1, 62), (2, 1, 64), (3, 1, 65), (4, 1, 67), (5, 1, 69), (6, 1, 71)]);
        let rate = |key: &str| pitch_in_scale_rate(&scale, key.parse().unwrap());
        assert_eq!([rate("C major"), rate("A minor"), rate("G major")], [Some(1.0), Some(1.0), Some(6.0 / 7.0)]);
        // F sharp major has but B and F (E sharp) of these.
        assert_eq!(rate("F# major"), Some(2.0 / 7.0));
        assert_eq!(scale_consistency(&scale), Some(1.0));
    }

    #[test]
    fn entropy_of_one_pitch_is_zero_and_of_two_equal_ones_a_bit() {
        assert_eq!(pitch_entropy(&piece(1, &[(0, 1, 60), (1, 1, 60)])), Some(0.0));
        assert_eq!(pitch_entropy(&piece(1, &[(0, 1, 60), (1, 1, 72)])), Some(1.0));
        assert_eq!(pitch_class_entropy(&piece(1, &[(0, 1, 60), (1, 1, 72)])), Some(0.0));
    }
}
