//! The key of a piece, by correlating how long each pitch class sounds with the profiles of the 24 keys (the method
//! of Krumhansl and Schmuckler: C. L. Krumhansl, *Cognitive Foundations of Musical Pitch*, 1990, ch. 4).

use crate::{DRUMS, EncodedBar, KEYS, Key, duration_steps};

/// How much of a piece in major each scale degree sounds, tonic first, and the same for minor: J. Albrecht and
/// D. Shanahan, "The use of large corpora to train a new type of key-finding algorithm", *Music Perception* 31(1), 2013.
const MAJOR: [f32; 12] = [0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081];
const MINOR: [f32; 12] = [0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052];

/// The key whose profile correlates best with the piece; `None` where no pitched note sounds, or all pitch classes
/// sound equally long.
pub(crate) fn key_of_bars(bars: &[EncodedBar]) -> Option<Key> {
    key_of_histogram(&pitch_class_histogram(bars))
}

/// Steps that each pitch class sounds, drums left out.
fn pitch_class_histogram(bars: &[EncodedBar]) -> [f32; 12] {
    let mut histogram = [0.0; 12];
    for note in bars.iter().flat_map(|bar| &bar.notes).filter(|note| note.program != DRUMS) {
        histogram[usize::from(note.pitch % 12)] += duration_steps(note.duration) as f32;
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
