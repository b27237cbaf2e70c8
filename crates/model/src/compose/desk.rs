//! Where music is written: the decoder reads events and says what may come next, for several bars side by side.

use burn::tensor::{Device, Int, Tensor, TensorData};
use partita_encoding::{CENTS_ZERO, NoteEvent};

use super::grammar::Grammar;
use super::sampling::Choice;
use super::writer::Plan;
use crate::adversarial::ConditionRows;
use crate::conditions::ConditionClasses;
use crate::config::ModelConfig;
use crate::cvae::{Cvae, Latents};
use crate::decoder::DecoderState;
use crate::layers::{TIME_COLUMNS, set_time};
use crate::layout::{self, BAR_LINE, BarFeatures, EVENT_COLUMNS, Field, PieceLayout};

/// Events that the decoder remembers at most; in a longer piece the oldest are forgotten.
const MEMORY_EVENTS: usize = 1024;

/// What is needed to write the pieces of some plans.
pub(super) struct Desk<'a> {
    pub(super) plans: &'a [Plan],
    pub(super) layout: PieceLayout,
    pub(super) device: &'a Device,
    model: &'a Cvae,
    /// What the decoder is told of each bar: `[rows · plans, N, d]`. The first row knows the conditions; the second, if there
    /// is one, does not.
    context: Tensor<3>,
    rows: usize,
}

/// Who writes some bars of a plan, one after another.
pub(super) struct Pen<'a> {
    choice: Choice<'a>,
    /// The bars written, and the one that is being written.
    bars: Vec<Vec<NoteEvent>>,
    plan: usize,
    first: usize,
    count: usize,
    /// Its place among those that write beside it.
    number: usize,
    /// What it wrote last in its bar; nothing yet at the line before it.
    last: Option<NoteEvent>,
}

impl<'a> Pen<'a> {
    /// Of `count` bars, at least one, of the plan of a number, from the `first`.
    pub(super) fn new(plan: usize, first: usize, count: usize, choice: Choice<'a>) -> Self {
        Self { choice, bars: vec![Vec::new()], plan, first, count, number: 0, last: None }
    }

    fn done(&self) -> bool {
        self.bars.len() > self.count
    }

    /// The bar that is being written, or the last when all are.
    fn bar(&self) -> usize {
        self.first + self.bars.len().min(self.count).saturating_sub(1)
    }

    /// Takes a note, or where there is none the next bar.
    fn take(&mut self, note: Option<NoteEvent>) {
        self.last = note;
        match note {
            Some(note) => self.bars.last_mut().expect("a pen begins with a bar").push(note),
            None => self.bars.push(Vec::new()),
        }
    }

    /// What is written.
    fn into_bars(mut self) -> Vec<Vec<NoteEvent>> {
        self.bars.truncate(self.count);
        self.bars
    }
}

/// An event of a bar that the decoder reads: a note, or the line before the bar.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) plan: usize,
    pub(super) bar: usize,
    pub(super) event: Option<NoteEvent>,
}

impl<'a> Desk<'a> {
    /// For `plans`, at least one, from the latents of each: `[1, latent]` and `[1, N, latent]`.
    pub(super) fn new(
        model: &'a Cvae,
        config: &ModelConfig,
        plans: &'a [Plan],
        latents: &[Latents],
        is_guided: bool,
        device: &'a Device,
    ) -> Self {
        let layout = PieceLayout::new(config);
        let latents = together(plans.iter().zip(latents).map(|(plan, own)| plan.with_origins(own.clone(), device)));
        let told = |description: fn(&Plan) -> (ConditionClasses, Vec<BarFeatures>)| {
            let described: Vec<_> = plans.iter().map(description).collect();
            let described: Vec<_> = described.iter().map(|(conditions, bars)| (*conditions, bars.as_slice())).collect();
            let rows = ConditionRows::new(&described, &layout, device);
            let Latents { piece, bars } = latents.clone();
            model.decoder.context(rows.piece, rows.bars, piece, bars)
        };
        let mut context = vec![told(|plan| (plan.conditions, plan.features()))];
        if is_guided {
            context.push(told(|plan| {
                let open = plan.features().into_iter().map(BarFeatures::without_conditions).collect();
                (ConditionClasses::none(plan.conditions.grid), open)
            }));
        }
        let rows = context.len();
        Self { plans, layout, device, model, context: Tensor::cat(context, 0), rows }
    }

    /// The decoder before the first event of each plan.
    pub(super) fn start(&self) -> DecoderState {
        let longest = self.plans.iter().map(|plan| plan.notes_per_bar_max + 1).max().unwrap_or(0);
        self.model.decoder.start(&self.context, MEMORY_EVENTS.max(longest))
    }

    /// What the pens write, each in its branch of `state`: first the line before a bar is read, then each note as it is
    /// written. `hear` is told of the first one's notes and their bars.
    pub(super) fn write(
        &self,
        state: &mut DecoderState,
        mut pens: Vec<Pen<'_>>,
        hear: &mut dyn FnMut(usize, &NoteEvent),
    ) -> Vec<Vec<Vec<NoteEvent>>> {
        let mut written = vec![Vec::new(); pens.len()];
        pens.iter_mut().enumerate().for_each(|(number, pen)| pen.number = number);
        loop {
            pens = self.left(state, pens, &mut written);
            if pens.is_empty() {
                return written;
            }
            // One that is done reads on, and nobody what it reads.
            let readings: Vec<Reading> =
                pens.iter().map(|pen| Reading { plan: pen.plan, bar: pen.bar(), event: pen.last }).collect();
            let h = self.read(state, &readings);
            let next = self.choose_notes(&h, &mut pens);
            for (pen, note) in pens.iter_mut().zip(next) {
                if pen.done() {
                    continue;
                }
                if let Some(note) = note.as_ref().filter(|_| pen.number == 0) {
                    hear(pen.bar(), note);
                }
                pen.take(note);
            }
        }
    }

    /// Takes from those that are done what they have `written`, and their branches from `state`, once they are a quarter: that
    /// costs as much as some steps do.
    fn left<'p>(
        &self,
        state: &mut DecoderState,
        pens: Vec<Pen<'p>>,
        written: &mut [Vec<Vec<NoteEvent>>],
    ) -> Vec<Pen<'p>> {
        let branches = pens.len();
        let left: Vec<usize> = (0..branches).filter(|branch| !pens[*branch].done()).collect();
        if 4 * left.len() > 3 * branches {
            return pens;
        }
        let (done, pens): (Vec<Pen<'p>>, Vec<Pen<'p>>) = pens.into_iter().partition(Pen::done);
        for pen in done {
            let number = pen.number;
            written[number] = pen.into_bars();
        }
        if !pens.is_empty() {
            state.keep(&left, branches, self.rows, self.device);
        }
        pens
    }

    /// Feeds each branch an event; the state that predicts the next: `[rows · branches, 1, d]`.
    pub(super) fn read(&self, state: &mut DecoderState, readings: &[Reading]) -> Tensor<3> {
        let branches = readings.len();
        let mut columns = vec![0.0; branches * EVENT_COLUMNS];
        let mut time = vec![0.0; branches * TIME_COLUMNS];
        for (branch, reading) in readings.iter().enumerate() {
            let row = &mut columns[branch * EVENT_COLUMNS..][..EVENT_COLUMNS];
            match &reading.event {
                Some(note) => layout::set_note(row, note),
                None => layout::set_bar_line(row),
            }
            let position = reading.event.map_or(0, |note| note.position);
            set_time(&mut time[branch * TIME_COLUMNS..][..TIME_COLUMNS], reading.bar, Some(position));
        }
        let context = self.context_of(readings);
        self.model.decoder.step(state, self.on_rows(&columns, branches), self.on_rows(&time, branches), context)
    }

    /// What the decoder is told of the bar that each branch is in: `[rows · branches, 1, d]`.
    fn context_of(&self, readings: &[Reading]) -> Tensor<3> {
        let [_, bars, d] = self.context.dims();
        let place = |row: usize, reading: &Reading| (row * self.plans.len() + reading.plan) * bars + reading.bar;
        let places: Vec<i32> =
            (0..self.rows).flat_map(|row| readings.iter().map(move |reading| place(row, reading) as i32)).collect();
        let count = places.len();
        let places = Tensor::<1, Int>::from_data(TensorData::new(places, [count]), self.device);
        self.context.clone().reshape([-1, d as i32]).select(0, places).reshape([count, 1, d])
    }

    /// The next note of each pen, or none where its bar ends or nothing is left to be written.
    fn choose_notes(&self, h: &Tensor<3>, pens: &mut [Pen<'_>]) -> Vec<Option<NoteEvent>> {
        const UNKNOWN: NoteEvent =
            NoteEvent { position: 0, program: 0, pitch: 0, cents: CENTS_ZERO, duration: 0, velocity: 0 };
        let branches = pens.len();
        let mut notes: Vec<Option<NoteEvent>> = pens.iter().map(|pen| (!pen.done()).then_some(UNKNOWN)).collect();
        let mut known = vec![0.0; branches * EVENT_COLUMNS];
        for field in Field::ALL {
            if notes.iter().all(Option::is_none) {
                break;
            }
            let logits = self.model.decoder.logits(field, h.clone(), &self.on_rows(&known, branches));
            let logits: Vec<f32> = logits.into_data_as::<f32>().iter::<f32>().collect();
            let row = |row: usize| logits.get(row * field.classes()..(row + 1) * field.classes());
            for (branch, pen) in pens.iter_mut().enumerate() {
                let Some(note) = &mut notes[branch] else { continue };
                let grammar = self.grammar(pen);
                let (with, without) = (row(branch).unwrap_or_default(), row(branches + branch));
                let class = pen.choice.class(field, with, without, |class| grammar.allows(field, note, class));
                if field == Field::Position && class == BAR_LINE {
                    notes[branch] = None;
                    continue;
                }
                *field.of_mut(note) = class;
                layout::set_field(&mut known[branch * EVENT_COLUMNS..][..EVENT_COLUMNS], field, note);
            }
        }
        notes
    }

    /// What a pen may write next.
    fn grammar(&self, pen: &Pen<'_>) -> Grammar {
        let (plan, bar) = (&self.plans[pen.plan], pen.bar());
        let planned = plan.bars[bar];
        let written = pen.bars.last().map_or(0, Vec::len);
        Grammar {
            instruments: plan.conditions.may_play(),
            steps: planned.steps,
            steps_left: plan.steps_from(bar),
            room: written < plan.notes_per_bar_max,
            must_sound: planned.must_sound(),
            last: pen.last,
        }
    }

    /// The columns of each branch, the same for all rows: `[rows · branches, 1, columns]`.
    fn on_rows(&self, columns: &[f32], branches: usize) -> Tensor<3> {
        let shape = [self.rows * branches, 1, columns.len() / branches];
        Tensor::from_data(TensorData::new(columns.repeat(self.rows), shape), self.device)
    }
}

/// The latents of several pieces as rows, those of bars that are not there 0.
pub(super) fn together(pieces: impl Iterator<Item = Latents>) -> Latents {
    let (pieces, bars): (Vec<Tensor<2>>, Vec<Tensor<3>>) = pieces.map(|own| (own.piece, own.bars)).unzip();
    let longest = bars.iter().map(|bars| bars.dims()[1]).max().unwrap_or(0);
    let padded = bars.into_iter().map(|bars| {
        let [_, count, latent] = bars.dims();
        let none = Tensor::zeros([1, longest - count, latent], &bars.device());
        if count == longest { bars } else { Tensor::cat(vec![bars, none], 1) }
    });
    Latents { piece: Tensor::cat(pieces, 0), bars: Tensor::cat(padded.collect(), 0) }
}
