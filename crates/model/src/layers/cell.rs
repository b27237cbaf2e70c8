//! What happens in one step of a recurrent layer.

use burn::tensor::{
    Device, Int, Tensor,
    activation::{sigmoid, tanh},
};

/// The kinds of recurrent cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// `h' = tanh(a)` (Elman 1990).
    Elman,
    /// `c' = σ(f)·c + σ(i)·tanh(g)`, `h' = σ(o)·tanh(c')` (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et
    /// al. 2000).
    Lstm,
}

/// What a cell carries from step to step.
#[derive(Clone, Debug)]
pub(crate) struct CellState {
    /// `h: [batch, d]`.
    pub(super) hidden: Tensor<2>,
    /// `c: [batch, d]`; an Elman cell's stays 0.
    memory: Tensor<2>,
}

impl CellState {
    /// Before the first step.
    pub(super) fn start(batch: usize, d: usize, device: &Device) -> Self {
        let zeros = Tensor::zeros([batch, d], device);
        Self { hidden: zeros.clone(), memory: zeros }
    }

    /// Each row so many times, one after another.
    pub(super) fn repeated(&self, times: usize) -> Self {
        let repeat = |rows: &Tensor<2>| {
            let [batch, d] = rows.dims();
            rows.clone().unsqueeze_dim::<3>(1).repeat_dim(1, times).reshape([batch * times, d])
        };
        Self { hidden: repeat(&self.hidden), memory: repeat(&self.memory) }
    }

    /// Leaves some rows out.
    pub(super) fn keep(&mut self, rows: &Tensor<1, Int>) {
        for state in [&mut self.hidden, &mut self.memory] {
            state.inplace(|all| all.select(0, rows.clone()));
        }
    }
}

impl Cell {
    /// How many values a cell is told for each that it holds.
    pub(super) const fn gates(self) -> usize {
        match self {
            Self::Elman => 1,
            Self::Lstm => 4,
        }
    }

    /// Biases of the gates of `d` cells. A forget gate starts open, so that memory lasts before it has learned what to
    /// keep (Jozefowicz et al. 2015).
    pub(super) fn initial_biases(self, d: usize) -> Vec<f32> {
        let mut biases = vec![0.0; self.gates() * d];
        if self == Self::Lstm {
            biases[..d].fill(1.0);
        }
        biases
    }

    /// The next state; `told: [batch, gates·d]` is what input and last state say, an LSTM's in the order f, i, o, g.
    pub(super) fn advance(self, told: Tensor<2>, state: CellState) -> CellState {
        if self == Self::Elman {
            return CellState { hidden: tanh(told), ..state };
        }
        let [batch, d] = state.memory.dims();
        let gates = sigmoid(told.clone().slice([0..batch, 0..3 * d]));
        let gate = |index: usize| gates.clone().slice([0..batch, index * d..(index + 1) * d]);
        let candidate = tanh(told.slice([0..batch, 3 * d..4 * d]));
        let memory = gate(0) * state.memory + gate(1) * candidate;
        CellState { hidden: gate(2) * tanh(memory.clone()), memory }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One cell told `values`, from a state of `h = 0.3` and `c = 0.5`.
    fn advanced(cell: Cell, values: &[f32]) -> [f32; 2] {
        let device = Device::flex();
        let told = Tensor::<1>::from_floats(values, &device).unsqueeze();
        let full = |value| Tensor::full([1, 1], value, &device);
        let state = cell.advance(told, CellState { hidden: full(0.3), memory: full(0.5) });
        [state.hidden.into_scalar(), state.memory.into_scalar()]
    }

    #[test]
    fn a_step_is_as_worked_out_by_hand() {
        let close = |a: [f32; 2], b: [f32; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
        // tanh(0.7) = 0.604368
        assert!(close(advanced(Cell::Elman, &[0.7]), [0.604_368, 0.5]));
        // σ(1) = 0.731059, σ(0) = 0.5, σ(−1) = 0.268941, tanh(2) = 0.964028: c' = 0.731059·0.5 + 0.5·0.964028 =
        // 0.847543; h' = 0.268941·tanh(0.847543) = 0.268941·0.689783
        assert!(close(advanced(Cell::Lstm, &[1.0, 0.0, -1.0, 2.0]), [0.185_511, 0.847_543]));
    }
}
