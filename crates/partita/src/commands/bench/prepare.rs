//! Preparing a corpus, on all cores.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_dataset::{PrepareOptions, PrepareReport};

use super::figures::Figures;
use super::passes::{passes, rates};
use crate::commands::prepare::Watcher;
use crate::console::Console;
use crate::interrupt::{self, TemporaryFolder};

/// The labels that are used where a folder has them.
const LABELS: &str = "labels.csv";

/// Prepares the files below `dir` into temporary corpora, as often as a steady figure takes.
pub(super) fn measure(dir: &Path, console: &Console, figures: &mut Figures) -> Result<()> {
    let mut last = None;
    let seconds = passes(|| {
        let folder = TemporaryFolder::new()?;
        last = Some(corpus_of(dir, folder.path().join("corpus"), console)?);
        Ok(())
    })?;
    let report = last.unwrap_or_default();
    figures.add("prepare_passes", seconds.len() as f64);
    figures.add("prepare_files", report.files as f64);
    figures.add("prepare_kept_files", report.kept as f64);
    figures.add("prepare_notes", report.notes as f64);
    figures.add_repeated("prepare_seconds", &seconds);
    figures.add_repeated("prepare_files_per_second", &rates(report.files as f64, &seconds));
    figures.add_repeated("prepare_notes_per_second", &rates(report.notes as f64, &seconds));
    figures.add("prepare_corpus_mib", report.bytes as f64 / 1_048_576.0);
    Ok(())
}

/// Prepares the files below `dir` into a corpus at `corpus`.
pub(super) fn corpus_of(dir: &Path, corpus: PathBuf, console: &Console) -> Result<PrepareReport> {
    let labels = dir.join(LABELS);
    let options = PrepareOptions { labels: labels.is_file().then_some(labels), ..PrepareOptions::new(dir, corpus) };
    let watcher = Watcher::new(console, "preparing", "files");
    let report = partita_dataset::prepare(&options, &watcher);
    watcher.bar.finish_and_clear();
    interrupt::check()?;
    report.with_context(|| format!("bench: prepare {}", dir.display()))
}
