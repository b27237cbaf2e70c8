//! Pieces of any system, from a folder of MIDI files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use partita_encoding::decode;
use partita_score::Limits;
use rayon::prelude::*;
use walkdir::WalkDir;

use super::piece::JudgedPiece;
use crate::commands::compose::piece::QPM_IF_UNKNOWN;
use crate::failure::WrongUse;
use crate::files::read_score;

/// The files to judge by genre, in the order of their names.
pub(super) type FilesByGenre = BTreeMap<String, Vec<PathBuf>>;

/// Finds the MIDI files of a folder. The genre of a file is the name of the first folder that it is in; of files beside the
/// folders it is `genre`.
///
/// # Errors
/// A folder that cannot be read or has no MIDI files; files of no genre.
pub(super) fn find(folder: &Path, genre: Option<&str>) -> Result<FilesByGenre> {
    let mut files = FilesByGenre::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.with_context(|| format!("read {}", folder.display()))?;
        if !entry.file_type().is_file() || !is_midi(entry.path()) {
            continue;
        }
        let inside = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let first = inside.parent().and_then(|parent| parent.iter().next());
        let name = match (first, genre) {
            (Some(first), _) => first.to_string_lossy().into_owned(),
            (None, Some(genre)) => genre.to_owned(),
            (None, None) => {
                let path = entry.path().display();
                return Err(WrongUse(format!(
                    "{path} has no genre: name it with --genre, or put the file in a folder of that name"
                ))
                .into());
            }
        };
        files.entry(name).or_default().push(entry.into_path());
    }
    if files.is_empty() {
        return Err(WrongUse(format!("{} has no MIDI files (.mid, .midi)", folder.display())).into());
    }
    Ok(files)
}

fn is_midi(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("mid") || ending.eq_ignore_ascii_case("midi")
}

/// The first bars of each file, and what is wrong with those that cannot be judged.
pub(super) fn read(files: &[PathBuf], bars: usize, bar: &ProgressBar) -> (Vec<JudgedPiece>, Vec<String>) {
    let read: Vec<Result<JudgedPiece>> = files
        .par_iter()
        .map(|path| {
            let piece = piece(path, bars);
            bar.inc(1);
            piece
        })
        .collect();
    let mut pieces = Vec::new();
    let mut problems = Vec::new();
    for piece in read {
        match piece {
            Ok(piece) => pieces.push(piece),
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    (pieces, problems)
}

fn piece(path: &Path, bars: usize) -> Result<JudgedPiece> {
    let name = path.display().to_string();
    let whole = JudgedPiece::new(name.clone(), read_score(path, &Limits::default())?.score)
        .with_context(|| format!("judge {name}"))?;
    let score = decode(&whole.encoded.opening(bars), QPM_IF_UNKNOWN);
    JudgedPiece::new(name.clone(), score).with_context(|| format!("judge {name}"))
}
