//! The conditions and places of several passages' rolls as tensors.

use burn::tensor::{Device, Tensor, TensorData};

use super::super::ConditionRows;
use super::cells::{PITCHES, PLANES, RollPassage, STEPS};
use crate::layout::PieceLayout;

/// What generator and critic of rolls are told of passages, padded to the longest; `N` bars in `M` slots.
#[derive(Clone, Debug)]
pub struct RollRows {
    /// Pieces and bars, as the CVAE's prior is told of them.
    pub bars: ConditionRows,
    /// Pieces and slots: the slots take the place of bars.
    pub slots: ConditionRows,
    /// 1 at the bar that a slot belongs to: `[batch, M, N]`.
    bar_of_slot: Tensor<3>,
    /// 1 where a step is there: `[batch · M, 1, STEPS, 1]`.
    steps: Tensor<4>,
}

impl RollRows {
    /// The rows of passages, at least one; each has at least one bar.
    pub fn new(passages: &[&RollPassage], layout: &PieceLayout, device: &Device) -> Self {
        let bars: Vec<_> = passages.iter().map(|passage| (passage.conditions, passage.bars.as_slice())).collect();
        let features: Vec<Vec<_>> =
            passages.iter().map(|passage| passage.slots.iter().map(|slot| slot.features).collect()).collect();
        let slots: Vec<_> = passages.iter().zip(&features).map(|(p, slots)| (p.conditions, slots.as_slice())).collect();
        let (bars, slots) = (ConditionRows::new(&bars, layout, device), ConditionRows::new(&slots, layout, device));
        let ([batch, bar_count], [_, slot_count]) = (bars.dims(), slots.dims());
        let mut bar_of_slot = vec![0.0; batch * slot_count * bar_count];
        let mut steps = vec![0.0; batch * slot_count * STEPS];
        for (row, passage) in passages.iter().enumerate() {
            for (index, slot) in passage.slots.iter().enumerate() {
                let at = row * slot_count + index;
                bar_of_slot[at * bar_count + slot.bar] = 1.0;
                steps[at * STEPS..at * STEPS + slot.steps].fill(1.0);
            }
        }
        Self {
            bars,
            slots,
            bar_of_slot: Tensor::from_data(TensorData::new(bar_of_slot, [batch, slot_count, bar_count]), device),
            steps: Tensor::from_data(TensorData::new(steps, [batch * slot_count, 1, STEPS, 1]), device),
        }
    }

    /// The passages' own rolls: `[batch · M, PLANES, STEPS, PITCHES]`, 0 where there is no slot.
    pub fn rolls(&self, passages: &[&RollPassage]) -> Tensor<4> {
        let [batch, slots] = self.slots.dims();
        let cells = PLANES * STEPS * PITCHES;
        let mut values = vec![0.0f32; batch * slots * cells];
        for (row, passage) in passages.iter().enumerate() {
            passage.cells.iter().for_each(|cell| values[row * slots * cells + *cell as usize] = 1.0);
        }
        let shape = [batch * slots, PLANES, STEPS, PITCHES];
        Tensor::from_data(TensorData::new(values, shape), &self.steps.device())
    }

    /// The same with the piece's conditions of other rows; see [`ConditionRows::with_others_conditions`].
    pub fn with_others_conditions(&self) -> Self {
        let (bars, slots) = (self.bars.with_others_conditions(), self.slots.with_others_conditions());
        Self { bars, slots, ..self.clone() }
    }

    /// Each slot's bar's vector: `[batch, N, d] → [batch, M, d]`.
    pub(super) fn of_slots(&self, of_bars: Tensor<3>) -> Tensor<3> {
        self.bar_of_slot.clone().matmul(of_bars)
    }

    /// Rolls with 0 where there is no step.
    pub(super) fn there(&self, rolls: Tensor<4>) -> Tensor<4> {
        rolls * self.steps.clone()
    }
}
