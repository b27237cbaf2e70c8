//! Notes of bars on one line of time, and the lines that single instruments play.

use partita_encoding::{DRUMS, EncodedBar, NoteEvent, PROGRAMS};

/// A note with its place in the piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PlacedNote {
    /// Steps from the start of the first bar.
    pub(crate) step: u32,
    /// The note in its bar.
    pub(crate) event: NoteEvent,
}

impl PlacedNote {
    /// Whether it has a pitch, and is not a drum.
    pub(crate) fn is_pitched(&self) -> bool {
        self.event.program != DRUMS
    }
}

/// The notes of all bars in order of time.
pub(crate) fn placed_notes(bars: &[EncodedBar]) -> Vec<PlacedNote> {
    let mut start = 0;
    let mut placed = Vec::with_capacity(bars.iter().map(|bar| bar.notes.len()).sum());
    for bar in bars {
        placed.extend(bar.notes.iter().map(|&event| PlacedNote { step: start + u32::from(event.position), event }));
        start += bar.metre.steps();
    }
    placed.sort_unstable();
    placed
}

/// The pitched notes of each program that plays, in order of time, then pitch.
pub(crate) fn lines(notes: &[PlacedNote]) -> Vec<Vec<PlacedNote>> {
    let mut lines = vec![Vec::new(); PROGRAMS];
    for note in notes.iter().filter(|note| note.is_pitched()) {
        lines[usize::from(note.event.program)].push(*note);
    }
    lines.retain(|line| !line.is_empty());
    lines.iter_mut().for_each(|line| line.sort_unstable_by_key(|note| (note.step, note.event.pitch)));
    lines
}
