//! MIDI files to measure with where the user gives none: four parts, about as many notes as real files have on
//! average, the same bytes on every machine.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use partita_score::{Note, Pitch, Program, Score, TempoChange, Tick, TimeSignature, Track, Velocity};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FILES: u64 = 400;
const BARS: u32 = 64;
const TICKS_PER_QUARTER: u16 = 480;
/// Chance of a note on each eighth of each part.
const NOTE_CHANCE: f64 = 0.8;

/// Program, drums or not, and the lowest pitch of each part.
const PARTS: [(u8, bool, u8); 4] = [(0, false, 60), (24, false, 52), (33, false, 28), (0, true, 36)];

/// Writes the files into `folder`.
pub(super) fn write_files(folder: &Path) -> Result<()> {
    for index in 0..FILES {
        let path = folder.join(format!("{index:03}.mid"));
        let bytes = partita_score::write(&score(index)).context("make a MIDI file to measure with")?;
        fs::write(&path, bytes).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

fn score(index: u64) -> Score<Tick> {
    let mut random = ChaCha8Rng::seed_from_u64(index);
    Score {
        tracks: PARTS.iter().map(|part| track(*part, &mut random)).collect(),
        tempos: vec![TempoChange { time: Tick(0), microseconds_per_quarter: 480_000 }],
        time_signatures: vec![TimeSignature { time: Tick(0), numerator: 4, denominator: 4 }],
        ..Score::new(TICKS_PER_QUARTER)
    }
}

fn track((program, is_drum, lowest): (u8, bool, u8), random: &mut impl Rng) -> Track<Tick> {
    let eighth = u32::from(TICKS_PER_QUARTER) / 2;
    let mut notes = Vec::new();
    for step in 0..BARS * 8 {
        if random.random_bool(NOTE_CHANCE) {
            notes.push(Note {
                onset: Tick(step * eighth),
                duration: Tick(eighth),
                pitch: Pitch::clamped(lowest + random.random_range(0..24)),
                velocity: Velocity::clamped(random.random_range(40..110)),
            });
        }
    }
    let program = Program::clamped(program);
    Track { name: String::new(), program, is_drum, notes, pitch_bends: Vec::new(), sustains: Vec::new() }
}

#[cfg(test)]
mod tests {
    use partita_score::Limits;

    use super::*;

    #[test]
    fn files_read_back_and_differ() {
        let bytes = partita_score::write(&score(0)).unwrap();
        let reading = partita_score::read(&bytes, &Limits::default()).unwrap();
        assert_eq!(reading.repairs, []);
        let notes: usize = reading.score.tracks.iter().map(|track| track.notes.len()).sum();
        assert!((1500..1800).contains(&notes), "{notes}");
        assert_ne!(bytes, partita_score::write(&score(1)).unwrap());
    }
}
