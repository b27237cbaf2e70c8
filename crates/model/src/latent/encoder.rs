//! q(z | x, c): events → bars → latents.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Tensor, activation::softmax};

use super::Gaussian;
use crate::batch::Batch;
use crate::config::ModelConfig;
use crate::layers::{Block, Initial, linear, mask_bias, rms_norm, table};
use crate::layout::{BAR_COLUMNS, EVENT_COLUMNS, PieceLayout};

/// The approximate posterior of a batch: a Gaussian a bar and one a piece.
#[derive(Clone, Debug)]
pub struct Posterior {
    /// `[batch, latent]`.
    pub piece: Gaussian<2>,
    /// `[batch, N, latent]`.
    pub bars: Gaussian<3>,
}

impl Posterior {
    /// N(0, 1) for each row and bar of a batch.
    pub(crate) fn standard(batch: &Batch, latent: usize) -> Self {
        let ([rows, _, bars], device) = (batch.dims(), batch.piece.device());
        let piece = Tensor::zeros([rows, latent], &device);
        let each = Tensor::zeros([rows, bars, latent], &device);
        Self { piece: Gaussian::new(piece.clone(), piece), bars: Gaussian::new(each.clone(), each) }
    }
}

/// Attends within each bar, pools the bar's events by learned queries, then attends across the bars.
#[derive(Module, Debug)]
pub(crate) struct Encoder {
    events: Linear,
    event_blocks: Vec<Block>,
    pool_scores: Linear,
    pool: Linear,
    bars: Linear,
    piece: Linear,
    bar_blocks: Vec<Block>,
    bar_mu: Linear,
    bar_log_var: Linear,
    piece_mu: Linear,
    piece_log_var: Linear,
}

impl Encoder {
    pub(crate) fn new(initial: &mut Initial<'_>, config: &ModelConfig) -> Self {
        let (d, d_bar) = (config.d_model, config.d_bar);
        let multiple = config.feed_forward_multiple;
        Self {
            events: table(initial, EVENT_COLUMNS, d),
            event_blocks: (0..config.encoder_layers)
                .map(|_| Block::new(initial, d, config.heads, multiple, config.encoder_layers))
                .collect(),
            pool_scores: linear(initial, d, config.heads, 1.0),
            pool: linear(initial, d * config.heads, d_bar, 1.0),
            bars: table(initial, BAR_COLUMNS, d_bar),
            piece: table(initial, PieceLayout::new(config).columns(), d_bar),
            bar_blocks: (0..config.bar_layers)
                .map(|_| Block::new(initial, d_bar, config.heads, multiple, config.bar_layers))
                .collect(),
            bar_mu: linear(initial, d_bar, config.latent, 1.0),
            bar_log_var: linear(initial, d_bar, config.latent, 0.1),
            piece_mu: linear(initial, d_bar, config.latent, 1.0),
            piece_log_var: linear(initial, d_bar, config.latent, 0.1),
        }
    }

    /// q(z | x, c) of the batch's bars and conditions with `events: [batch, T, EVENT_COLUMNS]`.
    pub(crate) fn forward(&self, batch: &Batch, events: Tensor<3>) -> Posterior {
        let summaries = self.pool_bars(batch, events); // [batch, N, d_bar]
        let piece = self.piece.forward(batch.piece.clone()).unsqueeze_dim::<3>(1); // [batch, 1, d_bar]
        let mut h = summaries + self.bars.forward(batch.bars.clone()) + piece;
        let places = mask_bias(batch.bar_mask.clone().unsqueeze_dims::<4>(&[1, 2])).into(); // [batch, 1, 1, N]
        for block in &self.bar_blocks {
            h = block.forward(h, &places);
        }
        let h = rms_norm(h);
        let whole = mean_of_bars(h.clone(), batch.bar_mask.clone()); // [batch, d_bar]
        Posterior {
            piece: Gaussian::new(self.piece_mu.forward(whole.clone()), self.piece_log_var.forward(whole)),
            bars: Gaussian::new(self.bar_mu.forward(h.clone()), self.bar_log_var.forward(h)),
        }
    }

    /// Each bar's events, weighted by every head's scores: `[batch, N, d_bar]`.
    fn pool_bars(&self, batch: &Batch, events: Tensor<3>) -> Tensor<3> {
        let [rows, _, bars] = batch.dims();
        let members = batch.bar_of_step.clone().swap_dims(1, 2); // [batch, N, T]
        let same_bar = batch.bar_of_step.clone().matmul(members.clone()); // [batch, T, T]
        let places = mask_bias(same_bar.unsqueeze_dim::<4>(1)).into();
        let mut h = self.events.forward(events);
        for block in &self.event_blocks {
            h = block.forward(h, &places);
        }
        let h = rms_norm(h); // [batch, T, d]
        let scores = self.pool_scores.forward(h.clone()).swap_dims(1, 2).unsqueeze_dim::<4>(1); // [batch, 1, heads, T]
        let weights = softmax(scores + mask_bias(members.unsqueeze_dim::<4>(2)), 3); // [batch, N, heads, T]
        let [_, _, heads, steps] = weights.dims();
        let pooled = weights.reshape([rows, bars * heads, steps]).matmul(h); // [batch, N·heads, d]
        let d = pooled.dims()[2];
        self.pool.forward(pooled.reshape([rows, bars, heads * d]))
    }
}

/// Mean over the bars that are there: `[batch, N, d] → [batch, d]`.
fn mean_of_bars(h: Tensor<3>, bar_mask: Tensor<2>) -> Tensor<2> {
    let count = bar_mask.clone().sum_dim(1); // [batch, 1]
    let sum = (h * bar_mask.unsqueeze_dim::<3>(2)).sum_dim(1).squeeze_dim::<2>(1);
    sum / count
}
