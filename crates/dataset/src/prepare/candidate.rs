//! One file, from its bytes to its block: the part of preparing that runs on all threads.

use crate::block::write_block;
use crate::content::{ContentHash, content};
use crate::difficulty::Difficulty;
use crate::prepare::cleaning::Cleaning;
use crate::prepare::files::SourceFile;
use crate::prepare::pulse::{Timing, timing};
use crate::prepare::rejection::Rejection;
use crate::versions::Sketch;
use partita_encoding::{Conditions, EncodedPiece, Grid, Hints, Metre, encode, overlapping_notes};
use partita_score::{Reading, Repair, read};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Repairs of one file that the report names.
const REPAIRS_NAMED: usize = 4;

/// A file that is worth keeping, unless another has the same notes.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) piece: PieceHead,
    pub(crate) block: Vec<u8>,
    pub(crate) content: ContentHash,
    pub(crate) lowest_pitch: Option<u8>,
    pub(crate) sketch: Option<Sketch>,
    /// In words; empty where nothing was repaired.
    pub(crate) repairs: String,
    /// See [`overlapping_notes`].
    pub(crate) overlapping_notes: usize,
    /// See [`Timing::contradiction`].
    pub(crate) contradiction: Option<f64>,
}

/// What the index says of a piece beside its labels and place.
#[derive(Debug)]
pub(crate) struct PieceHead {
    pub(crate) grid: Grid,
    pub(crate) metre: Metre,
    pub(crate) conditions: Conditions,
    pub(crate) difficulty: Difficulty,
    pub(crate) notes: u32,
}

impl Candidate {
    /// Reads, cleans and encodes a file of `folder`.
    pub(crate) fn of_file(folder: &Path, file: &SourceFile, cleaning: &Cleaning) -> Result<Self, Rejection> {
        let bytes = read_bounded(&file.path_in(folder), cleaning.midi.file_bytes)?;
        Self::of_bytes(&bytes, file, cleaning)
    }

    /// Cleans and encodes the bytes of a file.
    pub(crate) fn of_bytes(bytes: &[u8], file: &SourceFile, cleaning: &Cleaning) -> Result<Self, Rejection> {
        let Reading { score, repairs } = read(bytes, &cleaning.midi)?;
        cleaning.check_score(&score)?;
        let Timing { grid, tempo, contradiction } = timing(&score, &file.labels);
        let hints = Hints { conditions: labelled(file), tempo };
        let piece = encode(&score, grid, &hints, &cleaning.encoding())?;
        cleaning.check_piece(&piece)?;
        let (repairs, overlapping_notes) = (in_words(&repairs), overlapping_notes(&score));
        Ok(Self { repairs, overlapping_notes, contradiction, ..Self::of_piece(piece) })
    }

    fn of_piece(piece: EncodedPiece) -> Self {
        let (content, lowest_pitch) = content(&piece);
        Self {
            block: write_block(&piece.bars),
            content,
            lowest_pitch,
            sketch: Sketch::of(&piece),
            repairs: String::new(),
            overlapping_notes: 0,
            contradiction: None,
            piece: PieceHead {
                grid: piece.grid,
                metre: piece.main_metre(),
                difficulty: Difficulty::of(&piece),
                notes: piece.bars.iter().map(|bar| bar.notes.len() as u32).sum(),
                conditions: piece.conditions,
            },
        }
    }
}

/// The first few repairs; a broken file can need one in each of its thousands of tracks.
fn in_words(repairs: &[Repair]) -> String {
    let mut words: Vec<_> = repairs.iter().take(REPAIRS_NAMED).map(ToString::to_string).collect();
    if repairs.len() > REPAIRS_NAMED {
        words.push(format!("and {} more", repairs.len() - REPAIRS_NAMED));
    }
    words.join("; ")
}

fn labelled(file: &SourceFile) -> Conditions {
    Conditions {
        genre: file.labels.genre.clone(),
        composer: file.labels.composer.clone(),
        mood: file.labels.mood,
        ..Conditions::default()
    }
}

/// Reads a file, but never more than one byte past the limit, which the MIDI reader then refuses.
fn read_bounded(path: &Path, bytes_max: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
