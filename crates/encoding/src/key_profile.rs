//! The key of a piece, by correlating how often each pitch class is struck with the profiles of the 24 keys (the
//! method of Krumhansl and Schmuckler: C. L. Krumhansl, *Cognitive Foundations of Musical Pitch*, 1990, ch. 4).
//!
//! The profiles are those of D. Temperley, *Music and Probability*, 2007, ch. 6, from the Kostka–Payne corpus. By note
//! counts they agree with the key and mode of 89.5 % of 2,641 scores whose files state both (Albrecht–Shanahan 2013
//! 89.2 %, Bellman–Budge 2005 88.6 %, Temperley 1999 87.5 %, Krumhansl–Kessler 1982 82.1 %), and with 84.4 % of the
//! signatures of 7,083 files of all kinds (82.8, 80.9, 84.2 and 74.7 %). Durations instead of counts gave 89.5 and
//! 83.6 %. The example `agreement` prints these figures.

use crate::{DRUMS, EncodedBar, KEYS, Key};

/// Share of the segments of pieces in major in which each degree of the chromatic scale occurs, tonic first.
const MAJOR: [f32; 12] = [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400];
/// The same in minor.
const MINOR: [f32; 12] = [0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330];

/// The key whose profile correlates best with the piece; `None` where no pitched note sounds, or all pitch classes
/// are struck equally often.
pub(crate) fn key_of_bars(bars: &[EncodedBar]) -> Option<Key> {
    key_of_histogram(&pitch_class_histogram(bars))
}

/// How many notes each pitch class has, drums left out.
fn pitch_class_histogram(bars: &[EncodedBar]) -> [f32; 12] {
    let mut histogram = [0.0; 12];
    for note in bars.iter().flat_map(|bar| &bar.notes).filter(|note| note.program != DRUMS) {
        histogram[usize::from(note.pitch % 12)] += 1.0;
    }
    histogram
}

fn key_of_histogram(histogram: &[f32; 12]) -> Option<Key> {
    let keys = (0..KEYS as u8).filter_map(Key::of_class);
    let scored = keys.filter_map(|key| Some((correlation(histogram, key)?, key)));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, key)| key)
}

/// Pearson's r between the histogram and the key's profile; `None` for a histogram without variance.
fn correlation(histogram: &[f32; 12], key: Key) -> Option<f32> {
    let profile = if key.minor { &MINOR } else { &MAJOR };
    let profile_mean = profile.iter().sum::<f32>() / 12.0;
    let mean = histogram.iter().sum::<f32>() / 12.0;
    let (mut product, mut square, mut profile_square) = (0.0, 0.0, 0.0);
    for (degree, weight) in profile.iter().enumerate() {
        let x = histogram[(degree + usize::from(key.tonic)) % 12] - mean;
        let y = weight - profile_mean;
        product += x * y;
        square += x * x;
        profile_square += y * y;
    }
    (square > 0.0).then(|| product / (square * profile_square).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(pitch_classes: &[u8]) -> Option<Key> {
        let mut histogram = [0.0; 12];
        pitch_classes.iter().for_each(|&class| histogram[usize::from(class)] += 1.0);
        key_of_histogram(&histogram)
    }

    #[test]
    fn a_profile_is_its_own_key() {
        for class in 0..KEYS as u8 {
            let key = Key::of_class(class).expect("a key");
            let profile = if key.minor { MINOR } else { MAJOR };
            let mut histogram = [0.0; 12];
            for (degree, weight) in profile.iter().enumerate() {
                histogram[(degree + usize::from(key.tonic)) % 12] = 7.0 * weight;
            }
            assert_eq!(key_of_histogram(&histogram), Some(key));
        }
    }

    #[test]
    fn scales_with_their_tonic_triad_are_in_their_key() {
        let name = |classes: &[u8]| key_of(classes).map(|key| key.to_string());
        assert_eq!(name(&[0, 2, 4, 5, 7, 9, 11, 0, 4, 7]).as_deref(), Some("C major"));
        // A harmonic minor.
        assert_eq!(name(&[9, 11, 0, 2, 4, 5, 8, 9, 0, 4]).as_deref(), Some("A minor"));
    }

    #[test]
    fn what_has_no_key_is_told() {
        assert_eq!(key_of(&[]), None);
        assert_eq!(key_of(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), None);
    }
}
