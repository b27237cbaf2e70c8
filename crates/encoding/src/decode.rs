//! Model output → notes.

use partita_score::{KeySignature, Note, PitchBend, Score, Sustain, TempoChange, Tick, TimeSignature, TimeUnit, Track};

use crate::grid_notes::GridNotes;
use crate::{EncodedPiece, Grid, STEPS_PER_QUARTER, STEPS_PER_SECOND, Step};

/// Ticks a quarter note of decoded scores: 40 to a step.
pub const TICKS_PER_QUARTER: u16 = 480;
const TICKS_PER_STEP: u32 = TICKS_PER_QUARTER as u32 / STEPS_PER_QUARTER;

/// The piece as a score on the grid: exactly what [`crate::quantize`] made of the score it was encoded from. Where a key
/// is struck while it sounds, as a model may write it, its note ends there.
pub fn to_steps(piece: &EncodedPiece) -> Score<Step> {
    GridNotes::of_bars(&piece.bars, piece.grid).into_score()
}

/// The piece as a score that can be written and played, with its tempo, metres and key.
///
/// `qpm_if_unknown` is the tempo in quarters a minute of a piece on the beat whose own is unknown. A piece on
/// [`Grid::Time`] states the tempo at which its steps have their length in seconds, and no metre. The score ends with the
/// last bar, or with its last note if that sounds longer (see [`EncodedPiece::trim_notes`]).
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

/// To the nearest microsecond, within what a file can state whatever the number.
fn microseconds_per_quarter(qpm: f32) -> u32 {
    ((60e6 / f64::from(qpm)).round() as u32).clamp(1, 16_777_215)
}

fn tick(step: Step) -> Tick {
    Tick(step.0.saturating_mul(TICKS_PER_STEP))
}

fn to_ticks(score: Score<Step>) -> Score<Tick> {
    Score {
        tracks: score.tracks.into_iter().map(track_to_ticks).collect(),
        time_signatures: score
            .time_signatures
            .into_iter()
            .map(|TimeSignature { time, numerator, denominator }| TimeSignature {
                time: tick(time),
                numerator,
                denominator,
            })
            .collect(),
        end_of_track: tick(score.end_of_track),
        ..Score::new(TICKS_PER_QUARTER)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CENTS_ZERO, Conditions, EncodedBar, Metre, NoteEvent};

    fn piece(grid: Grid, qpm: Option<f32>) -> EncodedPiece {
        let note = NoteEvent { position: 12, program: 40, pitch: 69, cents: CENTS_ZERO, duration: 11, velocity: 20 };
        let metre = Metre { numerator: 3, denominator: 4 };
        EncodedPiece {
            grid,
            bars: vec![EncodedBar { metre, notes: vec![note], conditions: Default::default() }],
            conditions: Conditions { qpm, key: "G minor".parse().ok(), ..Conditions::default() },
        }
    }

    #[test]
    fn a_piece_on_the_beat_states_metre_key_and_tempo() {
        let score = decode(&piece(Grid::Beat, Some(90.0)), 120.0);
        assert_eq!(score.tempos[0].microseconds_per_quarter, 666_667);
        assert_eq!((score.time_signatures[0].numerator, score.time_signatures[0].denominator), (3, 4));
        assert_eq!((score.key_signatures[0].sharps, score.key_signatures[0].minor), (-2, true));
        let track = &score.tracks[0];
        assert_eq!((track.name.as_str(), track.program.get(), track.is_drum), ("Violin", 40, false));
        assert_eq!((track.notes[0].onset, track.notes[0].duration), (Tick(480), Tick(480)));
    }

    #[test]
    fn a_piece_on_the_clock_plays_in_seconds_and_states_no_metre() {
        let score = decode(&piece(Grid::Time, None), 90.0);
        assert!(score.time_signatures.is_empty());
        assert_eq!(score.tempo_map().seconds(score.tracks[0].notes[0].onset).0, 12.0 / f64::from(STEPS_PER_SECOND));
    }

    #[test]
    fn an_impossible_tempo_is_brought_within_the_file() {
        for (qpm, expected) in [(0.0, 16_777_215), (-5.0, 1), (f32::NAN, 1), (f32::INFINITY, 1), (60.0, 1_000_000)] {
            assert_eq!(microseconds_per_quarter(qpm), expected, "{qpm}");
        }
    }
}
