//! Choosing among candidates for a bar by how real the music sounds with each.

use burn::tensor::Device;
use partita_encoding::NoteEvent;

use super::writer::Plan;
use crate::adversarial::Listener;
use crate::adversarial::roll::{RollPassage, RollRows};
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
        let first = (bar + 1).saturating_sub(self.bars);
        let planned = |index: usize, notes: &[NoteEvent]| {
            let of = plan.bars[index];
            PassageBar { features: of.features, steps: of.steps, notes: notes.to_vec() }
        };
        let window = |candidate: &Vec<NoteEvent>| {
            let before = (first..bar).map(|index| planned(index, &written[index]));
            let bars = before.chain([planned(bar, candidate)]).collect();
            RollPassage::of(&Passage { conditions: plan.conditions, bars })
        };
        let windows: Vec<RollPassage> = candidates.iter().map(window).collect();
        let windows: Vec<&RollPassage> = windows.iter().collect();
        let rows = RollRows::new(&windows, layout, device);
        let scores = self.listener.listener.forward(&rows, rows.rolls(&windows)).into_data_as::<f32>();
        let scores: Vec<f32> = scores.iter::<f32>().collect();
        (0..scores.len()).rev().max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
    }
}
