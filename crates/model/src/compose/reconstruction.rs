//! Music through the latents and back: what of a passage its latents and conditions keep.

use burn::tensor::Device;
use partita_encoding::NoteEvent;

use super::grammar::Instruments;
use super::sampling::Choice;
use super::writer::{Plan, PlannedBar, Writer};
use crate::batch::{Batch, Passage};
use crate::config::ModelConfig;
use crate::cvae::{Cvae, Latents};
use crate::layout::PieceLayout;

/// The notes of each bar of `passage` as the decoder writes them from the means of q(z | x, c), always the likeliest class
/// that is valid. It reads its own notes and never those of the passage. Bars have at most `notes_per_bar_max` notes.
pub fn reconstruct(
    model: &Cvae,
    config: &ModelConfig,
    passage: &Passage,
    notes_per_bar_max: usize,
    device: &Device,
) -> Vec<Vec<NoteEvent>> {
    let batch = Batch::new(std::slice::from_ref(passage), &PieceLayout::new(config), &|_, _| false, device);
    let posterior = model.encode(&batch);
    let latents = Latents { piece: posterior.piece.mu, bars: posterior.bars.mu };
    let plan = plan(passage, notes_per_bar_max);
    Writer::new(model, config, &plan, &latents, Choice::Likeliest, device).write(&mut |_, _| {})
}

/// To write as many bars, under the same conditions.
fn plan(passage: &Passage, notes_per_bar_max: usize) -> Plan {
    Plan {
        conditions: passage.conditions,
        bars: passage.bars.iter().map(|bar| PlannedBar { features: bar.features, steps: bar.steps }).collect(),
        instruments: passage.conditions.instruments.map_or(Instruments::ALL, Instruments::only),
        notes_per_bar_max,
    }
}
