//! Preparing a corpus, on all cores.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use partita_dataset::PrepareOptions;

use super::figures::Figures;
use crate::commands::prepare::Watcher;
use crate::console::Console;
use crate::interrupt::Interrupt;

/// The labels that are used where a folder has them.
const LABELS: &str = "labels.csv";

/// Prepares the files below `dir` once, into a temporary corpus.
pub(super) fn measure(dir: &Path, console: &Console, figures: &mut Figures) -> Result<()> {
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let labels = dir.join(LABELS);
    let options = PrepareOptions {
        labels: labels.is_file().then_some(labels),
        ..PrepareOptions::new(dir, folder.path().join("corpus"))
    };
    let watcher = Watcher { bar: console.progress("preparing", "files"), interrupt: Interrupt::listen()? };
    let started = Instant::now();
    let report = partita_dataset::prepare(&options, &watcher);
    let seconds = started.elapsed().as_secs_f64();
    watcher.bar.finish_and_clear();
    let report = report.with_context(|| format!("bench prepare {}", dir.display()))?;
    figures.add("prepare_files", report.files as f64);
    figures.add("prepare_kept_files", report.kept as f64);
    figures.add("prepare_notes", report.notes as f64);
    figures.add("prepare_seconds", seconds);
    figures.add("prepare_files_per_second", report.files as f64 / seconds);
    figures.add("prepare_notes_per_second", report.notes as f64 / seconds);
    figures.add("prepare_corpus_mib", report.bytes as f64 / 1_048_576.0);
    Ok(())
}
