//! How much of a piece is copied from the music that a model was trained on, whatever the key.
//!
//! Each group of four bars is compared with every group of four bars of the training music, in every transposition: how
//! many of its notes are there too, at the same place and interval. Real music quotes and shares formulas as well, so
//! the figure says something only beside that of real music that the model has not seen.

mod gram;
mod index;

pub use index::{CopyIndex, CopyIndexBuilder, Neighbour};

use partita_encoding::EncodedBar;
use serde::{Deserialize, Serialize};

use super::interval::Estimate;

/// Bars of a group.
pub const GROUP_BARS: usize = 4;
/// Pitched notes that a group must have to be judged: fewer are alike by chance.
pub const GROUP_NOTES_MIN: usize = 8;
/// A group with a neighbour this similar is copied: four fifths of the notes of both are the same.
pub const COPIED: f64 = 0.8;

/// How much of a set of pieces is copied.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copying {
    /// Share of the bar groups that are copied.
    pub copied: Estimate,
    /// Mean similarity of a group to its nearest neighbour, 0 to 1; groups without any count as 0.
    pub similarity: f64,
    /// Groups left out, having fewer than [`GROUP_NOTES_MIN`] pitched notes.
    pub skipped: usize,
}

/// Compares pieces, each given by its bars and, where it is itself in the index, its number there, with all others of
/// the index. Bars beyond the last whole group are left out. `None` where no group can be judged.
///
/// The groups of one piece are not independent, so the interval is narrower than it should be.
pub fn copying<'a>(
    pieces: impl IntoIterator<Item = (&'a [EncodedBar], Option<u32>)>,
    index: &CopyIndex,
) -> Option<Copying> {
    let mut similarities = Vec::new();
    let mut skipped = 0;
    for (bars, itself) in pieces {
        for group in bars.chunks_exact(GROUP_BARS) {
            if pitched_notes(group) < GROUP_NOTES_MIN {
                skipped += 1;
            } else {
                similarities.push(index.nearest(group, itself).map_or(0.0, |neighbour| neighbour.similarity));
            }
        }
    }
    let copied = similarities.iter().filter(|&&similarity| similarity >= COPIED).count();
    let copied = Estimate::wilson(copied, similarities.len())?;
    Some(Copying { copied, similarity: similarities.iter().sum::<f64>() / similarities.len() as f64, skipped })
}

fn pitched_notes(bars: &[EncodedBar]) -> usize {
    bars.iter().map(|bar| index::bar_notes(bar).len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, event};

    /// Four bars of a tune from `seed`, `up` semitones higher.
    fn tune(seed: u8, up: u8) -> Vec<EncodedBar> {
        let pitch = |n: u8| 50 + up + (u16::from(n) * u16::from(n + seed) * 7 % 19) as u8;
        (0..4).map(|b| bar(&(0..6u8).map(|n| event(n * 8, 8, 0, pitch(b * 6 + n))).collect::<Vec<_>>())).collect()
    }

    fn index(pieces: &[Vec<EncodedBar>]) -> CopyIndex {
        let mut builder = CopyIndexBuilder::default();
        pieces.iter().for_each(|bars| assert!(builder.add(bars).is_ok()));
        builder.build()
    }

    #[test]
    fn a_transposed_copy_within_a_piece_is_found() {
        let training = [tune(1, 0), [tune(2, 0), tune(3, 5)].concat(), tune(4, 0)];
        let neighbour = index(&training).nearest(&tune(3, 0), None).unwrap();
        assert_eq!(neighbour, Neighbour { piece: 1, bar: 4, semitones: -5, similarity: 1.0 });
    }

    #[test]
    fn wrong_notes_lower_the_similarity_by_their_share() {
        let mut altered = tune(3, 7);
        for bar in &mut altered[..2] {
            bar.notes[5].pitch += 1;
        }
        let neighbour = index(&[tune(1, 0), tune(3, 0)]).nearest(&altered, None).unwrap();
        assert_eq!((neighbour.piece, neighbour.semitones), (1, 7));
        assert!((neighbour.similarity - 22.0 / 24.0).abs() < 1e-9, "{}", neighbour.similarity);
    }

    #[test]
    fn another_orchestration_and_an_added_part_are_seen_through() {
        let mut arranged = tune(3, 0);
        for bar in &mut arranged {
            bar.notes.iter_mut().for_each(|note| note.program = 40);
            bar.notes.insert(0, event(0, 48, 33, 30));
        }
        let neighbour = index(&[tune(3, 0)]).nearest(&arranged, None).unwrap();
        assert!((neighbour.similarity - 48.0 / 52.0).abs() < 1e-9, "{}", neighbour.similarity);
    }

    #[test]
    fn new_music_has_no_near_neighbour_and_a_piece_is_not_its_own() {
        let training = [tune(1, 0), tune(2, 0)];
        let far = index(&training).nearest(&tune(9, 0), None).map_or(0.0, |neighbour| neighbour.similarity);
        assert!(far < 0.5, "{far}");
        assert_eq!(index(&training).nearest(&tune(2, 0), None).unwrap().piece, 1);
        let other = index(&training).nearest(&tune(2, 0), Some(1));
        assert!(other.is_none_or(|neighbour| neighbour.piece == 0));
    }

    #[test]
    fn the_share_of_copied_groups_is_counted() {
        let index = index(&[tune(1, 0), tune(2, 0)]);
        let half_copied =
            [tune(9, 0), tune(2, 3), vec![bar(&[event(0, 12, 0, 60)]); 4], tune(1, 0)[..3].to_vec()].concat();
        let copying = copying([(half_copied.as_slice(), None)], &index).unwrap();
        assert_eq!((copying.copied.value, copying.copied.count, copying.skipped), (0.5, 2, 1));
        assert!(super::copying([(&half_copied[..3], None)], &index).is_none());
    }

    #[test]
    fn the_index_takes_the_memory_it_states() {
        let pieces: Vec<_> = (0..40).map(|seed| tune(seed, 0)).collect();
        let index = index(&pieces);
        // 24 notes a piece of 2 bytes, and the start of each bar and piece; grams 8 bytes each, at most one a note.
        let fixed = 40 * (24 * 2 + 4 * 4 + 4) + 8;
        assert!((fixed..=fixed + 40 * 24 * 8).contains(&index.bytes()), "{}", index.bytes());
    }
}
