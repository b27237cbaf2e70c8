//! Writes a piece, bar after bar.

use burn::tensor::{Device, Int, Tensor, TensorData};
use partita_encoding::{CENTS_ZERO, NoteEvent, Origin, duration_class_within};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

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
    let listening = listening.filter(|_| sampling.candidates > 1);
    let writer = Writer::new(model, config, plan, latents, Choice::Drawn(sampling, random), device);
    Writer { listening, ..writer }.write(hear)
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
        Self { desk: Desk { model, plan, context, layout, device }, choice, state, listening: None }
    }

    /// All bars; `hear` is told of each note and its bar.
    pub(super) fn write(mut self, hear: &mut dyn FnMut(usize, &NoteEvent)) -> Vec<Vec<NoteEvent>> {
        let plan = self.desk.plan;
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
                    let mut hear = |note: &NoteEvent| hear(bar, note);
                    let choices = std::slice::from_mut(&mut self.choice);
                    self.desk.write_bar(&mut self.state, bar, choices, &mut hear).remove(0)
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
        let sampling = *sampling;
        let mut chances: Vec<ChaCha8Rng> =
            (0..sampling.candidates).map(|_| ChaCha8Rng::seed_from_u64(random.next_u64())).collect();
        let mut choices: Vec<Choice<'_>> = chances.iter_mut().map(|chance| Choice::Drawn(sampling, chance)).collect();
        let events = self.desk.plan.notes_per_bar_max + 1;
        self.state.make_room(events);
        let mut branches = self.state.branched(choices.len(), events);
        let mut candidates = self.desk.write_bar(&mut branches, bar, &mut choices, &mut |_| {});
        let Desk { plan, layout, device, .. } = &self.desk;
        let kept = listening.choose(plan, layout, written, &candidates, sampling.critic_weight, random, device);
        candidates.swap_remove(kept)
    }

    /// The notes of a bar that are there already, read like those that are written.
    fn take_over(
        &mut self,
        bar: usize,
        notes: Vec<NoteEvent>,
        hear: &mut dyn FnMut(usize, &NoteEvent),
    ) -> Vec<NoteEvent> {
        self.desk.read(&mut self.state, bar, &[None]);
        for note in &notes {
            hear(bar, note);
            self.desk.read(&mut self.state, bar, &[Some(*note)]);
        }
        notes
    }
}

/// What a piece is written with. Row 0 of `context` knows the conditions; row 1, if there is one, does not. A state may have
/// several branches of each row.
struct Desk<'a> {
    model: &'a Cvae,
    plan: &'a Plan,
    context: Tensor<3>, // [rows, N, d]
    layout: PieceLayout,
    device: &'a Device,
}

impl Desk<'_> {
    /// The notes of one bar, once for each of `choices`, one a branch of `state`: first the line before it is read, then each note
    /// as it is written. `hear` is told of the first one's notes.
    fn write_bar(
        &self,
        state: &mut DecoderState,
        bar: usize,
        choices: &mut [Choice<'_>],
        hear: &mut dyn FnMut(&NoteEvent),
    ) -> Vec<Vec<NoteEvent>> {
        let mut bars: Vec<Vec<NoteEvent>> = vec![Vec::new(); choices.len()];
        let mut ended = vec![false; choices.len()];
        let mut last = vec![None; choices.len()];
        loop {
            let h = self.read(state, bar, &last);
            let next = self.choose_notes(&h, bar, &bars, &ended, choices);
            for (branch, note) in next.into_iter().enumerate() {
                ended[branch] |= note.is_none();
                // One that has ended reads on, and nobody what it reads.
                last[branch] = note.or(last[branch]);
                bars[branch].extend(note);
            }
            if ended.iter().all(|ended| *ended) {
                return bars;
            }
            bars[0].last().filter(|_| !ended[0]).into_iter().for_each(&mut *hear);
        }
    }

    /// Feeds each branch an event, a bar line where it is none; the state that predicts the next: `[rows · branches, 1, d]`.
    fn read(&self, state: &mut DecoderState, bar: usize, events: &[Option<NoteEvent>]) -> Tensor<3> {
        let [rows, _, d] = self.context.dims();
        let mut columns = vec![0.0; events.len() * EVENT_COLUMNS];
        let mut time = vec![0.0; events.len() * TIME_COLUMNS];
        for (branch, note) in events.iter().enumerate() {
            let row = &mut columns[branch * EVENT_COLUMNS..][..EVENT_COLUMNS];
            match note {
                Some(note) => layout::set_note(row, note),
                None => layout::set_bar_line(row),
            }
            let position = note.map_or(0, |note| note.position);
            set_time(&mut time[branch * TIME_COLUMNS..][..TIME_COLUMNS], bar, Some(position));
        }
        let context = self.context.clone().slice([0..rows, bar..bar + 1, 0..d]);
        let context = context.repeat_dim(1, events.len()).reshape([rows * events.len(), 1, d]);
        self.model.decoder.step(state, self.rows(&columns, events.len()), self.rows(&time, events.len()), context)
    }

    /// The next note of each branch, or none where its bar ends or has ended.
    fn choose_notes(
        &self,
        h: &Tensor<3>,
        bar: usize,
        bars: &[Vec<NoteEvent>],
        ended: &[bool],
        choices: &mut [Choice<'_>],
    ) -> Vec<Option<NoteEvent>> {
        const UNKNOWN: NoteEvent =
            NoteEvent { position: 0, program: 0, pitch: 0, cents: CENTS_ZERO, duration: 0, velocity: 0 };
        let branches = choices.len();
        let mut notes: Vec<Option<NoteEvent>> = ended.iter().map(|ended| (!ended).then_some(UNKNOWN)).collect();
        let mut known = vec![0.0; branches * EVENT_COLUMNS];
        for field in Field::ALL {
            if notes.iter().all(Option::is_none) {
                break;
            }
            let logits = self.model.decoder.logits(field, h.clone(), &self.rows(&known, branches));
            let logits: Vec<f32> = logits.into_data_as::<f32>().iter::<f32>().collect();
            let row = |row: usize| logits.get(row * field.classes()..(row + 1) * field.classes());
            for (branch, choice) in choices.iter_mut().enumerate() {
                let Some(note) = &mut notes[branch] else { continue };
                let grammar = self.grammar(bar, &bars[branch]);
                let (with, without) = (row(branch).unwrap_or_default(), row(branches + branch));
                let class = choice.class(field, with, without, |class| grammar.allows(field, note, class));
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

    /// What may be next in a bar of which `notes` are written.
    fn grammar(&self, bar: usize, notes: &[NoteEvent]) -> Grammar<'_> {
        let planned = self.plan.bars[bar];
        Grammar {
            instruments: &self.plan.instruments,
            steps: planned.steps,
            steps_left: self.plan.steps_from(bar),
            room: notes.len() < self.plan.notes_per_bar_max,
            must_sound: planned.must_sound(),
            last: notes.last().copied(),
        }
    }

    /// The columns of each branch, the same for all rows: `[rows · branches, 1, columns]`.
    fn rows(&self, columns: &[f32], branches: usize) -> Tensor<3> {
        let rows = self.context.dims()[0];
        let shape = [rows * branches, 1, columns.len() / branches];
        Tensor::from_data(TensorData::new(columns.repeat(rows), shape), self.device)
    }
}
