//! `partita export`: a corpus as files that other programs read.

use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use partita_dataset::{Corpus, DatasetError, ExportReport};
use serde::Serialize;

use crate::commands::prepare::Watcher;
use crate::console::Console;
use crate::table::{count, table, write_facts};

/// Write a corpus as Parquet files that pandas, polars, DuckDB and datasets read
///
/// DIR gets a file for each side of the split: train.parquet, valid.parquet and test.parquet. A row is a piece: 'midi'
/// is the piece as a MIDI file, as the corpus holds it; 'path', 'genre', 'composer', 'source', 'license', 'group', 'mood',
/// 'split', 'beat_grid' and 'tempo_source' are its labels, as in a labels file; 'notes', 'bars', 'qpm', 'key', 'metre',
/// 'instruments', 'density' and 'polyphony' are what its notes tell. 'partita prepare DIR' makes the same pieces of it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    /// The corpus to write
    #[arg(value_name = "CORPUS")]
    corpus: PathBuf,
    /// The folder to write into
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The form of the files
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Replace an earlier export if there is one
    #[arg(long)]
    overwrite: bool,
}

/// Forms that a corpus can be written in.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// Apache Parquet
    #[default]
    Parquet,
}

const EXAMPLES: &str = "\
Examples:
  partita export corpus.partita -o pieces
  partita export corpus.partita -o pieces --format parquet --overwrite
  partita prepare pieces -o again.partita";

impl Export {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        let started = Instant::now();
        let Format::Parquet = self.format;
        let doing = || format!("export {}", self.corpus.display());
        let corpus = Corpus::open(&self.corpus).with_context(doing)?;
        let watcher = Watcher::new(console, "writing", "pieces");
        let exported = partita_dataset::export(&corpus, &self.output, self.overwrite, &watcher);
        watcher.bar.finish_and_clear();
        let exported = exported.map_err(explained).with_context(doing)?;
        console.finish(&Report { folder: self.output.clone(), seconds: started.elapsed().as_secs_f64(), exported })
    }
}

/// Tells the option that helps, which the library cannot know.
fn explained(error: DatasetError) -> anyhow::Error {
    match error {
        DatasetError::Exists { path } => {
            anyhow!("{} exists already; choose another name with -o, or add --overwrite", path.display())
        }
        other => other.into(),
    }
}

/// What `export` prints.
#[derive(Debug, Serialize)]
struct Report {
    folder: PathBuf,
    seconds: f64,
    #[serde(flatten)]
    exported: ExportReport,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / 1_048_576.0);
        let files = &self.exported.files;
        let row = |file: &partita_dataset::ExportedFile| {
            [file.name.clone(), count(file.pieces), count(file.notes), mib(file.bytes)]
        };
        writeln!(f, "{}\n", table(["file", "pieces", "notes", "size"], 1, files.iter().map(row).collect()))?;
        let facts = [
            ("folder", self.folder.display().to_string()),
            ("pieces", count(files.iter().map(|file| file.pieces).sum::<u64>())),
            ("time", format!("{:.1} s", self.seconds)),
        ];
        write_facts(f, &facts)
    }
}
