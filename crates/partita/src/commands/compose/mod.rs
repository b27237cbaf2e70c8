//! `partita compose`: new pieces from a model.

mod asked;
mod model;
pub(crate) mod piece;
mod report;
mod sampling;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use clap::Args;
use partita_encoding::LabelVocabulary;
use rayon::prelude::*;

use crate::console::Console;
use crate::destination::{Destination, make_folder_of, numbered};
use crate::files::write_whole;
use crate::interrupt::{self, Writing};
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
    /// Folder for the pieces, each named by its genre and seed; or a file, if the name ends in .mid: of several pieces
    /// each has its seed before the ending (song-1.mid, song-2.mid). Folders are made if they are not there
    #[arg(short, long, value_name = "DIR|MIDI", default_value = "pieces")]
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
    /// Replace files of the same names
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
  partita compose --genre jazz --tempo 140 -o song.mid
  partita compose --genre classical --composer chopin --key 'D minor' --mood sad --instruments piano
  partita compose --genre rock --tempo 132 --instruments 'overdriven guitar,electric bass,drums' --bars 32 --count 4
  partita compose --genre folk --metre 6/8 --seed 7 --roll";

impl Compose {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        let sampling = self.sampling.checked()?;
        let destination = Destination::of(&self.output, "MIDI", &["mid", "midi"])?;
        let model = LoadedModel::load(self.model.as_deref(), console)?;
        self.asked.check(&model.description.labels)?;
        let source = self.sampling.source(&model)?;
        let places = self.places(&destination, &model.description.labels);
        places.iter().try_for_each(|(_, path)| self.check_free(path))?;
        let bar = console.progress("composing", "pieces");
        bar.set_length(self.count);
        let announced = AtomicBool::new(!self.announce_first_note);
        let hear = || {
            if !announced.swap(true, Ordering::Relaxed) {
                console.note(FIRST_NOTE);
            }
        };
        let written = Mutex::new(0);
        let pieces: Result<Vec<PieceReport>> = places
            .into_par_iter()
            .map(|(seed, path)| {
                let composed = piece::compose(&model, source, &self.asked, &sampling, seed, &hear);
                let report = self.write(path, &composed, &written);
                bar.inc(1);
                report
            })
            .collect();
        bar.finish_and_clear();
        console.finish(&Report { pieces: pieces? })
    }

    /// The seed and the file of each piece.
    fn places(&self, destination: &Destination, labels: &LabelVocabulary) -> Vec<(u64, PathBuf)> {
        let genre = self.asked.genre.as_deref().and_then(|name| labels.genre_id(name));
        let genre = file_name(genre.map_or("piece", |id| &labels.genres[id]));
        let place = |index| {
            let seed = self.seed.wrapping_add(index);
            let path = match destination {
                Destination::Folder(folder) => folder.join(format!("{genre}-{seed}.mid")),
                Destination::File(file) if self.count == 1 => file.clone(),
                Destination::File(file) => numbered(file, seed),
            };
            (seed, path)
        };
        (0..self.count).map(place).collect()
    }

    fn write(&self, path: PathBuf, composed: &Composed, written: &Mutex<u64>) -> Result<PieceReport> {
        let score = partita_encoding::decode(&composed.piece, piece::QPM_IF_UNKNOWN);
        let bytes = partita_score::write(&score).with_context(|| format!("write {}", path.display()))?;
        // A piece and its picture belong together.
        let _writing = Writing::begin();
        self.check_free(&path)?;
        make_folder_of(&path)?;
        write_whole(&path, &bytes)?;
        if self.roll {
            let title = format!("Partita, seed {}", composed.seed);
            roll_of(&composed.piece, &title, None).draw().save(&picture_of(&path))?;
        }
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        *written += 1;
        let count = self.count;
        interrupt::keeps(format!("{written} of {count} pieces are written; to write all, add --overwrite"));
        Ok(PieceReport::new(path, composed))
    }

    /// A piece that was composed with other wishes is not lost under a name that it shares.
    fn check_free(&self, path: &Path) -> Result<()> {
        let picture = self.roll.then(|| picture_of(path));
        let taken = [Some(path.to_owned()), picture].into_iter().flatten().find(|path| path.symlink_metadata().is_ok());
        match taken {
            Some(path) if !self.overwrite => Err(anyhow::anyhow!(
                "{} exists already; choose another name or folder with -o or another --seed, or add --overwrite",
                path.display()
            )),
            _ => Ok(()),
        }
    }
}

/// Where a piece's roll is drawn.
fn picture_of(piece: &Path) -> PathBuf {
    piece.with_extension("png")
}

/// A label as a file's name.
fn file_name(label: &str) -> String {
    label.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}
