//! `partita evaluate`: how good music is, in a report that can be trusted.

pub(super) mod cache;
mod classes;
mod clips;
mod compare;
mod composing;
mod copies;
pub(super) mod evaluation;
pub(super) mod findings;
mod folder;
pub(crate) mod judge;
mod likelihood;
mod notes;
mod piece;
mod real;
mod report;
pub(super) mod sets;
pub(super) mod settings;
pub(super) mod sound;
mod summary;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use partita_dataset::Corpus;
use partita_train::{LogLine, read_log};

use super::compose::SamplingArguments;
use crate::bank::Bank;
use crate::console::Console;
use crate::interrupt;
use cache::Cache;
use evaluation::{CorpusMeasures, Evaluation, Subject};
use settings::Settings;

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
    #[arg(long, value_name = "DIR", conflicts_with_all = ["model", "ask", "form", "temperature", "top_p", "guidance", "latent_temperature", "candidates", "critic_weight", "latents"])]
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
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    sampling: SamplingArguments,
    /// Keep the clips as they were heard, as WAV files in DIR by genre and set: 1.3 MB each
    #[arg(long, value_name = "DIR")]
    keep_clips: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  partita evaluate --corpus corpus.partita -o report
  partita evaluate --model run --corpus corpus.partita --genre jazz --pieces 200 -o report
  partita evaluate --folder their-pieces --corpus corpus.partita -o theirs
  partita evaluate --compare report theirs";

/// What is kept of an evaluation that is interrupted: the cache.
pub(super) const KEPT: &str = "what is done so far is kept, and the same command goes on from there";

impl Evaluate {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        if let Some([a, b]) = self.compare.as_deref() {
            return console.finish(&compare::Comparison::read(a, b)?);
        }
        let output = self.output.as_deref().context("no folder for the report")?;
        self.sampling.checked()?;
        let corpus = self.corpus.as_deref().map(open_corpus).transpose()?;
        let cache = Cache::open(&self.settings.cache_folder()?)?;
        interrupt::keeps(KEPT);
        fs::create_dir_all(output).with_context(|| format!("make {}", output.display()))?;
        let bank = Bank::choose(self.settings.soundfont.as_deref(), console)?;
        let embedder = self.settings.embedder()?;
        let subject = match &self.folder {
            Some(folder) => Subject::Folder(folder),
            None => Subject::Model(self.model.as_deref()),
        };
        let measures = corpus.as_ref().map(|corpus| CorpusMeasures::of(corpus, &self.settings, console)).transpose()?;
        let evaluation = Evaluation {
            settings: &self.settings,
            subject,
            corpus: corpus.as_ref(),
            measures: measures.as_ref(),
            keep_clips: self.keep_clips.as_deref(),
            sampling: self.sampling,
            cache: &cache,
            bank: &bank,
            embedder: &*embedder,
            console,
        };
        let (findings, sets) = evaluation.run()?;
        let report = report::write(&findings, &sets, self.training_log().as_deref(), output)?;
        console.finish(&summary::Summary::new(findings, report))
    }

    /// The log of the run that the model came from, where it stands beside the model.
    fn training_log(&self) -> Option<Vec<LogLine>> {
        let run = self.model.as_deref().filter(|path| path.is_dir())?;
        read_log(run).ok().filter(|log| !log.is_empty())
    }
}

pub(super) fn open_corpus(path: &Path) -> Result<Corpus> {
    Corpus::open(path).with_context(|| format!("open {}", path.display()))
}
