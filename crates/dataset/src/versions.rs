//! Other versions of one work: another edition, a performance of it, an arrangement. They are no duplicates and all are
//! kept, but a work must not stand on two sides of a split, or what is measured on one was learned on the other.
//!
//! A piece is taken as the set of its melody's phrases: runs of [`PHRASE`] intervals of the highest notes, whatever
//! their key and rhythm. Two pieces are versions of one work where these sets are alike (Jaccard's index), which is
//! estimated from the [`SKETCH`] phrases of each that have the smallest hashes (the bottom sketch of Broder, "On the
//! resemblance and containment of documents", 1997): a record of fixed size, whatever the length of the piece.

use crate::content::timed_notes;
use partita_encoding::{DRUMS, EncodedPiece};
use std::collections::{BTreeSet, HashMap};

/// Intervals in a phrase.
const PHRASE: usize = 12;
/// A phrase with fewer different intervals than this is a scale, a trill or a broken chord, as any piece may have.
const INTERVALS_MIN: usize = 4;
/// Phrases in a sketch.
const SKETCH: usize = 48;
/// With fewer phrases than this a piece is too short to compare.
const PHRASES_MIN: usize = 8;
/// Pieces at least this much alike are versions of one work, or one holds much of the other: of a dozen pairs between
/// 0.15 and 0.2 that were looked at by hand in a corpus of 22,000 files, all were.
const LIKENESS_MIN: f32 = 0.15;
/// A phrase that more pieces share says nothing about any two of them.
const SHARED_MAX: usize = 64;
/// Phrases are compared in so many parts, one after another, to hold less in memory at a time.
const PARTS: u64 = 16;

/// The smallest hashes of a piece's phrases, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sketch(Box<[u64]>);

/// Two pieces, by their numbers, that are versions of one work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Versions {
    pub(crate) first: u32,
    pub(crate) second: u32,
    /// Estimate of Jaccard's index, 0 to 1.
    pub(crate) likeness: f32,
}

impl Sketch {
    /// The sketch of a piece, where it is long enough.
    pub(crate) fn of(piece: &EncodedPiece) -> Option<Self> {
        let top = top_line(piece);
        let intervals: Vec<i16> = top.windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
        let mut hashes: Vec<u64> = intervals.windows(PHRASE).filter(says_something).map(hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes.truncate(SKETCH);
        (hashes.len() >= PHRASES_MIN).then(|| Self(hashes.into()))
    }

    /// Estimate of Jaccard's index of the two sets of phrases.
    fn likeness(&self, other: &Self) -> f32 {
        let union: BTreeSet<u64> = self.0.iter().chain(&other.0).copied().collect();
        let smallest = union.len().min(SKETCH);
        let in_both = |hash: &&u64| self.0.binary_search(hash).is_ok() && other.0.binary_search(hash).is_ok();
        union.iter().take(smallest).filter(in_both).count() as f32 / smallest as f32
    }
}

/// The highest pitch at each onset.
fn top_line(piece: &EncodedPiece) -> Vec<u8> {
    let mut line: Vec<(u32, u8)> = Vec::new();
    for (step, note) in timed_notes(piece).filter(|(_, note)| note.program < DRUMS) {
        match line.last_mut() {
            Some((last, top)) if *last == step => *top = (*top).max(note.pitch),
            _ => line.push((step, note.pitch)),
        }
    }
    line.into_iter().map(|(_, top)| top).collect()
}

fn says_something(phrase: &&[i16]) -> bool {
    let is_new = |(index, interval): &(usize, &i16)| !phrase[..*index].contains(interval);
    phrase.iter().enumerate().filter(is_new).count() >= INTERVALS_MIN
}

/// A hash of a phrase: FNV-1a, mixed once more (the finaliser of MurmurHash3) so that small values are as good as any.
fn hash(phrase: &[i16]) -> u64 {
    let mut hash = phrase.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, interval| {
        (hash ^ u64::from(interval.cast_unsigned())).wrapping_mul(0x0100_0000_01b3)
    });
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ hash >> 33).wrapping_mul(factor);
    }
    hash ^ hash >> 33
}

/// All pairs of versions, in order. Pieces without a sketch have none.
pub(crate) fn find(sketches: &[Option<Sketch>]) -> Vec<Versions> {
    let mut pairs: Vec<_> = candidates(sketches)
        .into_iter()
        .filter_map(|(first, second)| {
            let sketch = |number: u32| sketches.get(number as usize)?.as_ref();
            let likeness = sketch(first)?.likeness(sketch(second)?);
            (likeness >= LIKENESS_MIN).then_some(Versions { first, second, likeness })
        })
        .collect();
    pairs.sort_unstable_by_key(|pair| (pair.first, pair.second));
    pairs
}

/// The pairs that share enough hashes to be alike.
fn candidates(sketches: &[Option<Sketch>]) -> Vec<(u32, u32)> {
    let mut shared: HashMap<(u32, u32), u32> = HashMap::new();
    for part in 0..PARTS {
        let mut postings: Vec<(u64, u32)> = (0..)
            .zip(sketches)
            .flat_map(|(number, sketch)| sketch.iter().flat_map(|sketch| &sketch.0).map(move |hash| (*hash, number)))
            .filter(|(hash, _)| hash % PARTS == part)
            .collect();
        postings.sort_unstable();
        for same in postings.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() <= SHARED_MAX) {
            for (index, (_, first)) in same.iter().enumerate() {
                same[index + 1..].iter().for_each(|(_, second)| *shared.entry((*first, *second)).or_default() += 1);
            }
        }
    }
    let enough = (LIKENESS_MIN * PHRASES_MIN as f32) as u32;
    shared.into_iter().filter(|(_, count)| *count >= enough).map(|(pair, _)| pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{note, piece};

    /// A melody that its seed makes, in bars of sixteen notes, from the note `skip` on.
    fn melody(seed: u32, notes: usize, skip: usize, transposed: u8) -> EncodedPiece {
        let mut state = seed;
        let pitches: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            48 + (state >> 24) as u8 % 24 + transposed
        })
        .skip(skip)
        .take(notes)
        .collect();
        let bar = |pitches: &[u8]| {
            let notes: Vec<_> = (0..).step_by(3).zip(pitches).map(|(step, pitch)| note(step, 0, *pitch)).collect();
            piece(&notes).bars.remove(0)
        };
        EncodedPiece { bars: pitches.chunks(16).map(bar).collect(), ..piece(&[]) }
    }

    fn found(pieces: &[EncodedPiece]) -> Vec<(u32, u32)> {
        let sketches: Vec<_> = pieces.iter().map(Sketch::of).collect();
        find(&sketches).iter().map(|pair| (pair.first, pair.second)).collect()
    }

    #[test]
    fn a_longer_version_in_another_key_is_found_and_other_works_are_not() {
        let pieces = [melody(1, 200, 0, 0), melody(2, 200, 0, 0), melody(1, 300, 40, 5), melody(3, 200, 0, 0)];
        assert_eq!(found(&pieces), [(0, 2)]);
    }

    #[test]
    fn a_few_phrases_in_common_make_no_version() {
        assert_eq!(found(&[melody(1, 400, 0, 0), melody(1, 400, 370, 0)]), []);
    }

    #[test]
    fn the_estimate_is_near_the_truth() {
        // 988 phrases each, 588 of them in both: Jaccard's index is 588 / 1388.
        let [one, other] = [0, 400].map(|skip| Sketch::of(&melody(5, 1000, skip, 0)).unwrap());
        assert_eq!(one.likeness(&one), 1.0);
        assert!((one.likeness(&other) - 588.0 / 1388.0).abs() < 0.15, "{}", one.likeness(&other));
    }

    #[test]
    fn scales_and_short_pieces_are_not_compared() {
        let scale = EncodedPiece {
            bars: vec![piece(&(0..48).map(|n| note(n, 0, 30 + n)).collect::<Vec<_>>()).bars.remove(0)],
            ..piece(&[])
        };
        assert_eq!(Sketch::of(&scale), None);
        assert_eq!(Sketch::of(&melody(1, 19, 0, 0)), None);
        assert!(Sketch::of(&melody(1, 20, 0, 0)).is_some());
    }
}
