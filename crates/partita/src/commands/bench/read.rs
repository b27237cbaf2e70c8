//! Reading MIDI files into scores, on all cores.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use indicatif::ProgressBar;
use partita_dataset::is_midi_name;
use partita_score::{Limits, Reading};
use rayon::prelude::*;
use walkdir::WalkDir;

use super::figures::Figures;
use super::passes::{passes, rates};
use crate::console::Console;
use crate::files::read_score;

/// Reads every MIDI file below `dir`, as often as a steady figure takes.
pub(super) fn measure(dir: &Path, console: &Console, figures: &mut Figures) -> Result<()> {
    let files = midi_files(dir)?;
    ensure!(!files.is_empty(), "bench read: {} holds no MIDI files; give a folder that does", dir.display());
    let bytes: u64 = files.iter().filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum();
    let bar = console.progress("reading", "files");
    let mut counts = (0, 0);
    let seconds = passes(|| {
        bar.inc_length(files.len() as u64);
        counts = read_all(&files, &bar);
        Ok(())
    })?;
    bar.finish_and_clear();
    let (read, notes) = counts;
    figures.add("read_passes", seconds.len() as f64);
    figures.add("read_files", read as f64);
    figures.add("read_failed_files", (files.len() - read) as f64);
    figures.add("read_notes", notes as f64);
    figures.add_repeated("read_seconds", &seconds);
    figures.add_repeated("read_files_per_second", &rates(read as f64, &seconds));
    figures.add_repeated("read_notes_per_second", &rates(notes as f64, &seconds));
    figures.add_repeated("read_mib_per_second", &rates(bytes as f64 / 1_048_576.0, &seconds));
    Ok(())
}

/// Files that could be read, and their notes.
fn read_all(files: &[PathBuf], bar: &ProgressBar) -> (usize, usize) {
    let read = files.par_iter().map(|file| {
        let reading = read_score(file, &Limits::default());
        bar.inc(1);
        let notes = |reading: Reading| reading.score.tracks.iter().map(|track| track.notes.len()).sum::<usize>();
        reading.map_or((0, 0), |reading| (1, notes(reading)))
    });
    read.reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}

fn midi_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(dir).follow_links(true).sort_by_file_name() {
        let entry = entry.with_context(|| format!("look through {}", dir.display()))?;
        if entry.file_type().is_file() && is_midi_name(entry.path()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}
