//! Real passages beside music that is composed under their conditions.

use partita_model::adversarial::roll::RollPassage;
use partita_model::compose::compose_like;
use partita_model::{Cvae, Passage};
use rand::seq::index;
use rand_chacha::ChaCha8Rng;

use super::super::players::PhaseView;
use crate::streams::{Purpose, stream};

/// Windows of a passage that are kept.
const WINDOWS: usize = 4;

/// Some bars in a row of a passage, and of one that was composed under its conditions.
#[derive(Clone, Debug)]
pub(crate) struct WrittenWindow {
    pub(super) real: RollPassage,
    pub(super) written: RollPassage,
}

/// Windows of the passages of `batches`, on all workers; `number` is that of the pool, whose chances are its own.
pub(super) fn compose_beside(
    view: &PhaseView<'_>,
    model: &Cvae,
    number: u64,
    batches: &[Vec<Passage>],
) -> Vec<WrittenWindow> {
    let recipe = view.cutter.recipe;
    let of_batch = |index: usize, passages: &Vec<Passage>| -> Vec<WrittenWindow> {
        let mut random = stream(recipe.seed, Purpose::Written, number << 16 | index as u64);
        let of_passage = |real: &Passage| {
            let notes_per_bar_max = recipe.events_per_passage / 4;
            let written = compose_like(model, view.config, real, notes_per_bar_max, &mut random, view.device);
            windows(real, &written, recipe.roll_bars, &mut random)
        };
        passages.iter().flat_map(of_passage).collect()
    };
    view.workers.map(batches.iter().collect(), of_batch).into_iter().flatten().collect()
}

/// Windows of up to `bars` bars that end with different ones, as a listener hears them when that bar has been written.
fn windows(real: &Passage, written: &Passage, bars: usize, random: &mut ChaCha8Rng) -> Vec<WrittenWindow> {
    let count = real.bars.len();
    let ends = index::sample(random, count, WINDOWS.min(count));
    let part = |passage: &Passage, end: usize| {
        let bars = passage.bars[(end + 1).saturating_sub(bars)..=end].to_vec();
        RollPassage::of(&Passage { conditions: passage.conditions, bars })
    };
    ends.into_iter().map(|end| WrittenWindow { real: part(real, end), written: part(written, end) }).collect()
}
