//! Corpora: from a folder of MIDI files with labels to one memory-mapped corpus on disk, cleaned, without duplicates,
//! split, and read in a seeded order.

mod block;
mod content;
mod corpus;
mod difficulty;
mod digest;
mod error;
mod index;
mod labels;
mod manifest;
mod map;
mod order;
mod piece;
mod prepare;
mod shard;
mod split;
mod staged;

pub use block::BarView;
pub use corpus::{Corpus, PieceId};
pub use difficulty::Difficulty;
pub use error::DatasetError;
pub use manifest::FORMAT_VERSION;
pub use piece::Piece;
pub use prepare::{Cleaning, GenreTotals, PrepareOptions, PrepareReport, Progress, SourceTotals, prepare};
pub use shard::SHARD_BYTES_MAX;
pub use split::{Split, UnknownSplit};
pub use staged::StagedDirectory;
