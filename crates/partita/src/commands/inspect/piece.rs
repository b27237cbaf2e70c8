//! What is to be said of one MIDI file.

use std::collections::BTreeMap;
use std::path::Path;

use partita_encoding::{EncodedPiece, Grid, Key, Mood, general_midi, overlapping_notes};
use partita_score::{Reading, Tick, Track};
use serde::{Serialize, Serializer};

use super::difficulty::Measures;

/// The document of a MIDI file.
#[derive(Debug, Serialize)]
pub(super) struct PieceReport {
    pub(super) file: String,
    /// What the notes were taken by: `beat` or `clock`.
    #[serde(serialize_with = "grid_word")]
    pub(super) grid: Grid,
    pub(super) tracks: Vec<TrackReport>,
    pub(super) notes: usize,
    /// Without silent bars before the first note and after the last one.
    pub(super) bars: usize,
    /// From the start of the file to the end of its last note.
    pub(super) seconds: f64,
    /// Median in quarters a minute; `None` where the file's is missing or a converter's default.
    pub(super) tempo: Option<f64>,
    pub(super) tempo_changes: usize,
    /// Computed from the notes.
    pub(super) key: Option<Key>,
    /// As the file states it at its start.
    pub(super) key_signature: Option<Key>,
    /// The metre of most bars.
    pub(super) metre: Option<String>,
    /// Bars by metre.
    pub(super) metres: BTreeMap<String, usize>,
    pub(super) mood: Option<MoodReport>,
    pub(super) difficulty: Measures,
    /// Notes that are struck while their key still sounds; the model's form ends the note before there.
    pub(super) overlapping_notes: usize,
    /// What was mended or left out on reading.
    pub(super) repairs: Vec<String>,
}

/// One part of the file.
#[derive(Debug, Serialize)]
pub(super) struct TrackReport {
    pub(super) name: String,
    /// General MIDI program from 0; `None` for drums.
    pub(super) program: Option<u8>,
    pub(super) instrument: &'static str,
    pub(super) notes: usize,
    pub(super) lowest_pitch: Option<u8>,
    pub(super) highest_pitch: Option<u8>,
    pub(super) mean_velocity: Option<f64>,
}

/// Computed from the notes.
#[derive(Debug, Serialize)]
pub(super) struct MoodReport {
    pub(super) word: &'static str,
    pub(super) valence: f32,
    pub(super) arousal: f32,
}

impl PieceReport {
    /// Gathers all of it from the file as read and as encoded.
    pub(super) fn of(file: &Path, reading: &Reading, piece: &EncodedPiece) -> Self {
        let score = &reading.score;
        let metres = metres(piece);
        Self {
            file: file.display().to_string(),
            grid: piece.grid,
            tracks: score.tracks.iter().map(TrackReport::of).collect(),
            notes: score.note_count(),
            bars: piece.bars.len(),
            seconds: score.tempo_map().seconds(score.end()).0,
            tempo: piece.conditions.qpm.map(f64::from),
            tempo_changes: score.tempos.len().saturating_sub(1),
            key: piece.conditions.key,
            key_signature: score.key_signatures.first().map(|key| Key::of_signature(key.sharps, key.minor)),
            metre: metres.iter().max_by_key(|(_, bars)| **bars).map(|(metre, _)| metre.clone()),
            metres,
            mood: piece.conditions.mood.map(MoodReport::of),
            difficulty: Measures::of_piece(piece),
            overlapping_notes: overlapping_notes(score),
            repairs: reading.repairs.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TrackReport {
    fn of(track: &Track<Tick>) -> Self {
        let program = (!track.is_drum).then_some(track.program.get());
        let pitches = || track.notes.iter().map(|note| note.pitch.get());
        let velocities: f64 = track.notes.iter().map(|note| f64::from(note.velocity.get())).sum();
        Self {
            name: track.name.clone(),
            program,
            instrument: program.map_or("Drums", general_midi::name),
            notes: track.notes.len(),
            lowest_pitch: pitches().min(),
            highest_pitch: pitches().max(),
            mean_velocity: (!track.notes.is_empty()).then(|| velocities / track.notes.len() as f64),
        }
    }
}

impl MoodReport {
    fn of(mood: Mood) -> Self {
        Self { word: mood.word(), valence: mood.valence, arousal: mood.arousal }
    }
}

fn grid_word<S: Serializer>(grid: &Grid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match grid {
        Grid::Beat => "beat",
        Grid::Time => "clock",
    })
}

/// Bars by metre; none by the clock, whose bars are stretches of two seconds.
fn metres(piece: &EncodedPiece) -> BTreeMap<String, usize> {
    let mut metres = BTreeMap::new();
    for bar in piece.bars.iter().filter(|_| piece.grid == Grid::Beat) {
        *metres.entry(bar.metre.to_string()).or_default() += 1;
    }
    metres
}
