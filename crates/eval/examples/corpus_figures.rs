//! Prints what the classifiers, the copying index and the overlaps make of a prepared corpus, real music on both sides:
//! `cargo run --release -p partita-eval --example corpus_figures -- CORPUS`. These are the figures beside which those of
//! generated music are to be read.

#![allow(clippy::print_stdout)] // an example is a program

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use partita_dataset::{Corpus, DatasetError, Piece, Split};
use partita_encoding::EncodedPiece;
use partita_eval::symbolic::classifier::{
    Accuracy, Classifier, Example, FeatureView, Forest, ForestOptions, Neighbours, Softmax, SoftmaxOptions, features,
    inception_score,
};
use partita_eval::symbolic::coherence::Coherence;
use partita_eval::symbolic::copying::{CopyIndexBuilder, copying};
use partita_eval::symbolic::interval::Estimate;
use partita_eval::symbolic::overlap::{PieceHistograms, overlaps};

/// Bars of each excerpt: what a model is asked for by default.
const BARS: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give the folder of a prepared corpus")?;
    let corpus = Corpus::open(Path::new(&folder))?;
    print_classifiers(&corpus)?;
    print_overlaps(&corpus)?;
    print_coherence(&corpus)?;
    print_copying(&corpus)
}

fn pieces(corpus: &Corpus, split: Split) -> impl Iterator<Item = Piece<'_>> {
    corpus.pieces(split).iter().map(|&id| corpus.piece(id))
}

/// The first bars of a piece.
fn excerpt(piece: &Piece<'_>) -> Result<EncodedPiece, DatasetError> {
    Ok(piece.encoded()?.opening(BARS))
}

fn print_classifiers(corpus: &Corpus) -> Result<(), DatasetError> {
    let genres = &corpus.vocabulary().genres;
    for view in [FeatureView::Full, FeatureView::PitchedNotes] {
        let examples = |split| {
            let labelled = pieces(corpus, split).filter_map(|piece| {
                let class = genres.iter().position(|genre| Some(genre.as_str()) == piece.genre())?;
                Some(excerpt(&piece).map(|excerpt| Example { features: features(&excerpt, view), class }))
            });
            labelled.collect::<Result<Vec<_>, _>>()
        };
        let start = Instant::now();
        let (train, valid) = (examples(Split::Train)?, examples(Split::Valid)?);
        println!(
            "{view:?}: {} features, {} + {} pieces, {:.1?}",
            train[0].features.len(),
            train.len(),
            valid.len(),
            start.elapsed()
        );
        // Three disjoint thirds of the training pieces, one a classifier.
        let third = |n: usize| train.iter().skip(n).step_by(3).cloned().collect::<Vec<_>>();
        let start = Instant::now();
        let softmax = Softmax::train(&third(0), &SoftmaxOptions::default());
        print_accuracy("softmax", softmax.as_ref(), &valid, start);
        let start = Instant::now();
        print_accuracy("neighbours", Neighbours::train(&third(1), 15).as_ref(), &valid, start);
        let start = Instant::now();
        let forest = Forest::train(&third(2), &ForestOptions::default());
        print_accuracy("forest", forest.as_ref(), &valid, start);
        if let (Some(accuracy), Some(forest)) = (forest.as_ref().and_then(|f| Accuracy::of(f, &valid)), forest) {
            for (genre, share) in genres.iter().zip(accuracy.by_class) {
                println!("    {genre:>14} {}", share.map_or_else(String::new, |share| shown(&share)));
            }
            let probabilities: Vec<_> = valid.iter().map(|example| forest.probabilities(&example.features)).collect();
            println!("    Inception Score of real music {:?}", inception_score(&probabilities));
        }
    }
    Ok(())
}

fn print_accuracy(name: &str, classifier: Option<&impl Classifier>, valid: &[Example], start: Instant) {
    let trained = start.elapsed();
    if let Some(accuracy) = classifier.and_then(|classifier| Accuracy::of(classifier, valid)) {
        let (overall, balanced, commonest) = (shown(&accuracy.overall), accuracy.balanced, accuracy.of_commonest);
        println!(
            "  {name}: {overall}, balanced {balanced:.3}, commonest alone {commonest:.3}; trained in {trained:.1?}"
        );
    }
}

fn shown(estimate: &Estimate) -> String {
    format!("{:.3} ({:.3} to {:.3}, N = {})", estimate.value, estimate.low, estimate.high, estimate.count)
}

/// Valid against test music of each genre: what generated music could reach at best.
fn print_overlaps(corpus: &Corpus) -> Result<(), DatasetError> {
    for genre in &corpus.vocabulary().genres {
        let of = |split| {
            let pieces = pieces(corpus, split).filter(|piece| piece.genre() == Some(genre)).take(150);
            pieces.map(|piece| Ok(PieceHistograms::of(&excerpt(&piece)?))).collect::<Result<Vec<_>, DatasetError>>()
        };
        for overlap in overlaps(&of(Split::Valid)?, &of(Split::Test)?) {
            let (area, kl) = (overlap.overlapped_area, overlap.kl_divergence);
            println!(
                "{genre:>14} {:>12}: area {area:.3}, KL {kl:.4}, N = {}",
                overlap.feature.name(),
                overlap.generated
            );
        }
    }
    Ok(())
}

fn print_coherence(corpus: &Corpus) -> Result<(), DatasetError> {
    let long_enough = pieces(corpus, Split::Valid).filter(|piece| piece.bar_count() >= BARS);
    let measured: Vec<Coherence> =
        long_enough.map(|piece| Ok(Coherence::of(&excerpt(&piece)?))).collect::<Result<_, DatasetError>>()?;
    for row in 0..measured.first().map_or(0, |coherence| coherence.named().len()) {
        let values: Vec<f64> = measured.iter().filter_map(|coherence| coherence.named()[row].1).collect();
        let mean = Estimate::bootstrap_mean(&values, 1000, 1);
        println!("{:>30} {}", measured[0].named()[row].0, mean.map_or_else(String::new, |mean| shown(&mean)));
    }
    Ok(())
}

fn print_copying(corpus: &Corpus) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut builder = CopyIndexBuilder::default();
    for piece in pieces(corpus, Split::Train) {
        builder.add(&piece.encoded()?.bars)?;
    }
    let index = builder.build();
    let megabytes = index.bytes() as f64 / 1e6;
    println!("copy index: {} bars, {megabytes:.0} MB, built in {:.1?}", index.bar_count(), start.elapsed());
    let groups = |piece: Piece<'_>| excerpt(&piece).map(|excerpt| excerpt.bars);
    for (name, split) in [("test", Split::Test), ("valid", Split::Valid)] {
        let start = Instant::now();
        let bars: Vec<_> = pieces(corpus, split).map(groups).collect::<Result<_, _>>()?;
        let found = copying(bars.iter().map(|bars| (bars.as_slice(), None)), &index);
        println!("{name} against train: {found:?} in {:.1?}", start.elapsed());
    }
    for genre in &corpus.vocabulary().genres {
        let of_genre = pieces(corpus, Split::Test).filter(|piece| piece.genre() == Some(genre));
        let bars: Vec<_> = of_genre.map(groups).collect::<Result<_, _>>()?;
        let found = copying(bars.iter().map(|bars| (bars.as_slice(), None)), &index);
        let shown = found.map(|found| format!("{}, similarity {:.3}", shown(&found.copied), found.similarity));
        println!("{genre:>14} {}", shown.unwrap_or_default());
    }
    Ok(())
}
