//! How many pitches sound at once. Drums are left out, but a piece lasts until its last note, drum or not.

use partita_score::{Score, Tick};

use super::{end, length, pitched_notes};

/// Mean number of pitches sounding, over the time in which any does; `None` where none does. A pitch that several
/// notes play at once counts once.
pub fn polyphony(score: &Score<Tick>) -> Option<f64> {
    let spans = spans(score);
    let sounding: u64 = spans.iter().map(|span| span.ticks).sum();
    let pitch_ticks: u64 = spans.iter().map(|span| span.ticks * u64::from(span.pitches)).sum();
    (sounding > 0).then(|| pitch_ticks as f64 / sounding as f64)
}

/// Share of the piece's time in which more than `threshold` pitches sound; `None` for a piece of no length.
pub fn polyphony_rate(score: &Score<Tick>, threshold: u8) -> Option<f64> {
    let length = length(score);
    let above: u64 = spans(score).iter().filter(|span| span.pitches > threshold).map(|span| span.ticks).sum();
    (length > 0).then(|| above as f64 / length as f64)
}

/// A stretch in which the number of pitches stays the same, and is not 0.
struct Span {
    ticks: u64,
    pitches: u8,
}

fn spans(score: &Score<Tick>) -> Vec<Span> {
    let changes = changes(score);
    let mut pitches = 0;
    let mut spans = Vec::new();
    for (index, &(time, change)) in changes.iter().enumerate() {
        pitches += change;
        let next = changes.get(index + 1).map_or(time, |&(next, _)| next);
        if pitches > 0 && next > time {
            spans.push(Span { ticks: next - time, pitches: pitches as u8 });
        }
    }
    spans
}

/// When a pitch begins (+1) or ceases (−1) to sound, in order of time.
fn changes(score: &Score<Tick>) -> Vec<(u64, i16)> {
    let mut notes: Vec<_> = pitched_notes(score).map(|note| (note.pitch, u64::from(note.onset.0), end(note))).collect();
    notes.sort_unstable();
    let mut changes = Vec::with_capacity(2 * notes.len());
    let mut last = None;
    for (pitch, onset, end) in notes {
        // What sounds already goes on to the later end.
        let sounding_until = last.filter(|&(before, _)| before == pitch).map_or(0, |(_, until)| until);
        let onset = onset.max(sounding_until);
        if end > onset {
            changes.extend([(onset, 1), (end, -1)]);
        }
        last = Some((pitch, end.max(sounding_until)));
    }
    changes.sort_unstable();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{drums, piece};

    #[test]
    fn a_pitch_that_two_notes_play_counts_once() {
        // C for ticks 0-8, E for 4-8: 12 pitch-ticks in 8; the drum makes the piece 16 long.
        let mut score = piece(4, &[(0, 6, 60), (2, 6, 60), (3, 1, 60), (4, 4, 64)]);
        assert_eq!(polyphony(&score), Some(1.5));
        assert_eq!(polyphony_rate(&score, 1), Some(0.5));
        score.tracks.push(drums(&[(15, 36)]));
        assert_eq!(polyphony(&score), Some(1.5));
        assert_eq!(polyphony_rate(&score, 1), Some(0.25));
        assert_eq!(polyphony_rate(&score, 2), Some(0.0));
    }
}
