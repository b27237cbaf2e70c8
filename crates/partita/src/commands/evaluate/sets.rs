//! The sets of pieces that are compared, genre by genre.

use anyhow::Result;
use partita_dataset::Split;
use partita_eval::symbolic::corruption::Corruption;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::piece::JudgedPiece;
use super::real::RealMusic;
use super::settings::Against;

/// A row of the tables. All but the first are known music, and show what the figures can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::commands) enum SetKind {
    /// What the model composes when it is asked for the genre alone, as users get it.
    GenreAlone,
    /// What is judged.
    Judged,
    /// Held-out music against other held-out music: what chance alone makes.
    HeldOut,
    /// Training music, the human row: the best that can be reached.
    Human,
    /// The human row with a quarter of its notes wrong.
    WrongNotes,
    /// The human row with its onsets dealt out anew.
    ShuffledOnsets,
    /// As many notes at random.
    RandomNotes,
}

impl SetKind {
    /// All of them, in the order of the tables.
    pub(in crate::commands) const ALL: [Self; 7] = [
        Self::GenreAlone,
        Self::Judged,
        Self::HeldOut,
        Self::Human,
        Self::WrongNotes,
        Self::ShuffledOnsets,
        Self::RandomNotes,
    ];
    /// The order in which a distance from held-out music must rise, if it is worth anything.
    pub(super) const RISING: [Self; 5] =
        [Self::HeldOut, Self::Human, Self::WrongNotes, Self::ShuffledOnsets, Self::RandomNotes];

    /// What tables call it.
    pub(in crate::commands) const fn name(self) -> &'static str {
        match self {
            Self::GenreAlone => "genre alone",
            Self::Judged => "judged",
            Self::HeldOut => "held-out music (floor)",
            Self::Human => "training music (human)",
            Self::WrongNotes => "25 % wrong notes",
            Self::ShuffledOnsets => "shuffled onsets",
            Self::RandomNotes => "random notes",
        }
    }

    /// How the human row is broken to make this one.
    const fn corruption(self) -> Option<Corruption> {
        match self {
            Self::WrongNotes => Some(Corruption::WrongNotes { percent: 25 }),
            Self::ShuffledOnsets => Some(Corruption::ShuffledOnsets),
            Self::RandomNotes => Some(Corruption::RandomNotes),
            Self::GenreAlone | Self::Judged | Self::HeldOut | Self::Human => None,
        }
    }
}

/// The pieces of one genre that are judged.
pub(super) struct JudgedGenre {
    pub(super) genre: String,
    /// Those of a model that is asked for the genre alone where they are judged too, and those of [`SetKind::Judged`].
    pub(super) sets: Vec<(SetKind, Vec<JudgedPiece>)>,
}

/// The sets of one genre.
pub(in crate::commands) struct GenreSets {
    pub(super) genre: String,
    /// Held-out music that every set is compared with; empty without a corpus.
    pub(super) reference: Vec<JudgedPiece>,
    /// The sets that there are, in the order of the tables.
    pub(super) sets: Vec<(SetKind, Vec<JudgedPiece>)>,
}

impl GenreSets {
    /// The judged pieces alone.
    pub(super) fn without_reference(judged: JudgedGenre) -> Self {
        Self { genre: judged.genre, reference: Vec::new(), sets: judged.sets }
    }

    /// The judged pieces beside real and broken music: the reference from one held-out split, the floor from the other, the
    /// human row from the training split, at most as many as are judged so that small sets' bias is the same.
    pub(super) fn new(judged: JudgedGenre, real: &RealMusic<'_>, against: Against, reference: usize) -> Result<Self> {
        let JudgedGenre { genre, mut sets } = judged;
        let count = sets.iter().map(|(_, pieces)| pieces.len()).max().unwrap_or_default();
        let (reference_split, floor_split) = against.splits();
        let human = real.pieces(&genre, Split::Train, count)?;
        sets.push((SetKind::HeldOut, real.pieces(&genre, floor_split, count)?));
        let broken = SetKind::ALL.into_iter().filter_map(|kind| Some((kind, broken(&human, kind.corruption()?))));
        let broken: Vec<_> = broken.collect();
        sets.push((SetKind::Human, human));
        sets.extend(broken);
        Ok(Self { reference: real.pieces(&genre, reference_split, reference)?, genre, sets })
    }

    /// All pieces, for counting and for playing.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &JudgedPiece> {
        self.reference.iter().chain(self.sets.iter().flat_map(|(_, pieces)| pieces))
    }

    /// The pieces of one set; none where it is absent.
    pub(super) fn set(&self, kind: SetKind) -> &[JudgedPiece] {
        self.sets.iter().find(|(found, _)| *found == kind).map_or(&[], |(_, pieces)| pieces)
    }
}

/// Each piece broken by its own seed.
fn broken(pieces: &[JudgedPiece], corruption: Corruption) -> Vec<JudgedPiece> {
    let broken = pieces.par_iter().enumerate().filter_map(|(seed, piece)| {
        let score = corruption.apply(&piece.score, seed as u64);
        JudgedPiece::new(format!("{}, {}", piece.name, corruption.name()), score).ok()
    });
    broken.collect()
}
