//! Bars as places of a roll.

use partita_encoding::{Metre, STEPS_PER_QUARTER};

use super::cells::{GRID_STEPS_PER_STEP, STEPS};
use crate::layout::BarFeatures;

/// Grid steps of a whole slot: four quarters.
const SLOT_GRID_STEPS: u32 = STEPS as u32 * GRID_STEPS_PER_STEP;

/// A place of a roll: a bar, or up to four quarters of one that is longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which of the passage's bars it belongs to.
    pub bar: usize,
    /// What the network is told: the bar's features. Parts of a longer bar have metres of their own: 6/4 is told as 4/4
    /// and 2/4.
    pub features: BarFeatures,
    /// The steps of the roll that are there, at most [`STEPS`].
    pub steps: usize,
}

/// The slots of bars that are given by their features and lengths in grid steps.
pub fn slots_of(bars: &[(BarFeatures, u32)]) -> Vec<Slot> {
    let of_bar = |(bar, &(features, length)): (usize, &(BarFeatures, u32))| {
        let starts = (0..length.max(1)).step_by(SLOT_GRID_STEPS as usize);
        starts.map(move |start| {
            let part = (length - start.min(length)).min(SLOT_GRID_STEPS);
            let metre = if length <= SLOT_GRID_STEPS { features.metre } else { metre_class(part) };
            let steps = part.div_ceil(GRID_STEPS_PER_STEP) as usize;
            Slot { bar, features: BarFeatures { metre, ..features }, steps }
        })
    };
    bars.iter().enumerate().flat_map(of_bar).collect()
}

/// The class of the metre of so many grid steps: in quarters where that comes out even, else in sixteenths.
fn metre_class(steps: u32) -> u8 {
    let (beat, denominator) =
        if steps.is_multiple_of(STEPS_PER_QUARTER) { (STEPS_PER_QUARTER, 4) } else { (STEPS_PER_QUARTER / 4, 16) };
    Metre::new((steps / beat) as u8, denominator).map_or(Metre::OTHER_CLASS, Metre::class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(metre: Metre) -> (BarFeatures, u32) {
        let features = BarFeatures { metre: metre.class(), index: 0, remaining: 0, density: None, polyphony: None };
        (features, metre.steps())
    }

    #[test]
    fn long_bars_take_several_slots() {
        let metre = |text: &str| text.parse::<Metre>().unwrap();
        let slots = slots_of(&["4/4", "3/4", "6/4", "3/16"].map(|text| bar(metre(text))));
        let found: Vec<_> = slots.iter().map(|slot| (slot.bar, slot.steps, slot.features.metre)).collect();
        let class = |text| metre(text).class();
        let expected = [
            (0, 16, class("4/4")),
            (1, 12, class("3/4")),
            (2, 16, class("4/4")),
            (2, 8, class("2/4")),
            (3, 3, class("3/16")),
        ];
        assert_eq!(found, expected);
    }
}
