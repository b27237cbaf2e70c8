//! How dense each bar is.

use crate::{BarConditions, DRUMS, EncodedBar, density_class, duration_steps, polyphony_class};

/// Sets each bar's conditions from the notes. Notes held over from earlier bars count in its polyphony; drums, whose
/// hits do not sustain, do not. Density is in onsets a quarter; on [`crate::Grid::Time`] half a second stands for one.
pub(crate) fn fill_bars(bars: &mut [EncodedBar]) {
    // Ends, counted from the start of the current bar, of pitched notes that began earlier and still sound.
    let mut held: Vec<u32> = Vec::new();
    for bar in bars {
        let steps = bar.metre.steps();
        let pitched = bar.notes.iter().filter(|note| note.program != DRUMS);
        let (mut sounding, mut ends) = (0, Vec::new());
        for (start, end) in held.drain(..).map(|end| (0, end)).chain(
            pitched.map(|note| (u32::from(note.position), u32::from(note.position) + duration_steps(note.duration))),
        ) {
            sounding += end.min(steps) - start;
            ends.extend(end.checked_sub(steps).filter(|&left| left > 0));
        }
        held = ends;
        bar.conditions = BarConditions {
            density: Some(density_class(bar.notes.len() as f32 / bar.metre.quarters())),
            polyphony: Some(polyphony_class(sounding as f32 / steps as f32)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CENTS_ZERO, Metre, NoteEvent, duration_class};

    fn bar(notes: &[(u8, u8, u32)]) -> EncodedBar {
        let note = |&(position, program, steps): &(u8, u8, u32)| NoteEvent {
            position,
            program,
            pitch: 60,
            cents: CENTS_ZERO,
            duration: duration_class(steps),
            velocity: 20,
        };
        let metre = Metre { numerator: 2, denominator: 4 };
        EncodedBar { metre, notes: notes.iter().map(note).collect(), conditions: BarConditions::default() }
    }

    #[test]
    fn density_counts_onsets_and_polyphony_what_sounds() {
        // Bars of two quarters: 5 onsets and a mean of (24 + 12) / 24 notes; then only the rest of a held note, which
        // sounds for half of the bar; then silence.
        let mut bars =
            [bar(&[(0, 0, 36), (12, 40, 12), (0, DRUMS, 1), (6, DRUMS, 1), (12, DRUMS, 1)]), bar(&[]), bar(&[])];
        fill_bars(&mut bars);
        let classes = bars.map(|bar| (bar.conditions.density, bar.conditions.polyphony));
        assert_eq!(classes[0], (Some(density_class(2.5)), Some(polyphony_class(1.5))));
        assert_eq!(classes[1], (Some(0), Some(polyphony_class(0.5))));
        assert_eq!(classes[2], (Some(0), Some(0)));
        assert_ne!(classes[1].1, Some(0));
    }
}
