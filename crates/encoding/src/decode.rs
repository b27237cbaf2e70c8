//! Model output → notes.

use partita_score::{KeySignature, Note, PitchBend, Score, Sustain, TempoChange, Tick, TimeSignature, TimeUnit, Track};

use crate::grid_notes::GridNotes;
use crate::{EncodedPiece, Grid, STEPS_PER_QUARTER, STEPS_PER_SECOND, Step};

/// Ticks a quarter note of decoded scores: 40 to a step.
pub const TICKS_PER_QUARTER: u16 = 480;
const TICKS_PER_STEP: u32 = TICKS_PER_QUARTER as u32 / STEPS_PER_QUARTER;

/// The piece as a score on the grid: exactly what [`crate::quantize`] made of the score it was encoded from.
pub fn to_steps(piece: &EncodedPiece) -> Score<Step> {
    GridNotes::of_bars(&piece.bars, piece.grid).into_score()
}

/// The piece as a score that can be written and played, with its tempo, metres and key.
///
/// `qpm_if_unknown` is the tempo in quarters a minute of a piece on the beat whose own is unknown. A piece on
/// [`Grid::Time`] states the tempo at which its steps have their length in seconds, and no metre.
pub fn decode(piece: &EncodedPiece, qpm_if_unknown: f32) -> Score<Tick> {
    let qpm = match piece.grid {
        Grid::Beat => piece.conditions.qpm.unwrap_or(qpm_if_unknown),
        Grid::Time => (STEPS_PER_SECOND * 60 / STEPS_PER_QUARTER) as f32,
    };
    let mut score = to_ticks(to_steps(piece));
    score.tempos.push(TempoChange { time: Tick::ZERO, microseconds_per_quarter: microseconds_per_quarter(qpm) });
    score.key_signatures.extend(piece.conditions.key.map(|key| KeySignature {
        time: Tick::ZERO,
        sharps: key.sharps(),
        minor: key.minor,
    }));
    score
}

/// To the nearest microsecond, within what a file can state.
fn microseconds_per_quarter(qpm: f32) -> u32 {
    (60e6 / f64::from(qpm)).round().clamp(1.0, 16_777_215.0) as u32
}

fn tick(step: Step) -> Tick {
    Tick(step.0.saturating_mul(TICKS_PER_STEP))
}

fn to_ticks(score: Score<Step>) -> Score<Tick> {
    Score {
        ticks_per_quarter: TICKS_PER_QUARTER,
        tracks: score.tracks.into_iter().map(track_to_ticks).collect(),
        tempos: Vec::new(),
        time_signatures: score
            .time_signatures
            .into_iter()
            .map(|TimeSignature { time, numerator, denominator }| TimeSignature {
                time: tick(time),
                numerator,
                denominator,
            })
            .collect(),
        key_signatures: Vec::new(),
        markers: Vec::new(),
    }
}

fn track_to_ticks(track: Track<Step>) -> Track<Tick> {
    let note = |note: Note<Step>| Note {
        onset: tick(note.onset),
        duration: tick(note.duration),
        pitch: note.pitch,
        velocity: note.velocity,
    };
    Track {
        name: track.name,
        program: track.program,
        is_drum: track.is_drum,
        notes: track.notes.into_iter().map(note).collect(),
        pitch_bends: track
            .pitch_bends
            .into_iter()
            .map(|bend| PitchBend { time: tick(bend.time), cents: bend.cents })
            .collect(),
        sustains: track
            .sustains
            .into_iter()
            .map(|sustain| Sustain { time: tick(sustain.time), down: sustain.down })
            .collect(),
    }
}
