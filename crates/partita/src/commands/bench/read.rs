//! Reading MIDI files into scores, on all cores.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use partita_score::Limits;
use rayon::prelude::*;
use walkdir::WalkDir;

use super::figures::Figures;
use crate::console::Console;
use crate::files::read_score;

/// Endings of MIDI files.
const ENDINGS: [&str; 4] = ["mid", "midi", "kar", "rmi"];

/// Reads every MIDI file below `dir` once.
pub(super) fn measure(dir: &Path, console: &Console, figures: &mut Figures) -> Result<()> {
    let files = midi_files(dir)?;
    ensure!(!files.is_empty(), "bench read: {} holds no MIDI files; give a folder that does", dir.display());
    let bytes: u64 = files.iter().filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum();
    let bar = console.progress("reading", "files");
    bar.set_length(files.len() as u64);
    let started = Instant::now();
    let notes: Vec<Option<usize>> = files
        .par_iter()
        .map(|file| {
            let notes = read_score(file, &Limits::default())
                .ok()
                .map(|reading| reading.score.tracks.iter().map(|track| track.notes.len()).sum());
            bar.inc(1);
            notes
        })
        .collect();
    let seconds = started.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let read = notes.iter().flatten().count();
    let notes = notes.iter().flatten().sum::<usize>() as f64;
    figures.add("read_files", read as f64);
    figures.add("read_failed_files", (files.len() - read) as f64);
    figures.add("read_notes", notes);
    figures.add("read_seconds", seconds);
    figures.add("read_files_per_second", read as f64 / seconds);
    figures.add("read_notes_per_second", notes / seconds);
    figures.add("read_mib_per_second", bytes as f64 / 1_048_576.0 / seconds);
    Ok(())
}

fn midi_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(dir).follow_links(true).sort_by_file_name() {
        let entry = entry.with_context(|| format!("look through {}", dir.display()))?;
        let ending = entry.path().extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if entry.file_type().is_file() && ENDINGS.contains(&ending.as_str()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}
