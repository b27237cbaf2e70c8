//! `partita inspect`: what a MIDI file, a corpus or a model holds.

mod corpus;
mod corpus_text;
mod difficulty;
mod model;
mod piece;
mod piece_text;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use partita_dataset::{Corpus, grid_of};
use partita_encoding::{EncodingLimits, Grid, Hints};
use partita_score::Limits;

use crate::console::Console;
use crate::failure::WrongUse;
use crate::files::read_score;
use crate::picture::roll_of;
use crate::plot::save::PictureFormat;

/// Show what a MIDI file, a corpus or a model holds
///
/// Of a MIDI file: its tracks, tempo, metre, key and mood, the measures that training sorts by, and what had to be mended
/// to read it; with --roll also a picture. Of a corpus: its pieces by genre and split, metres, tempos, composers,
/// instruments, sources and licences, and how difficulty is spread. Of a model: its size, what it knows, how it was
/// trained and how it did.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inspect {
    /// A MIDI file, a corpus made by 'prepare', or a model (.safetensors) made by 'train'
    #[arg(value_name = "CORPUS|FILE")]
    subject: PathBuf,
    /// Draw the file's piano roll as PICTURE (.svg or .png)
    #[arg(long, value_name = "PICTURE")]
    roll: Option<PathBuf>,
    /// Only these bars in the picture, such as 1-16 or 5
    #[arg(long, value_name = "FROM-TO", requires = "roll", value_parser = bar_range)]
    bars: Option<RangeInclusive<u32>>,
    /// Take the file's notes by their beat, or by the clock (bars of 2 s, no tempo, no metre) as performances without
    /// beats are taken; without it, the notes tell, as they do for 'prepare'
    #[arg(long, value_name = "beat|clock", value_parser = grid)]
    by: Option<Grid>,
    /// Draw how the corpus' difficulty is spread as PICTURE (.svg or .png)
    #[arg(long, value_name = "PICTURE")]
    curves: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  partita inspect song.mid
  partita inspect song.mid --roll song.png --bars 1-16
  partita inspect corpus.partita --curves difficulty.svg
  partita inspect run/model.safetensors
  partita inspect song.mid --json | jq .key";

impl Inspect {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        for picture in [&self.roll, &self.curves].into_iter().flatten() {
            PictureFormat::of(picture)?;
        }
        if !self.subject.exists() {
            // A corpus that a killed `prepare --overwrite` left under a hidden name gets its name back. Where that fails, the name
            // is told to be that of nothing.
            let _ = partita_dataset::sweep(&self.subject);
        }
        match &self.subject {
            folder if folder.is_dir() => self.inspect_corpus(console),
            file if model::is_model(file) => self.inspect_model(console),
            _ => self.inspect_file(console),
        }
    }

    fn inspect_file(&self, console: &Console) -> Result<()> {
        self.refuse(self.curves.is_some(), "--curves", "a corpus, and this is a file")?;
        let reading = read_score(&self.subject, &Limits::default())?;
        let grid = self.by.unwrap_or_else(|| grid_of(&reading.score));
        let piece = partita_encoding::encode(&reading.score, grid, &Hints::default(), &EncodingLimits::default())
            .with_context(|| format!("inspect {}", self.subject.display()))?;
        if let Some(picture) = &self.roll {
            let title = self.subject.file_stem().unwrap_or_default().to_string_lossy();
            roll_of(&piece, &title, self.bars.clone()).draw().save(picture)?;
            console.note(&format!("drew {}", picture.display()));
        }
        console.finish(&piece::PieceReport::of(&self.subject, &reading, &piece))
    }

    fn inspect_model(&self, console: &Console) -> Result<()> {
        self.refuse(self.curves.is_some(), "--curves", "a corpus, and this is a model")?;
        self.refuse(self.roll.is_some() || self.by.is_some(), "--roll or --by", "a MIDI file, and this is a model")?;
        console.finish(&model::ModelReport::of(&self.subject)?)
    }

    fn inspect_corpus(&self, console: &Console) -> Result<()> {
        self.refuse(self.roll.is_some(), "--roll", "a MIDI file, and this is a folder")?;
        self.refuse(self.by.is_some(), "--by", "a MIDI file, and this is a folder")?;
        let corpus = Corpus::open(&self.subject).with_context(|| format!("inspect {}", self.subject.display()))?;
        if let Some(picture) = &self.curves {
            difficulty::curves(&corpus).save(picture)?;
            console.note(&format!("drew {}", picture.display()));
        }
        let report = corpus::CorpusReport::of(&self.subject, &corpus);
        console.finish(&report.with_context(|| format!("inspect {}", self.subject.display()))?)
    }

    fn refuse(&self, given: bool, option: &str, wants: &str) -> Result<()> {
        if given {
            let subject: &Path = &self.subject;
            return Err(WrongUse(format!("inspect {}: {option} wants {wants}", subject.display())).into());
        }
        Ok(())
    }
}

fn grid(text: &str) -> Result<Grid, String> {
    match text {
        "beat" => Ok(Grid::Beat),
        "clock" => Ok(Grid::Time),
        _ => Err("give beat or clock".to_owned()),
    }
}

/// `5` or `1-16`, counted from 1.
fn bar_range(text: &str) -> Result<RangeInclusive<u32>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (from.trim().parse(), to.trim().parse()) {
        (Ok(from), Ok(to)) if 1 <= from && from <= to => Ok(from..=to),
        _ => Err("give the first and the last bar, counted from 1, such as 1-16".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_counted_from_one() {
        assert_eq!(bar_range("1-16"), Ok(1..=16));
        assert_eq!(bar_range("5"), Ok(5..=5));
        for wrong in ["0-3", "4-2", "a", "-", "1-"] {
            assert!(bar_range(wrong).is_err(), "{wrong}");
        }
    }
}
