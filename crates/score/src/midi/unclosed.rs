//! Keys that begin more notes than they end.

use crate::score::Note;
use crate::units::Tick;
use std::collections::BTreeMap;

/// The keys of a track's lines on which notes were left unclosed.
///
/// One missing note-off shifts all that follow on its key: each ends the note before the one it was meant for, and
/// the lag grows with every further one. On such keys a note is therefore taken to end when the key is struck again,
/// if not before.
#[derive(Default)]
pub(super) struct Unclosed {
    /// One bit a pitch, by line.
    keys: BTreeMap<u32, u128>,
    count: usize,
}

impl Unclosed {
    pub(super) fn add(&mut self, line: u32, pitch: u8) {
        *self.keys.entry(line).or_default() |= 1 << (pitch & 127);
        self.count += 1;
    }

    /// How many notes were left unclosed.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Shortens the notes of the line's bad keys to the next beginning; `notes` are sorted by onset.
    pub(super) fn end_when_struck_again(&self, line: u32, notes: &mut [Note<Tick>]) {
        let Some(keys) = self.keys.get(&line) else { return };
        let mut next = [Strikes::default(); 128];
        for note in notes.iter_mut().rev().filter(|note| keys >> note.pitch.get() & 1 == 1) {
            if let Some(again) = next[usize::from(note.pitch.get())].after(note.onset) {
                note.duration = note.duration.min(Tick(again.0 - note.onset.0));
            }
        }
    }
}

/// When a key is struck next, and when after that (notes may begin together).
#[derive(Clone, Copy, Default)]
struct Strikes {
    next: Option<Tick>,
    later: Option<Tick>,
}

impl Strikes {
    /// The first strike after `onset`, given the onsets from last to first.
    fn after(&mut self, onset: Tick) -> Option<Tick> {
        if self.next != Some(onset) {
            self.later = self.next.replace(onset);
        }
        self.later
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Pitch, Velocity};

    #[test]
    fn a_key_with_missing_ends_ends_when_struck_again() {
        let note = |onset, duration, pitch| Note {
            onset: Tick(onset),
            duration: Tick(duration),
            pitch: Pitch::clamped(pitch),
            velocity: Velocity::clamped(64),
        };
        let mut notes = [note(0, 30, 60), note(0, 90, 60), note(5, 95, 61), note(20, 5, 60), note(40, 60, 60)];
        let mut unclosed = Unclosed::default();
        unclosed.add(0, 60);
        unclosed.end_when_struck_again(1, &mut notes);
        assert_eq!(notes.map(|note| note.duration.0), [30, 90, 95, 5, 60]);
        unclosed.end_when_struck_again(0, &mut notes);
        assert_eq!(notes.map(|note| note.duration.0), [20, 20, 95, 5, 60]);
    }
}
