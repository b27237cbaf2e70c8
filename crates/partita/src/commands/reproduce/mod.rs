//! `partita reproduce`: the paper's comparison from the corpus to the tables, by one command.

mod ablations;
mod claims;
mod findings;
mod joined;
mod paper;
mod report;
mod runs;
mod summary;
mod systems;
mod tuning;

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;
use partita_dataset::Corpus;
use partita_model::{Compute, Device};

use super::compose::{LoadedModel, SamplingArguments};
use super::evaluate::cache::Cache;
use super::evaluate::evaluation::{CorpusMeasures, Evaluation, Subject};
use super::evaluate::findings::{Findings, Protocol};
use super::evaluate::judge::SoundJudge;
use super::evaluate::sets::SetKind;
use super::evaluate::settings::Settings;
use super::evaluate::{KEPT, open_corpus};
use super::train::all_cores;
use crate::bank::Bank;
use crate::console::Console;
use crate::failure::WrongUse;
use crate::interrupt;
use findings::{FORMAT_VERSION, Figures, KnownMusic, Reproduction, SystemFindings, Tried, Tuning};
use runs::Runs;
use summary::Summary;
use systems::{Role, SYSTEMS, System, WHOLE_BUDGET};

/// Do the paper's comparison again: train every system, judge all
///
/// Trains what is missing of language models (vanilla RNN, LSTM, Transformer), VAEs, GANs and hybrids on the same music for the
/// same number of notes, chooses each one's temperature on validation music, judges all on the test split, and writes
/// reproduce.md, .html and .json: the paper's tables with intervals, floor and broken music, and a verdict on each of its
/// claims. Stopped, it goes on from where it was; what is trained, composed or heard is not done again.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Reproduce {
    /// A corpus that prepare wrote
    #[arg(long, value_name = "CORPUS")]
    corpus: PathBuf,
    /// Steps of each system that learns from notes; the others' in proportion. The whole budget takes some 11 hours of one
    /// core, and the judging about ten minutes a system
    #[arg(long, value_name = "STEPS", default_value_t = WHOLE_BUDGET, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    budget: u64,
    /// Change one value of every system's recipe; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    changes: Vec<String>,
    /// Where the systems' runs are, or will be
    #[arg(long, value_name = "DIR", default_value = "runs")]
    runs: PathBuf,
    /// Folder for the report
    #[arg(short, long, value_name = "DIR", default_value = "docs/results")]
    output: PathBuf,
    /// A system to compare; may be given several times. Without it, all that no report of --with has
    #[arg(long = "system", value_name = "NAME", value_parser = PossibleValuesParser::new(SYSTEMS.iter().map(|system| system.name)))]
    systems: Vec<String>,
    /// A report of the same comparison, by its folder or its reproduce.json: its systems that are not compared here stand in
    /// the tables too; may be given several times
    #[arg(long = "with", value_name = "REPORT")]
    with: Vec<PathBuf>,
    /// Also change the conditional VAE in one thing and judge it by validation music: how it draws (drawing), one thing of its
    /// training, or one after another all, five more runs; may be given several times
    #[arg(long = "ablation", value_name = "NAME", value_parser = PossibleValuesParser::new(ablations::names()))]
    ablations: Vec<String>,
    /// Temperatures to choose each system's from
    #[arg(long = "temperature", value_name = "T", default_values_t = [0.9, 0.8, 1.0, 1.1])]
    temperatures: Vec<f32>,
    /// Validation pieces of each genre by which each temperature is judged
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(4..=1000))]
    tuning_pieces: u32,
    /// Threads to train with; without it, one for each core
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Train on the graphics card
    #[arg(long)]
    gpu: bool,
    #[command(flatten)]
    settings: Settings,
}

const EXAMPLES: &str = "\
Examples:
  partita reproduce --corpus corpus.partita
  partita reproduce --corpus corpus.partita --budget 500 --pieces 50 -o quick
  partita reproduce --corpus corpus.partita --system cvae --system hybrid -o two
  partita reproduce --corpus corpus.partita --system lstm -o there     (on another machine)
  partita reproduce --corpus corpus.partita --with there
  partita reproduce --corpus corpus.partita --ablation all";

impl Reproduce {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        let compute = if self.gpu { Compute::Gpu } else { Compute::Cpu };
        let device = compute.device().map_err(|error| WrongUse(error.to_string()))?;
        let corpus = open_corpus(&self.corpus)?;
        interrupt::keeps(KEPT);
        for &temperature in &self.temperatures {
            SamplingArguments::of_temperature(temperature).checked()?;
        }
        let parts = joined::read_all(&self.with)?;
        let systems = self.chosen(parts.as_ref());
        let is_ablated_there = parts.as_ref().is_some_and(|parts| parts.has(ablations::ABLATED));
        if !self.ablations.is_empty() && !is_ablated_there && systems.iter().all(|one| one.name != ablations::ABLATED) {
            let message =
                format!("--ablation needs --system {} too, or a report of --with that has it", ablations::ABLATED);
            return Err(WrongUse(message).into());
        }
        let found = match parts {
            Some(parts) if systems.is_empty() && self.ablations.is_empty() => parts,
            parts => self.compared(&corpus, &systems, parts, device, console)?,
        };
        fs::create_dir_all(&self.output).with_context(|| format!("make {}", self.output.display()))?;
        let report = report::write(&found, &self.output)?;
        console.finish(&Summary::new(found, report))
    }

    /// The systems to train and judge here: those named, or all that `parts` have not, and what they begin with.
    fn chosen(&self, parts: Option<&Reproduction>) -> Vec<&'static System> {
        let Some(parts) = parts.filter(|_| self.systems.is_empty()) else { return systems::chosen(&self.systems) };
        let missing = SYSTEMS.iter().map(|system| system.name).filter(|name| !parts.has(name));
        let missing: Vec<String> = missing.map(ToOwned::to_owned).collect();
        if missing.is_empty() { vec![] } else { systems::chosen(&missing) }
    }

    /// Trains what is missing of `systems`, and judges them and the ablations; the rest is taken from `parts`.
    fn compared(
        &self,
        corpus: &Corpus,
        systems: &[&System],
        parts: Option<Reproduction>,
        device: Device,
        console: &Console,
    ) -> Result<Reproduction> {
        if let Some(parts) = &parts {
            // Said before hours of training, not after them.
            parts.check_asked(self, corpus)?;
        }
        let genres = self.settings.genres_of(corpus)?;
        let cache = Cache::open(&self.settings.cache_folder()?)?;
        let bank = Bank::choose(self.settings.soundfont.as_deref(), console)?;
        let judge = SoundJudge::new(corpus, genres, self.tuning_pieces as usize, bank, cache, console)?;
        let runs = Runs {
            corpus,
            folder: &self.runs,
            budget: self.budget,
            changes: &self.changes,
            threads: self.threads.map_or_else(all_cores, NonZeroUsize::get),
            device,
            console,
            judge: &judge,
        };
        systems.iter().try_for_each(|system| runs.train(system))?;
        // What a system begins with was needed, but is judged already where a report has it.
        let is_judged = |system: &System| parts.as_ref().is_some_and(|parts| parts.has(system.name));
        let is_missing = |system: &&&System| self.systems.iter().any(|name| name == system.name) || !is_judged(system);
        let systems: Vec<&System> = systems.iter().filter(is_missing).copied().collect();
        let tunings: Vec<Tuning> = systems.iter().map(|system| self.tune(&runs, system)).collect::<Result<_>>()?;

        let here = systems.iter().zip(&tunings).find(|(system, _)| system.name == ablations::ABLATED);
        let there = || parts.as_ref()?.systems.iter().find(|system| system.name == ablations::ABLATED);
        let ablated = here.map(|(_, tuning)| tuning).or_else(|| there().map(|system| &system.tuning));
        let ablations = match ablated {
            Some(tuning) => ablations::judge(&runs, tuning, &self.ablations)?,
            None => vec![],
        };

        let found = if systems.is_empty() {
            parts.context("no system was chosen")?
        } else {
            let judged = self.judged(&runs, &systems, &tunings)?;
            let found = self.found(&runs, &systems, tunings, judged)?;
            match parts {
                Some(parts) => found.joined_with(parts)?,
                None => found,
            }
        };
        Ok(found.with_ablations(ablations))
    }

    /// The evaluation of each system as it was tuned.
    fn judged(&self, runs: &Runs<'_>, systems: &[&System], tunings: &[Tuning]) -> Result<Vec<Findings>> {
        let (corpus, console) = (runs.corpus, runs.console);
        let measures = CorpusMeasures::of(corpus, &self.settings, console)?;
        let embedder = self.settings.embedder()?;
        let settings = Settings { ask: self.settings.ask.of_systems(), ..self.settings.clone() };
        let one = |(system, tuning): (&&System, &Tuning)| {
            console.note(&format!("{}: judging at temperature {}", system.title, tuning.temperature));
            let run = runs.folder_of(system);
            let evaluation = Evaluation {
                settings: &settings,
                subject: Subject::Model(Some(&run)),
                corpus: Some(corpus),
                measures: Some(&measures),
                sampling: SamplingArguments::of_temperature(tuning.temperature),
                cache: runs.judge.cache(),
                bank: runs.judge.bank(),
                embedder: &*embedder,
                console,
                keep_clips: None,
            };
            let (findings, _) = evaluation.run().with_context(|| format!("judge {}", system.name))?;
            Ok(findings)
        };
        systems.iter().zip(tunings).map(one).collect()
    }

    fn found(
        &self,
        runs: &Runs<'_>,
        systems: &[&System],
        tunings: Vec<Tuning>,
        judged: Vec<Findings>,
    ) -> Result<Reproduction> {
        let first = judged.first().context("no system was chosen")?;
        let known = SetKind::ALL.into_iter().filter(|set| *set != SetKind::Judged);
        let known: Vec<KnownMusic> =
            known.filter_map(|set| Some(KnownMusic { set, figures: Figures::of(first, set)? })).collect();
        // What differs from system to system stands with each.
        let judged_name = "all systems".to_owned();
        let protocol = Protocol {
            judged: judged_name,
            model_sha256: None,
            sampling: None,
            latents: None,
            ..first.protocol.clone()
        };
        let genres: Vec<String> = first.genres.iter().map(|one| one.genre.clone()).collect();
        let mut warnings: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        for ((system, tuning), findings) in systems.iter().zip(tunings).zip(judged) {
            findings::add_warnings(&mut warnings, &findings.warnings);
            let verdict = runs.joint_verdict(system)?;
            warnings.extend(verdict.map(|verdict| format!("{}: {verdict}", system.title)));
            rows.push(SystemFindings {
                name: system.name.to_owned(),
                title: system.title.to_owned(),
                is_hybrid: system.role == Role::Hybrid,
                training: runs.cost(system)?,
                tuning,
                figures: Figures::of(&findings, SetKind::Judged).context("nothing was judged")?,
                likelihood: findings.model.and_then(|model| model.overall_likelihood().cloned()),
                adherence: findings.adherence,
            });
        }
        Ok(Reproduction {
            format_version: FORMAT_VERSION,
            budget: self.budget,
            changes: self.changes.clone(),
            protocol,
            claims: claims::claims(&rows, &known, &genres),
            genres,
            systems: rows,
            known,
            ablations: vec![],
            tuning_pieces: self.tuning_pieces as usize,
            warnings,
        })
    }

    /// Chooses a system's temperature.
    fn tune(&self, runs: &Runs<'_>, system: &System) -> Result<Tuning> {
        let (_, file) = LoadedModel::load_with_bytes(Some(&runs.folder_of(system)), runs.console)?;
        let note = |tried: &Tried| {
            let one = tried.judgement;
            runs.console.note(&format!(
                "{} at {}: KAD × 100 {:.2}, likeness {:.3}, adherence {:.3}, diversity {:.3}",
                system.title, tried.temperature, one.distance, one.likeness, one.adherence, one.diversity
            ));
        };
        tuning::tune(runs.judge, &file, &self.temperatures, &note)
            .with_context(|| format!("choose the temperature of {}", system.name))
    }
}
