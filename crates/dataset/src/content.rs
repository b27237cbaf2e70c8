//! What a piece is made of, whatever its key, sound and loudness: how duplicates are found.

use partita_encoding::{DRUMS, EncodedPiece, Grid, NoteEvent};
use sha2::{Digest, Sha256};

/// Identifies the notes of a piece up to transposition.
///
/// Two pieces have the same content when the same pitches begin at the same steps, counted from the first onset and
/// from the lowest pitch; drums are not transposed. Programs (but for drums or not), durations, velocities, cents,
/// tempo and bar lines do not count, nor does how often a pitch is doubled. Of two different pieces, one in 2⁶⁴ or so
/// would collide in a corpus of 2³² (half of SHA-256 is kept).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ContentHash(pub(crate) [u8; 16]);

/// The content of a piece, and its lowest pitch: the difference of two equal pieces' lowest is the transposition.
pub(crate) fn content(piece: &EncodedPiece) -> (ContentHash, Option<u8>) {
    let lowest = timed_notes(piece).filter(|(_, note)| note.program != DRUMS).map(|(_, note)| note.pitch).min();
    let first = timed_notes(piece).map(|(step, _)| step).min().unwrap_or(0);
    let mut onsets: Vec<(u32, bool, u8)> = timed_notes(piece)
        .map(|(step, note)| match note.program {
            DRUMS => (step - first, true, note.pitch),
            _ => (step - first, false, note.pitch - lowest.unwrap_or(0)),
        })
        .collect();
    onsets.sort_unstable();
    onsets.dedup();
    (ContentHash(hash(piece.grid, &onsets)), lowest)
}

/// All notes with their step from the start of the piece.
pub(crate) fn timed_notes(piece: &EncodedPiece) -> impl Iterator<Item = (u32, NoteEvent)> + '_ {
    let starts = piece.bars.iter().scan(0, |start, bar| {
        let this = *start;
        *start += bar.metre.steps();
        Some(this)
    });
    starts
        .zip(&piece.bars)
        .flat_map(|(start, bar)| bar.notes.iter().map(move |note| (start + u32::from(note.position), *note)))
}

fn hash(grid: Grid, onsets: &[(u32, bool, u8)]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update([u8::from(grid == Grid::Time)]);
    for (step, is_drum, pitch) in onsets {
        hasher.update(step.to_le_bytes());
        hasher.update([u8::from(*is_drum), *pitch]);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize()[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{note, piece};

    fn hash_of(notes: &[NoteEvent]) -> ContentHash {
        content(&piece(notes)).0
    }

    #[test]
    fn a_transposed_piece_is_the_same_and_says_by_how_much() {
        let (here, lowest) = content(&piece(&[note(0, 0, 60), note(12, 0, 64)]));
        let (higher, lowest_higher) = content(&piece(&[note(0, 0, 65), note(12, 0, 69)]));
        assert_eq!(here, higher);
        assert_eq!((lowest, lowest_higher), (Some(60), Some(65)));
    }

    #[test]
    fn sound_length_loudness_and_a_late_start_do_not_count() {
        let plain = hash_of(&[note(0, 0, 60), note(12, 0, 64)]);
        let other = NoteEvent { velocity: 9, duration: 7, cents: 3, ..note(18, 40, 64) };
        assert_eq!(plain, hash_of(&[note(6, 40, 60), other]));
        assert_eq!(plain, hash_of(&[note(0, 0, 60), note(0, 48, 60), note(12, 0, 64)]));
    }

    #[test]
    fn bar_lines_do_not_count() {
        let one_bar = piece(&[note(0, 0, 60), note(24, 0, 64)]);
        let mut two_bars = piece(&[note(0, 0, 60)]);
        two_bars.bars[0].metre = "2/4".parse().unwrap();
        two_bars.bars.extend(piece(&[note(0, 0, 64)]).bars);
        assert_eq!(content(&one_bar).0, content(&two_bars).0);
    }

    #[test]
    fn other_pitches_times_drums_and_grids_do_count() {
        let plain = [note(0, 0, 60), note(12, 0, 64), note(12, DRUMS, 36)];
        let changed = |index: usize, note: NoteEvent| {
            let mut notes = plain;
            notes[index] = note;
            hash_of(&notes)
        };
        assert_ne!(hash_of(&plain), changed(1, note(12, 0, 65)));
        assert_ne!(hash_of(&plain), changed(1, note(11, 0, 64)));
        assert_ne!(hash_of(&plain), changed(2, note(12, DRUMS, 38)));
        assert_ne!(hash_of(&plain), changed(2, note(12, 0, 36)));
        let by_clock = EncodedPiece { grid: Grid::Time, ..piece(&plain) };
        assert_ne!(hash_of(&plain), content(&by_clock).0);
    }
}
