//! Small MIDI files to prepare.
#![allow(dead_code)] // not every test file uses all of them

use partita_score::{Note, Pitch, Program, Score, Tick, TimeSignature, Track, Velocity, write};
use std::fs;
use std::path::Path;

/// A melody that its number makes, of some bars of 4/4, `transposed` by semitones.
pub(crate) fn melody(number: u32, notes: u32, transposed: u8) -> Score<Tick> {
    let mut state = number.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let note = |index: u32| Note {
        onset: Tick(index * 240),
        duration: Tick(240),
        pitch: Pitch::clamped(48 + (next() % 24) as u8 + transposed),
        velocity: Velocity::clamped(80),
    };
    let track = Track { notes: (0..notes).map(note).collect(), ..Track::new(Program::clamped((number % 40) as u8)) };
    let common_time = TimeSignature { time: Tick(0), numerator: 4, denominator: 4 };
    Score { tracks: vec![track], time_signatures: vec![common_time], ..Score::new(480) }
}

/// Writes a score to `path` below `folder`.
pub(crate) fn save(folder: &Path, path: &str, score: &Score<Tick>) {
    save_bytes(folder, path, &write(score).expect("a writable score"));
}

/// Writes any bytes to `path` below `folder`.
pub(crate) fn save_bytes(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
    fs::write(path, bytes).expect("a new file");
}

/// A file's text in a corpus.
pub(crate) fn text(corpus: &Path, name: &str) -> String {
    fs::read_to_string(corpus.join(name)).expect("a file of the corpus")
}
