//! The course of an evaluation: music, then sound, then notes, then everything in one document.

use std::path::Path;

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use partita_dataset::Corpus;
use partita_encoding::Form;
use partita_eval::embedding::Embedder;
use partita_eval::symbolic::adherence::{adherence, answers};
use partita_eval::symbolic::interval::Estimate;
use partita_eval::{CLIP_SECONDS, SoundDistance};
use partita_model::compose::Sampling;

use super::cache::{Cache, hexadecimal, sha256};
use super::classes::Classifiers;
use super::clips::Listener;
use super::composing::{Ask, Composing, WishSource, source_name};
use super::copies::{self, TrainingMusic};
use super::findings::{
    FORMAT_VERSION, Findings, GenreFindings, ModelFindings, OverallFindings, Protocol, SamplingValues, SetFindings,
};
use super::folder::{self, Found};
use super::likelihood::Measured;
use super::notes;
use super::piece::JudgedPiece;
use super::sets::{GenreSets, JudgedGenre, SetKind};
use super::settings::Settings;
use super::sound::{self, GenreClips};
use crate::bank::Bank;
use crate::commands::compose::{LoadedModel, SamplingArguments};
use crate::console::Console;
use crate::failure::WrongUse;

/// Everything that an evaluation needs.
pub(in crate::commands) struct Evaluation<'a> {
    pub(in crate::commands) settings: &'a Settings,
    pub(in crate::commands) subject: Subject<'a>,
    pub(in crate::commands) corpus: Option<&'a Corpus>,
    /// There where the corpus is.
    pub(in crate::commands) measures: Option<&'a CorpusMeasures>,
    pub(in crate::commands) sampling: SamplingArguments,
    pub(in crate::commands) cache: &'a Cache,
    pub(in crate::commands) bank: &'a Bank,
    pub(in crate::commands) embedder: &'a dyn Embedder,
    pub(in crate::commands) console: &'a Console,
    /// Where the sound that was heard is kept, if it is.
    pub(in crate::commands) keep_clips: Option<&'a Path>,
}

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) enum Subject<'a> {
    /// The model of a file or run; without one, the embedded model.
    Model(Option<&'a Path>),
    /// The MIDI files of a folder.
    Folder(&'a Path),
}

/// The pieces that are judged, by genre, and where they came from.
struct Judged {
    genres: Vec<JudgedGenre>,
    model: Option<(LoadedModel, String)>,
    name: String,
    warnings: Vec<String>,
}

/// What is measured with the help of the whole corpus, whatever is judged.
pub(in crate::commands) struct CorpusMeasures {
    classifiers: Classifiers,
    training_music: TrainingMusic,
}

impl CorpusMeasures {
    /// Trains the classifiers and indexes the training music.
    pub(in crate::commands) fn of(corpus: &Corpus, settings: &Settings, console: &Console) -> Result<Self> {
        let bar = console.progress("learning the corpus", "steps");
        bar.set_length(2);
        let classifiers = Classifiers::train(&settings.real(corpus))?;
        bar.inc(1);
        let training_music = TrainingMusic::of(corpus)?;
        bar.finish_and_clear();
        Ok(Self { classifiers, training_music })
    }
}

impl Evaluation<'_> {
    /// Does all of it.
    pub(in crate::commands) fn run(&self) -> Result<(Findings, Vec<GenreSets>)> {
        let judged = self.judged()?;
        let (name, model, mut warnings) = (judged.name, judged.model, judged.warnings);
        let sets = self.sets(judged.genres)?;
        let clips = self.clips(&sets)?;
        let genres = self.genres(&sets, &clips, &mut warnings)?;
        let overall = SetKind::ALL.into_iter().filter_map(|kind| overall(kind, &sets, &genres, self.measures));
        let findings = Findings {
            format_version: FORMAT_VERSION,
            protocol: self.protocol(name, model.as_ref())?,
            overall: overall.collect(),
            fad_matrix: if self.corpus.is_some() { sound::fad_matrix(&clips) } else { vec![] },
            classifiers: self.measures.map(|measures| measures.classifiers.findings.clone()).unwrap_or_default(),
            adherence: adherence(&all_answers(&sets)),
            model: model.map(|(model, sha256)| self.model_findings(&model, &sha256, &sets)).transpose()?,
            genres,
            warnings,
        };
        Ok((findings, sets))
    }

    fn judged(&self) -> Result<Judged> {
        match self.subject {
            Subject::Folder(folder) => self.judged_folder(folder),
            Subject::Model(path) => self.judged_model(path),
        }
    }

    fn judged_folder(&self, folder: &Path) -> Result<Judged> {
        let single = match self.settings.genres.as_slice() {
            [single] => Some(single.as_str()),
            _ => None,
        };
        let Found { mut files, mut skipped } = folder::find(folder, single)?;
        let asked = &self.settings.genres;
        files.retain(|genre, _| asked.is_empty() || asked.contains(genre));
        if files.is_empty() {
            let message = format!("{} has no MIDI files of the genres asked for", folder.display());
            return Err(WrongUse(message).into());
        }
        if let Some(corpus) = self.corpus {
            let labels = corpus.vocabulary();
            if let Some(genre) = files.keys().find(|genre| labels.genre_id(genre).is_none()) {
                let known = labels.genres.join(", ");
                return Err(WrongUse(format!(
                    "{genre} is no genre of the corpus, which has {known}; rename the folder, or leave out --corpus"
                ))
                .into());
            }
        }
        let count = self.settings.pieces as usize;
        let mut genres = Vec::new();
        for (genre, files) in files {
            let bar = self.progress("reading", "pieces", files.len().min(count));
            let pieces = folder::read(&files, count, self.settings.bars as usize, &bar, &mut skipped);
            bar.finish_and_clear();
            genres.push(JudgedGenre { genre: self.corpus_genre(genre), sets: vec![(SetKind::Judged, pieces)] });
        }
        if genres.iter().flat_map(|genre| &genre.sets).all(|(_, pieces)| pieces.is_empty()) {
            let reason = skipped.first().map_or("", String::as_str);
            bail!("{} has no MIDI file that can be judged; the first was {reason}", folder.display());
        }
        Ok(Judged { genres, model: None, name: folder.display().to_string(), warnings: skipped })
    }

    /// The genre as the corpus spells it.
    fn corpus_genre(&self, genre: String) -> String {
        let labels = self.corpus.map(Corpus::vocabulary);
        let id = labels.and_then(|labels| labels.genre_id(&genre));
        labels.zip(id).map_or(genre, |(labels, id)| labels.genres[id].clone())
    }

    fn judged_model(&self, path: Option<&Path>) -> Result<Judged> {
        let corpus = self.corpus.context("a model is judged with a corpus")?;
        let (model, bytes) = LoadedModel::load_with_bytes(path, self.console)?;
        let sha256 = sha256(&bytes);
        let genres = self.settings.genres_of(corpus)?;
        let labels = &model.description.labels;
        if let Some(genre) = genres.iter().find(|genre| labels.genre_id(genre).is_none()) {
            let known = labels.genres.join(", ");
            return Err(WrongUse(format!("the model does not know {genre}; it knows {known}")).into());
        }
        let mut warnings = Vec::new();
        let trained_on = &model.description.training.corpus;
        if *trained_on != hexadecimal(&corpus.fingerprint()) {
            warnings.push(
                "the model was trained on another corpus than it is judged by: the held-out music may be among what it \
                 learned from, and copies of its training music are not found"
                    .to_owned(),
            );
        }
        let count = self.settings.pieces as usize;
        let (source, sampling) = (self.sampling.source(&model)?, self.sampling.checked()?);
        let composing = |wishes, form| {
            let (model, sha256, cache) = (&model, sha256.as_str(), self.cache);
            Composing { model, sha256, source, sampling, wishes, form, cache }
        };
        let judged = |wishes| (SetKind::Judged, composing(wishes, &self.settings.form));
        let asked = match self.settings.ask {
            Ask::All => vec![judged(WishSource::RealPiece)],
            Ask::Genre => vec![judged(WishSource::GenreAlone)],
            Ask::Both => vec![
                (SetKind::GenreAlone, composing(WishSource::GenreAlone, &Form::Usual)),
                judged(WishSource::RealPiece),
            ],
        };
        let bar = self.progress("composing", "pieces", genres.len() * count * asked.len());
        let real = self.settings.real(corpus);
        let of_genre = |genre: &String| {
            let sets = asked.iter().map(|(kind, composing)| Ok((*kind, composing.pieces(&real, genre, count, &bar)?)));
            Ok(JudgedGenre { genre: genre.clone(), sets: sets.collect::<Result<_>>()? })
        };
        let genres = genres.iter().map(of_genre).collect::<Result<_>>()?;
        bar.finish_and_clear();
        let name = path.map_or("the embedded model".to_owned(), |path| path.display().to_string());
        Ok(Judged { genres, model: Some((model, sha256)), name, warnings })
    }

    fn sets(&self, judged: Vec<JudgedGenre>) -> Result<Vec<GenreSets>> {
        let reference = self.settings.reference_pieces as usize;
        let sets = |judged| match self.corpus {
            Some(corpus) => GenreSets::new(judged, &self.settings.real(corpus), self.settings.against, reference),
            None => Ok(GenreSets::without_reference(judged)),
        };
        judged.into_iter().map(sets).collect()
    }

    /// Nothing is played without a reference to compare with.
    fn clips(&self, sets: &[GenreSets]) -> Result<Vec<GenreClips>> {
        if self.corpus.is_none() {
            return Ok(vec![]);
        }
        let listener = Listener { bank: self.bank, embedder: self.embedder, cache: self.cache, kept: self.keep_clips };
        let bar = self.progress("listening", "clips", sets.iter().map(|sets| sets.pieces().count()).sum());
        let clips = sets.iter().map(|sets| GenreClips::of(sets, &listener, &bar)).collect();
        bar.finish_and_clear();
        clips
    }

    fn genres(
        &self,
        sets: &[GenreSets],
        clips: &[GenreClips],
        warnings: &mut Vec<String>,
    ) -> Result<Vec<GenreFindings>> {
        let bar = self.progress("comparing", "genres", sets.len());
        let mut genres = Vec::new();
        for (index, sets) in sets.iter().enumerate() {
            let distances = clips.get(index).map(|clips| clips.distances(self.cache)).transpose()?.unwrap_or_default();
            warn(&sets.genre, &distances, warnings);
            genres.push(genre_findings(sets, &distances, self.measures));
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(genres)
    }

    fn model_findings(&self, model: &LoadedModel, sha256: &str, sets: &[GenreSets]) -> Result<ModelFindings> {
        let training = &model.description.training;
        let (steps, notes_seen) = (training.steps, training.notes_seen);
        if !model.description.has_cvae() {
            // Nothing in it tells how likely music is.
            return Ok(ModelFindings { steps, notes_seen, likelihood: Vec::new() });
        }
        let corpus = self.corpus.context("a model is judged with a corpus")?;
        let genres: Vec<String> = sets.iter().map(|sets| sets.genre.clone()).collect();
        let count = self.settings.likelihood_pieces as usize;
        let bar = self.progress("likelihood", "pieces", genres.len() * count);
        let (seed, cache) = (self.settings.seed, self.cache);
        let (split, _) = self.settings.against.splits();
        let measured = Measured { model, sha256, corpus, split, seed, cache };
        let likelihood = measured.likelihood(&genres, count, &bar)?;
        bar.finish_and_clear();
        Ok(ModelFindings { steps, notes_seen, likelihood })
    }

    fn protocol(&self, judged: String, model: Option<&(LoadedModel, String)>) -> Result<Protocol> {
        let settings = self.settings;
        let Sampling { temperature, top_p, guidance, latent_temperature, candidates, critic_weight } =
            self.sampling.checked()?;
        let source = model.map(|(model, _)| self.sampling.source(model).map(source_name)).transpose()?;
        Ok(Protocol {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            judged,
            model_sha256: model.map(|(_, sha256)| sha256.clone()),
            corpus_sha256: self.corpus.map(|corpus| hexadecimal(&corpus.fingerprint())),
            soundfont: self.bank.name.clone(),
            soundfont_sha256: self.bank.soundfont.sha256().to_owned(),
            embedding: self.embedder.name().to_owned(),
            clip_seconds: CLIP_SECONDS,
            bars: settings.bars as usize,
            pieces: settings.pieces as usize,
            reference_pieces: settings.reference_pieces as usize,
            against: settings.against,
            seed: settings.seed,
            ask: model.map(|_| settings.ask),
            form: model.map(|_| settings.form.to_string()),
            sampling: model.map(|(model, _)| SamplingValues {
                temperature,
                top_p,
                guidance,
                latent_temperature,
                candidates: model.listening().map(|_| candidates),
                critic_weight: model.listening().map(|_| critic_weight),
            }),
            latents: source.map(str::to_owned),
        })
    }

    fn progress(&self, work: &'static str, unit: &str, count: usize) -> ProgressBar {
        let bar = self.console.progress(work, unit);
        bar.set_length(count as u64);
        bar
    }
}

/// Says of which sets the distances must be taken with care: what holds for several sets is said once.
fn warn(genre: &str, distances: &[(SetKind, Option<SoundDistance>)], warnings: &mut Vec<String>) {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for (kind, distance) in distances {
        let messages: Vec<String> = match distance {
            None => vec!["too few clips to compare".to_owned()],
            Some(distance) => distance.warnings.iter().map(ToString::to_string).collect(),
        };
        for message in messages {
            match found.iter_mut().find(|(known, _)| *known == message) {
                Some((_, sets)) => sets.push(kind.name()),
                None => found.push((message, vec![kind.name()])),
            }
        }
    }
    warnings.extend(found.into_iter().map(|(message, sets)| format!("{genre} ({}): {message}", sets.join(", "))));
}

fn genre_findings(
    sets: &GenreSets,
    distances: &[(SetKind, Option<SoundDistance>)],
    measures: Option<&CorpusMeasures>,
) -> GenreFindings {
    let reference = notes::histograms(&sets.reference);
    let findings = |set: Option<SetKind>, pieces: &[JudgedPiece]| {
        let compared = if set.is_some() { reference.as_slice() } else { &[] };
        let measured = notes::measure(pieces, compared);
        let distance = distances.iter().find(|(kind, _)| Some(*kind) == set);
        let accuracy = measures.map(|measures| measures.classifiers.genre_accuracy(&sets.genre, pieces));
        let [genre_accuracy, genre_accuracy_pitched] = accuracy.unwrap_or_default();
        // The training music is all in the index, and what is made of it is nearly.
        let is_new = matches!(set, None | Some(SetKind::GenreAlone | SetKind::Judged | SetKind::HeldOut));
        SetFindings {
            set,
            pieces: pieces.len(),
            sound: distance.and_then(|(_, distance)| distance.clone()),
            overlaps: measured.overlaps,
            statistics: measured.statistics,
            coherence: measured.coherence,
            genre_accuracy,
            genre_accuracy_pitched,
            copying: measures.filter(|_| is_new).and_then(|measures| measures.training_music.copied(pieces)),
        }
    };
    GenreFindings {
        genre: sets.genre.clone(),
        reference: (!sets.reference.is_empty()).then(|| findings(None, &sets.reference)),
        sets: sets.sets.iter().map(|(kind, pieces)| findings(Some(*kind), pieces)).collect(),
        order: sound::order(distances),
    }
}

/// One set over all genres; `None` where no genre has it.
fn overall(
    kind: SetKind,
    sets: &[GenreSets],
    genres: &[GenreFindings],
    measures: Option<&CorpusMeasures>,
) -> Option<OverallFindings> {
    let found: Vec<&SetFindings> = genres.iter().filter_map(|genre| genre.set(kind)).collect();
    if found.is_empty() {
        return None;
    }
    let each = |part: &dyn Fn(&SetFindings) -> Option<Estimate>| found.iter().map(|set| part(set)).collect::<Vec<_>>();
    let pieces = || sets.iter().flat_map(|sets| sets.set(kind));
    let copying: Vec<_> = found.iter().filter_map(|set| set.copying).collect();
    Some(OverallFindings {
        set: kind,
        fad: sound::mean(&each(&SetFindings::fad)),
        kad: sound::mean(&each(&SetFindings::kad)),
        genre_accuracy: sound::mean(&each(&|set| set.genre_accuracy)),
        genre_accuracy_pitched: sound::mean(&each(&|set| set.genre_accuracy_pitched)),
        composer_accuracy: measures.and_then(|measures| measures.classifiers.composer_accuracy(pieces())),
        inception: measures.and_then(|measures| measures.classifiers.inception(pieces())),
        copying: copies::sum(&copying),
    })
}

/// What was asked of each judged piece, and whether it has it.
fn all_answers(sets: &[GenreSets]) -> Vec<partita_eval::symbolic::adherence::Answer> {
    let judged = sets.iter().flat_map(|sets| sets.set(SetKind::Judged));
    judged.filter_map(|piece| Some(answers(piece.asked.as_ref()?, &piece.encoded))).flatten().collect()
}
