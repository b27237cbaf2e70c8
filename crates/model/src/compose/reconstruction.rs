//! Music through the latents and back: what of a passage its latents and conditions keep.

use std::iter::repeat_n;

use burn::tensor::Device;
use partita_encoding::{NoteEvent, Origin};
use rand_chacha::ChaCha8Rng;

use super::desk::together;
use super::latents::LatentSource;
use super::sampling::{Choice, Sampling};
use super::writer::{Plan, PlannedBar, Writer, compose_together};
use crate::batch::{Batch, Passage, PassageBar};
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

/// Passages of the bars and conditions of `passages`, each written anew from its row of `latents`, as the decoder has learned
/// it: a draw of p(x | z, c), but for what no valid event could be, and for bars of more than `notes_per_bar_max` notes.
pub fn write_again(
    model: &Cvae,
    config: &ModelConfig,
    passages: &[Passage],
    latents: &Latents,
    notes_per_bar_max: usize,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> Vec<Passage> {
    let as_learned = Sampling { temperature: 1.0, top_p: 1.0, guidance: 1.0, ..Sampling::default() };
    let latent = config.latent;
    let own = |(row, passage): (usize, &Passage)| Latents {
        piece: latents.piece.clone().slice([row..row + 1, 0..latent]),
        bars: latents.bars.clone().slice([row..row + 1, 0..passage.bars.len(), 0..latent]),
    };
    let own: Vec<Latents> = passages.iter().enumerate().map(own).collect();
    let plans = plans(passages, notes_per_bar_max);
    with_notes(passages, compose_together(model, config, &plans, &own, &as_learned, random, device))
}

/// Passages of the bars and conditions of `passages`, composed from latents of `source`.
pub fn compose_like(
    model: &Cvae,
    config: &ModelConfig,
    source: LatentSource<'_>,
    passages: &[Passage],
    notes_per_bar_max: usize,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> Vec<Passage> {
    let sampling = Sampling::default();
    let plans = plans(passages, notes_per_bar_max);
    let draw = |plan: &Plan| source.draw(model, config, plan, &sampling, random, device);
    let latents: Vec<Latents> = plans.iter().map(draw).collect();
    with_notes(passages, compose_together(model, config, &plans, &latents, &sampling, random, device))
}

/// The same for `variations` of each of `passages`, at least one of at least one: all in a row, from the same latents and by chances
/// of their own. Their latents are given back as rows.
pub fn compose_variations(
    model: &Cvae,
    config: &ModelConfig,
    source: LatentSource<'_>,
    (passages, variations): (&[Passage], usize),
    notes_per_bar_max: usize,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> (Vec<Passage>, Latents) {
    let sampling = Sampling::default();
    let repeated: Vec<Passage> = passages.iter().flat_map(|passage| repeat_n(passage.clone(), variations)).collect();
    let plans = plans(&repeated, notes_per_bar_max);
    let of_passage = |plan: &Plan| repeat_n(source.draw(model, config, plan, &sampling, random, device), variations);
    let latents: Vec<Latents> = plans.iter().step_by(variations).flat_map(of_passage).collect();
    let notes = compose_together(model, config, &plans, &latents, &sampling, random, device);
    (with_notes(&repeated, notes), together(latents.into_iter()))
}

/// The passages with other notes in each of their bars.
fn with_notes(passages: &[Passage], notes: Vec<Vec<Vec<NoteEvent>>>) -> Vec<Passage> {
    let with_notes = |(passage, notes): (&Passage, Vec<Vec<NoteEvent>>)| {
        let bars = passage.bars.iter().zip(notes);
        let bars = bars.map(|(bar, notes)| PassageBar { features: bar.features, steps: bar.steps, notes });
        Passage { conditions: passage.conditions, bars: bars.collect() }
    };
    passages.iter().zip(notes).map(with_notes).collect()
}

fn plans(passages: &[Passage], notes_per_bar_max: usize) -> Vec<Plan> {
    passages.iter().map(|passage| plan(passage, notes_per_bar_max)).collect()
}

/// To write as many bars, under the same conditions.
fn plan(passage: &Passage, notes_per_bar_max: usize) -> Plan {
    Plan {
        conditions: passage.conditions,
        bars: passage
            .bars
            .iter()
            .map(|bar| PlannedBar { features: bar.features, steps: bar.steps, origin: Origin::New })
            .collect(),
        notes_per_bar_max,
    }
}
