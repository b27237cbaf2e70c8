//! Passages of the corpus: cut, transposed, their conditions dropped, and gathered into micro-batches.

use std::ops::Range;

use partita_dataset::{Corpus, DatasetError, Music, Piece, PieceId, Split};
use partita_encoding::{DRUMS, Key, LabelVocabulary, NoteEvent};
use partita_model::{BarFeatures, ConditionClasses, Passage, PassageBar};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::curriculum::Curriculum;
use crate::recipe::Recipe;
use crate::schedule::{bars_at, competence};
use crate::streams::{Purpose, stream};

/// Which conditions a passage of training may be without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropping {
    /// Each on its own, and sometimes all of them: the model learns to do with what it is told.
    Any,
    /// Those that composing may be without: it always has a tempo and instruments.
    AsComposed,
}

/// Cuts passages from a corpus.
#[derive(Clone, Copy, Debug)]
pub struct Cutter<'a> {
    /// Where from.
    pub corpus: &'a Corpus,
    /// What the model calls genres and composers.
    pub labels: &'a LabelVocabulary,
    /// How long and how changed.
    pub recipe: &'a Recipe,
    /// What they may be without.
    pub dropping: Dropping,
}

impl<'a> Cutter<'a> {
    /// One that drops any condition.
    pub fn new(corpus: &'a Corpus, labels: &'a LabelVocabulary, recipe: &'a Recipe) -> Self {
        Self { corpus, labels, recipe, dropping: Dropping::Any }
    }

    /// One pool's micro-batches, in the order of training. A function of recipe, `pool` and `step` (whose competence
    /// counts) only, so that a resumed run needs nothing but those numbers.
    pub fn pool(&self, curriculum: &Curriculum, pool: u64, step: u64) -> Result<Vec<Vec<Passage>>, DatasetError> {
        self.pool_at(curriculum, pool, competence(self.recipe, step))
    }

    /// The same for a competence that is known.
    pub fn pool_at(
        &self,
        curriculum: &Curriculum,
        pool: u64,
        competence: f64,
    ) -> Result<Vec<Vec<Passage>>, DatasetError> {
        let mut random = stream(self.recipe.seed, Purpose::Shuffle, pool);
        let bars = bars_at(self.recipe, competence);
        let pieces = curriculum.within(competence);
        let mut passages = Vec::new();
        let mut missing = (self.recipe.events_per_replica * self.recipe.pool_micro_batches) as isize;
        while missing > 0 {
            let id = pieces[random.random_range(0..pieces.len())];
            let passage = self.training_passage(id, bars, &mut random)?;
            missing -= passage.steps() as isize;
            passages.push(drop_conditions(passage, self.recipe, self.dropping, &mut random));
        }
        let mut batches = gather(passages, self.recipe.events_per_replica);
        batches.shuffle(&mut random);
        Ok(batches)
    }

    /// The validation passages, grouped by bars so that latents can be exchanged between rows; in groups of at least
    /// two. The same for every step and every recipe of this seed and length.
    pub fn validation(&self) -> Result<Vec<Vec<Passage>>, DatasetError> {
        let passages = self.validation_passages()?;
        let batches = passages
            .chunk_by(|a, b| a.bars.len() == b.bars.len())
            .flat_map(|same| gather(same.to_vec(), self.recipe.events_per_replica))
            .filter(|batch| batch.len() > 1);
        Ok(batches.collect())
    }

    /// The same one by one, in order of their bars, then of their length; those too that have no other to go with.
    pub(crate) fn validation_passages(&self) -> Result<Vec<Passage>, DatasetError> {
        let mut random = stream(self.recipe.seed, Purpose::Validation, u64::MAX >> 3);
        let order = self.corpus.shuffled(Split::Valid, self.recipe.seed, 0);
        let mut passages: Vec<Passage> = order
            .iter()
            .cycle()
            .take(self.recipe.evaluate_passages)
            .map(|&id| self.cut(id, self.recipe.bars_max, &mut random))
            .collect::<Result<_, _>>()?;
        passages.sort_by_key(|passage| (passage.bars.len(), passage.steps()));
        Ok(passages)
    }

    /// A whole piece, with all its conditions: consecutive passages of up to `bars_max` bars and `events_per_passage`
    /// events that hold each bar once and each note, even of a bar that is longer alone. The sum of their −log p over the
    /// piece's notes, or quarters, is the NLL of the piece.
    pub fn whole(&self, id: PieceId) -> Result<Vec<Passage>, DatasetError> {
        let piece = self.corpus.piece(id);
        let music = piece.music()?;
        let count = music.bar_count();
        let next = |start: usize| self.end_within(&music, start, count.min(start + self.recipe.bars_max));
        let starts = std::iter::successors(Some(0), |&start| Some(next(start)).filter(|&end| end < count));
        Ok(starts.map(|start| self.passage(&piece, &music, start..next(start), usize::MAX)).collect())
    }

    /// Up to `bars` bars of a piece: a quarter of the time its first, a quarter its last.
    fn cut(&self, id: PieceId, bars: usize, random: &mut ChaCha8Rng) -> Result<Passage, DatasetError> {
        let piece = self.corpus.piece(id);
        let music = piece.music()?;
        let count = music.bar_count();
        let length = bars.min(count);
        let latest = count - length;
        let start = match random.random_range(0..4) {
            0 => 0,
            1 => latest,
            _ => random.random_range(0..=latest),
        };
        let end = self.end_within(&music, start, start + length);
        Ok(self.passage(&piece, &music, start..end, self.recipe.events_per_passage - 1))
    }

    fn training_passage(&self, id: PieceId, bars: usize, random: &mut ChaCha8Rng) -> Result<Passage, DatasetError> {
        let mut passage = self.cut(id, bars, random)?;
        let limit = self.recipe.transpose_semitones_max;
        if limit > 0 {
            transpose(&mut passage, random.random_range(-limit..=limit));
        }
        Ok(passage)
    }

    /// The end of a passage from `start` that is not over `events_per_passage`, and has at least one bar.
    fn end_within(&self, music: &Music, start: usize, end: usize) -> usize {
        let mut events = 0;
        let fits = |&bar: &usize| {
            events += 1 + music.bar(bar).notes.len();
            events <= self.recipe.events_per_passage
        };
        start + (start..end).take_while(fits).count().max(1)
    }

    fn passage(&self, piece: &Piece<'_>, music: &Music, bars: Range<usize>, notes_per_bar_max: usize) -> Passage {
        let last = music.bar_count() - 1;
        let bars = bars.map(|index| {
            let bar = music.bar(index);
            PassageBar {
                features: BarFeatures {
                    metre: bar.metre.class(),
                    index,
                    remaining: last - index,
                    density: bar.conditions.density,
                    polyphony: bar.conditions.polyphony,
                },
                steps: bar.metre.steps(),
                notes: bar.notes[..bar.notes.len().min(notes_per_bar_max)].to_vec(),
            }
        });
        let conditions = ConditionClasses::new(&piece.conditions(), piece.grid(), self.labels);
        Passage { conditions, bars: bars.collect() }
    }
}

/// Drops conditions by the recipe's shares.
fn drop_conditions(mut passage: Passage, recipe: &Recipe, dropping: Dropping, random: &mut ChaCha8Rng) -> Passage {
    let keeps = dropping == Dropping::AsComposed;
    if random.random_bool(recipe.unconditional_fraction) && !keeps {
        return unconditional(passage);
    }
    let mut dropped = || random.random_bool(recipe.condition_dropout);
    let c = &mut passage.conditions;
    c.genre = c.genre.filter(|_| !dropped());
    c.composer = c.composer.filter(|_| !dropped());
    c.tempo = c.tempo.filter(|_| !dropped() || keeps);
    c.key = c.key.filter(|_| !dropped());
    if dropped() {
        (c.valence, c.arousal) = (None, None);
    }
    c.instruments = c.instruments.filter(|_| !dropped() || keeps);
    let (density, polyphony) = (dropped() || dropped(), dropped() || dropped());
    for bar in &mut passage.bars {
        bar.features.density = bar.features.density.filter(|_| !density);
        bar.features.polyphony = bar.features.polyphony.filter(|_| !polyphony);
    }
    passage
}

/// The passage with nothing asked but the grid and the bars' metre and place.
pub fn unconditional(mut passage: Passage) -> Passage {
    passage.conditions = ConditionClasses::none(passage.conditions.grid);
    for bar in &mut passage.bars {
        bar.features = bar.features.without_conditions();
    }
    passage
}

/// Sorted by length into batches whose padded size is at most `events`; a batch has at least one passage.
fn gather(mut passages: Vec<Passage>, events: usize) -> Vec<Vec<Passage>> {
    passages.sort_by_key(|passage| std::cmp::Reverse(passage.steps()));
    let mut batches: Vec<Vec<Passage>> = Vec::new();
    for passage in passages {
        match batches.last_mut() {
            Some(batch) if batch[0].steps() * (batch.len() + 1) <= events => batch.push(passage),
            _ => batches.push(vec![passage]),
        }
    }
    batches
}

/// Moves all pitched notes and the key by `semitones`; leaves the passage alone where a note would leave MIDI's range.
fn transpose(passage: &mut Passage, semitones: i8) {
    let moved = |note: &NoteEvent| (note.program != DRUMS).then(|| note.pitch as i8 as i16 + i16::from(semitones));
    let notes = || passage.bars.iter().flat_map(|bar| &bar.notes);
    if notes().filter_map(moved).any(|pitch| !(0..128).contains(&pitch)) {
        return;
    }
    for note in passage.bars.iter_mut().flat_map(|bar| &mut bar.notes) {
        if let Some(pitch) = moved(note) {
            note.pitch = pitch as u8;
        }
    }
    passage.conditions.key = passage.conditions.key.map(|class| {
        let tonic = (i16::from(class % 12) + i16::from(semitones)).rem_euclid(12) as u8;
        Key { tonic, minor: class >= 12 }.class()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_encoding::{CENTS_ZERO, InstrumentSet};
    use rand_chacha::rand_core::SeedableRng;

    fn passage(pitches: &[u8], program: u8) -> Passage {
        let note =
            |&pitch: &u8| NoteEvent { position: 0, program, pitch, cents: CENTS_ZERO, duration: 3, velocity: 20 };
        let features = BarFeatures { metre: 0, index: 0, remaining: 0, density: Some(1), polyphony: Some(2) };
        let conditions = ConditionClasses { key: Some(22), ..ConditionClasses::default() };
        Passage {
            conditions,
            bars: vec![PassageBar { features, steps: 48, notes: pitches.iter().map(note).collect() }],
        }
    }

    #[test]
    fn what_composing_always_has_is_kept() {
        let recipe = Recipe { condition_dropout: 1.0, unconditional_fraction: 1.0, ..Recipe::default() };
        let told = ConditionClasses {
            genre: Some(1),
            tempo: Some(4),
            instruments: Some(InstrumentSet { programs: 1, drums: true }),
            ..passage(&[60], 0).conditions
        };
        let asked = Passage { conditions: told, ..passage(&[60], 0) };
        let left = |dropping| drop_conditions(asked.clone(), &recipe, dropping, &mut ChaCha8Rng::seed_from_u64(1));
        let as_composed = left(Dropping::AsComposed);
        assert_eq!((as_composed.conditions.tempo, as_composed.conditions.instruments), (told.tempo, told.instruments));
        assert_eq!((as_composed.conditions.genre, as_composed.bars[0].features.density), (None, None));
        assert_eq!(left(Dropping::Any), unconditional(asked.clone()));
    }

    #[test]
    fn transposing_moves_notes_and_key_but_not_drums() {
        let mut moved = passage(&[60, 64], 0);
        transpose(&mut moved, 3);
        assert_eq!(moved.bars[0].notes.iter().map(|note| note.pitch).collect::<Vec<_>>(), [63, 67]);
        assert_eq!(moved.conditions.key, Some(13)); // B flat minor to D flat minor
        let mut drums = passage(&[36], DRUMS);
        transpose(&mut drums, 3);
        assert_eq!(drums.bars[0].notes[0].pitch, 36);
    }

    #[test]
    fn transposing_out_of_range_changes_nothing() {
        let mut high = passage(&[60, 126], 0);
        transpose(&mut high, 3);
        assert_eq!(high, passage(&[60, 126], 0));
    }

    #[test]
    fn batches_hold_all_passages_within_the_budget() {
        let passages: Vec<Passage> = (1..40).map(|count| passage(&vec![60; count % 13], 0)).collect();
        let batches = gather(passages.clone(), 40);
        assert_eq!(batches.iter().map(Vec::len).sum::<usize>(), passages.len());
        assert!(batches.iter().all(|batch| batch.iter().map(Passage::steps).max().unwrap() * batch.len() <= 40));
    }
}
