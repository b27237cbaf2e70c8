//! Genre and composer by classifiers of our own, each of another kind and trained on another third of the music, so that the
//! one that tests has steered nothing.

use anyhow::Result;
use partita_dataset::{Piece, Split};
use partita_encoding::{EncodedPiece, Grid, decode};
use partita_eval::symbolic::classifier::{
    Accuracy, Classifier, Example, FeatureView, Forest, ForestOptions, InceptionScore, Neighbours, Softmax,
    SoftmaxOptions, features, inception_score,
};
use partita_eval::symbolic::interval::Estimate;
use rayon::prelude::*;

use super::findings::ClassifierFindings;
use super::piece::JudgedPiece;
use super::real::RealMusic;
use crate::commands::compose::piece::QPM_IF_UNKNOWN;

/// Neighbours that the second classifier asks.
const NEIGHBOURS: usize = 15;
/// The disjoint parts of the training music, one a classifier.
const PARTS: usize = 3;
/// The part of the classifier that tests.
const TESTING_PART: usize = 2;

/// The test classifiers, and how all do on real music.
pub(super) struct Classifiers {
    genres: Vec<String>,
    composers: Vec<String>,
    full: Option<Forest>,
    pitched: Option<Forest>,
    composer: Option<Forest>,
    pub(super) findings: Vec<ClassifierFindings>,
}

/// A real piece as classifiers take it.
struct Labelled {
    full: Vec<f32>,
    pitched: Vec<f32>,
    genre: Option<usize>,
    composer: Option<usize>,
}

impl Classifiers {
    /// Trains on the beat music of the corpus, cut as the judged pieces are, and tests on its test split.
    pub(super) fn train(real: &RealMusic<'_>) -> Result<Self> {
        let labels = real.corpus.vocabulary();
        let (train, test) = (labelled(real, Split::Train)?, labelled(real, Split::Test)?);
        let mut findings = Vec::new();
        let mut genre = |view: FeatureView, sees: &str| {
            let task = format!("genre, {sees}");
            let of = |pieces: &[Labelled]| examples(pieces, |piece| piece.genre, |piece| piece.view(view));
            trained(&of(&train), &of(&test), &task, &mut findings)
        };
        let full = genre(FeatureView::Full, "seeing all");
        let pitched = genre(FeatureView::PitchedNotes, "seeing neither programs nor drums");
        let of = |pieces: &[Labelled]| examples(pieces, |piece| piece.composer, |piece| &piece.full);
        let composer = trained(&of(&train), &of(&test), "composer, seeing all", &mut findings);
        let (genres, composers) = (labels.genres.clone(), labels.composers.clone());
        Ok(Self { genres, composers, full, pitched, composer, findings })
    }

    /// Share of the pieces that are taken for their genre, by all that they have and by pitched notes alone.
    pub(super) fn genre_accuracy(&self, genre: &str, pieces: &[JudgedPiece]) -> [Option<Estimate>; 2] {
        let Some(class) = self.genres.iter().position(|known| known == genre) else { return [None, None] };
        [(&self.full, FeatureView::Full), (&self.pitched, FeatureView::PitchedNotes)].map(|(forest, view)| {
            let forest = forest.as_ref()?;
            let right = |piece: &&JudgedPiece| forest.classify(&features(&piece.encoded, view)) == class;
            Estimate::wilson(pieces.par_iter().filter(right).count(), pieces.len())
        })
    }

    /// Share of the pieces of known composers that are taken for theirs.
    pub(super) fn composer_accuracy<'a>(&self, pieces: impl Iterator<Item = &'a JudgedPiece>) -> Option<Estimate> {
        let forest = self.composer.as_ref()?;
        let known = pieces.filter_map(|piece| Some((piece, self.composer_id(piece.composer.as_deref()?)?)));
        let right: Vec<bool> = known
            .map(|(piece, class)| forest.classify(&features(&piece.encoded, FeatureView::Full)) == class)
            .collect();
        Estimate::wilson(right.iter().filter(|&&right| right).count(), right.len())
    }

    fn composer_id(&self, name: &str) -> Option<usize> {
        self.composers.iter().position(|known| known == name)
    }

    /// Of all pieces together; it depends on their mix of genres.
    pub(super) fn inception<'a>(&self, pieces: impl Iterator<Item = &'a JudgedPiece>) -> Option<InceptionScore> {
        let forest = self.full.as_ref()?;
        let probabilities: Vec<_> =
            pieces.map(|piece| forest.probabilities(&features(&piece.encoded, FeatureView::Full))).collect();
        inception_score(&probabilities)
    }
}

impl Labelled {
    fn view(&self, view: FeatureView) -> &[f32] {
        if view == FeatureView::Full { &self.full } else { &self.pitched }
    }
}

/// The pieces on the beat of one side of the corpus.
fn labelled(real: &RealMusic<'_>, split: Split) -> Result<Vec<Labelled>> {
    let labels = real.corpus.vocabulary();
    let label = |piece: &Piece<'_>, opening: &EncodedPiece| {
        let judged = JudgedPiece::new(String::new(), decode(opening, QPM_IF_UNKNOWN)).ok()?;
        Some(Labelled {
            full: features(&judged.encoded, FeatureView::Full),
            pitched: features(&judged.encoded, FeatureView::PitchedNotes),
            genre: piece.genre().and_then(|name| labels.genre_id(name)),
            composer: piece.composer().and_then(|name| labels.composer_id(name)),
        })
    };
    let pieces = real.corpus.pieces(split).par_iter().map(|&id| real.corpus.piece(id));
    let on_beat = pieces.filter(|piece| piece.grid() == Grid::Beat);
    on_beat.filter_map(|piece| real.opening(&piece).map(|opening| label(&piece, &opening)).transpose()).collect()
}

fn examples<'a>(
    pieces: &'a [Labelled],
    class: impl Fn(&Labelled) -> Option<usize>,
    features: impl Fn(&'a Labelled) -> &'a [f32],
) -> Vec<Example> {
    let example = |piece| Some(Example { class: class(piece)?, features: features(piece).to_vec() });
    pieces.iter().filter_map(example).collect()
}

/// Trains the three classifiers of a task, adds how they do, and gives the one that tests.
fn trained(train: &[Example], test: &[Example], task: &str, findings: &mut Vec<ClassifierFindings>) -> Option<Forest> {
    let part = |first: usize| train.iter().skip(first).step_by(PARTS).cloned().collect::<Vec<_>>();
    let classes = train.iter().map(|example| example.class + 1).max().unwrap_or(0);
    let mut tell = |classifier: &str, accuracy: Option<Accuracy>| {
        findings.extend(accuracy.map(|accuracy| ClassifierFindings {
            classifier: classifier.to_owned(),
            task: task.to_owned(),
            classes,
            accuracy,
        }));
    };
    let softmax = Softmax::train(&part(0), &SoftmaxOptions::default());
    tell("softmax (training)", softmax.and_then(|softmax| Accuracy::of(&softmax, test)));
    let neighbours = Neighbours::train(&part(1), NEIGHBOURS);
    tell("neighbours (re-ranking)", neighbours.and_then(|neighbours| Accuracy::of(&neighbours, test)));
    let forest = Forest::train(&part(TESTING_PART), &ForestOptions { seed: 3, ..ForestOptions::default() });
    tell("forest (test)", forest.as_ref().and_then(|forest| Accuracy::of(forest, test)));
    forest
}
