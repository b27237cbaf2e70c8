//! Pieces for unit tests.

use partita_encoding::{BarConditions, CENTS_ZERO, Conditions, EncodedBar, EncodedPiece, Grid, Metre, NoteEvent};

/// A note of one step.
pub(crate) fn note(position: u8, program: u8, pitch: u8) -> NoteEvent {
    NoteEvent { position, program, pitch, cents: CENTS_ZERO, duration: 0, velocity: 20 }
}

/// A piece of one bar of 4/4.
pub(crate) fn piece(notes: &[NoteEvent]) -> EncodedPiece {
    let bar = EncodedBar {
        metre: Metre { numerator: 4, denominator: 4 },
        notes: notes.to_vec(),
        conditions: BarConditions::default(),
    };
    EncodedPiece { grid: Grid::Beat, bars: vec![bar], conditions: Conditions::default() }
}
