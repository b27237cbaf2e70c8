//! Corpora: from a folder of MIDI files with labels to one corpus on disk, cleaned, without duplicates,
//! split, and read in a seeded order.
//!
//! ```
//! use partita_dataset::{Corpus, PrepareOptions, Split, prepare};
//! # use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
//! # let home = tempfile::tempdir()?;
//! # let note = |n: u32| Note { onset: Tick(n * 96), duration: Tick(96), pitch: Pitch::clamped(60 + n as u8), velocity: Velocity::clamped(80) };
//! # let piano = Track { notes: (0..32).map(note).collect(), ..Track::new(Program::clamped(0)) };
//! # let score = Score { tracks: vec![piano], ..Score::new(96) };
//! # let (midi, output) = (home.path().join("midi"), home.path().join("corpus"));
//! # std::fs::create_dir_all(midi.join("folk/trad"))?;
//! # std::fs::write(midi.join("folk/trad/scale.mid"), partita_score::write(&score)?)?;
//! let report = prepare(&PrepareOptions::new(&midi, &output), &())?; // midi/folk/trad/scale.mid
//! assert_eq!((report.kept, report.notes), (1, 32));
//!
//! let corpus = Corpus::open(&output)?;
//! let piece = corpus.all().next().ok_or("a piece")?;
//! assert_eq!(piece.genre(), Some("folk"));
//! assert_eq!(piece.music()?.bar(7).notes.len(), 4);
//! for id in corpus.shuffled(Split::Train, 1, 0) {
//!     println!("{}", corpus.piece(id).path());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Labels
//!
//! A labels file is CSV (RFC 4180, UTF-8) with a heading. `path`, relative to the folder of MIDI files and with `/`
//! between folders, must be there; every other column, and every other cell, may be absent. Columns not listed here are
//! ignored. Without a labels file, and for files that it does not name, the first folder is the genre and the second the
//! composer, unless they are hashes.
//!
//! A path may also be written with `\`, with `./`, in another Unicode normal form, or with the folders in front that lead
//! to the folder of MIDI files. Bytes of a file's name that are no UTF-8 are written `\xE9`. Labels of which fewer than
//! half name a file are an error. Genres that differ only in case, spaces, hyphens and underscores are one, under the name
//! that most files have.
//!
//! | column | cell |
//! |---|---|
//! | `genre`, `composer`, `source`, `license` | any text |
//! | `group` | any text; pieces of one group are never split |
//! | `mood` | a quadrant (`V+_A-`), a word (`calm`) or valence and arousal (`0.3,-0.5`) |
//! | `split` | `train`, `valid` or `test`; without it the hash of the group decides, by [`PrepareOptions::split`] |
//! | `beat_grid` | `yes`, or `no` for a performance whose beats are not known |
//! | `tempo_source` | `file` where the file's tempo is real; any other word: it is not |
//!
//! Data sets in a known [`Layout`] are labelled by it; a labels file stands above that, cell by cell.
//!
//! A file goes on the beat grid unless its labels deny a beat or its onsets show none; where the labels claim one and the
//! file has a tempo, unless its onsets clearly contradict (see `prepare/pulse.rs`).
//!
//! # On disk
//!
//! A corpus is a folder; its format has a version, [`FORMAT_VERSION`].
//!
//! | file | holds |
//! |---|---|
//! | `manifest.json` | versions, totals, and the length and SHA-256 of every other file; its own SHA-256 is the corpus' fingerprint |
//! | `index.jsonl` | a line a piece: labels, split, conditions, difficulty, and where its block lies |
//! | `shard-0000.bin`, … | the blocks: bars and notes, six bytes a note, read one by one; at most 64 MiB a file |
//! | `report.csv` | each file that was rejected, repaired, a duplicate or otherwise worth a word, with the reason |
//! | `sources.csv` | the licence manifest: pieces and notes by source and licence |

mod block;
mod content;
mod corpus;
mod difficulty;
mod digest;
mod error;
mod export;
mod index;
mod known;
mod label_paths;
mod labels;
mod layout;
mod manifest;
mod midi_name;
mod names;
mod order;
#[cfg_attr(not(feature = "parquet"), path = "without_parquet.rs")]
mod parquet_files;
mod piece;
mod prepare;
mod reading;
mod shard;
mod split;
mod staged;
#[cfg(test)]
mod testing;
mod versions;

pub use block::{BarView, Music};
pub use corpus::{Corpus, PieceId};
pub use difficulty::Difficulty;
pub use error::DatasetError;
pub use export::{ExportReport, ExportedFile, export};
pub use known::COMPOSER_PIECES_MIN;
pub use layout::{Layout, LayoutFound, UnknownLayout};
pub use manifest::FORMAT_VERSION;
pub use midi_name::is_midi_name;
pub use piece::Piece;
pub use prepare::{
    Cleaning, GenreTotals, PrepareOptions, PrepareReport, Progress, SIDE_PIECES_MIN, SourceTotals, grid_of, prepare,
};
pub use reading::read_within;
pub use shard::SHARD_BYTES_MAX;
pub use split::{InvalidShares, Split, SplitShares, UnknownSplit};
pub use staged::{StagedDirectory, sweep, sweep_all};
