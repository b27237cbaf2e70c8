//! Small scores and pieces for the tests.

use partita_encoding::{
    BarConditions, CENTS_ZERO, Conditions, EncodedBar, EncodedPiece, Grid, Metre, NoteEvent, duration_class,
};
use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};

fn note(onset: u32, duration: u32, pitch: u8) -> Note<Tick> {
    let (pitch, velocity) = (Pitch::clamped(pitch), Velocity::clamped(80));
    Note { onset: Tick(onset), duration: Tick(duration), pitch, velocity }
}

/// A piano piece of notes given as onset, duration and pitch.
pub(crate) fn piece(ticks_per_quarter: u16, notes: &[(u32, u32, u8)]) -> Score<Tick> {
    let notes = notes.iter().map(|&(onset, duration, pitch)| note(onset, duration, pitch)).collect();
    let piano = Track { notes, ..Track::new(Program::clamped(0)) };
    Score { tracks: vec![piano], ..Score::new(ticks_per_quarter) }
}

/// A drum track of hits, one tick long, given as onset and drum sound.
pub(crate) fn drums(hits: &[(u32, u8)]) -> Track<Tick> {
    let notes = hits.iter().map(|&(onset, sound)| note(onset, 1, sound)).collect();
    Track { notes, is_drum: true, ..Track::new(Program::clamped(0)) }
}

/// A note of a bar: position and duration in steps, program and pitch.
pub(crate) fn event(position: u8, steps: u32, program: u8, pitch: u8) -> NoteEvent {
    NoteEvent { position, program, pitch, cents: CENTS_ZERO, duration: duration_class(steps), velocity: 20 }
}

/// A bar of 4/4.
pub(crate) fn bar(notes: &[NoteEvent]) -> EncodedBar {
    EncodedBar { metre: Metre::COMMON_TIME, notes: notes.to_vec(), conditions: BarConditions::default() }
}

/// A piece on the beat, its conditions computed from its notes.
pub(crate) fn encoded(mut bars: Vec<EncodedBar>) -> EncodedPiece {
    let mut conditions = Conditions::default();
    conditions.fill_from_notes(&mut bars, Grid::Beat);
    EncodedPiece { grid: Grid::Beat, bars, conditions }
}
