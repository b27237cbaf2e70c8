//! Pieces of any system, from a folder of MIDI files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use partita_dataset::is_midi_name;
use partita_encoding::decode;
use partita_score::Limits;
use rayon::prelude::*;
use walkdir::WalkDir;

use super::piece::JudgedPiece;
use crate::commands::compose::piece::QPM_IF_UNKNOWN;
use crate::failure::WrongUse;
use crate::files::read_score;

/// The MIDI files of a folder.
pub(super) struct Found {
    /// By genre, in the order of their names.
    pub(super) files: BTreeMap<String, Vec<PathBuf>>,
    /// What was passed over, and why.
    pub(super) skipped: Vec<String>,
}

/// Finds the MIDI files of a folder. The genre of a file is the name of the first folder that it is in; of files beside the
/// folders it is `genre`. What cannot be looked into, such as a link to nothing, is skipped.
///
/// # Errors
/// A folder that cannot be read or has no MIDI files; files of no genre.
pub(super) fn find(folder: &Path, genre: Option<&str>) -> Result<Found> {
    let mut found = Found { files: BTreeMap::new(), skipped: Vec::new() };
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) if entry.file_type().is_file() && is_midi_name(entry.path()) => entry,
            Ok(_) => continue,
            Err(error) if error.depth() == 0 => {
                return Err(error).with_context(|| format!("read {}; check the name", folder.display()));
            }
            Err(error) => {
                found.skipped.push(format!("skipped: {error}"));
                continue;
            }
        };
        let genre = genre_of(entry.path(), folder, genre)?;
        found.files.entry(genre).or_default().push(entry.into_path());
    }
    if found.files.is_empty() {
        let skipped = found.skipped.first().map_or(String::new(), |reason| format!("; {reason}"));
        let message = format!("{} has no MIDI files (.mid, .midi, .kar, .rmi, .smf){skipped}", folder.display());
        return Err(WrongUse(message).into());
    }
    Ok(found)
}

fn genre_of(file: &Path, folder: &Path, genre: Option<&str>) -> Result<String> {
    let inside = file.strip_prefix(folder).unwrap_or(file);
    match (inside.parent().and_then(|parent| parent.iter().next()), genre) {
        (Some(first), _) => Ok(first.to_string_lossy().into_owned()),
        (None, Some(genre)) => Ok(genre.to_owned()),
        (None, None) => {
            let path = file.display();
            let message =
                format!("{path} has no genre: name it with --genre, or put the file in a folder of that name");
            Err(WrongUse(message).into())
        }
    }
}

/// The first bars of the first `count` files that can be judged; why others before them cannot goes to `skipped`.
pub(super) fn read(
    files: &[PathBuf],
    count: usize,
    bars: usize,
    bar: &ProgressBar,
    skipped: &mut Vec<String>,
) -> Vec<JudgedPiece> {
    let mut pieces = Vec::new();
    let mut rest = files;
    while pieces.len() < count && !rest.is_empty() {
        let (next, after) = rest.split_at(rest.len().min(count - pieces.len()));
        rest = after;
        let read: Vec<Result<JudgedPiece>> = next.par_iter().map(|path| piece(path, bars)).collect();
        for piece in read {
            match piece {
                Ok(piece) => pieces.push(piece),
                Err(error) => skipped.push(format!("skipped: {error:#}")),
            }
        }
        bar.set_position(pieces.len() as u64);
    }
    pieces
}

fn piece(path: &Path, bars: usize) -> Result<JudgedPiece> {
    let name = path.display().to_string();
    let whole = JudgedPiece::new(name.clone(), read_score(path, &Limits::default())?.score)
        .with_context(|| format!("judge {name}"))?;
    let score = decode(&whole.encoded.opening(bars), QPM_IF_UNKNOWN);
    JudgedPiece::new(name.clone(), score).with_context(|| format!("judge {name}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity, write};

    use super::*;

    fn music() -> Vec<u8> {
        let note = |index: u32| Note {
            onset: Tick(index * 480),
            duration: Tick(480),
            pitch: Pitch::clamped(60 + (index % 12) as u8),
            velocity: Velocity::clamped(90),
        };
        let track = Track { notes: (0..32).map(note).collect(), ..Track::new(Program::clamped(0)) };
        write(&Score { tracks: vec![track], ..Score::new(480) }).unwrap()
    }

    #[test]
    fn files_of_every_ending_are_found_and_what_cannot_be_looked_into_is_skipped() {
        let place = tempfile::tempdir().unwrap();
        let folk = place.path().join("folk");
        fs::create_dir(&folk).unwrap();
        for name in ["a.mid", "b.MIDI", "c.kar", "d.rmi", "e.smf", "notes.txt"] {
            fs::write(folk.join(name), music()).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(place.path().join("nowhere"), folk.join("0.mid")).unwrap();
        let found = find(place.path(), None).unwrap();
        assert_eq!(found.files["folk"].len(), 5);
        if cfg!(unix) {
            assert!(found.skipped.len() == 1 && found.skipped[0].contains("0.mid"), "{:?}", found.skipped);
        }
        assert!(find(&place.path().join("nowhere"), None).is_err());
    }

    #[test]
    fn the_next_readable_file_takes_the_place_of_an_unreadable_one() {
        let place = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = (0..6).map(|index| place.path().join(format!("{index}.mid"))).collect();
        for (index, file) in files.iter().enumerate() {
            fs::write(file, if index < 2 { b"no music".to_vec() } else { music() }).unwrap();
        }
        let mut skipped = Vec::new();
        let pieces = read(&files, 3, 8, &ProgressBar::hidden(), &mut skipped);
        let names: Vec<PathBuf> = pieces.iter().map(|piece| PathBuf::from(&piece.name)).collect();
        assert_eq!(names, files[2..5]);
        assert!(skipped.len() == 2 && skipped[0].contains("0.mid") && skipped[1].contains("1.mid"), "{skipped:?}");
    }
}
