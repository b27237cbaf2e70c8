//! The training music, held so that the neighbours of a group of bars are found without reading all of it.

use std::collections::HashMap;

use partita_encoding::EncodedBar;
use serde::{Deserialize, Serialize};

use super::gram::{grams, winnowed};
use crate::EvalError;
use crate::symbolic::line::{PlacedNote, lines, placed_notes};

/// Runs that stand at more places than this are formulas (a repeated note, a broken triad), and point at no neighbour. A
/// group of nothing but formulas has none.
const PLACES_MAX: usize = 256;
/// Neighbours, by the number of runs they share with the group, that are compared note by note.
const CANDIDATES: usize = 32;

/// The group of bars most like another one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Number of its piece, in the order in which pieces were added.
    pub piece: u32,
    /// Its first bar in the piece, from 0.
    pub bar: u32,
    /// How much higher the group asked about is.
    pub semitones: i16,
    /// Dice's coefficient of the notes as (bar, position, pitch), transposed: 1 where they are the same.
    pub similarity: f64,
}

/// Gathers training music for a [`CopyIndex`].
#[derive(Debug, Default)]
pub struct CopyIndexBuilder {
    index: CopyIndex,
}

/// An index of training music. It takes 2 bytes a pitched note, 8 bytes for each run that is kept (some two of five
/// notes start one), and 4 a bar and a piece: about 5 bytes a note, and 168 MB for 1.56 million bars of all kinds of
/// music. Drums are not in it.
#[derive(Debug, Default)]
pub struct CopyIndex {
    /// Position and pitch; bar after bar, each sorted and without doubles.
    notes: Vec<(u8, u8)>,
    /// Where each bar's notes begin.
    bars: Vec<u32>,
    /// Where each piece's bars begin.
    pieces: Vec<u32>,
    /// Kept runs, and the note that each begins with; sorted once built.
    grams: Vec<(u32, u32)>,
}

impl CopyIndexBuilder {
    /// Adds a piece and gives its number, from 0.
    ///
    /// # Errors
    /// [`EvalError::Limit`] when there are more than 2³² notes or bars.
    pub fn add(&mut self, bars: &[EncodedBar]) -> Result<u32, EvalError> {
        let index = &mut self.index;
        let piece = narrow(index.pieces.len(), "the number of pieces to compare with")?;
        let first_bar = index.bars.len();
        index.pieces.push(narrow(first_bar, "the number of bars to compare with")?);
        for bar in bars {
            index.bars.push(narrow(index.notes.len(), "the number of notes to compare with")?);
            index.notes.extend(bar_notes(bar));
        }
        narrow(index.notes.len(), "the number of notes to compare with")?;
        let starts = bar_starts(bars);
        for line in lines(&placed_notes(bars)) {
            let grams = grams(&line);
            for place in winnowed(&grams) {
                let note = index.place(first_bar + bar_of(&starts, line[place].step), &line[place]);
                index.grams.push((grams[place], note));
            }
        }
        Ok(piece)
    }

    /// The index of all pieces added.
    pub fn build(mut self) -> CopyIndex {
        self.index.grams.sort_unstable();
        self.index.grams.dedup();
        self.index.grams.shrink_to_fit();
        self.index
    }
}

impl CopyIndex {
    /// Bytes that the index takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&self.notes[..])
            + size_of_val(&self.bars[..])
            + size_of_val(&self.pieces[..])
            + size_of_val(&self.grams[..])
    }

    /// Bars of all pieces.
    pub fn bar_count(&self) -> usize {
        self.bars.len()
    }

    /// The bars of the training music most like a group, in any transposition; not of the piece numbered `itself`. `None`
    /// where no run of its notes is there.
    ///
    /// Found are groups that share nine notes in a row of some instrument, bar lines included; formulas that stand
    /// everywhere do not count.
    pub fn nearest(&self, group: &[EncodedBar], itself: Option<u32>) -> Option<Neighbour> {
        let wanted: Vec<_> = group.iter().map(bar_notes).collect();
        let compare = |(bar, semitones): (u32, i16)| {
            let piece = self.piece_of(bar);
            let similarity = self.similarity(&wanted, bar, semitones);
            Neighbour { piece, bar: bar - self.pieces[piece as usize], semitones, similarity }
        };
        let candidates = self.candidates(group, itself).into_iter().map(compare);
        // Of equally similar ones the first in the index, so that the answer does not hang on the order of votes.
        candidates.max_by(|a, b| {
            a.similarity
                .total_cmp(&b.similarity)
                .then_with(|| (b.piece, b.bar, b.semitones).cmp(&(a.piece, a.bar, a.semitones)))
        })
    }

    /// First bars, and semitones up to the group, of the places that share the most runs with it.
    fn candidates(&self, group: &[EncodedBar], itself: Option<u32>) -> Vec<(u32, i16)> {
        let starts = bar_starts(group);
        let mut votes: HashMap<(u32, i16), u32> = HashMap::new();
        for line in lines(&placed_notes(group)) {
            for (note, gram) in line.iter().zip(grams(&line)) {
                let before = bar_of(&starts, note.step) as u32;
                for place in self.places(gram) {
                    let semitones = i16::from(note.event.pitch) - i16::from(self.notes[place as usize].1);
                    if let Some(bar) = self.group_start(place, before, itself) {
                        *votes.entry((bar, semitones)).or_insert(0) += 1;
                    }
                }
            }
        }
        let mut ranked: Vec<_> = votes.into_iter().map(|(candidate, votes)| (votes, candidate)).collect();
        ranked.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().take(CANDIDATES).map(|(_, candidate)| candidate).collect()
    }

    /// The notes with which a run begins; none for a formula.
    fn places(&self, gram: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.grams.partition_point(|&(other, _)| other < gram);
        let count = self.grams[first..].iter().take(PLACES_MAX + 1).take_while(|&&(other, _)| other == gram).count();
        let count = if count > PLACES_MAX { 0 } else { count };
        self.grams[first..first + count].iter().map(|&(_, place)| place)
    }

    /// The bar `before` bars before that of a note, in the same piece; `None` where it would begin before the piece, or in
    /// the piece numbered `itself`.
    fn group_start(&self, note: u32, before: u32, itself: Option<u32>) -> Option<u32> {
        let bar = self.bars.partition_point(|&start| start <= note) as u32 - 1;
        let piece = self.piece_of(bar);
        let start = bar.checked_sub(before).filter(|&start| start >= self.pieces[piece as usize])?;
        (Some(piece) != itself).then_some(start)
    }

    fn piece_of(&self, bar: u32) -> u32 {
        self.pieces.partition_point(|&start| start <= bar) as u32 - 1
    }

    /// The notes of a bar; none beyond the end of its piece.
    fn notes_of(&self, bar: usize, piece: u32) -> &[(u8, u8)] {
        let end = self.pieces.get(piece as usize + 1).map_or(self.bars.len(), |&next| next as usize);
        if bar >= end {
            return &[];
        }
        let next = self.bars.get(bar + 1).map_or(self.notes.len(), |&next| next as usize);
        &self.notes[self.bars[bar] as usize..next]
    }

    /// Dice's coefficient of a group and the bars from `first` on, `semitones` higher.
    fn similarity(&self, group: &[Vec<(u8, u8)>], first: u32, semitones: i16) -> f64 {
        let piece = self.piece_of(first);
        let (mut shared, mut total) = (0, 0);
        for (bar, wanted) in (first as usize..).zip(group) {
            let found = self.notes_of(bar, piece);
            let is_there = |&&(position, pitch): &&(u8, u8)| {
                let pitch = u8::try_from(i16::from(pitch) - semitones);
                pitch.is_ok_and(|pitch| found.binary_search(&(position, pitch)).is_ok())
            };
            shared += wanted.iter().filter(is_there).count();
            total += wanted.len() + found.len();
        }
        if total == 0 { 0.0 } else { (2 * shared) as f64 / total as f64 }
    }

    /// Where a note of a bar of the last piece stands among all notes.
    fn place(&self, bar: usize, note: &PlacedNote) -> u32 {
        let first = self.bars[bar] as usize;
        let next = self.bars.get(bar + 1).map_or(self.notes.len(), |&next| next as usize);
        let wanted = (note.event.position, note.event.pitch);
        (first + self.notes[first..next].partition_point(|&other| other < wanted)) as u32
    }
}

/// Position and pitch of a bar's pitched notes, sorted, each once.
pub(super) fn bar_notes(bar: &EncodedBar) -> Vec<(u8, u8)> {
    let pitched = bar.notes.iter().filter(|note| note.program != partita_encoding::DRUMS);
    let mut notes: Vec<_> = pitched.map(|note| (note.position, note.pitch)).collect();
    notes.sort_unstable();
    notes.dedup();
    notes
}

/// The step at which each bar begins.
fn bar_starts(bars: &[EncodedBar]) -> Vec<u32> {
    let lengths = bars.iter().map(|bar| bar.metre.steps());
    lengths.scan(0, |next, steps| Some(std::mem::replace(next, *next + steps))).collect()
}

/// The bar in which a step lies.
fn bar_of(starts: &[u32], step: u32) -> usize {
    starts.partition_point(|&start| start <= step).saturating_sub(1)
}

fn narrow(amount: usize, what: &'static str) -> Result<u32, EvalError> {
    u32::try_from(amount).map_err(|_| EvalError::Limit { what, found: amount as u64, limit: u64::from(u32::MAX) })
}
