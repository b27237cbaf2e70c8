//! What the notes themselves tell: statistics, likeness to a reference, coherence, whether a piece has what was asked of
//! it, copying, and classifiers. Scores are judged as [`Score<Tick>`](partita_score::Score) where their own time counts, else in the form
//! that the model reads, [`EncodedPiece`](partita_encoding::EncodedPiece), so that all pieces have been put on one grid.

pub mod adherence;
pub mod classifier;
pub mod coherence;
pub mod copying;
pub mod corruption;
pub mod interval;
mod line;
pub mod overlap;
pub mod reconstruction;
pub mod statistics;
#[cfg(test)]
mod testing;
