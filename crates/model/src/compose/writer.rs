//! Writes a piece, bar after bar.

use std::slice;

use burn::tensor::{Device, Int, Tensor, TensorData};
use partita_encoding::{NoteEvent, Origin, duration_class_within};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::desk::{Desk, Pen, Reading};
use super::latents::LatentSource;
use super::listening::{Listening, draw_by_odds};
use super::sampling::{Choice, Sampling};
use crate::conditions::ConditionClasses;
use crate::config::ModelConfig;
use crate::cvae::{Cvae, Latents};
use crate::decoder::DecoderState;
use crate::layout::BarFeatures;

/// One bar to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedBar {
    /// What the network is told.
    pub features: BarFeatures,
    /// Its length in grid steps.
    pub steps: u32,
    /// Where its music comes from: an earlier bar of the plan, as long as this one, or nowhere.
    pub origin: Origin,
}

impl PlannedBar {
    /// Whether the bar must not stay empty.
    pub(super) fn must_sound(&self) -> bool {
        self.features.index == 0 || self.features.remaining == 0
    }
}

/// A piece to be written, or consecutive bars of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it should be like; nothing plays that was not asked for.
    pub conditions: ConditionClasses,
    /// Exactly these bars.
    pub bars: Vec<PlannedBar>,
    /// Notes of a bar, at most; at least one. The piece's first bar and its last have at least one note.
    pub notes_per_bar_max: usize,
}

impl Plan {
    /// What the network is told of its bars.
    pub(super) fn features(&self) -> Vec<BarFeatures> {
        self.bars.iter().map(|bar| bar.features).collect()
    }

    /// The latents of each bar, where those that come from an earlier bar have that bar's.
    pub(super) fn with_origins(&self, latents: Latents, device: &Device) -> Latents {
        if self.bars.iter().all(|bar| bar.origin == Origin::New) {
            return latents;
        }
        let mut rows: Vec<i32> = Vec::with_capacity(self.bars.len());
        for (index, bar) in self.bars.iter().enumerate() {
            rows.push(bar.origin.source().map_or(index as i32, |source| rows[source]));
        }
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [self.bars.len()]), device);
        Latents { bars: latents.bars.select(1, rows), ..latents }
    }

    /// The notes of an earlier bar again; none lasts longer than the piece.
    fn repeated(&self, notes: &[NoteEvent], bar: usize) -> Vec<NoteEvent> {
        let steps_left = self.steps_from(bar);
        let again = |note: &NoteEvent| {
            let longest = duration_class_within(steps_left - u32::from(note.position));
            NoteEvent { duration: note.duration.min(longest), ..*note }
        };
        notes.iter().map(again).collect()
    }

    /// Steps from the start of a bar to the end of the piece; bars after the plan are as long as its last.
    pub(super) fn steps_from(&self, bar: usize) -> u32 {
        let planned: u32 = self.bars[bar..].iter().map(|bar| bar.steps).sum();
        let later = self.bars.last().map_or(0, |last| last.steps.saturating_mul(last.features.remaining as u32));
        planned.saturating_add(later)
    }
}

/// How a piece is drawn.
#[derive(Debug)]
pub struct Drawing<'a> {
    /// How boldly.
    pub sampling: &'a Sampling,
    /// By what chances.
    pub random: &'a mut ChaCha8Rng,
    /// Who chooses among [`Sampling::candidates`] for each bar that is new; without anyone, the first is kept.
    pub listening: Option<Listening<'a>>,
}

/// The notes of each bar of `plan`, from latents of the prior and with nobody listening. The same model, plan, sampling and
/// random stream give the same notes.
pub fn compose(
    model: &Cvae,
    config: &ModelConfig,
    plan: &Plan,
    sampling: &Sampling,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> Vec<Vec<NoteEvent>> {
    let latents = LatentSource::Prior.draw(model, config, plan, sampling, random, device);
    let drawing = Drawing { sampling, random, listening: None };
    compose_from(model, config, plan, &latents, drawing, device, &mut |_, _| {})
}

/// The same from latents that are there, the piece's `[1, latent]` and its bars' `[1, N, latent]`. `hear` is told of each note and
/// its bar as soon as it is written, or where candidates are chosen among, as soon as its bar is.
pub fn compose_from(
    model: &Cvae,
    config: &ModelConfig,
    plan: &Plan,
    latents: &Latents,
    drawing: Drawing<'_>,
    device: &Device,
    hear: &mut dyn FnMut(usize, &NoteEvent),
) -> Vec<Vec<NoteEvent>> {
    let Drawing { sampling, random, listening } = drawing;
    let listening = listening.filter(|_| sampling.candidates > 1);
    let writer = Writer::new(model, config, plan, latents, Choice::Drawn(sampling, random), device);
    Writer { listening, ..writer }.write(hear)
}

/// The pieces of several `plans` from the latents of each, written side by side, each as if it were the only one: by the chances
/// that are drawn for it from `random`, with nobody listening.
pub(super) fn compose_together(
    model: &Cvae,
    config: &ModelConfig,
    plans: &[Plan],
    latents: &[Latents],
    sampling: &Sampling,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> Vec<Vec<Vec<NoteEvent>>> {
    if plans.is_empty() {
        return Vec::new();
    }
    let desk = Desk::new(model, config, plans, latents, sampling.guidance != 1.0, device);
    let mut chances = own_chances(plans.len(), random);
    let pens = plans
        .iter()
        .zip(&mut chances)
        .enumerate()
        .map(|(number, (plan, chance))| Pen::new(number, 0, plan.bars.len(), Choice::Drawn(sampling, chance)));
    desk.write(&mut desk.start(), pens.collect(), &mut |_, _| {})
}

/// A stream of chances for each of `count` that are written side by side.
fn own_chances(count: usize, random: &mut ChaCha8Rng) -> Vec<ChaCha8Rng> {
    (0..count).map(|_| ChaCha8Rng::seed_from_u64(random.next_u64())).collect()
}

/// The decoder in the middle of a piece.
pub(super) struct Writer<'a> {
    desk: Desk<'a>,
    choice: Choice<'a>,
    state: DecoderState,
    listening: Option<Listening<'a>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        model: &'a Cvae,
        config: &ModelConfig,
        plan: &'a Plan,
        latents: &Latents,
        choice: Choice<'a>,
        device: &'a Device,
    ) -> Self {
        let (plans, latents) = (slice::from_ref(plan), slice::from_ref(latents));
        let desk = Desk::new(model, config, plans, latents, choice.guidance() != 1.0, device);
        Self { state: desk.start(), desk, choice, listening: None }
    }

    /// All bars; `hear` is told of each note and its bar.
    pub(super) fn write(mut self, hear: &mut dyn FnMut(usize, &NoteEvent)) -> Vec<Vec<NoteEvent>> {
        let plan = &self.desk.plans[0];
        let mut bars: Vec<Vec<NoteEvent>> = Vec::with_capacity(plan.bars.len());
        for (bar, planned) in plan.bars.iter().enumerate() {
            let notes = match (planned.origin, self.listening) {
                (Origin::Again(source), _) if !(bars[source].is_empty() && planned.must_sound()) => {
                    let notes = plan.repeated(&bars[source], bar);
                    self.take_over(bar, notes, hear)
                }
                (_, Some(listening)) => {
                    let notes = self.chosen(bar, &bars, listening);
                    self.take_over(bar, notes, hear)
                }
                (_, None) => {
                    let pen = Pen::new(0, bar, 1, self.choice.again());
                    self.desk.write(&mut self.state, vec![pen], hear).remove(0).remove(0)
                }
            };
            bars.push(notes);
        }
        bars
    }

    /// What is kept of several candidates for a bar after those `written`. Each is drawn by chances of its own and beside the
    /// others, as if it were the only one.
    fn chosen(&mut self, bar: usize, written: &[Vec<NoteEvent>], listening: Listening<'_>) -> Vec<NoteEvent> {
        let Choice::Drawn(sampling, random) = &mut self.choice else { return vec![] };
        let Desk { plans, layout, device, .. } = &self.desk;
        let mut chances = own_chances(sampling.candidates, random);
        let pens: Vec<Pen<'_>> =
            chances.iter_mut().map(|chance| Pen::new(0, bar, 1, Choice::Drawn(sampling, chance))).collect();
        let events = plans[0].notes_per_bar_max + 1;
        self.state.make_room(events);
        let mut branches = self.state.branched(pens.len(), events);
        let written_beside = self.desk.write(&mut branches, pens, &mut |_, _| {});
        let mut candidates: Vec<Vec<NoteEvent>> = written_beside.into_iter().flatten().collect();
        let log_odds = listening.log_odds(&plans[0], layout, written, &candidates, device);
        candidates.swap_remove(draw_by_odds(&log_odds, sampling.critic_weight, random))
    }

    /// The notes of a bar that are there already, read like those that are written.
    fn take_over(
        &mut self,
        bar: usize,
        notes: Vec<NoteEvent>,
        hear: &mut dyn FnMut(usize, &NoteEvent),
    ) -> Vec<NoteEvent> {
        let mut read = |event| self.desk.read(&mut self.state, &[Reading { plan: 0, bar, event }]);
        read(None);
        for note in &notes {
            hear(bar, note);
            read(Some(*note));
        }
        notes
    }
}
