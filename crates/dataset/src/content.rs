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
