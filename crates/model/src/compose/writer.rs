//! Writes a piece, bar after bar.

use burn::tensor::{Device, Int, Tensor, TensorData};
use partita_encoding::{CENTS_ZERO, NoteEvent, Origin, duration_class_within};
use rand_chacha::ChaCha8Rng;

use super::grammar::{Grammar, Instruments};
use super::latents::LatentSource;
use super::listening::Listening;
use super::sampling::{Choice, Sampling};
use crate::adversarial::ConditionRows;
use crate::conditions::ConditionClasses;
use crate::config::ModelConfig;
use crate::cvae::{Cvae, Latents};
use crate::decoder::DecoderState;
use crate::layers::{TIME_COLUMNS, set_time};
use crate::layout::{self, BAR_LINE, BarFeatures, EVENT_COLUMNS, Field, PieceLayout};

/// Events that the decoder remembers at most; in a longer piece the oldest are forgotten.
const MEMORY_EVENTS: usize = 1024;

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
    fn must_sound(&self) -> bool {
        self.features.index == 0 || self.features.remaining == 0
    }
}

/// A piece to be written, or consecutive bars of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it should be like.
    pub conditions: ConditionClasses,
    /// Exactly these bars.
    pub bars: Vec<PlannedBar>,
    /// What may play.
    pub instruments: Instruments,
    /// Notes of a bar, at most; at least one. The piece's first bar and its last have at least one note.
    pub notes_per_bar_max: usize,
}

impl Plan {
    /// The latents of each bar, where those that come from an earlier bar have that bar's.
    fn with_origins(&self, latents: Latents, device: &Device) -> Latents {
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

    /// Steps from the start of a bar to the end of the piece; bars after the plan are as long as its last.
    fn steps_from(&self, bar: usize) -> u32 {
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
    let candidates = sampling.candidates;
    let writer = Writer::new(model, config, plan, latents, Choice::Drawn(sampling, random), device);
    let listening = listening.filter(|_| candidates > 1);
    Writer { listening: listening.map(|listening| (listening, candidates)), ..writer }.write(hear)
}

/// The decoder in the middle of a piece. Row 0 knows the conditions; row 1, if there is one, does not.
pub(super) struct Writer<'a> {
    model: &'a Cvae,
    plan: &'a Plan,
    choice: Choice<'a>,
    context: Tensor<3>, // [rows, N, d]
    state: DecoderState,
    /// Who chooses, and among how many candidates.
    listening: Option<(Listening<'a>, usize)>,
    layout: PieceLayout,
    device: &'a Device,
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
        let layout = PieceLayout::new(config);
        let latents = plan.with_origins(latents.clone(), device);
        let bars: Vec<BarFeatures> = plan.bars.iter().map(|bar| bar.features).collect();
        let told = |conditions, bars: &[BarFeatures]| {
            let rows = ConditionRows::new(&[(conditions, bars)], &layout, device);
            let Latents { piece, bars } = latents.clone();
            model.decoder.context(rows.piece, rows.bars, piece, bars)
        };
        let with = told(plan.conditions, &bars);
        let context = if choice.guidance() == 1.0 {
            with
        } else {
            let open: Vec<BarFeatures> = bars.iter().map(|bar| bar.without_conditions()).collect();
            Tensor::cat(vec![with, told(ConditionClasses::none(plan.conditions.grid), &open)], 0)
        };
        let state = model.decoder.start(&context, MEMORY_EVENTS.max(plan.notes_per_bar_max + 1));
        Self { model, plan, choice, context, state, listening: None, layout, device }
    }

    /// All bars; `hear` is told of each note and its bar.
    pub(super) fn write(mut self, hear: &mut dyn FnMut(usize, &NoteEvent)) -> Vec<Vec<NoteEvent>> {
        let mut bars: Vec<Vec<NoteEvent>> = Vec::with_capacity(self.plan.bars.len());
        for (bar, planned) in self.plan.bars.iter().enumerate() {
            let notes = match (planned.origin, self.listening) {
                (Origin::Again(source), _) if !(bars[source].is_empty() && planned.must_sound()) => {
                    self.repeat_bar(bar, &bars[source], hear)
                }
                (_, Some((listening, candidates))) => self.choose_bar(&bars, listening, candidates, hear),
                (_, None) => self.write_bar(bar, hear),
            };
            bars.push(notes);
        }
        bars
    }

    /// The bar after those `written`: the best of several candidates, after which the decoder goes on as if it had written no
    /// other.
    fn choose_bar(
        &mut self,
        written: &[Vec<NoteEvent>],
        listening: Listening<'_>,
        candidates: usize,
        hear: &mut dyn FnMut(usize, &NoteEvent),
    ) -> Vec<NoteEvent> {
        let bar = written.len();
        self.state.make_room(self.plan.notes_per_bar_max + 1);
        let before = self.state.mark();
        let mut candidate = || {
            let notes = self.write_bar(bar, &mut |_, _| {});
            self.state.rewind(&before);
            notes
        };
        let mut candidates: Vec<_> = (0..candidates).map(|_| candidate()).collect();
        let best = listening.best(self.plan, &self.layout, written, &candidates, self.device);
        let notes = candidates.swap_remove(best);
        self.read(bar, None);
        for note in &notes {
            hear(bar, note);
            self.read(bar, Some(note));
        }
        notes
    }

    /// The notes of an earlier bar again, read like those that are written; none lasts longer than the piece.
    fn repeat_bar(
        &mut self,
        bar: usize,
        notes: &[NoteEvent],
        hear: &mut dyn FnMut(usize, &NoteEvent),
    ) -> Vec<NoteEvent> {
        let steps_left = self.plan.steps_from(bar);
        self.read(bar, None);
        let repeated = notes.iter().map(|note| {
            let longest = duration_class_within(steps_left - u32::from(note.position));
            let note = NoteEvent { duration: note.duration.min(longest), ..*note };
            hear(bar, &note);
            self.read(bar, Some(&note));
            note
        });
        repeated.collect()
    }

    /// The notes of one bar: first the line before it is read, then each note as it is written.
    fn write_bar(&mut self, bar: usize, hear: &mut dyn FnMut(usize, &NoteEvent)) -> Vec<NoteEvent> {
        let plan = self.plan;
        let planned = plan.bars[bar];
        let mut notes: Vec<NoteEvent> = Vec::new();
        let mut state = self.read(bar, None);
        loop {
            let grammar = Grammar {
                instruments: &plan.instruments,
                steps: planned.steps,
                steps_left: plan.steps_from(bar),
                room: notes.len() < plan.notes_per_bar_max,
                must_sound: planned.must_sound(),
                last: notes.last().copied(),
            };
            let Some(note) = self.choose_note(&state, &grammar) else { return notes };
            hear(bar, &note);
            notes.push(note);
            state = self.read(bar, Some(&note));
        }
    }

    /// Feeds one event; the state that predicts the next: `[rows, 1, d]`.
    fn read(&mut self, bar: usize, note: Option<&NoteEvent>) -> Tensor<3> {
        let [rows, _, d] = self.context.dims();
        let mut row = vec![0.0; EVENT_COLUMNS];
        match note {
            Some(note) => layout::set_note(&mut row, note),
            None => layout::set_bar_line(&mut row),
        }
        let context = self.context.clone().slice([0..rows, bar..bar + 1, 0..d]);
        let mut time = [0.0; TIME_COLUMNS];
        set_time(&mut time, bar, Some(note.map_or(0, |note| note.position)));
        let (event, time) = (self.row(&row), self.row(&time));
        self.model.decoder.step(&mut self.state, event, time, context)
    }

    /// The next note, or none where the bar ends.
    fn choose_note(&mut self, state: &Tensor<3>, grammar: &Grammar<'_>) -> Option<NoteEvent> {
        let mut note = NoteEvent { position: 0, program: 0, pitch: 0, cents: CENTS_ZERO, duration: 0, velocity: 0 };
        let mut row = vec![0.0; EVENT_COLUMNS];
        for field in Field::ALL {
            let logits = self.model.decoder.logits(field, state.clone(), &self.row(&row));
            let logits: Vec<f32> = logits.into_data_as::<f32>().iter::<f32>().collect();
            let (with, without) = logits.split_at(field.classes());
            let without = (!without.is_empty()).then_some(without);
            let class = self.choice.class(field, with, without, |class| grammar.allows(field, &note, class));
            if field == Field::Position && class == BAR_LINE {
                return None;
            }
            *field.of_mut(&mut note) = class;
            layout::set_field(&mut row, field, &note);
        }
        Some(note)
    }

    /// The same columns for all rows: `[rows, 1, columns]`.
    fn row(&self, columns: &[f32]) -> Tensor<3> {
        let rows = self.context.dims()[0];
        Tensor::from_data(TensorData::new(columns.repeat(rows), [rows, 1, columns.len()]), self.device)
    }
}
