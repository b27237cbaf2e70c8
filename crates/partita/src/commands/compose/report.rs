//! What `compose` prints.

use std::fmt;
use std::path::PathBuf;

use partita_encoding::general_midi;
use serde::Serialize;

use super::piece::Composed;
use crate::table::{count, table};

/// All pieces of a call.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) pieces: Vec<PieceReport>,
}

/// One piece.
#[derive(Debug, Serialize)]
pub(super) struct PieceReport {
    #[serde(serialize_with = "crate::files::as_text")]
    path: PathBuf,
    bars: usize,
    notes: usize,
    /// Of each bar the number of the bar, from 1, that it repeats or varies.
    returns_to: Vec<Option<usize>>,
    conditions: GivenConditions,
    seed: u64,
}

/// What the model was given, asked or drawn, in words.
#[derive(Debug, Serialize)]
struct GivenConditions {
    genre: Option<String>,
    composer: Option<String>,
    tempo_qpm: Option<f32>,
    key: Option<String>,
    metre: String,
    mood: Option<String>,
    instruments: Vec<&'static str>,
}

impl PieceReport {
    pub(super) fn new(path: PathBuf, composed: &Composed) -> Self {
        let conditions = &composed.piece.conditions;
        Self {
            path,
            bars: composed.piece.bars.len(),
            notes: composed.notes(),
            returns_to: composed.origins.iter().map(|origin| origin.source().map(|bar| bar + 1)).collect(),
            conditions: GivenConditions {
                genre: conditions.genre.clone(),
                composer: conditions.composer.clone(),
                tempo_qpm: conditions.qpm,
                key: conditions.key.map(|key| key.to_string()),
                metre: composed.metre.to_string(),
                mood: conditions.mood.map(|mood| mood.to_string()),
                instruments: conditions.instruments.iter().flat_map(|set| set.iter()).map(general_midi::name).collect(),
            },
            seed: composed.seed,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |piece: &PieceReport| {
            let given = &piece.conditions;
            [
                piece.path.display().to_string(),
                given.instruments.join(", "),
                given.metre.clone(),
                given.tempo_qpm.map_or(String::new(), |qpm| format!("{qpm:.0}")),
                piece.bars.to_string(),
                piece.returns_to.iter().flatten().count().to_string(),
                count(piece.notes as u64),
            ]
        };
        let rows = self.pieces.iter().map(row).collect();
        writeln!(f, "{}", table(["piece", "instruments", "metre", "qpm", "bars", "returning", "notes"], 3, rows))
    }
}
