//! A recurrent layer, trained by backpropagation through time.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::cell::{Cell, CellState};
use super::{Initial, bias, linear, matrix, rms_norm};

/// Normalise–recur–add.
#[derive(Module, Debug)]
pub(crate) struct Recurrent {
    input: Linear,
    recurrence: Param<Tensor<2>>, // [d, gates·d]
    #[module(skip)]
    cell: Cell,
}

impl Recurrent {
    /// A layer of `d` cells.
    pub(crate) fn new(initial: &mut Initial<'_>, d: usize, cell: Cell) -> Self {
        let width = cell.gates() * d;
        let mut input = linear(initial, d, width, 1.0);
        input.bias = Some(bias(initial, width, || cell.initial_biases(d)));
        Self { input, recurrence: matrix(initial, d, width, 1.0), cell }
    }

    /// `x: [batch, T, d]`.
    pub(crate) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let told = self.input.forward(rms_norm(x.clone()).swap_dims(0, 1)); // [T, batch, gates·d]
        x + self.hidden(told).swap_dims(0, 1)
    }

    /// One new step: `x: [batch, 1, d]`.
    pub(crate) fn step(&self, x: Tensor<3>, state: &mut CellState) -> Tensor<3> {
        let told = self.input.forward(rms_norm(x.clone())).squeeze_dim::<2>(1);
        let recalled = state.hidden.clone().matmul(self.recurrence.val());
        *state = self.cell.advance(told + recalled, state.clone());
        x + state.hidden.clone().unsqueeze_dim::<3>(1)
    }

    /// The state before the first step.
    pub(crate) fn start(&self, batch: usize, device: &Device) -> CellState {
        CellState::start(batch, self.recurrence.dims()[0], device)
    }

    /// The hidden state of each step, for what each is `told: [T, batch, gates·d]` → `[T, batch, d]`.
    ///
    /// Left to automatic differentiation, the gradient of the recurrent matrix would be a sum of T products, each as
    /// large as the matrix. So the steps see it as a constant, and a term that is always 0 brings its gradient, all
    /// steps in one product: `H·W − (H·W as a constant)`, where H are the states before each step, found beforehand.
    fn hidden(&self, told: Tensor<3>) -> Tensor<3> {
        let matrix = self.recurrence.val();
        if !told.is_autodiff() {
            return self.scan(told, matrix);
        }
        let constant = matrix.clone().without_autodiff();
        let [steps, batch, width] = told.dims();
        let before = delayed(self.scan(told.clone().without_autodiff(), constant.clone())); // [T, batch, d]
        let d = before.dims()[2];
        let recalled = before.reshape([steps * batch, d]).matmul(matrix);
        let nothing = recalled.clone() - recalled.detach();
        self.scan(told + nothing.reshape([steps, batch, width]), constant)
    }

    /// Step after step with `matrix: [d, gates·d]`.
    fn scan(&self, told: Tensor<3>, matrix: Tensor<2>) -> Tensor<3> {
        let batch = told.dims()[1];
        let mut state = self.start(batch, &told.device());
        let advance = |told: Tensor<2>| {
            let recalled = state.hidden.clone().matmul(matrix.clone());
            state = self.cell.advance(told + recalled, state.clone());
            state.hidden.clone()
        };
        Tensor::stack(steps_of(told).into_iter().map(advance).collect(), 0)
    }
}

/// Each step gets what the step before has, the first zeros: `[T, batch, d]`.
fn delayed(states: Tensor<3>) -> Tensor<3> {
    let [steps, batch, d] = states.dims();
    let first = Tensor::zeros([1, batch, d], &states.device());
    if steps == 1 {
        return first;
    }
    Tensor::cat(vec![first, states.slice([0..steps - 1, 0..batch, 0..d])], 0)
}

/// `[T, batch, width]` as its T steps. A slice's gradient is as large as what the slice was cut from, so that cutting
/// off one step at a time would cost T²; cutting in half, and the halves again, costs T·log T.
fn steps_of(x: Tensor<3>) -> Vec<Tensor<2>> {
    let [steps, batch, width] = x.dims();
    if steps == 1 {
        return vec![x.squeeze_dim(0)];
    }
    let middle = steps / 2;
    let mut all = steps_of(x.clone().slice([0..middle, 0..batch, 0..width]));
    all.extend(steps_of(x.slice([middle..steps, 0..batch, 0..width])));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    #[test]
    fn a_sequence_is_cut_into_its_steps_and_delayed() {
        let device = Device::flex();
        for steps in [1, 2, 7] {
            let values: Vec<f32> = (0..steps * 2).map(|i| i as f32 + 1.0).collect();
            let x = Tensor::<3>::from_data(TensorData::new(values.clone(), [steps, 1, 2]), &device);
            let read = |x: Tensor<3>| x.into_data_as::<f32>().iter::<f32>().collect::<Vec<_>>();
            assert_eq!(read(Tensor::stack(steps_of(x.clone()), 0)), values);
            assert_eq!(read(delayed(x)), [&[0.0; 2], &values[..values.len() - 2]].concat());
        }
    }
}
