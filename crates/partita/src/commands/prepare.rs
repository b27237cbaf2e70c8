//! `partita prepare`: from a folder of MIDI files to a corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use indicatif::ProgressBar;
use partita_dataset::{
    DatasetError, GenreTotals, Layout, LayoutFound, PrepareOptions, PrepareReport, Progress, SIDE_PIECES_MIN,
    SourceTotals, SplitShares,
};
use serde::Serialize;

use crate::console::Console;
use crate::failure::Interrupted;
use crate::interrupt::Careful;
use crate::table::{count, table, write_facts};

/// Prepare a corpus from a folder of MIDI files
///
/// Reads every MIDI file below DIR, leaves out what is broken, too short or there twice (in any key), splits the rest
/// into pieces to learn from, to watch and to test with, and writes one corpus that training reads. The corpus' report.csv
/// says what became of each file and why; its sources.csv lists where the pieces came from and under what licence.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Prepare {
    /// Folder with MIDI files, at any depth; or with Parquet files, or one such file
    #[arg(value_name = "DIR")]
    input: PathBuf,
    /// Table of what is known of each file (CSV; column 'path' and any of genre, composer, mood, source, license,
    /// split, group, tempo_source, beat_grid). Without it the folders tell: genre/composer/file.mid
    #[arg(long, value_name = "CSV")]
    labels: Option<PathBuf>,
    /// How the files lie: plain, lakh, maestro, pop909, adl-piano, giant-midi or parquet. Without it, it is found out;
    /// 'plain' takes the folders as they are
    #[arg(long, value_name = "NAME")]
    layout: Option<Layout>,
    /// The column of Parquet files that holds the MIDI files; without it, one with a known name such as music or midi
    #[arg(long, value_name = "NAME")]
    column: Option<String>,
    /// The corpus to write
    #[arg(short, long, value_name = "CORPUS")]
    output: PathBuf,
    /// What part of the music to learn from, to validate with and to test with, in per cent; pieces of one group stay
    /// together, and the labels' column 'split' goes first
    #[arg(long, value_name = "TRAIN/VALID/TEST", default_value = "80/10/10")]
    split: SplitShares,
    /// Replace the corpus if there is one
    #[arg(long)]
    overwrite: bool,
    /// Threads to read with; without it, one for each core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

const EXAMPLES: &str = "\
Examples:
  partita prepare midi -o corpus.partita
  partita prepare midi --labels midi/labels.csv -o corpus.partita --overwrite
  partita prepare maestro-v3.0.0 -o maestro.partita
  partita prepare lmd_matched --labels msd_tagtraum_cd2c.cls -o lakh.partita
  partita prepare midi -o corpus.partita --json > report.json";

impl Prepare {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        let started = Instant::now();
        let watcher = Watcher::new(console, "reading", "files");
        let prepared = partita_dataset::prepare(&self.options(), &watcher);
        watcher.bar.finish_and_clear();
        let totals = prepared.map_err(explained).with_context(|| format!("prepare {}", self.input.display()))?;
        if let Some(advice) = advice(&totals) {
            console.note(&advice);
        }
        console.finish(&Report { corpus: self.output.clone(), seconds: started.elapsed().as_secs_f64(), totals })
    }

    fn options(&self) -> PrepareOptions {
        PrepareOptions {
            labels: self.labels.clone(),
            layout: self.layout,
            column: self.column.clone(),
            overwrite: self.overwrite,
            split: self.split,
            threads: self.threads,
            ..PrepareOptions::new(&self.input, &self.output)
        }
    }
}

/// What to do about a corpus that cannot be trained with.
fn advice(totals: &PrepareReport) -> Option<String> {
    let count = |side: fn(&GenreTotals) -> u64| totals.genres.values().map(side).sum::<u64>();
    let sides = [("learn from", count(|genre| genre.train)), ("validate with", count(|genre| genre.valid))];
    let (purpose, pieces) = sides.into_iter().find(|(_, pieces)| *pieces < SIDE_PIECES_MIN as u64)?;
    Some(format!(
        "too few pieces to {purpose}, and train refuses such a corpus: {pieces}, and {SIDE_PIECES_MIN} are the least; add \
         music, change --split, or name pieces for it in the labels' column 'split'"
    ))
}

/// Tells the option that helps, which the library cannot know.
fn explained(error: DatasetError) -> anyhow::Error {
    match error {
        DatasetError::Exists { path } => {
            anyhow!("{} exists already; choose another name with -o, or add --overwrite", path.display())
        }
        DatasetError::Cancelled => Interrupted("nothing was written; the same command starts afresh".to_owned()).into(),
        other => other.into(),
    }
}

/// Shows the progress and passes Ctrl-C on.
pub(super) struct Watcher {
    console: Console,
    pub(super) bar: ProgressBar,
    careful: Careful,
}

impl Watcher {
    pub(super) fn new(console: &Console, work: &'static str, unit: &str) -> Self {
        Self { console: *console, bar: console.progress(work, unit), careful: Careful::begin() }
    }
}

impl Progress for Watcher {
    fn found(&self, found: &LayoutFound) {
        if found.layout != Layout::Plain {
            self.bar.suspend(|| {
                self.console.note(&format!("layout: {}", in_words(found)));
                found.notes.iter().for_each(|note| self.console.note(&format!("{}: {note}", found.layout.title())));
            });
        }
    }

    fn begin(&self, files: u64) {
        self.bar.set_length(files);
    }

    fn advance(&self) {
        self.bar.inc(1);
    }

    fn is_cancelled(&self) -> bool {
        self.careful.flag().load(Ordering::Relaxed)
    }
}

/// What `prepare` prints.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(serialize_with = "crate::files::as_text")]
    corpus: PathBuf,
    seconds: f64,
    #[serde(flatten)]
    totals: PrepareReport,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let totals = &self.totals;
        writeln!(f, "{}\n", genres_table(&totals.genres))?;
        if !totals.sources.iter().all(|source| source.source.is_empty()) {
            writeln!(f, "{}\n", sources_table(&totals.sources))?;
        }
        if !totals.reasons.is_empty() {
            let rows = totals.reasons.iter().map(|(reason, files)| [(*reason).to_owned(), count(*files)]).collect();
            writeln!(f, "{}\n", table(["left out because", "files"], 1, rows))?;
        }
        write_facts(f, &facts(&self.corpus, self.seconds, totals))
    }
}

/// Pieces by genre, and all of them.
pub(super) fn genres_table(genres: &BTreeMap<String, GenreTotals>) -> impl fmt::Display + use<> {
    let heading = ["genre", "pieces", "notes", "bars", "train", "valid", "test"];
    let row = |name: &str, totals: &GenreTotals| {
        let GenreTotals { files, notes, bars, train, valid, test } = totals;
        let numbers = [files, notes, bars, train, valid, test].map(|number| count(*number));
        let [files, notes, bars, train, valid, test] = numbers;
        [name.to_owned(), files, notes, bars, train, valid, test]
    };
    let mut rows: Vec<_> = genres.iter().map(|(genre, totals)| row(or_none(genre), totals)).collect();
    rows.push(row("all", &genres.values().fold(GenreTotals::default(), sum)));
    table(heading, 1, rows)
}

fn sum(all: GenreTotals, one: &GenreTotals) -> GenreTotals {
    GenreTotals {
        files: all.files + one.files,
        notes: all.notes + one.notes,
        bars: all.bars + one.bars,
        train: all.train + one.train,
        valid: all.valid + one.valid,
        test: all.test + one.test,
    }
}

/// Where pieces came from, most pieces first.
pub(super) fn sources_table(sources: &[SourceTotals]) -> impl fmt::Display + use<> {
    let mut sorted: Vec<_> = sources.iter().collect();
    sorted.sort_by_key(|source| std::cmp::Reverse(source.files));
    let row = |source: &&SourceTotals| {
        let (name, license) = (or_none(&source.source), or_none(&source.license));
        [name.to_owned(), license.to_owned(), count(source.files), count(source.notes)]
    };
    table(["source", "licence as stated", "pieces", "notes"], 2, sorted.iter().map(row).collect())
}

/// As in "MAESTRO, 1,276 files, its own splits".
fn in_words(found: &LayoutFound) -> String {
    let unit = if found.layout == Layout::Parquet { "rows" } else { "files" };
    let splits = if found.own_splits { ", its own splits" } else { "" };
    format!("{}, {} {unit}{splits}", found.layout.title(), count(found.files))
}

fn or_none(name: &str) -> &str {
    if name.is_empty() { "(none)" } else { name }
}

/// As in "Hip-Hop, hip_hop taken for hip hop".
fn spellings(unified: &BTreeMap<String, BTreeSet<String>>) -> String {
    let one = |(name, others): (&String, &BTreeSet<String>)| {
        format!("{} taken for {name}", others.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    unified.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn facts(corpus: &Path, seconds: f64, totals: &PrepareReport) -> Vec<(&'static str, String)> {
    let some = |number: u64, remark: &str| {
        if number == 0 { String::new() } else { format!("{}{remark}", count(number)) }
    };
    vec![
        ("layout", totals.layout.as_ref().map(in_words).unwrap_or_default()),
        ("files", count(totals.files)),
        ("kept", format!("{}, of which {} repaired", count(totals.kept), count(totals.repaired))),
        ("rejected", count(totals.rejected)),
        ("duplicates", count(totals.duplicates)),
        ("overlaps", some(totals.overlapping_notes, " notes struck while their key sounded, which ends there")),
        ("without labels", some(totals.unlabelled, ", named by their folders")),
        ("genres", spellings(&totals.spellings)),
        ("without pulse", some(totals.without_pulse, ", taken by the clock though labelled with a beat")),
        ("versions", some(totals.versions, " pairs of pieces of one work, each pair on one side of the split")),
        ("filled", some(totals.filled, ", moved so that there are enough to learn from and to validate with")),
        ("moved", some(totals.moved, ", to keep groups, duplicates and versions on one side of the split")),
        ("corpus", format!("{}, {:.1} MiB", corpus.display(), totals.bytes as f64 / 1_048_576.0)),
        ("time", format!("{seconds:.1} s, {:.0} files/s", totals.files as f64 / seconds.max(1e-9))),
        ("report", corpus.join("report.csv").display().to_string()),
    ]
}
