//! p(z | c): the piece's latent from the conditions, then each bar's from those before it.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Tensor, activation::relu};

use super::Gaussian;
use crate::config::ModelConfig;
use crate::layers::{Block, Cache, Initial, alibi_bias, linear, rms_norm, table};
use crate::layout::{BAR_COLUMNS, PieceLayout};

/// p(z_piece | c) · ∏ p(z_n | z_<n, z_piece, c, bar n): a causal Transformer over bars.
#[derive(Module, Debug)]
pub(crate) struct Prior {
    piece: Linear,
    piece_hidden: Linear,
    piece_mu: Linear,
    piece_log_var: Linear,
    bars: Linear,
    conditions: Linear,
    piece_latent: Linear,
    previous: Linear,
    blocks: Vec<Block>,
    bar_mu: Linear,
    bar_log_var: Linear,
    heads: usize,
    latent: usize,
}

/// The bars drawn so far.
#[derive(Clone, Debug)]
pub(crate) struct PriorState {
    caches: Vec<Cache>,
    previous: Tensor<3>, // [batch, 1, latent]
    context: Tensor<3>,  // [batch, 1, d_bar]
}

impl Prior {
    pub(crate) fn new(initial: &mut Initial<'_>, config: &ModelConfig) -> Self {
        let (d, latent) = (config.d_bar, config.latent);
        let columns = PieceLayout::new(config).columns();
        Self {
            piece: table(initial, columns, d),
            piece_hidden: linear(initial, d, d, 1.4),
            piece_mu: linear(initial, d, latent, 0.1),
            piece_log_var: linear(initial, d, latent, 0.1),
            bars: table(initial, BAR_COLUMNS, d),
            conditions: table(initial, columns, d),
            piece_latent: linear(initial, latent, d, 1.0),
            previous: linear(initial, latent, d, 1.0),
            blocks: (0..config.prior_layers)
                .map(|_| Block::new(initial, d, config.heads, config.feed_forward_multiple, config.prior_layers))
                .collect(),
            bar_mu: linear(initial, d, latent, 0.1),
            bar_log_var: linear(initial, d, latent, 0.1),
            heads: config.heads,
            latent,
        }
    }

    /// p(z_piece | c): `piece: [batch, columns]` → `[batch, latent]`.
    pub(crate) fn piece(&self, piece: Tensor<2>) -> Gaussian<2> {
        let h = relu(self.piece_hidden.forward(rms_norm(self.piece.forward(piece))));
        Gaussian::new(self.piece_mu.forward(h.clone()), self.piece_log_var.forward(h))
    }

    /// p(z_n | z_<n, …) of every bar, given the bars' latents: `latents: [batch, N, latent]`.
    pub(crate) fn bars(
        &self,
        piece: Tensor<2>,
        bars: Tensor<3>,
        z_piece: Tensor<2>,
        latents: Tensor<3>,
    ) -> Gaussian<3> {
        let [batch, count, latent] = latents.dims();
        let device = latents.device();
        let first = Tensor::zeros([batch, 1, latent], &device);
        let previous = if count == 1 {
            first
        } else {
            Tensor::cat(vec![first, latents.slice([0..batch, 0..count - 1, 0..latent])], 1)
        };
        let mut h = self.input(self.context(piece, z_piece), bars, previous);
        let places = alibi_bias(self.heads, 0, count, count, &device).into();
        for block in &self.blocks {
            h = block.forward(h, &places);
        }
        self.output(h)
    }

    /// Ready to draw up to `bars` bars one after another.
    pub(crate) fn start(&self, piece: Tensor<2>, z_piece: Tensor<2>, bars: usize) -> PriorState {
        let batch = z_piece.dims()[0];
        let device = z_piece.device();
        let context = self.context(piece, z_piece);
        PriorState {
            caches: self.blocks.iter().map(|block| block.start(batch, bars, &device)).collect(),
            previous: Tensor::zeros([batch, 1, self.latent], &device),
            context,
        }
    }

    /// Draws the next bar's latent `[batch, 1, latent]`, for `bar: [batch, 1, BAR_COLUMNS]` and normal `noise`.
    pub(crate) fn draw(&self, state: &mut PriorState, bar: Tensor<3>, noise: Tensor<3>) -> Tensor<3> {
        let mut h = self.input(state.context.clone(), bar, state.previous.clone());
        for (block, cache) in self.blocks.iter().zip(&mut state.caches) {
            let at = cache.filled();
            let place = alibi_bias(self.heads, at, 1, at + 1, &state.previous.device()).into();
            h = block.step(h, cache, &place);
        }
        state.previous = self.output(h).sample(noise);
        state.previous.clone()
    }

    fn context(&self, piece: Tensor<2>, z_piece: Tensor<2>) -> Tensor<3> {
        (self.conditions.forward(piece) + self.piece_latent.forward(z_piece)).unsqueeze_dim(1)
    }

    fn input(&self, context: Tensor<3>, bars: Tensor<3>, previous: Tensor<3>) -> Tensor<3> {
        self.bars.forward(bars) + self.previous.forward(previous) + context
    }

    fn output(&self, h: Tensor<3>) -> Gaussian<3> {
        let h = rms_norm(h);
        Gaussian::new(self.bar_mu.forward(h.clone()), self.bar_log_var.forward(h))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ModelSize;
    use burn::tensor::{Device, TensorData};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// The density of latents must be that of the process that draws them: under each bar's Gaussian the drawn latent
    /// is as many deviations from the mean as its noise said.
    #[test]
    fn latents_drawn_one_by_one_have_the_density_of_the_whole_sequence() {
        let config = ModelConfig::sized(ModelSize::Tiny, 2, 2);
        let (device, count, latent) = (Device::flex(), 5, config.latent);
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let prior = Prior::new(&mut Initial::drawn(&mut random, &device), &config);
        let waves = |size: usize, speed: f32| (0..size).map(|i| (i as f32 * speed).sin()).collect::<Vec<f32>>();
        let piece = Tensor::<2>::ones([1, PieceLayout::new(&config).columns()], &device);
        let z_piece = Tensor::<2>::ones([1, latent], &device);
        let bars =
            Tensor::<3>::from_data(TensorData::new(waves(count * BAR_COLUMNS, 0.3), [1, count, BAR_COLUMNS]), &device);
        let noise = Tensor::<3>::from_data(TensorData::new(waves(count * latent, 0.7), [1, count, latent]), &device);
        let mut state = prior.start(piece.clone(), z_piece.clone(), count);
        let drawn = (0..count).map(|bar| {
            let of_bar = |all: &Tensor<3>| {
                let columns = all.dims()[2];
                all.clone().slice([0..1, bar..bar + 1, 0..columns])
            };
            prior.draw(&mut state, of_bar(&bars), of_bar(&noise))
        });
        let drawn = Tensor::cat(drawn.collect(), 1);
        let whole = prior.bars(piece, bars, z_piece, drawn.clone());
        let deviations = (drawn - whole.mu) * (whole.log_var * -0.5).exp();
        let error = (deviations - noise).abs().max().into_scalar::<f32>();
        assert!(error < 1e-5, "{error}");
    }
}
