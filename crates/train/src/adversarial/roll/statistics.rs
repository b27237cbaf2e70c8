//! What a window's rolls are like, in a few numbers.

use partita_encoding::TrackGroup;
use partita_model::adversarial::roll::{PITCHES, PLANES, Plane, RollPassage, STEPS};

/// Numbers that describe a window: shares of its pitched onsets by pitch class (12) and of all onsets by step (16), onsets a
/// slot by group (6) and steps sounding an onset by group (5), both as logarithms, and pitched notes sounding at a time.
pub(super) const STATISTICS: usize = 12 + STEPS + 2 * TrackGroup::ALL.len() - 1 + 1;

/// The cells of a generated window, `[M, PLANES, STEPS, PITCHES]`, that are set.
pub(super) fn set_cells(cells: &[f32]) -> Vec<u32> {
    (0..).zip(cells).filter(|(_, cell)| **cell > 0.0).map(|(index, _)| index).collect()
}

/// The statistics of a window whose set cells are `cells`.
pub(super) fn statistics(window: &RollPassage, cells: &[u32]) -> [f32; STATISTICS] {
    let (mut pitch_classes, mut steps) = ([0.0; 12], [0.0; STEPS]);
    let mut planes = [0.0f32; PLANES];
    for &cell in cells {
        let (place, pitch) = (cell as usize / PITCHES, cell as usize % PITCHES);
        let plane = place / STEPS % PLANES;
        planes[plane] += 1.0;
        if plane < TrackGroup::ALL.len() {
            steps[place % STEPS] += 1.0;
            if plane != TrackGroup::Drums as usize {
                pitch_classes[pitch % 12] += 1.0;
            }
        }
    }
    let slots = window.slots.len() as f32;
    let of = |plane: Plane| plane.index().map_or(0.0, |index| planes[index]);
    let sustained = &TrackGroup::ALL[1..];
    let columns = window.slots.iter().map(|slot| slot.steps).sum::<usize>() as f32;
    let sounding = sustained.iter().map(|group| of(Plane::Frame(*group))).sum::<f32>() / columns.max(1.0);
    let onsets = TrackGroup::ALL.iter().map(|group| (of(Plane::Onset(*group)) / slots).ln_1p());
    let lengths = sustained.iter().map(|group| (of(Plane::Frame(*group)) / of(Plane::Onset(*group)).max(1.0)).ln_1p());
    let all = shares(&pitch_classes).chain(shares(&steps)).chain(onsets).chain(lengths).chain([sounding]);
    let mut numbers = [0.0; STATISTICS];
    numbers.iter_mut().zip(all).for_each(|(number, value)| *number = value);
    numbers
}

/// Onsets a slot, all groups together.
pub(super) fn onsets_per_slot(window: &RollPassage, cells: &[u32]) -> f64 {
    let onset = |cell: &&u32| **cell as usize / PITCHES / STEPS % PLANES < TrackGroup::ALL.len();
    cells.iter().filter(onset).count() as f64 / window.slots.len().max(1) as f64
}

/// Each count's share of all, 0 where there is none.
fn shares(counts: &[f32]) -> impl Iterator<Item = f32> + '_ {
    let sum = counts.iter().sum::<f32>().max(1.0);
    counts.iter().map(move |count| count / sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_encoding::Metre;
    use partita_model::{BarFeatures, ConditionClasses};

    #[test]
    fn statistics_are_as_worked_out_by_hand() {
        let features = BarFeatures { metre: 1, index: 0, remaining: 0, density: None, polyphony: None };
        let length = Metre::of_class(1).unwrap().steps(); // 3/4: twelve steps
        let window = RollPassage::silent(ConditionClasses::default(), &[(features, length)]);
        let set = |plane: Plane, step, pitch| plane.cell(0, step, pitch).unwrap() as u32;
        let (onset, frame) = (Plane::Onset(TrackGroup::Bass), Plane::Frame(TrackGroup::Bass));
        // C2 for three steps from the fifth, and a drum with it.
        let mut cells = vec![set(onset, 4, 12), set(Plane::Onset(TrackGroup::Drums), 4, 11)];
        cells.extend([4, 5, 6].map(|step| set(frame, step, 12)));
        let found = statistics(&window, &cells);
        let (drums, bass, length, polyphony) = (28, 29, 34, 39);
        let expected =
            [(0, 1.0), (16, 1.0), (drums, 2f32.ln()), (bass, 2f32.ln()), (length, 4f32.ln()), (polyphony, 0.25)];
        let mut numbers = [0.0; STATISTICS];
        expected.iter().for_each(|(index, value)| numbers[*index] = *value);
        assert_eq!(found, numbers);
        assert_eq!(onsets_per_slot(&window, &cells), 2.0);
    }
}
