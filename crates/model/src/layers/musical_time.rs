//! Where an event stands in musical time, and how attention asks for what stands so far from it.

use std::f32::consts::TAU;

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

use super::silent;

/// Periods of the step in the bar, in steps of a twelfth of a quarter: from a sixteenth to two whole notes.
const STEP_PERIODS: [f32; 8] = [3.0, 4.0, 6.0, 8.0, 12.0, 24.0, 48.0, 96.0];
/// Periods of the bar, in bars. The longest is twice as long as what is told apart from its mirror image.
const BAR_PERIODS: [f32; 8] = [2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 32.0, 64.0];

const PERIODS: usize = STEP_PERIODS.len() + BAR_PERIODS.len();

/// Columns of an event's musical time: a cosine a period, then a sine a period.
pub(crate) const TIME_COLUMNS: usize = 2 * PERIODS;

/// Sets an event's columns in a row of zeros; those of the step stay 0 where it is not to be known.
pub(crate) fn set_time(row: &mut [f32], bar: usize, step: Option<u8>) {
    let steps = STEP_PERIODS.iter().map(|period| step.map(|step| f32::from(step) / period));
    let bars = BAR_PERIODS.iter().map(|period| Some(bar as f32 / period));
    for (column, turns) in steps.chain(bars).enumerate() {
        let Some(turns) = turns else { continue };
        let (sine, cosine) = (TAU * turns.fract()).sin_cos();
        row[column] = cosine;
        row[PERIODS + column] = sine;
    }
}

/// How welcome a step is to another for the time between them: the score of query i and key j is
///
/// > Σ_f u_f(xᵢ)·cos(θ_f(j) − θ_f(i)) + v_f(xᵢ)·sin(θ_f(j) − θ_f(i)),
///
/// with θ_f the phase of a place in period f. Attention can so ask for the same step of the bar before, whatever stands there;
/// what it asks for depends on the step that asks (the content's term with a relative place of Transformer-XL, Dai et al. 2019,
/// in bars and beats where that one counts tokens). u and v begin at 0: nothing is asked.
#[derive(Module, Debug)]
pub(crate) struct MusicalTime {
    asked: Linear,
    heads: usize,
}

impl MusicalTime {
    pub(crate) fn new(d: usize, heads: usize, device: &Device) -> Self {
        Self { asked: silent(d, heads * TIME_COLUMNS, device), heads }
    }

    /// What the queries are longer by, turned to their own places: `x: [batch, T, d]`, `time: [batch, T, TIME_COLUMNS]` →
    /// `[batch, heads, T, TIME_COLUMNS]`.
    pub(crate) fn queries(&self, x: Tensor<3>, time: &Tensor<3>) -> Tensor<4> {
        let [batch, steps, _] = x.dims();
        let asked = self.asked.forward(x).reshape([batch, steps, self.heads, TIME_COLUMNS]);
        let half = |all: &Tensor<4>, from: usize| {
            let [_, _, heads, _] = all.dims();
            all.clone().slice([0..batch, 0..steps, 0..heads, from..from + PERIODS])
        };
        let place = time.clone().unsqueeze_dim::<4>(2); // [batch, T, 1, TIME_COLUMNS]
        let (u, v) = (half(&asked, 0), half(&asked, PERIODS));
        let (cosine, sine) = (half(&place, 0), half(&place, PERIODS));
        let turned = [u.clone() * cosine.clone() - v.clone() * sine.clone(), u * sine + v * cosine];
        Tensor::cat(turned.to_vec(), 3).swap_dims(1, 2)
    }

    /// What the keys are longer by, the same for all heads: `[batch, heads, T, TIME_COLUMNS]`.
    pub(crate) fn keys(&self, time: &Tensor<3>) -> Tensor<4> {
        time.clone().unsqueeze_dim::<4>(1).repeat_dim(1, self.heads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read_parameters, write_parameters};

    fn time(bar: usize, step: Option<u8>) -> [f32; TIME_COLUMNS] {
        let mut row = [0.0; TIME_COLUMNS];
        set_time(&mut row, bar, step);
        row
    }

    fn product(a: [f32; TIME_COLUMNS], b: [f32; TIME_COLUMNS]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn a_product_tells_the_distance_alone() {
        let two_bars_and_a_beat = product(time(7, Some(36)), time(5, Some(24)));
        assert!((product(time(40, Some(60)), time(38, Some(48))) - two_bars_and_a_beat).abs() < 1e-4);
        let same = product(time(7, Some(36)), time(7, Some(36)));
        assert!((same - 16.0).abs() < 1e-4);
        for (bar, step) in [(6, 36), (7, 35), (3, 36), (7, 84)] {
            assert!(product(time(7, Some(36)), time(bar, Some(step))) < same - 1.0, "{bar} {step}");
        }
    }

    /// The same step asks, at two places: what stands as far from either is as welcome.
    #[test]
    fn a_score_tells_the_distance_alone_but_not_only_how_long_it_is() {
        let device = Device::flex();
        let layer = MusicalTime::new(2, 1, &device);
        let count = read_parameters(&layer).len();
        let asked: Vec<f32> = (0..count).map(|index| (index as f32 * 0.7).sin()).collect();
        let layer = write_parameters(layer, &asked);
        let score = |query: (usize, u8), key: (usize, u8)| -> f32 {
            let at =
                |(bar, step)| Tensor::<1>::from_floats(time(bar, Some(step)), &device).reshape([1, 1, TIME_COLUMNS]);
            let x = Tensor::<3>::from_floats([[[0.5, -1.0]]], &device);
            let product = layer.queries(x, &at(query)) * layer.keys(&at(key));
            product.sum().into_scalar::<f32>()
        };
        let behind = score((7, 36), (5, 24));
        assert!((score((40, 60), (38, 48)) - behind).abs() < 1e-3);
        assert!((score((5, 24), (7, 36)) - behind).abs() > 0.1, "before is not after");
    }

    #[test]
    fn an_unknown_step_leaves_the_bar() {
        assert!((product(time(7, None), time(7, Some(5))) - 8.0).abs() < 1e-4);
    }
}
