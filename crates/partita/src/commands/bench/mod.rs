//! `partita bench`: how fast this machine does each kind of work. A new measurement is one file here, and its line in
//! [`Measurement`] and in [`Bench::run`].

mod compose;
mod figures;
mod first_note;
mod material;
mod passes;
mod prepare;
mod read;
mod train;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::console::Console;
use crate::failure::WrongUse;
use crate::interrupt::{self, TemporaryFolder};
use compose::ComposeOptions;
use figures::Figures;
use train::TrainOptions;

/// Measure how fast this machine works
///
/// Without an argument everything is measured. Without DIR the program first makes MIDI files of its own, the same on
/// every machine, in a temporary folder. Times are wall-clock times; files come from the system's cache where it has
/// them. What was measured several times is told as the median, with least and greatest (_min and _max) beside it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Bench {
    #[command(subcommand)]
    measurement: Option<Measurement>,
}

const EXAMPLES: &str = "\
Examples:
  partita bench
  partita bench read midi
  partita bench prepare midi --json
  partita bench train --sizes small,base --steps 20
  partita bench compose";

/// What can be measured.
#[derive(Clone, Debug, Subcommand)]
enum Measurement {
    /// Reading MIDI files into scores
    Read {
        /// Folder with MIDI files, at any depth
        dir: Option<PathBuf>,
    },
    /// Preparing a corpus: reading, encoding, finding duplicates, writing
    Prepare {
        /// Folder with MIDI files, at any depth
        dir: Option<PathBuf>,
    },
    /// Training: notes a second by the size of the model
    Train(TrainOptions),
    /// Composing on one core with the embedded model, and the time from a start of the program to its first note
    Compose(ComposeOptions),
}

impl Bench {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        interrupt::keeps("nothing is kept of a measurement");
        let mut figures = Figures::default();
        match &self.measurement {
            Some(Measurement::Read { dir }) => read::measure(Material::of(dir)?.path(), console, &mut figures)?,
            Some(Measurement::Prepare { dir }) => prepare::measure(Material::of(dir)?.path(), console, &mut figures)?,
            Some(Measurement::Train(options)) => options.measure(console, &mut figures)?,
            Some(Measurement::Compose(options)) => options.measure(console, &mut figures)?,
            None => {
                let material = Material::of(&None)?;
                read::measure(material.path(), console, &mut figures)?;
                prepare::measure(material.path(), console, &mut figures)?;
                TrainOptions::default().measure(console, &mut figures)?;
                ComposeOptions::default().measure(console, &mut figures)?;
            }
        }
        figures.add_machine();
        console.finish(&figures)
    }
}

/// The files worked on: the user's, or some of our own that go when the measuring is done.
enum Material {
    Given(PathBuf),
    Made(TemporaryFolder),
}

impl Material {
    fn of(dir: &Option<PathBuf>) -> Result<Self> {
        match dir {
            Some(dir) if dir.is_dir() => Ok(Self::Given(dir.clone())),
            Some(dir) => {
                Err(WrongUse(format!("bench: {} is not a folder; give one with MIDI files", dir.display())).into())
            }
            None => {
                let folder = TemporaryFolder::new()?;
                material::write_files(folder.path())?;
                Ok(Self::Made(folder))
            }
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Given(dir) => dir,
            Self::Made(folder) => folder.path(),
        }
    }
}
