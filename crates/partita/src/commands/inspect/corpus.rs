//! What is to be said of a corpus.

use std::collections::BTreeMap;
use std::path::Path;

use partita_dataset::{Corpus, DatasetError, GenreTotals, Piece, SourceTotals, Split};
use partita_encoding::{Grid, LabelVocabulary, general_midi};
use serde::Serialize;

use super::difficulty::{Spread, spreads};

/// The document of a corpus.
#[derive(Debug, Serialize)]
pub(super) struct CorpusReport {
    pub(super) corpus: String,
    /// SHA-256 in hexadecimal: names this corpus and no other.
    pub(super) fingerprint: String,
    pub(super) pieces: u64,
    pub(super) notes: u64,
    pub(super) bars: u64,
    pub(super) splits: BTreeMap<&'static str, Totals>,
    pub(super) genres: BTreeMap<String, GenreTotals>,
    /// Bars by metre; pieces taken by the clock have none.
    pub(super) metres: BTreeMap<String, u64>,
    pub(super) tempo: TempoCoverage,
    /// Pieces by composer, artist or performer.
    pub(super) composers: BTreeMap<String, u64>,
    /// Genres and composers that a model of this corpus can be asked for.
    pub(super) vocabulary: LabelVocabulary,
    /// Pieces in which an instrument plays.
    pub(super) instruments: BTreeMap<&'static str, u64>,
    pub(super) sources: Vec<SourceTotals>,
    pub(super) difficulty: Vec<Spread>,
}

/// Sizes of a part of the corpus.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Totals {
    pub(super) pieces: u64,
    pub(super) notes: u64,
    pub(super) bars: u64,
}

/// Of how many pieces the tempo is known.
#[derive(Debug, Default, Serialize)]
pub(super) struct TempoCoverage {
    pub(super) known_pieces: u64,
    pub(super) unknown_pieces: u64,
    /// Performances without beats, which have no tempo to know.
    pub(super) by_clock_pieces: u64,
    /// Of the known ones, in quarters a minute.
    pub(super) qpm: Option<Spread>,
}

impl CorpusReport {
    /// Gathers all of it in one pass over the pieces.
    pub(super) fn of(path: &Path, corpus: &Corpus) -> Result<Self, DatasetError> {
        let mut report = Self {
            corpus: path.display().to_string(),
            fingerprint: corpus.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect(),
            pieces: corpus.all().len() as u64,
            notes: corpus.note_count(),
            bars: corpus.bar_count(),
            splits: Split::ALL.iter().map(|split| (split.name(), Totals::default())).collect(),
            genres: BTreeMap::new(),
            metres: BTreeMap::new(),
            tempo: TempoCoverage::default(),
            composers: BTreeMap::new(),
            vocabulary: corpus.vocabulary().clone(),
            instruments: BTreeMap::new(),
            sources: Vec::new(),
            difficulty: spreads(corpus),
        };
        report.gather(corpus)?;
        Ok(report)
    }

    fn gather(&mut self, corpus: &Corpus) -> Result<(), DatasetError> {
        let mut tempos = Vec::new();
        let mut sources = BTreeMap::new();
        for piece in corpus.all() {
            self.add_sizes(&piece);
            self.add_metres(&piece)?;
            self.add_conditions(&piece, &mut tempos);
            let source = (piece.source().unwrap_or_default(), piece.license().unwrap_or_default());
            let totals: &mut Totals = sources.entry(source).or_default();
            totals.add(&piece);
        }
        tempos.sort_by(f64::total_cmp);
        self.tempo.qpm = Spread::of("quarters a minute", &tempos);
        self.sources = sources.into_iter().map(source_totals).collect();
        Ok(())
    }

    fn add_sizes(&mut self, piece: &Piece<'_>) {
        self.splits.entry(piece.split().name()).or_default().add(piece);
        let genre = self.genres.entry(piece.genre().unwrap_or_default().to_owned()).or_default();
        genre.files += 1;
        genre.notes += piece.note_count() as u64;
        genre.bars += piece.bar_count() as u64;
        match piece.split() {
            Split::Train => genre.train += 1,
            Split::Valid => genre.valid += 1,
            Split::Test => genre.test += 1,
        }
    }

    fn add_metres(&mut self, piece: &Piece<'_>) -> Result<(), DatasetError> {
        if piece.grid() == Grid::Beat {
            for bar in piece.music()?.bars() {
                *self.metres.entry(bar.metre.to_string()).or_default() += 1;
            }
        }
        Ok(())
    }

    fn add_conditions(&mut self, piece: &Piece<'_>, tempos: &mut Vec<f64>) {
        let conditions = piece.conditions();
        match (piece.grid(), conditions.qpm) {
            (Grid::Time, _) => self.tempo.by_clock_pieces += 1,
            (Grid::Beat, None) => self.tempo.unknown_pieces += 1,
            (Grid::Beat, Some(qpm)) => {
                self.tempo.known_pieces += 1;
                tempos.push(f64::from(qpm));
            }
        }
        if let Some(composer) = conditions.composer {
            *self.composers.entry(composer).or_default() += 1;
        }
        for program in conditions.instruments.unwrap_or_default().iter() {
            *self.instruments.entry(general_midi::name(program)).or_default() += 1;
        }
    }
}

impl Totals {
    fn add(&mut self, piece: &Piece<'_>) {
        self.pieces += 1;
        self.notes += piece.note_count() as u64;
        self.bars += piece.bar_count() as u64;
    }
}

fn source_totals(((source, license), totals): ((&str, &str), Totals)) -> SourceTotals {
    SourceTotals { source: source.into(), license: license.into(), files: totals.pieces, notes: totals.notes }
}
