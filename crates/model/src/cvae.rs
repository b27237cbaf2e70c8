//! The conditional sequence-to-sequence variational autoencoder: encoder, prior and decoder together. Without latents
//! the decoder alone is a language model.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;

use crate::batch::Batch;
use crate::config::ModelConfig;
use crate::decoder::Decoder;
use crate::latent::{Encoder, Gaussian, Posterior, Prior};
use crate::layers::Initial;

/// Standard normal noise for one forward pass.
#[derive(Clone, Debug)]
pub struct Noise {
    /// `[batch, latent]`.
    pub piece: Tensor<2>,
    /// `[batch, N, latent]`.
    pub bars: Tensor<3>,
}

/// A batch's latents.
#[derive(Clone, Debug)]
pub struct Latents {
    /// `[batch, latent]`.
    pub piece: Tensor<2>,
    /// `[batch, N, latent]`.
    pub bars: Tensor<3>,
}

impl Latents {
    /// The latents of other rows: row `i` gets those of row `i + 1`, the last those of the first.
    pub fn shuffled(&self) -> Self {
        Self { piece: self.piece.clone().roll_dim(-1, 0), bars: self.bars.clone().roll_dim(-1, 0) }
    }
}

/// The parts of the negative ELBO of a batch, each summed over all rows, in nats.
#[derive(Clone, Debug)]
pub struct ElboTerms {
    /// −log p(x | z, c), a scalar a field: `[1]`.
    pub field_nll: Vec<Tensor<1>>,
    /// KL(q(z_n | x, c) ‖ p(z_n | z_<n, z_piece, c)), summed over bars, a dimension each: `[latent]`.
    pub bar_kl: Tensor<1>,
    /// KL(q(z_piece | x, c) ‖ p(z_piece | c)), a dimension each: `[latent]`.
    pub piece_kl: Tensor<1>,
    /// −log p(bag of each bar's positions, programs and sounds | z, c), outside of the ELBO: `[1]`.
    pub bag_nll: Tensor<1>,
}

/// Partita's stage A model.
///
/// Without latents it is the special case whose posterior and prior are both N(0, 1) and whose decoder is not told what
/// is drawn from them: the KL is 0, and the ELBO is log p(x | c) itself.
#[derive(Module, Debug)]
pub struct Cvae {
    encoder: Option<Encoder>,
    pub(crate) prior: Option<Prior>,
    pub(crate) decoder: Decoder,
    latent: usize,
}

impl Cvae {
    /// A new model; its weights are drawn from `stream`. On an autodiff device it can be trained.
    pub fn new(config: &ModelConfig, stream: &mut ChaCha8Rng, device: &Device) -> Self {
        Self::build(&mut Initial::drawn(stream, device), config)
    }

    /// A model whose weights are still to come.
    pub(crate) fn awaited(config: &ModelConfig, device: &Device) -> Self {
        Self::build(&mut Initial::awaited(device), config)
    }

    fn build(initial: &mut Initial<'_>, config: &ModelConfig) -> Self {
        Self {
            encoder: config.latents.then(|| Encoder::new(initial, config)),
            prior: config.latents.then(|| Prior::new(initial, config)),
            decoder: Decoder::new(initial, config),
            latent: config.latent,
        }
    }

    /// The same model with a decoder that is told musical time ([`ModelConfig::musical_time`]) and makes nothing of it yet: all
    /// its outputs stay as they are.
    pub fn in_musical_time(self, device: &Device) -> Self {
        Self { decoder: self.decoder.in_musical_time(device), ..self }
    }

    /// q(z | x, c); N(0, 1) in a model without latents.
    pub fn encode(&self, batch: &Batch) -> Posterior {
        self.encode_events(batch, batch.visible())
    }

    /// [`encode`](Self::encode) with other events in the batch's places: `[batch, T, EVENT_COLUMNS]`.
    pub fn encode_events(&self, batch: &Batch, events: Tensor<3>) -> Posterior {
        match &self.encoder {
            Some(encoder) => encoder.forward(batch, events),
            None => Posterior::standard(batch, self.latent),
        }
    }

    /// A sample of the posterior.
    pub fn sample(posterior: &Posterior, noise: Noise) -> Latents {
        Latents { piece: posterior.piece.sample(noise.piece), bars: posterior.bars.sample(noise.bars) }
    }

    /// −log p(x | z, c) by field, summed over the batch, in nats: `[1]` each.
    pub fn reconstruct(&self, batch: &Batch, latents: &Latents) -> Vec<Tensor<1>> {
        self.field_nll(batch, latents).into_iter().map(Tensor::sum).collect()
    }

    /// −log p of each event in nats, its fields together: `[batch, T]`, 0 where there is none.
    pub fn event_nll(&self, batch: &Batch, latents: &Latents) -> Tensor<2> {
        let zeros = batch.step_mask.zeros_like();
        self.field_nll(batch, latents).into_iter().fold(zeros, |sum, field| sum + field)
    }

    /// A tensor `[batch, T]` a field.
    fn field_nll(&self, batch: &Batch, latents: &Latents) -> Vec<Tensor<2>> {
        self.decoder.nll(batch, self.context(batch, latents))
    }

    pub(crate) fn context(&self, batch: &Batch, latents: &Latents) -> Tensor<3> {
        self.decoder.context(batch.piece.clone(), batch.bars.clone(), latents.piece.clone(), latents.bars.clone())
    }

    /// p(z | c) of the piece's latent, and of each bar's given those before it; N(0, 1) in a model without latents.
    pub(crate) fn prior_of(&self, batch: &Batch, latents: &Latents) -> (Gaussian<2>, Gaussian<3>) {
        let Some(prior) = &self.prior else {
            let Posterior { piece, bars } = Posterior::standard(batch, self.latent);
            return (piece, bars);
        };
        let (piece, bars) = (batch.piece.clone(), batch.bars.clone());
        (prior.piece(piece.clone()), prior.bars(piece, bars, latents.piece.clone(), latents.bars.clone()))
    }

    /// The KL terms of the ELBO for the drawn latents.
    pub fn divergence(&self, batch: &Batch, posterior: &Posterior, latents: &Latents) -> (Tensor<1>, Tensor<1>) {
        let (prior_of_piece, prior_of_bars) = self.prior_of(batch, latents);
        let bars = posterior.bars.kl(&prior_of_bars) * batch.bar_mask.clone().unsqueeze_dim::<3>(2);
        let piece = posterior.piece.kl(&prior_of_piece);
        (bars.sum_dims_squeeze::<1, _>(&[0, 1]), piece.sum_dims_squeeze::<1, _>(&[0]))
    }

    /// One pass of the ELBO (Kingma & Welling 2014; Sohn et al. 2015 for the conditions).
    pub fn forward(&self, batch: &Batch, noise: Noise) -> ElboTerms {
        let posterior = self.encode(batch);
        let latents = Self::sample(&posterior, noise);
        let (bar_kl, piece_kl) = self.divergence(batch, &posterior, &latents);
        let context = self.context(batch, &latents);
        let bag_nll = self.decoder.bag_nll(batch, context.clone());
        let field_nll = self.decoder.nll(batch, context).into_iter().map(Tensor::sum).collect();
        ElboTerms { field_nll, bar_kl, piece_kl, bag_nll }
    }
}
