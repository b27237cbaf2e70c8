//! Real passages beside music that is composed under their conditions.

use partita_encoding::Grid;
use partita_model::adversarial::listener::HeardWindow;
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
    pub(super) real: HeardWindow,
    pub(super) written: HeardWindow,
}

/// Windows of the passages of `batches`, on all workers; `number` is that of the pool, whose chances are its own.
pub(super) fn compose_beside(
    view: &PhaseView<'_>,
    model: &Cvae,
    number: u64,
    batches: &[Vec<Passage>],
) -> Vec<WrittenWindow> {
    let recipe = view.cutter.recipe;
    // A bar may take up a quarter of a passage, as only a real one that is very dense does.
    let notes_per_bar_max = recipe.events_per_passage / 4;
    let of_batch = |index: usize, passages: Vec<Passage>| -> Vec<WrittenWindow> {
        let mut random = stream(recipe.seed, Purpose::Written, number << 16 | index as u64);
        let written =
            compose_like(model, view.config, view.source, &passages, notes_per_bar_max, &mut random, view.device);
        let pairs = passages.iter().zip(&written);
        pairs.flat_map(|(real, written)| windows(real, written, recipe.heard_bars, &mut random)).collect()
    };
    view.workers.map(heard(batches), of_batch).into_iter().flatten().collect()
}

/// What is composed is on the beat, so a critic need not hear anything else; where nothing is, it hears all.
pub(super) fn heard(batches: &[Vec<Passage>]) -> Vec<Vec<Passage>> {
    let on_beat = |passage: &Passage| passage.conditions.grid == Grid::Beat;
    if !batches.iter().flatten().any(on_beat) {
        return batches.to_vec();
    }
    batches.iter().map(|passages| passages.iter().filter(|passage| on_beat(passage)).cloned().collect()).collect()
}

/// Windows of up to `bars` bars that end with different ones, as a listener hears them when that bar has been written.
fn windows(real: &Passage, written: &Passage, bars: usize, random: &mut ChaCha8Rng) -> Vec<WrittenWindow> {
    let count = real.bars.len();
    let ends = index::sample(random, count, WINDOWS.min(count));
    let part = |passage: &Passage, end: usize| HeardWindow::ending_with(passage, end, bars);
    ends.into_iter().map(|end| WrittenWindow { real: part(real, end), written: part(written, end) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_encoding::{CENTS_ZERO, NoteEvent};
    use partita_model::{BarFeatures, ConditionClasses, PassageBar};
    use rand_chacha::rand_core::SeedableRng;

    fn passage(grid: Grid, bars: usize) -> Passage {
        let features =
            |index| BarFeatures { metre: 0, index, remaining: bars - 1 - index, density: None, polyphony: None };
        let bars = (0..bars).map(|index| PassageBar { features: features(index), steps: 48, notes: Vec::new() });
        Passage { conditions: ConditionClasses { grid, ..ConditionClasses::default() }, bars: bars.collect() }
    }

    #[test]
    fn what_is_not_on_the_beat_is_heard_only_where_nothing_is() {
        let [beat, time] = [Grid::Beat, Grid::Time].map(|grid| passage(grid, 2));
        let mixed = [vec![beat.clone(), time.clone()], vec![time.clone()]];
        assert_eq!(heard(&mixed), [vec![beat], vec![]]);
        let none = [vec![time]];
        assert_eq!(heard(&none), none);
    }

    #[test]
    fn windows_end_with_different_bars_and_hold_those_before() {
        // The bar of a place has as many notes as its place says, all written ones together with what is real.
        let mut real = passage(Grid::Beat, 6);
        for (place, bar) in (0..).zip(&mut real.bars) {
            let note =
                |position| NoteEvent { position, program: 0, pitch: 60, cents: CENTS_ZERO, duration: 3, velocity: 9 };
            bar.notes = (0..place).map(note).collect();
        }
        let written = real.clone();
        let windows = windows(&real, &written, 3, &mut ChaCha8Rng::seed_from_u64(1));
        assert!(windows.iter().all(|window| window.real == window.written));
        let ending_with = |end: usize| {
            let bars = real.bars[end.saturating_sub(2)..=end].to_vec();
            HeardWindow::of(&Passage { conditions: real.conditions, bars })
        };
        let mut ends: Vec<_> =
            windows.iter().filter_map(|window| (0..6).find(|end| ending_with(*end) == window.real)).collect();
        ends.sort_unstable();
        ends.dedup();
        assert_eq!(ends.len(), WINDOWS);
    }
}
