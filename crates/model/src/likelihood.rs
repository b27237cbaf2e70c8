//! How well a model knows given music: the ELBO, and the tighter bound of importance weighting.

use std::iter::Sum;
use std::ops::{AddAssign, Range};

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::batch::{Batch, Passage};
use crate::config::ModelConfig;
use crate::cvae::{Cvae, Latents, Noise};
use crate::latent::Posterior;
use crate::layout::PieceLayout;

/// Model steps that are computed at once, padding included; a longer passage is computed alone.
const STEPS_AT_ONCE: usize = 4096;

/// Bounds on the log-likelihood of one passage, in nats; of several, when they are added up. No part counts what only
/// pads a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Likelihood {
    /// −log p(x | z, c), the mean over samples of q(z | x, c).
    pub reconstruction: f64,
    /// KL(q(z | x, c) ‖ p(z | c)) of the piece's latent and the bars'. Its closed form, but a bar's prior depends on the
    /// bars before, so that it too is the mean over the samples.
    pub kl: f64,
    /// log 1/k Σ_i p(x | z_i, c) p(z_i | c) / q(z_i | x, c), z_i from q: a lower bound on log p(x | c) that rises with k to
    /// it (Burda et al. 2016, equation 8).
    pub iwae: f64,
}

impl Likelihood {
    /// The evidence lower bound with β = 1: a lower bound on log p(x | c).
    pub fn elbo(&self) -> f64 {
        -(self.reconstruction + self.kl)
    }
}

impl AddAssign for Likelihood {
    fn add_assign(&mut self, other: Self) {
        self.reconstruction += other.reconstruction;
        self.kl += other.kl;
        self.iwae += other.iwae;
    }
}

impl Sum for Likelihood {
    fn sum<I: Iterator<Item = Self>>(passages: I) -> Self {
        passages.fold(Self::default(), |mut sum, passage| {
            sum += passage;
            sum
        })
    }
}

/// The bounds of each passage, from `samples` draws of its latents (k, at least one). The noise is drawn passage after
/// passage, so that a passage's figures do not depend on those that come after it.
pub fn likelihoods(
    model: &Cvae,
    config: &ModelConfig,
    passages: &[Passage],
    samples: usize,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> Vec<Likelihood> {
    let of_batch = |range: Range<usize>| {
        let passages = &passages[range];
        let batch = batch_of(passages, config, device);
        let posterior = model.encode(&batch);
        let noise = noise(passages, samples, config.latent, random, device);
        let draws: Vec<Draw> = noise.into_iter().map(|noise| Draw::new(model, &batch, &posterior, noise)).collect();
        (0..passages.len()).map(|row| likelihood(&draws, row)).collect::<Vec<_>>()
    };
    batches(passages).into_iter().flat_map(of_batch).collect()
}

/// −log p(x | z, c) of each passage in nats as in [`Likelihood::reconstruction`], but with z from the posterior of another:
/// of `others` at the same place, whose bars repeat where they are fewer. Where it is no worse, the latents say nothing.
pub fn reconstruction_with_latents_of(
    model: &Cvae,
    config: &ModelConfig,
    passages: &[Passage],
    others: &[Passage],
    samples: usize,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> Vec<f64> {
    let of_batch = |range: Range<usize>| {
        let (passages, others) = (&passages[range.clone()], &others[range]);
        let batch = batch_of(passages, config, device);
        let posterior = model.encode(&batch_of(others, config, device));
        let noise = noise(others, samples, config.latent, random, device);
        let draws: Vec<Vec<f64>> = noise
            .into_iter()
            .map(|noise| {
                let latents = fitted(&Cvae::sample(&posterior, noise), others, batch.dims()[2]);
                row_sums(model.event_nll(&batch, &latents))
            })
            .collect();
        (0..passages.len()).map(|row| mean(draws.iter().map(|draw| draw[row]))).collect::<Vec<_>>()
    };
    batches(passages).into_iter().flat_map(of_batch).collect()
}

/// What one draw of the latents of a batch says, a number a passage.
struct Draw {
    nll: Vec<f64>,
    kl: Vec<f64>,
    /// log p(z | c) − log q(z | x, c).
    log_ratio: Vec<f64>,
}

impl Draw {
    fn new(model: &Cvae, batch: &Batch, posterior: &Posterior, noise: Noise) -> Self {
        let latents = Cvae::sample(posterior, noise);
        let (z_piece, z_bars) = (latents.piece.clone(), latents.bars.clone());
        let (piece, bars) = model.prior_of(batch, &latents);
        let of_bars = |each: Tensor<3>| each.sum_dim(2).squeeze_dim::<2>(2) * batch.bar_mask.clone(); // [batch, N]
        let sums = |of_piece: Tensor<2>, each_bar: Tensor<3>| {
            row_sums(Tensor::cat(vec![of_piece.sum_dim(1), of_bars(each_bar)], 1))
        };
        Self {
            nll: row_sums(model.event_nll(batch, &latents)),
            kl: sums(posterior.piece.kl(&piece), posterior.bars.kl(&bars)),
            log_ratio: sums(
                piece.log_density(z_piece.clone()) - posterior.piece.log_density(z_piece),
                bars.log_density(z_bars.clone()) - posterior.bars.log_density(z_bars),
            ),
        }
    }
}

fn likelihood(draws: &[Draw], row: usize) -> Likelihood {
    let log_weights: Vec<f64> = draws.iter().map(|draw| draw.log_ratio[row] - draw.nll[row]).collect();
    Likelihood {
        reconstruction: mean(draws.iter().map(|draw| draw.nll[row])),
        kl: mean(draws.iter().map(|draw| draw.kl[row])),
        iwae: log_mean_exp(&log_weights),
    }
}

/// log of the mean of exp, without overflow.
fn log_mean_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + mean(values.iter().map(|value| (value - largest).exp())).ln()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// Each row's sum, added in 64 bits: `[batch, _] → batch`.
fn row_sums(tensor: Tensor<2>) -> Vec<f64> {
    let columns = tensor.dims()[1];
    let values: Vec<f64> = tensor.into_data_as::<f32>().iter::<f64>().collect();
    values.chunks_exact(columns).map(|row| row.iter().sum()).collect()
}

fn batch_of(passages: &[Passage], config: &ModelConfig, device: &Device) -> Batch {
    Batch::new(passages, &PieceLayout::new(config), &|_, _| false, device)
}

/// Consecutive passages whose padded size stays within [`STEPS_AT_ONCE`], at least one.
fn batches(passages: &[Passage]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut longest = 0;
    for (index, passage) in passages.iter().enumerate() {
        longest = longest.max(passage.steps());
        match ranges.last_mut() {
            Some(range) if longest * (range.len() + 1) <= STEPS_AT_ONCE => range.end = index + 1,
            _ => {
                longest = passage.steps();
                ranges.push(index..index + 1);
            }
        }
    }
    ranges
}

/// Standard normal noise of each sample, zero at padding.
fn noise(passages: &[Passage], samples: usize, latent: usize, random: &mut ChaCha8Rng, device: &Device) -> Vec<Noise> {
    let rows = passages.len();
    let bars = passages.iter().map(|passage| passage.bars.len()).max().unwrap_or(0);
    let mut drawn = vec![(vec![0.0_f32; rows * latent], vec![0.0_f32; rows * bars * latent]); samples];
    for (row, passage) in passages.iter().enumerate() {
        for (piece, each_bar) in &mut drawn {
            let piece = &mut piece[row * latent..][..latent];
            let each_bar = &mut each_bar[row * bars * latent..][..passage.bars.len() * latent];
            piece.iter_mut().chain(each_bar).for_each(|value| *value = random.sample(StandardNormal));
        }
    }
    let tensors = |(piece, each_bar)| Noise {
        piece: Tensor::from_data(TensorData::new(piece, [rows, latent]), device),
        bars: Tensor::from_data(TensorData::new(each_bar, [rows, bars, latent]), device),
    };
    drawn.into_iter().map(tensors).collect()
}

/// The latents of `passages` for `bars` bars: each passage's own, from the front again where they end.
fn fitted(latents: &Latents, passages: &[Passage], bars: usize) -> Latents {
    let [rows, held, latent] = latents.bars.dims();
    let place = |(row, passage): (usize, &Passage)| {
        let own = passage.bars.len();
        (0..bars).map(move |bar| (row * held + bar % own) as i32)
    };
    let places: Vec<i32> = passages.iter().enumerate().flat_map(place).collect();
    let places = Tensor::<1, Int>::from_data(TensorData::new(places, [rows * bars]), &latents.bars.device());
    let each_bar = latents.bars.clone().reshape([rows * held, latent]).select(0, places);
    Latents { piece: latents.piece.clone(), bars: each_bar.reshape([rows, bars, latent]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BarFeatures, ConditionClasses, ModelSize, PassageBar};
    use partita_encoding::{CENTS_ZERO, NoteEvent};
    use rand::SeedableRng;

    /// A passage with one note in each bar.
    fn passage(pitches: &[u8]) -> Passage {
        let bar = |(index, &pitch): (usize, &u8)| PassageBar {
            features: BarFeatures { metre: 0, index, remaining: 9 - index, density: Some(1), polyphony: None },
            steps: 48,
            notes: vec![NoteEvent { position: 3, program: 0, pitch, cents: CENTS_ZERO, duration: 5, velocity: 9 }],
        };
        Passage { conditions: ConditionClasses::default(), bars: pitches.iter().enumerate().map(bar).collect() }
    }

    #[test]
    fn the_mean_of_exponentials_by_hand() {
        // (1 + 3) / 2 = 2, and the same a thousand nats lower.
        assert!((log_mean_exp(&[0.0, 3.0_f64.ln()]) - 2.0_f64.ln()).abs() < 1e-12);
        assert!((log_mean_exp(&[-1000.0, -1000.0 + 3.0_f64.ln()]) + 1000.0 - 2.0_f64.ln()).abs() < 1e-9);
    }

    /// With one sample the bound is log p(x | z) + log p(z) − log q(z | x) of that sample. Here it is worked out number by
    /// number in 64 bits, with (z − μ)/σ under q taken from the noise itself.
    #[test]
    fn one_sample_is_the_sampled_elbo() {
        let config = ModelConfig::sized(ModelSize::Tiny, 1, 1);
        let (device, mut random) = (Device::flex(), ChaCha8Rng::seed_from_u64(3));
        let model = Cvae::new(&config, &mut random, &device);
        let passages = [passage(&[60, 64, 67])];
        let of_seed = || ChaCha8Rng::seed_from_u64(7);
        let found = likelihoods(&model, &config, &passages, 1, &mut of_seed(), &device)[0];

        let batch = batch_of(&passages, &config, &device);
        let posterior = model.encode(&batch);
        let drawn = noise(&passages, 1, config.latent, &mut of_seed(), &device).remove(0);
        let latents = Cvae::sample(&posterior, drawn.clone());
        let (prior_piece, prior_bars) = model.prior_of(&batch, &latents);
        let (z_piece, z_bars) = (latents.piece, latents.bars);
        let numbers = |piece: Tensor<2>, bars: Tensor<3>| -> Vec<f64> {
            let bars = bars.into_data_as::<f32>();
            piece.into_data_as::<f32>().iter::<f64>().chain(bars.iter::<f64>()).collect()
        };
        let z = numbers(z_piece, z_bars);
        let noise = numbers(drawn.piece, drawn.bars);
        let log_var_q = numbers(posterior.piece.log_var, posterior.bars.log_var);
        let (mu_p, log_var_p) =
            (numbers(prior_piece.mu, prior_bars.mu), numbers(prior_piece.log_var, prior_bars.log_var));
        assert_eq!(z.len(), 4 * config.latent);
        let log_ratio: f64 = (0..z.len())
            .map(|i| {
                let log_p = -0.5 * (log_var_p[i] + (z[i] - mu_p[i]).powi(2) / log_var_p[i].exp());
                let log_q = -0.5 * (log_var_q[i] + noise[i].powi(2));
                log_p - log_q
            })
            .sum();
        assert!((found.iwae - (log_ratio - found.reconstruction)).abs() < 1e-3, "{found:?} {log_ratio}");
        assert!(log_ratio.abs() > 1.0 && found.kl > 0.0);
    }

    #[test]
    fn batches_hold_every_passage_once_within_the_budget() {
        let passages: Vec<Passage> = [100, 900, 2100, 10, 10, 5000, 1].map(|bars| passage(&vec![60; bars])).to_vec();
        let ranges = batches(&passages);
        assert_eq!(ranges, [0..2, 2..3, 3..5, 5..6, 6..7]);
    }

    #[test]
    fn latents_repeat_where_bars_are_missing() {
        let device = Device::flex();
        let bars = Tensor::from_floats([[[0.0], [1.0]], [[2.0], [9.0]]], &device); // the 9 is padding
        let latents = Latents { piece: Tensor::zeros([2, 1], &device), bars };
        let fitted = fitted(&latents, &[passage(&[60, 60]), passage(&[60])], 3);
        let values: Vec<f32> = fitted.bars.into_data_as::<f32>().iter::<f32>().collect();
        assert_eq!(values, [0.0, 1.0, 0.0, 2.0, 2.0, 2.0]);
    }
}
