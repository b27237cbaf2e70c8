//! Agreement of key profiles with the key signatures of files, for the choice of the encoding's own.

use partita_encoding::{DRUMS, EncodedPiece, Key, duration_steps};
use partita_score::{Score, Tick};

/// Published profiles: name, major, minor; tonic first.
const PROFILES: [(&str, [f32; 12], [f32; 12]); 5] = [
    (
        "Krumhansl-Kessler 1982",
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ),
    (
        "Temperley 1999",
        [5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0],
        [5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0],
    ),
    (
        "Bellman-Budge 2005",
        [16.80, 0.86, 12.95, 1.41, 13.49, 11.93, 1.25, 20.28, 1.80, 8.04, 0.62, 10.57],
        [18.16, 0.69, 12.99, 13.34, 1.07, 11.15, 1.38, 21.07, 7.49, 1.53, 0.92, 10.21],
    ),
    (
        "Temperley 2007",
        [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400],
        [0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330],
    ),
    (
        "Albrecht-Shanahan 2013",
        [0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081],
        [0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052],
    ),
];

/// Files with one signature other than the C major that programs write unasked.
#[derive(Default)]
pub(crate) struct Agreement {
    files: usize,
    /// With a signature that says minor or, in a file whose key the encoding finds to be major, major.
    encoded_signature: usize,
    encoded_key: usize,
    /// By profile, from note counts and from durations: signature and key.
    by_profile: [[(usize, usize); 2]; PROFILES.len()],
}

impl Agreement {
    pub(crate) fn add(&mut self, score: &Score<Tick>, piece: &EncodedPiece) {
        let mut signatures = score.key_signatures.iter().map(|signature| (signature.sharps, signature.minor));
        let Some((sharps, minor)) = signatures.next().filter(|&first| first != (0, false)) else { return };
        if signatures.any(|other| other != (sharps, minor)) {
            return;
        }
        let stated = Key::of_signature(sharps, minor);
        let agrees = |key: Key| (usize::from(key.sharps() == stated.sharps()), usize::from(key == stated));
        self.files += 1;
        let (signature, key) = piece.conditions.key.map_or((0, 0), agrees);
        self.encoded_signature += signature;
        self.encoded_key += key;
        let histograms = [histogram(piece, |_| 1.0), histogram(piece, |duration| duration_steps(duration) as f32)];
        for (profile, counts) in PROFILES.iter().zip(&mut self.by_profile) {
            for (histogram, counts) in histograms.iter().zip(counts) {
                let (signature, key) = agrees(best_key(histogram, &profile.1, &profile.2));
                *counts = (counts.0 + signature, counts.1 + key);
            }
        }
    }

    pub(crate) fn print(&self) {
        let percent = |count: usize| 100.0 * count as f64 / self.files.max(1) as f64;
        println!("key signatures of {} files (signature right, key and mode right):", self.files);
        println!("  as encoded: {:.1} %, {:.1} %", percent(self.encoded_signature), percent(self.encoded_key));
        for ((name, ..), [counted, weighted]) in PROFILES.iter().zip(&self.by_profile) {
            let show =
                |(signature, key): &(usize, usize)| format!("{:.1} %, {:.1} %", percent(*signature), percent(*key));
            println!("  {name}: by notes {}; by durations {}", show(counted), show(weighted));
        }
    }
}

fn histogram(piece: &EncodedPiece, weight: impl Fn(u8) -> f32) -> [f32; 12] {
    let mut histogram = [0.0; 12];
    for note in piece.bars.iter().flat_map(|bar| &bar.notes).filter(|note| note.program != DRUMS) {
        histogram[usize::from(note.pitch % 12)] += weight(note.duration);
    }
    histogram
}

fn best_key(histogram: &[f32; 12], major: &[f32; 12], minor: &[f32; 12]) -> Key {
    let keys = (0..24).filter_map(Key::of_class);
    let score = |key: &Key| correlation(histogram, if key.minor { minor } else { major }, key.tonic);
    keys.max_by(|a, b| score(a).total_cmp(&score(b))).unwrap_or(Key { tonic: 0, minor: false })
}

fn correlation(histogram: &[f32; 12], profile: &[f32; 12], tonic: u8) -> f32 {
    let mean = |values: &[f32; 12]| values.iter().sum::<f32>() / 12.0;
    let (mean_x, mean_y) = (mean(histogram), mean(profile));
    let (mut product, mut squares) = (0.0, 0.0);
    for (degree, weight) in profile.iter().enumerate() {
        let (x, y) = (histogram[(degree + usize::from(tonic)) % 12] - mean_x, weight - mean_y);
        product += x * y;
        squares += y * y;
    }
    product / squares.sqrt()
}
