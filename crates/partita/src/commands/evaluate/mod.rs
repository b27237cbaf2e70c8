//! `partita evaluate`: how good music is, in a report that can be trusted.

mod cache;
mod classes;
mod clips;
mod compare;
mod composing;
mod copies;
mod evaluation;
mod findings;
mod folder;
mod likelihood;
mod notes;
mod piece;
mod real;
mod report;
mod sets;
mod sound;
mod summary;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::Args;
use partita_dataset::Corpus;
use partita_eval::embedding::{Embedder, Musicnn};
use partita_train::{LogLine, read_log};

use super::compose::SamplingArguments;
use crate::bank::Bank;
use crate::console::Console;
use crate::failure::WrongUse;
use crate::interrupt::Interrupt;
use cache::Cache;
use composing::Ask;
use evaluation::Evaluation;

/// Judge a model, or any folder of MIDI files
///
/// Writes a report (report.md, report.html, report.json): distances of the sound from held-out music (FAD, FAD at infinity,
/// KAD), genre and composer by classifiers, Inception Score, whether the pieces have what was asked, likeness of their
/// statistics, coherence, how much is copied, and of a model its likelihood. Every figure stands beside that of real music and
/// of music broken on purpose, with N and an interval of 95 %. What was played and heard is cached, so that a second run is
/// quick and a stopped one goes on.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Evaluate {
    /// A model that train wrote (a file, or a run's folder); without it, the one that the program brings along
    #[arg(long, value_name = "FILE|RUN")]
    model: Option<PathBuf>,
    /// Judge the MIDI files of a folder instead, whoever made them; the first folder that a file is in names its genre
    #[arg(long, value_name = "DIR", conflicts_with_all = ["model", "ask", "temperature", "top_p", "guidance", "latent_temperature"])]
    folder: Option<PathBuf>,
    /// A corpus that prepare wrote, with the music to judge by; a folder can be judged without, by fewer figures
    #[arg(long, value_name = "CORPUS", required_unless_present_any = ["folder", "compare"])]
    corpus: Option<PathBuf>,
    /// Folder for the report; made if it is not there
    #[arg(short, long, value_name = "DIR", required_unless_present = "compare")]
    output: Option<PathBuf>,
    /// Put two reports side by side instead, and tell which figures differ beyond their intervals
    #[arg(long, value_names = ["A", "B"], num_args = 2, conflicts_with_all = ["model", "folder", "corpus"])]
    compare: Option<Vec<PathBuf>>,
    /// A genre to judge; may be given several times. Without it: classical, jazz, rock and pop where the corpus has them,
    /// else all of its genres, or all of the folder's
    #[arg(long = "genre", value_name = "GENRE")]
    genres: Vec<String>,
    /// Pieces to judge of each genre
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pieces: u32,
    /// Held-out pieces of each genre to judge them by, if there are as many
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=2000))]
    reference_pieces: u32,
    /// Whole held-out pieces of each genre for the likelihood
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=2000))]
    likelihood_pieces: u32,
    /// Length of every piece; longer ones are cut
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(4..=512))]
    bars: u32,
    /// What is asked of each composed piece
    #[arg(long, value_enum, default_value_t)]
    ask: Ask,
    #[command(flatten)]
    sampling: SamplingArguments,
    /// What chance follows from: the choice of pieces, and what is composed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The bank to play with (.sf2), or 'builtin' for the program's own; without it, as render chooses
    #[arg(long, value_name = "SF2|builtin")]
    soundfont: Option<PathBuf>,
    /// Keep the clips as they were heard, as WAV files in DIR by genre and set: 1.3 MB each
    #[arg(long, value_name = "DIR")]
    keep_clips: Option<PathBuf>,
    /// Where results are kept between runs; without it, partita in the user's cache folder
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  partita evaluate --corpus corpus.partita -o report
  partita evaluate --model run --corpus corpus.partita --genre jazz --pieces 200 -o report
  partita evaluate --folder their-pieces --corpus corpus.partita -o theirs
  partita evaluate --compare report theirs";

impl Evaluate {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        if let Some([a, b]) = self.compare.as_deref() {
            return console.finish(&compare::Comparison::read(a, b)?);
        }
        let output = self.output.as_deref().context("no folder for the report")?;
        let sampling = self.sampling.checked()?;
        let corpus = self.corpus.as_deref().map(open_corpus).transpose()?;
        let cache = Cache::open(&self.cache_folder()?)?;
        fs::create_dir_all(output).with_context(|| format!("make {}", output.display()))?;
        let bank = Bank::choose(self.soundfont.as_deref(), console)?;
        let embedder: Box<dyn Embedder> = Box::new(Musicnn::bundled()?);
        let evaluation = Evaluation {
            arguments: self,
            corpus: corpus.as_ref(),
            sampling,
            cache: &cache,
            bank: &bank,
            embedder: &*embedder,
            console,
            interrupt: Interrupt::listen()?,
        };
        let (findings, sets) = evaluation.run()?;
        report::write(&findings, &sets, self.training_log().as_deref(), output)?;
        console.finish(&summary::Summary::new(findings, output))
    }

    /// The log of the run that the model came from, where it stands beside the model.
    fn training_log(&self) -> Option<Vec<LogLine>> {
        let run = self.model.as_deref().filter(|path| path.is_dir())?;
        read_log(run).ok().filter(|log| !log.is_empty())
    }

    /// Where results are kept: XDG_CACHE_HOME, else .cache in the home folder.
    fn cache_folder(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.cache {
            return Ok(folder.clone());
        }
        let standard = std::env::var_os("XDG_CACHE_HOME").filter(|folder| Path::new(folder).is_absolute());
        let home = || std::env::home_dir().map(|home| home.join(".cache"));
        let folder = standard.map(PathBuf::from).or_else(home);
        Ok(folder
            .ok_or_else(|| anyhow!("there is no home folder for the cache; name one with --cache"))?
            .join("partita"))
    }

    /// The genres to judge with a corpus.
    fn genres_of(&self, corpus: &Corpus) -> Result<Vec<String>> {
        let labels = corpus.vocabulary();
        if self.genres.is_empty() {
            let usual = USUAL_GENRES.map(|genre| labels.genre_id(genre));
            let ids: Option<Vec<usize>> = usual.into_iter().collect();
            return Ok(ids.map_or_else(
                || labels.genres.clone(),
                |ids| ids.iter().map(|&id| labels.genres[id].clone()).collect(),
            ));
        }
        let known = |name: &String| {
            let id = labels.genre_id(name);
            id.map(|id| labels.genres[id].clone()).ok_or_else(|| {
                WrongUse(format!("the corpus has no genre {name:?}; it has {}", labels.genres.join(", "))).into()
            })
        };
        self.genres.iter().map(known).collect()
    }
}

/// The genres that the field's tables have.
const USUAL_GENRES: [&str; 4] = ["classical", "jazz", "rock", "pop"];

fn open_corpus(path: &Path) -> Result<Corpus> {
    Corpus::open(path).with_context(|| format!("open {}", path.display()))
}
