//! The prepared corpus, opened: pieces by split, in a seeded order, their notes read straight from the mapped shards.

use crate::block::{Block, block_len};
use crate::digest::Digest;
use crate::index::{self, Record};
use crate::manifest::Manifest;
use crate::map::map_file;
use crate::order::shuffle;
use crate::shard::Shard;
use crate::{DatasetError, Piece, Split, known};
use partita_encoding::{
    ConditionRecord, ConditionRecords, ConditionStatistics, FormStatistics, Grid, LabelVocabulary,
    RECORDS_PER_COMPOSER, RECORDS_PER_GENRE, lags,
};
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::Path;

/// A piece of one corpus; of no meaning in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PieceId(u32);

impl PieceId {
    #[cfg(test)]
    pub(crate) const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Place in the corpus' index, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A prepared corpus on disk. It is memory-mapped: opening reads it once to check it, and pieces are read in place.
/// Cheap to share between threads.
#[derive(Debug)]
pub struct Corpus {
    records: Vec<Record>,
    shards: Vec<Shard>,
    sides: [Vec<PieceId>; 3],
    fingerprint: Digest,
    vocabulary: LabelVocabulary,
    statistics: ConditionStatistics,
    notes: u64,
    bars: u64,
}

impl Corpus {
    /// Opens the corpus in `dir` and checks all of it: versions, lengths, digests, offsets and the range of every class.
    pub fn open(dir: &Path) -> Result<Self, DatasetError> {
        let (manifest, fingerprint) = Manifest::read(dir)?;
        let records = read_index(dir, &manifest)?;
        let shards: Vec<Shard> =
            manifest.shards.par_iter().map(|entry| Shard::open(dir, entry)).collect::<Result<_, _>>()?;
        records.par_iter().try_for_each(|record| {
            block(record, &shards)?.check().map_err(|problem| {
                DatasetError::corrupt(shards[record.shard as usize].path(), format!("{}: {problem}", record.path))
            })
        })?;
        let sides = Split::ALL.map(|split| side(&records, split));
        Ok(Self {
            vocabulary: known::vocabulary(&records),
            statistics: known::statistics(&records),
            records,
            shards,
            sides,
            fingerprint,
            notes: manifest.notes,
            bars: manifest.bars,
        })
    }

    /// SHA-256 of the manifest, and so of all that the corpus holds: a checkpoint refuses to go on with another corpus.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint.0
    }

    /// The names that can be asked for: all genres of the train split, and its composers with at least
    /// [`crate::COMPOSER_PIECES_MIN`] pieces there.
    pub fn vocabulary(&self) -> &LabelVocabulary {
        &self.vocabulary
    }

    /// What the pieces of each genre are like, in the train split.
    pub fn statistics(&self) -> &ConditionStatistics {
        &self.statistics
    }

    /// How bars come back in the pieces on the beat of the train split. Reads all of their notes.
    pub fn forms(&self) -> FormStatistics {
        let pieces = self.pieces(Split::Train).par_iter().map(|id| self.piece(*id));
        let on_beat = pieces.filter(|piece| piece.grid() == Grid::Beat);
        let counted = on_beat.fold(FormStatistics::default, |mut forms, piece| {
            forms.add(piece.genre(), &lags(&piece.music_of_bars()));
            forms
        });
        counted.reduce(FormStatistics::default, FormStatistics::merged)
    }

    /// The conditions of pieces of the train split, in an order that depends on the corpus alone: of each genre up to
    /// [`RECORDS_PER_GENRE`] on the beat, and of each composer of the vocabulary up to [`RECORDS_PER_COMPOSER`], on the beat as
    /// far as there are such.
    pub fn condition_records(&self) -> ConditionRecords {
        let pieces: Vec<Piece<'_>> = self.shuffled(Split::Train, 0, 0).into_iter().map(|id| self.piece(id)).collect();
        let (on_beat, by_clock): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| piece.grid() == Grid::Beat);
        let mut of_genres = Quota::new(RECORDS_PER_GENRE);
        let mut records: Vec<_> = on_beat.iter().filter_map(|piece| of_genres.record(piece, piece.genre())).collect();
        let mut of_composers = Quota::new(RECORDS_PER_COMPOSER);
        for piece in on_beat.iter().chain(&by_clock) {
            let Some(id) = piece.composer().and_then(|name| self.vocabulary.composer_id(name)) else { continue };
            let composer = &self.vocabulary.composers[id];
            if let Some(record) = of_composers.record(piece, Some(composer)) {
                records.push(ConditionRecord { composer: Some(composer.clone()), ..record });
            }
        }
        ConditionRecords::new(records)
    }

    /// The pieces of a split, in the order of their paths.
    pub fn pieces(&self, split: Split) -> &[PieceId] {
        &self.sides[split as usize]
    }

    /// The pieces of a split in the order of one epoch: a function of the corpus, `seed` and `epoch` only.
    pub fn shuffled(&self, split: Split, seed: u64, epoch: u64) -> Vec<PieceId> {
        let mut pieces = self.pieces(split).to_vec();
        shuffle(&mut pieces, split, seed, epoch);
        pieces
    }

    /// All pieces, in the order of their paths.
    pub fn all(&self) -> impl ExactSizeIterator<Item = Piece<'_>> + '_ {
        (0..self.records.len() as u32).map(|index| self.piece(PieceId(index)))
    }

    /// A piece of this corpus.
    ///
    /// # Panics
    /// With the id of a piece of a larger corpus.
    pub fn piece(&self, id: PieceId) -> Piece<'_> {
        let record = &self.records[id.index()];
        let shard = &self.shards[record.shard as usize];
        let bytes = shard.bytes(record.offset, block_len(record.difficulty.bars, record.notes)).unwrap_or_default();
        Piece::new(id, record, Block::new(bytes, record.difficulty.bars).expect("checked"))
    }

    /// Notes of all pieces.
    pub fn note_count(&self) -> u64 {
        self.notes
    }

    /// Bars of all pieces.
    pub fn bar_count(&self) -> u64 {
        self.bars
    }
}

/// Records taken up to a number for each label.
struct Quota<'a> {
    most: usize,
    taken: HashMap<Option<&'a str>, usize>,
}

impl<'a> Quota<'a> {
    fn new(most: usize) -> Self {
        Self { most, taken: HashMap::new() }
    }

    /// The piece's record if it has one and there are fewer than the most of its label.
    fn record(&mut self, piece: &Piece<'_>, label: Option<&'a str>) -> Option<ConditionRecord> {
        let taken = self.taken.entry(label).or_default();
        let record = (*taken < self.most).then(|| ConditionRecord::of(&piece.encoded())).flatten()?;
        *taken += 1;
        Some(record)
    }
}

/// Maps and reads the index.
fn read_index(dir: &Path, manifest: &Manifest) -> Result<Vec<Record>, DatasetError> {
    let path = manifest.index.path_in(dir)?;
    let map = map_file(&path).map_err(DatasetError::io("open", &path))?;
    if Digest::of(&map) != manifest.index.sha256 {
        return Err(DatasetError::corrupt(&path, "its SHA-256 is not the manifest's"));
    }
    let records = index::read(&path, &map)?;
    let counts = [
        ("pieces", records.len() as u64, manifest.pieces),
        ("notes", records.iter().map(|record| u64::from(record.notes)).sum(), manifest.notes),
        ("bars", records.iter().map(|record| u64::from(record.difficulty.bars)).sum(), manifest.bars),
    ];
    match counts.into_iter().find(|(_, found, stated)| found != stated) {
        Some((what, found, stated)) => {
            Err(DatasetError::corrupt(&path, format!("{found} {what}, but {stated} in the manifest")))
        }
        None => Ok(records),
    }
}

/// The block of a piece, wherever the index says that it is.
fn block<'a>(record: &Record, shards: &'a [Shard]) -> Result<Block<'a>, DatasetError> {
    let bars = record.difficulty.bars;
    let bytes =
        shards.get(record.shard as usize).and_then(|shard| shard.bytes(record.offset, block_len(bars, record.notes)));
    bytes.and_then(|bytes| Block::new(bytes, bars)).ok_or_else(|| {
        DatasetError::corrupt(Path::new(index::FILE), format!("{} lies outside the shards", record.path))
    })
}

fn side(records: &[Record], split: Split) -> Vec<PieceId> {
    (0..).map(PieceId).zip(records).filter(|(_, record)| record.split == split).map(|(id, _)| id).collect()
}
