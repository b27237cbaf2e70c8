//! A piece as a row.

use crate::{DatasetError, Piece};
use partita_encoding::general_midi;
use partita_encoding::{DRUMS, Grid, decode};

/// Quarters a minute of a piece whose tempo is not known, in its MIDI file alone.
const QPM_IF_UNKNOWN: f32 = 120.0;

/// What is written of a piece.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) midi: Vec<u8>,
    pub(super) path: String,
    pub(super) genre: Option<String>,
    pub(super) composer: Option<String>,
    pub(super) source: Option<String>,
    pub(super) license: Option<String>,
    pub(super) group: Option<String>,
    pub(super) mood: Option<String>,
    pub(super) split: &'static str,
    pub(super) beat_grid: &'static str,
    pub(super) tempo_source: &'static str,
    pub(super) notes: i32,
    pub(super) bars: i32,
    pub(super) qpm: Option<f32>,
    pub(super) key: Option<String>,
    pub(super) metre: String,
    pub(super) instruments: Vec<&'static str>,
    pub(super) density: f32,
    pub(super) polyphony: f32,
}

impl Row {
    pub(super) fn of(piece: Piece<'_>) -> Result<Self, DatasetError> {
        let score = decode(&piece.encoded()?, QPM_IF_UNKNOWN);
        let midi = partita_score::write(&score)
            .map_err(|error| DatasetError::Decode { piece: piece.path().to_owned(), problem: error.to_string() })?;
        let conditions = piece.conditions();
        let text = |label: Option<&str>| label.map(str::to_owned);
        Ok(Self {
            midi,
            path: piece.path().to_owned(),
            genre: text(piece.genre()),
            composer: text(piece.composer()),
            source: text(piece.source()),
            license: text(piece.license()),
            group: text(piece.group()),
            mood: conditions.mood.map(|mood| format!("{},{}", mood.valence, mood.arousal)),
            split: piece.split().name(),
            beat_grid: if piece.grid() == Grid::Beat { "yes" } else { "no" },
            tempo_source: if conditions.qpm.is_some() { "file" } else { "unknown" },
            notes: clamped(piece.note_count()),
            bars: clamped(piece.bar_count()),
            qpm: conditions.qpm,
            key: conditions.key.map(|key| key.to_string()),
            metre: piece.metre().to_string(),
            instruments: conditions.instruments.unwrap_or_default().iter().map(instrument).collect(),
            density: piece.difficulty().onset_density,
            polyphony: piece.difficulty().polyphony,
        })
    }
}

fn instrument(program: u8) -> &'static str {
    if program == DRUMS { "Drums" } else { general_midi::name(program) }
}

fn clamped(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
