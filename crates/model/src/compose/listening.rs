//! Choosing among candidates for a bar by how real the music sounds with each.

use burn::tensor::Device;
use partita_encoding::NoteEvent;

use super::writer::{Plan, PlannedBar};
use crate::adversarial::roll::{RollPassage, RollRows};
use crate::adversarial::{Listener, heard_with};
use crate::batch::{Passage, PassageBar};
use crate::layout::PieceLayout;

/// A critic of written music at work, and how many bars it hears together.
#[derive(Clone, Copy, Debug)]
pub struct Listening<'a> {
    /// The critic.
    pub listener: &'a Listener,
    /// Bars that it hears together.
    pub bars: usize,
}

impl Listening<'_> {
    /// Which of the `candidates` for the bar of `plan` after those `written` sounds most real after them; the first of several
    /// that are alike.
    pub(super) fn best(
        &self,
        plan: &Plan,
        layout: &PieceLayout,
        written: &[Vec<NoteEvent>],
        candidates: &[Vec<NoteEvent>],
        device: &Device,
    ) -> usize {
        let bar = written.len();
        let window = |candidate: &Vec<NoteEvent>| {
            let bars = heard_with(bar, self.bars).map(|index| {
                let PlannedBar { features, steps, .. } = plan.bars[index];
                PassageBar { features, steps, notes: written.get(index).unwrap_or(candidate).clone() }
            });
            RollPassage::of(&Passage { conditions: plan.conditions, bars: bars.collect() })
        };
        let windows: Vec<RollPassage> = candidates.iter().map(window).collect();
        let windows: Vec<&RollPassage> = windows.iter().collect();
        let rows = RollRows::new(&windows, layout, device);
        let scores = self.listener.listener.forward(&rows, rows.rolls(&windows)).into_data_as::<f32>();
        let scores: Vec<f32> = scores.iter::<f32>().collect();
        (0..scores.len()).rev().max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
    }
}
