//! The conditions of several passages as tensors, without their events.

use burn::tensor::{Device, Tensor, TensorData};

use crate::batch::Batch;
use crate::conditions::ConditionClasses;
use crate::layout::{BAR_COLUMNS, BarFeatures, PieceLayout};

/// What generator and critic are told of passages, padded to the longest; `N` bars.
#[derive(Clone, Debug)]
pub struct ConditionRows {
    /// `[batch, PieceLayout::columns]`.
    pub piece: Tensor<2>,
    /// `[batch, N, BAR_COLUMNS]`.
    pub bars: Tensor<3>,
    /// 1 where there is a bar: `[batch, N]`.
    pub bar_mask: Tensor<2>,
}

impl ConditionRows {
    /// The rows of passages that are given by their conditions and their bars, at least one each.
    pub fn new(passages: &[(ConditionClasses, &[BarFeatures])], layout: &PieceLayout, device: &Device) -> Self {
        let batch = passages.len();
        let count = passages.iter().map(|(_, bars)| bars.len()).max().unwrap_or(0);
        let mut piece = vec![0.0; batch * layout.columns()];
        let mut bar_rows = vec![0.0; batch * count * BAR_COLUMNS];
        let mut mask = vec![0.0; batch * count];
        for (row, (conditions, bars)) in passages.iter().enumerate() {
            layout.set(&mut piece[row * layout.columns()..(row + 1) * layout.columns()], conditions);
            for (index, bar) in bars.iter().enumerate() {
                let at = row * count + index;
                layout.set_bar(&mut bar_rows[at * BAR_COLUMNS..(at + 1) * BAR_COLUMNS], bar);
                mask[at] = 1.0;
            }
        }
        Self {
            piece: Tensor::from_data(TensorData::new(piece, [batch, layout.columns()]), device),
            bars: Tensor::from_data(TensorData::new(bar_rows, [batch, count, BAR_COLUMNS]), device),
            bar_mask: Tensor::from_data(TensorData::new(mask, [batch, count]), device),
        }
    }

    /// The rows of a batch.
    pub fn of(batch: &Batch) -> Self {
        Self { piece: batch.piece.clone(), bars: batch.bars.clone(), bar_mask: batch.bar_mask.clone() }
    }

    /// Rows and bars.
    pub fn dims(&self) -> [usize; 2] {
        self.bar_mask.dims()
    }

    /// The piece's conditions of other rows: row `i` gets those of row `i + 1`, the last those of the first. The bars
    /// keep theirs.
    pub fn with_others_conditions(&self) -> Self {
        Self { piece: self.piece.clone().roll_dim(-1, 0), ..self.clone() }
    }

    /// Mean over the bars that are there: `[batch, N, d] → [batch, d]`; `h` must be 0 where there is none.
    pub(crate) fn mean_of_bars(&self, h: Tensor<3>) -> Tensor<2> {
        h.sum_dim(1).squeeze_dim::<2>(1) / self.bar_counts()
    }

    /// Each row's vector, divided among its bars: `[batch, d] → [batch, N, d]`, the adjoint of
    /// [`mean_of_bars`](Self::mean_of_bars).
    pub(crate) fn spread_over_bars(&self, g: Tensor<2>) -> Tensor<3> {
        (g / self.bar_counts()).unsqueeze_dim::<3>(1) * self.mask()
    }

    /// `[batch, N, 1]`.
    pub(crate) fn mask(&self) -> Tensor<3> {
        self.bar_mask.clone().unsqueeze_dim(2)
    }

    /// `[batch, 1]`.
    fn bar_counts(&self) -> Tensor<2> {
        self.bar_mask.clone().sum_dim(1)
    }
}
