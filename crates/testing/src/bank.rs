//! SoundFonts.

use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
use partita_synth::{RenderOptions, SoundFont, SynthLimits, builtin_bank, render};

/// The bank that the synthesizer makes.
pub fn valid() -> Vec<u8> {
    builtin_bank()
}

/// Reads a bank and plays two chords with it.
pub fn passes(bytes: &[u8]) -> bool {
    let options = RenderOptions { fade_seconds_max: 0.1, ..RenderOptions::default() };
    let played = SoundFont::read(bytes, &SynthLimits::default()).and_then(|bank| render(&chords(), &bank, &options));
    played.is_ok()
}

fn chords() -> Score<Tick> {
    let note = |pitch| Note {
        onset: Tick(0),
        duration: Tick(60),
        pitch: Pitch::clamped(pitch),
        velocity: Velocity::clamped(100),
    };
    let piano = Track { notes: [0, 60, 127].map(note).into(), ..Track::new(Program::clamped(0)) };
    let drums = Track { is_drum: true, ..piano.clone() };
    Score { tracks: vec![piano, drums], ..Score::new(480) }
}
