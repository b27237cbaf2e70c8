//! Whether a piece stays in its key.

use partita_encoding::{Conditions, EncodedBar, EncodedPiece, Grid, Key};
use serde::{Deserialize, Serialize};

/// Bars in which a key is looked for.
const WINDOW_BARS: usize = 4;

/// The keys of windows of four bars against the key of all the bars together. Both are read off the notes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyStability {
    /// Share of the windows in the key of the whole, its relative included: so, with its signature.
    pub in_key: f64,
    /// Mean distance of the windows' signatures from that of the whole on the circle of fifths, 0 to 6.
    pub fifths: f64,
    /// Windows that have a key.
    pub windows: usize,
}

impl KeyStability {
    /// Measures a piece; `None` where no window, or not the piece as a whole, has a key.
    pub fn of(piece: &EncodedPiece) -> Option<Self> {
        let whole = key_of(&piece.bars, piece.grid)?;
        let keys = piece.bars.chunks(WINDOW_BARS).filter_map(|window| key_of(window, piece.grid));
        let distances: Vec<u8> = keys.map(|key| fifths_apart(whole, key)).collect();
        let windows = distances.len();
        (windows > 0).then(|| Self {
            in_key: distances.iter().filter(|&&fifths| fifths == 0).count() as f64 / windows as f64,
            fifths: distances.iter().map(|&fifths| f64::from(fifths)).sum::<f64>() / windows as f64,
            windows,
        })
    }
}

fn key_of(bars: &[EncodedBar], grid: Grid) -> Option<Key> {
    let mut conditions = Conditions::default();
    conditions.fill_from_notes(&mut bars.to_vec(), grid);
    conditions.key
}

/// Steps between two signatures on the circle of fifths.
fn fifths_apart(a: Key, b: Key) -> u8 {
    let apart = a.sharps().abs_diff(b.sharps()) % 12;
    apart.min(12 - apart)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, encoded, event};

    fn scale(tonic: u8) -> EncodedBar {
        let degrees = [0, 4, 7, 5, 9, 11, 2, 0];
        bar(&(0..8).map(|n| event(n * 6, 6, 0, tonic + degrees[usize::from(n)])).collect::<Vec<_>>())
    }

    #[test]
    fn windows_are_compared_with_the_whole() {
        // Twelve bars of C, four of F sharp: the whole is C.
        let bars: Vec<_> = [60, 60, 60, 66].into_iter().flat_map(|tonic| vec![scale(tonic); 4]).collect();
        let stability = KeyStability::of(&encoded(bars)).unwrap();
        assert_eq!(stability, KeyStability { in_key: 0.75, fifths: 1.5, windows: 4 });
    }

    #[test]
    fn what_has_no_key_has_no_stability() {
        assert_eq!(KeyStability::of(&encoded(vec![bar(&[])])), None);
    }

    #[test]
    fn signatures_are_compared_round_the_circle() {
        let apart = |a: &str, b: &str| fifths_apart(a.parse().unwrap(), b.parse().unwrap());
        assert_eq!([apart("Db major", "F# major"), apart("C", "Am"), apart("C", "F#"), apart("Db", "B")], [1, 0, 6, 2]);
    }
}
