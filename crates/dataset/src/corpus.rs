//! The prepared corpus, opened: pieces by split, in a seeded order.

use crate::digest::Digest;
use crate::index::{self, Record};
use crate::manifest::Manifest;
use crate::order::shuffle;
use crate::piece::music_of_bars;
use crate::shard::Shard;
use crate::{DatasetError, Piece, Split, known, read_within, staged};
use partita_encoding::{
    ConditionRecord, ConditionRecords, ConditionStatistics, FormStatistics, Grid, LabelVocabulary,
    RECORDS_PER_COMPOSER, RECORDS_PER_GENRE, lags,
};
use rayon::prelude::*;
use std::collections::HashMap;
use std::io::ErrorKind;
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

/// A prepared corpus on disk. Opening reads it once to check it; a piece's music is read when it is asked for.
/// Cheap to share between threads.
///
/// It stays what it was when it was opened: `prepare` never changes a corpus but puts another in its place, which leaves
/// the open files as they are. Music is read from these files and never mapped, so that one that somebody else cuts short
/// or overwrites gives an error.
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
    ///
    /// A corpus that a killed `prepare` left under a hidden name gets its name back first.
    pub fn open(dir: &Path) -> Result<Self, DatasetError> {
        if !dir.exists() {
            let _ = staged::sweep(dir); // where that fails, there is no corpus
        }
        loop {
            let (manifest, fingerprint) = Manifest::read(dir)?;
            match Self::of_manifest(dir, manifest, fingerprint) {
                // Another corpus was put in its place meanwhile: some files were of the one, some of the other.
                Err(_) if Manifest::read(dir).is_ok_and(|(_, now)| now != fingerprint) => {}
                opened => return opened,
            }
        }
    }

    fn of_manifest(dir: &Path, manifest: Manifest, fingerprint: Digest) -> Result<Self, DatasetError> {
        let records = read_index(dir, &manifest)?;
        let shards: Vec<Shard> =
            manifest.shards.par_iter().map(|entry| Shard::open(dir, entry)).collect::<Result<_, _>>()?;
        let sides = Split::ALL.map(|split| side(&records, split));
        let corpus = Self {
            vocabulary: known::vocabulary(&records),
            statistics: known::statistics(&records),
            records,
            shards,
            sides,
            fingerprint,
            notes: manifest.notes,
            bars: manifest.bars,
        };
        let pieces = (0..corpus.records.len() as u32).into_par_iter().map(|index| corpus.piece(PieceId(index)));
        pieces.try_for_each(|piece| piece.music().map(|_| ()))?;
        Ok(corpus)
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
    pub fn forms(&self) -> Result<FormStatistics, DatasetError> {
        let pieces = self.pieces(Split::Train).par_iter().map(|id| self.piece(*id));
        let on_beat = pieces.filter(|piece| piece.grid() == Grid::Beat);
        let counted = on_beat.try_fold(FormStatistics::default, |mut forms, piece| {
            forms.add(piece.genre(), &lags(&music_of_bars(&piece.music()?)));
            Ok(forms)
        });
        counted.try_reduce(FormStatistics::default, |one, other| Ok(one.merged(other)))
    }

    /// The conditions of pieces of the train split, in an order that depends on the corpus alone: of each genre up to
    /// [`RECORDS_PER_GENRE`] on the beat, and of each composer of the vocabulary up to [`RECORDS_PER_COMPOSER`], on the beat as
    /// far as there are such.
    pub fn condition_records(&self) -> Result<ConditionRecords, DatasetError> {
        let pieces: Vec<Piece<'_>> = self.shuffled(Split::Train, 0, 0).into_iter().map(|id| self.piece(id)).collect();
        let (on_beat, by_clock): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| piece.grid() == Grid::Beat);
        let mut of_genres = Quota::new(RECORDS_PER_GENRE);
        let of_genre = on_beat.iter().filter_map(|piece| of_genres.record(piece, piece.genre()).transpose());
        let mut records = of_genre.collect::<Result<Vec<_>, _>>()?;
        let mut of_composers = Quota::new(RECORDS_PER_COMPOSER);
        for piece in on_beat.iter().chain(&by_clock) {
            let Some(id) = piece.composer().and_then(|name| self.vocabulary.composer_id(name)) else { continue };
            let composer = &self.vocabulary.composers[id];
            if let Some(record) = of_composers.record(piece, Some(composer))? {
                records.push(ConditionRecord { composer: Some(composer.clone()), ..record });
            }
        }
        Ok(ConditionRecords::new(records))
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
        Piece::new(id, &self.records[id.index()], &self.shards)
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
    fn record(&mut self, piece: &Piece<'_>, label: Option<&'a str>) -> Result<Option<ConditionRecord>, DatasetError> {
        let taken = self.taken.entry(label).or_default();
        if *taken >= self.most {
            return Ok(None);
        }
        let record = ConditionRecord::of(&piece.encoded()?);
        *taken += usize::from(record.is_some());
        Ok(record)
    }
}

/// Reads the index, which is as long as the manifest says.
fn read_index(dir: &Path, manifest: &Manifest) -> Result<Vec<Record>, DatasetError> {
    let path = manifest.index.path_in(dir)?;
    let bytes = match read_within(&path, manifest.index.bytes as usize) {
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            return Err(DatasetError::corrupt(&path, "it is longer than the manifest says"));
        }
        read => read.map_err(DatasetError::io("read", &path))?,
    };
    if Digest::of(&bytes) != manifest.index.sha256 {
        return Err(DatasetError::corrupt(&path, "its SHA-256 is not the manifest's"));
    }
    let records = index::read(&path, &bytes)?;
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

fn side(records: &[Record], split: Split) -> Vec<PieceId> {
    (0..).map(PieceId).zip(records).filter(|(_, record)| record.split == split).map(|(id, _)| id).collect()
}
