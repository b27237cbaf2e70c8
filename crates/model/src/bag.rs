//! The bag-of-notes loss: a bar's context alone, without any of its events, must tell which positions, programs and
//! sounds the bar has. It keeps the decoder from learning to do without the latents (the bag-of-words loss of Zhao, Zhao
//! & Eskenazi 2017, brought to music).

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Tensor, activation::log_softmax};

use crate::batch::Batch;
use crate::config::ModelConfig;
use crate::layers::{Initial, linear};
use crate::layout::BAG_COLUMNS;

/// A linear layer a group of columns: positions, programs, sounds.
#[derive(Module, Debug)]
pub(crate) struct BagHead {
    groups: Vec<Linear>,
}

impl BagHead {
    pub(crate) fn new(initial: &mut Initial<'_>, config: &ModelConfig) -> Self {
        let groups = BAG_COLUMNS.iter().map(|columns| linear(initial, config.d_model, columns.len(), 0.5)).collect();
        Self { groups }
    }

    /// −Σ over bars, groups and notes of log p(column), in nats; `context: [batch, N, d]`.
    pub(crate) fn nll(&self, batch: &Batch, context: Tensor<3>) -> Tensor<1> {
        let [rows, _, bars] = batch.dims();
        let members = batch.bar_of_step.clone().swap_dims(1, 2); // [batch, N, T]
        let counts = members.matmul(batch.following()); // [batch, N, EVENT_COLUMNS]
        let group = |(head, columns): (&Linear, &std::ops::Range<usize>)| {
            let counts = counts.clone().slice([0..rows, 0..bars, columns.clone()]);
            -(log_softmax(head.forward(context.clone()), 2) * counts).sum()
        };
        let zero = Tensor::zeros([1], &context.device());
        self.groups.iter().zip(&BAG_COLUMNS).map(group).fold(zero, |sum, nll| sum + nll)
    }
}
