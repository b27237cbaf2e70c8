//! Passages of music → the tensors of one forward pass.

use burn::tensor::{Device, Int, Tensor, TensorData};
use partita_encoding::{NoteEvent, PROGRAMS, STEPS_PER_QUARTER};

use crate::conditions::ConditionClasses;
use crate::layers::{FORBIDDEN, TIME_COLUMNS, set_time};
use crate::layout::{self, BAR_COLUMNS, BAR_LINE, BarFeatures, EVENT_COLUMNS, Field, PieceLayout};

/// One bar of a passage.
#[derive(Clone, Debug, PartialEq)]
pub struct PassageBar {
    /// What the network is told of the bar.
    pub features: BarFeatures,
    /// Its length in grid steps.
    pub steps: u32,
    /// The notes, sorted as the encoding sorts them.
    pub notes: Vec<NoteEvent>,
}

/// Consecutive bars of one piece with its conditions: one row of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The piece's conditions, or those that were not dropped.
    pub conditions: ConditionClasses,
    /// At least one.
    pub bars: Vec<PassageBar>,
}

impl Passage {
    /// Model steps: a bar line for each bar and the notes.
    pub fn steps(&self) -> usize {
        self.bars.len() + self.note_count()
    }

    /// Notes of all bars.
    pub fn note_count(&self) -> usize {
        self.bars.iter().map(|bar| bar.notes.len()).sum()
    }

    /// Length in quarters (half seconds on the time grid).
    pub fn quarters(&self) -> f64 {
        let steps: u32 = self.bars.iter().map(|bar| bar.steps).sum();
        f64::from(steps) / f64::from(STEPS_PER_QUARTER)
    }
}

/// Passages as tensors, padded to the longest. `T` steps, `N` bars. Step `t` of a row is given event `t` (the first
/// is the line before bar 0) and predicts event `t + 1` (the last is the line that closes the last bar).
#[derive(Clone, Debug)]
pub struct Batch {
    /// The events as they are, one more than steps: `[batch, T + 1, EVENT_COLUMNS]`.
    pub events: Tensor<3>,
    /// The events as the decoder sees them, some hidden: `[batch, T, EVENT_COLUMNS]`.
    pub given: Tensor<3>,
    /// Where the events that the decoder sees stand in musical time: `[batch, T, 32]`. Of a hidden one only the bar is told.
    pub(crate) time: Tensor<3>,
    /// The class to predict, a tensor a field: `[batch, T]`.
    pub targets: Vec<Tensor<2, Int>>,
    /// 1 where there is an event to predict: `[batch, T]`.
    pub step_mask: Tensor<2>,
    /// 1 where that event is a note: `[batch, T]`.
    pub note_mask: Tensor<2>,
    /// 1 at the bar that a step belongs to: `[batch, T, N]`.
    pub bar_of_step: Tensor<3>,
    /// `[batch, N, BAR_COLUMNS]`.
    pub bars: Tensor<3>,
    /// 1 where there is a bar: `[batch, N]`.
    pub bar_mask: Tensor<2>,
    /// `[batch, PieceLayout::columns]`.
    pub piece: Tensor<2>,
    /// Added to the logits of programs: 0 for those that may play, very small for those that were not asked for: `[batch, 129]`.
    pub(crate) forbidden_programs: Tensor<2>,
    /// Notes to predict, all rows together.
    pub notes: usize,
    /// Bars, all rows together.
    pub bar_count: usize,
}

/// Whether the decoder may see event `step` of `row`; hidden ones make it rely on the latents (word dropout, Bowman
/// et al. 2016).
pub type Hidden<'a> = dyn Fn(usize, usize) -> bool + 'a;

impl Batch {
    /// Builds the tensors on `device`; `hidden(row, step)` says which events the decoder does not see.
    pub fn new(passages: &[Passage], layout: &PieceLayout, hidden: &Hidden<'_>, device: &Device) -> Self {
        let mut rows = Rows::new(passages, layout);
        for (row, passage) in passages.iter().enumerate() {
            rows.write(row, passage, layout, hidden);
        }
        rows.into_batch(passages, device)
    }

    /// Rows, steps and bars.
    pub fn dims(&self) -> [usize; 3] {
        self.bar_of_step.dims()
    }

    /// The events given to a network that sees all of them: `[batch, T, EVENT_COLUMNS]`.
    pub fn visible(&self) -> Tensor<3> {
        let [batch, steps, _] = self.dims();
        self.events.clone().slice([0..batch, 0..steps, 0..EVENT_COLUMNS])
    }

    /// The events to predict: `[batch, T, EVENT_COLUMNS]`.
    pub fn following(&self) -> Tensor<3> {
        let [batch, steps, _] = self.dims();
        self.events.clone().slice([0..batch, 1..steps + 1, 0..EVENT_COLUMNS])
    }
}

/// The same as flat arrays, while they are filled.
struct Rows {
    steps: usize,
    bars: usize,
    events: Vec<f32>,
    given: Vec<f32>,
    time: Vec<f32>,
    targets: [Vec<i32>; 6],
    step_mask: Vec<f32>,
    note_mask: Vec<f32>,
    bar_of_step: Vec<f32>,
    bar_rows: Vec<f32>,
    bar_mask: Vec<f32>,
    piece: Vec<f32>,
    forbidden_programs: Vec<f32>,
}

impl Rows {
    fn new(passages: &[Passage], layout: &PieceLayout) -> Self {
        let batch = passages.len();
        let steps = passages.iter().map(Passage::steps).max().unwrap_or(0);
        let bars = passages.iter().map(|passage| passage.bars.len()).max().unwrap_or(0);
        Self {
            steps,
            bars,
            events: vec![0.0; batch * (steps + 1) * EVENT_COLUMNS],
            given: vec![0.0; batch * steps * EVENT_COLUMNS],
            time: vec![0.0; batch * steps * TIME_COLUMNS],
            targets: std::array::from_fn(|_| vec![0; batch * steps]),
            step_mask: vec![0.0; batch * steps],
            note_mask: vec![0.0; batch * steps],
            bar_of_step: vec![0.0; batch * steps * bars],
            bar_rows: vec![0.0; batch * bars * BAR_COLUMNS],
            bar_mask: vec![0.0; batch * bars],
            piece: vec![0.0; batch * layout.columns()],
            forbidden_programs: vec![0.0; batch * PROGRAMS],
        }
    }

    fn write(&mut self, row: usize, passage: &Passage, layout: &PieceLayout, hidden: &Hidden<'_>) {
        let columns = layout.columns();
        layout.set(&mut self.piece[row * columns..(row + 1) * columns], &passage.conditions);
        let may_play = layout.told(&passage.conditions).may_play();
        let programs = (0..).zip(&mut self.forbidden_programs[row * PROGRAMS..(row + 1) * PROGRAMS]);
        programs.filter(|(program, _)| !may_play.contains(*program)).for_each(|(_, added)| *added = FORBIDDEN);
        let mut step = 0;
        self.give_event(row, step, 0, None, false);
        for (index, bar) in passage.bars.iter().enumerate() {
            let at = row * self.bars + index;
            layout.set_bar(&mut self.bar_rows[at * BAR_COLUMNS..(at + 1) * BAR_COLUMNS], &bar.features);
            self.bar_mask[at] = 1.0;
            for note in &bar.notes {
                self.predict(row, step, Some(note));
                step += 1;
                self.give_event(row, step, index, Some(note), hidden(row, step));
            }
            self.predict(row, step, None);
            step += 1;
            self.give_event(row, step, index + 1, None, hidden(row, step));
        }
    }

    /// Event `step` (a note, or the line before bar `bar`) as input of the step of the same number.
    fn give_event(&mut self, row: usize, step: usize, bar: usize, note: Option<&NoteEvent>, hide: bool) {
        let at = row * (self.steps + 1) + step;
        set_event(&mut self.events[at * EVENT_COLUMNS..(at + 1) * EVENT_COLUMNS], note);
        if step < self.steps && bar < self.bars {
            let at = row * self.steps + step;
            let given = &mut self.given[at * EVENT_COLUMNS..(at + 1) * EVENT_COLUMNS];
            if hide {
                layout::set_unknown(given)
            } else {
                set_event(given, note)
            }
            let step = (!hide).then(|| note.map_or(0, |note| note.position));
            set_time(&mut self.time[at * TIME_COLUMNS..(at + 1) * TIME_COLUMNS], bar, step);
            self.bar_of_step[at * self.bars + bar] = 1.0;
        }
    }

    /// The event that `step` is to predict.
    fn predict(&mut self, row: usize, step: usize, note: Option<&NoteEvent>) {
        let at = row * self.steps + step;
        self.step_mask[at] = 1.0;
        match note {
            None => self.targets[0][at] = i32::from(BAR_LINE),
            Some(note) => {
                self.note_mask[at] = 1.0;
                for (targets, field) in self.targets.iter_mut().zip(Field::ALL) {
                    targets[at] = i32::from(field.of(note));
                }
            }
        }
    }

    fn into_batch(self, passages: &[Passage], device: &Device) -> Batch {
        let (batch, steps, bars) = (passages.len(), self.steps, self.bars);
        let floats2 =
            |values: Vec<f32>, shape: [usize; 2]| Tensor::<2>::from_data(TensorData::new(values, shape), device);
        let floats3 =
            |values: Vec<f32>, shape: [usize; 3]| Tensor::<3>::from_data(TensorData::new(values, shape), device);
        let columns = self.piece.len() / batch.max(1);
        Batch {
            events: floats3(self.events, [batch, steps + 1, EVENT_COLUMNS]),
            given: floats3(self.given, [batch, steps, EVENT_COLUMNS]),
            time: floats3(self.time, [batch, steps, TIME_COLUMNS]),
            targets: self
                .targets
                .into_iter()
                .map(|classes| Tensor::<2, Int>::from_data(TensorData::new(classes, [batch, steps]), device))
                .collect(),
            step_mask: floats2(self.step_mask, [batch, steps]),
            note_mask: floats2(self.note_mask, [batch, steps]),
            bar_of_step: floats3(self.bar_of_step, [batch, steps, bars]),
            bars: floats3(self.bar_rows, [batch, bars, BAR_COLUMNS]),
            bar_mask: floats2(self.bar_mask, [batch, bars]),
            piece: floats2(self.piece, [batch, columns]),
            forbidden_programs: floats2(self.forbidden_programs, [batch, PROGRAMS]),
            notes: passages.iter().map(Passage::note_count).sum(),
            bar_count: passages.iter().map(|passage| passage.bars.len()).sum(),
        }
    }
}

fn set_event(row: &mut [f32], note: Option<&NoteEvent>) {
    match note {
        Some(note) => layout::set_note(row, note),
        None => layout::set_bar_line(row),
    }
}
