//! Prints what the symbolic measures make of music broken on purpose: `cargo run --release -p partita-eval --example anchors
//! -- CORPUS GENRE...`. A measure is of use where it tells the rows apart, in the order from real music to random notes.

#![allow(clippy::print_stdout)] // an example is a program

use std::error::Error;
use std::path::Path;

use partita_dataset::{Corpus, DatasetError, Split};
use partita_encoding::{EncodedPiece, EncodingLimits, decode};
use partita_eval::symbolic::adherence::measured;
use partita_eval::symbolic::coherence::Coherence;
use partita_eval::symbolic::corruption::Corruption;
use partita_eval::symbolic::overlap::{PieceHistograms, overlaps};
use partita_eval::symbolic::statistics::MusicStatistics;
use partita_score::{Score, Tick};

/// Bars of each excerpt.
const BARS: usize = 16;
/// Tempo of scores that state none, in quarters a minute.
const QPM: f32 = 120.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let corpus =
        Corpus::open(Path::new(&arguments.next().ok_or("give the folder of a prepared corpus, then genres")?))?;
    for genre in arguments {
        let scores = |split| {
            let pieces = corpus.pieces(split).iter().map(|&id| corpus.piece(id));
            let pieces = pieces.filter(|piece| piece.genre() == Some(genre.as_str())).take(100);
            pieces
                .map(|piece| Ok(decode(&piece.encoded()?.opening(BARS), QPM)))
                .collect::<Result<Vec<_>, DatasetError>>()
        };
        let (real, reference) = (scores(Split::Valid)?, scores(Split::Test)?);
        let reference: Vec<_> = encoded(&reference)?.iter().map(PieceHistograms::of).collect();
        println!("{genre}, {} pieces against {}", real.len(), reference.len());
        print_row("real music", &real, &reference)?;
        for corruption in Corruption::ALL {
            let broken: Vec<_> = (0..).zip(&real).map(|(seed, score)| corruption.apply(score, seed)).collect();
            print_row(corruption.name(), &broken, &reference)?;
        }
    }
    Ok(())
}

fn encoded(scores: &[Score<Tick>]) -> Result<Vec<EncodedPiece>, Box<dyn Error>> {
    Ok(scores.iter().map(|score| measured(score, &EncodingLimits::default())).collect::<Result<_, _>>()?)
}

fn print_row(name: &str, scores: &[Score<Tick>], reference: &[PieceHistograms]) -> Result<(), Box<dyn Error>> {
    let pieces = encoded(scores)?;
    let histograms: Vec<_> = pieces.iter().map(PieceHistograms::of).collect();
    let statistics: Vec<_> = scores.iter().map(MusicStatistics::of).collect();
    let coherence: Vec<_> = pieces.iter().map(Coherence::of).collect();
    println!("  {name}");
    for overlap in overlaps(&histograms, reference) {
        println!(
            "    {:>22}: area {:.3}, KL {:.3}",
            overlap.feature.name(),
            overlap.overlapped_area,
            overlap.kl_divergence
        );
    }
    print_mean("scale consistency", statistics.iter().filter_map(|s| s.scale_consistency));
    print_mean("groove consistency", statistics.iter().filter_map(|s| s.groove_consistency));
    print_mean("repetition", coherence.iter().filter_map(|c| c.repetition));
    print_mean("key stability", coherence.iter().filter_map(|c| c.key_stability.map(|k| k.in_key)));
    print_mean("pitch-class entropy", coherence.iter().map(|c| c.pitch_class_entropy_per_quarter));
    Ok(())
}

fn print_mean(name: &str, values: impl Iterator<Item = f64>) {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    println!("    {name:>22}: {:.3}", sum / count);
}
