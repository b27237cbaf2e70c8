//! Notes that are struck on a key that still sounds.

use partita_score::{Score, Tick};

/// How many notes are struck on a key that a note of the same instrument still holds: [`crate::quantize`] ends that note
/// there, and of notes that begin together keeps the longest. Tracks of one program count as one instrument. Drums do not
/// count, since it is of no meaning how long they last.
///
/// ```
/// use partita_encoding::overlapping_notes;
/// use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
/// let note = |onset, duration| Note {
///     onset: Tick(onset), duration: Tick(duration), pitch: Pitch::clamped(60), velocity: Velocity::clamped(80),
/// };
/// let piano = |notes| Track { notes, ..Track::new(Program::clamped(0)) };
/// let hands = vec![piano(vec![note(0, 100), note(100, 50)]), piano(vec![note(60, 20)])];
/// assert_eq!(overlapping_notes(&Score { tracks: hands, ..Score::new(96) }), 1);
/// ```
pub fn overlapping_notes(score: &Score<Tick>) -> usize {
    let mut strikes = Vec::with_capacity(score.note_count());
    for track in score.tracks.iter().filter(|track| !track.is_drum) {
        strikes.extend(track.notes.iter().map(|note| {
            let end = u64::from(note.onset.0) + u64::from(note.duration.0);
            ((track.program, note.pitch), u64::from(note.onset.0), end)
        }));
    }
    strikes.sort_unstable();
    let mut held = None;
    let overlaps = strikes.into_iter().filter(|&(key, onset, end)| {
        let until = held.filter(|&(held_key, _)| held_key == key).map_or(0, |(_, until)| until);
        held = Some((key, end.max(until)));
        onset < until
    });
    overlaps.count()
}
