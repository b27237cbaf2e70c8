//! What a run trains on and validates with, looked at before it begins.

use partita_dataset::{Corpus, SIDE_PIECES_MIN, Split};
use partita_model::Passage;

use crate::error::TrainError;
use crate::passages::Cutter;
use crate::recipe::Recipe;

/// A corpus that has enough, and the passages that every validation of the run takes.
pub(super) struct Material<'c> {
    pub(super) corpus: &'c Corpus,
    /// At least one batch, and in all of them at least one note.
    pub(super) validation_batches: Vec<Vec<Passage>>,
}

impl<'c> Material<'c> {
    /// # Errors
    /// A corpus with too few pieces, or a recipe by which none of its passages can be validated.
    pub(super) fn new(corpus: &'c Corpus, recipe: &Recipe) -> Result<Self, TrainError> {
        for (split, purpose) in [(Split::Train, "train on"), (Split::Valid, "validate with")] {
            let pieces = corpus.pieces(split).len();
            if pieces < SIDE_PIECES_MIN {
                return Err(TrainError::TooFewPieces { pieces, purpose, needed: SIDE_PIECES_MIN });
            }
        }
        let cutter = Cutter::new(corpus, corpus.vocabulary(), recipe);
        let validation_batches = cutter.validation()?;
        if validation_batches.is_empty() {
            return Err(TrainError::NothingToValidate(why_nothing(&cutter.validation_passages()?, recipe)));
        }
        if validation_batches.iter().flatten().all(|passage| passage.note_count() == 0) {
            return Err(TrainError::NothingToValidate(format!(
                "none of the validation passages has a note; raise evaluate_passages (now {}) or bars_max (now {})",
                recipe.evaluate_passages, recipe.bars_max
            )));
        }
        Ok(Self { corpus, validation_batches })
    }
}

/// Why no two passages, which are in order of their bars and then of their length, make a batch, and what to change.
fn why_nothing(passages: &[Passage], recipe: &Recipe) -> String {
    let pairs = passages.windows(2).filter(|pair| pair[0].bars.len() == pair[1].bars.len());
    let Recipe { evaluate_passages, events_per_replica, bars_max, .. } = recipe;
    match pairs.map(|pair| 2 * pair[1].steps()).min() {
        None => format!(
            "no two of {evaluate_passages} validation passages have equally many bars, and latents are exchanged between \
             two that have; raise evaluate_passages, or lower bars_max (now {bars_max})"
        ),
        Some(needed) => format!(
            "no two validation passages of equally many bars fit into a micro-batch; raise events_per_replica (now \
             {events_per_replica}) to at least {needed}, or lower events_per_passage or bars_max"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_model::{BarFeatures, ConditionClasses, PassageBar};

    #[test]
    fn why_nothing_can_be_validated_says_what_to_change() {
        let recipe = Recipe::default();
        let features = BarFeatures { metre: 0, index: 0, remaining: 0, density: None, polyphony: None };
        let bar = PassageBar { features, steps: 48, notes: Vec::new() };
        let passage = |bars| Passage { conditions: ConditionClasses::default(), bars: vec![bar.clone(); bars] };
        let lonely = why_nothing(&[passage(1), passage(2), passage(3)], &recipe);
        assert!(lonely.contains("256 validation passages") && lonely.contains("raise evaluate_passages"), "{lonely}");
        let wide = why_nothing(&[passage(2), passage(5), passage(5)], &recipe);
        assert!(wide.contains("raise events_per_replica (now 2048) to at least 10"), "{wide}");
    }
}
