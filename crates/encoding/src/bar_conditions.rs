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
