//! `partita compose`: new pieces from a model.

mod asked;
mod model;
pub(crate) mod piece;
mod report;
mod sampling;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use clap::Args;
use rayon::prelude::*;

use crate::console::Console;
use crate::files::write_whole;
use crate::picture::roll_of;
pub(crate) use asked::Asked;
pub(crate) use model::LoadedModel;
use piece::Composed;
use report::{PieceReport, Report};
pub(crate) use sampling::SamplingArguments;

/// Compose new pieces
///
/// Writes MIDI files with exactly the bars asked for. Whatever is not asked is drawn as it is usual in the genre; the
/// same seed and the same wishes give the same file to the byte.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Compose {
    #[command(flatten)]
    asked: Asked,
    /// Folder for the pieces; made if it is not there
    #[arg(short, long, value_name = "DIR", default_value = "pieces")]
    output: PathBuf,
    /// How many pieces, each with its own seed: SEED, SEED + 1, …
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    count: u64,
    /// What chance follows from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// A model that train wrote (a file, or a run's folder); without it, the one that the program brings along
    #[arg(long, value_name = "FILE|RUN")]
    model: Option<PathBuf>,
    #[command(flatten)]
    sampling: SamplingArguments,
    /// Draw each piece's piano roll beside it, as a PNG
    #[arg(long)]
    roll: bool,
    /// Replace files of the same names that hold something else
    #[arg(long)]
    overwrite: bool,
    /// Say on standard error when the first note is written: what bench takes the time of
    #[arg(long, hide = true)]
    announce_first_note: bool,
}

/// What `--announce-first-note` says.
pub(crate) const FIRST_NOTE: &str = "first note";

const EXAMPLES: &str = "\
Examples:
  partita compose --genre jazz -o pieces
  partita compose --genre classical --composer chopin --key 'D minor' --mood sad --instruments piano
  partita compose --genre rock --tempo 132 --instruments 'overdriven guitar,electric bass,drums' --bars 32 --count 4
  partita compose --genre folk --metre 6/8 --seed 7 --roll";

impl Compose {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        let sampling = self.sampling.checked()?;
        let model = LoadedModel::load(self.model.as_deref(), console)?;
        self.asked.check(&model.description.labels)?;
        let source = self.sampling.source(&model)?;
        fs::create_dir_all(&self.output).with_context(|| format!("make {}", self.output.display()))?;
        let bar = console.progress("composing", "pieces");
        bar.set_length(self.count);
        let announced = AtomicBool::new(!self.announce_first_note);
        let hear = || {
            if !announced.swap(true, Ordering::Relaxed) {
                console.note(FIRST_NOTE);
            }
        };
        let pieces: Result<Vec<PieceReport>> = (0..self.count)
            .into_par_iter()
            .map(|index| {
                let seed = self.seed.wrapping_add(index);
                let composed = piece::compose(&model, source, &self.asked, &sampling, seed, &hear);
                let report = self.write(&composed);
                bar.inc(1);
                report
            })
            .collect();
        bar.finish_and_clear();
        console.finish(&Report { pieces: pieces? })
    }

    fn write(&self, composed: &Composed) -> Result<PieceReport> {
        let genre = composed.piece.conditions.genre.as_deref().unwrap_or("piece");
        let path = self.output.join(format!("{}-{}.mid", file_name(genre), composed.seed));
        let score = partita_encoding::decode(&composed.piece, piece::QPM_IF_UNKNOWN);
        let bytes = partita_score::write(&score).with_context(|| format!("write {}", path.display()))?;
        self.keep_others(&path, &bytes)?;
        write_whole(&path, &bytes)?;
        if self.roll {
            let title = format!("Partita, seed {}", composed.seed);
            roll_of(&composed.piece, &title, None).draw().save(&path.with_extension("png"))?;
        }
        Ok(PieceReport::new(path, composed))
    }

    /// A piece that was composed with other wishes is not lost under a name that it shares.
    fn keep_others(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        match fs::read(path) {
            Ok(old) if old != bytes && !self.overwrite => Err(anyhow::anyhow!(
                "{} exists and holds another piece; choose another folder with -o or another --seed, or add --overwrite",
                path.display()
            )),
            _ => Ok(()),
        }
    }
}

/// A label as a file's name.
fn file_name(label: &str) -> String {
    label.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}
