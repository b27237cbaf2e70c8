//! Passages as their posteriors: the real side of the adversarial phase. A passage is encoded once and its latents are drawn
//! again for each step that it takes part in: the CVAE is frozen, or in the joint phase is taken as it was when the pools were
//! last turned.

use std::collections::VecDeque;

use burn::tensor::{Device, Tensor, TensorData};
use partita_dataset::DatasetError;
use partita_model::adversarial::ConditionRows;
use partita_model::{BarFeatures, Batch, ConditionClasses, Cvae, Latents, ModelConfig, Noise, Passage, PieceLayout};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::curriculum::Curriculum;
use crate::passages::Cutter;
use crate::schedule::adversarial_competence;
use crate::workers::Workers;

/// Pools of the adversarial phase are numbered from here, so that none is one of the CVAE's.
const FIRST_POOL: u64 = 1 << 40;

/// A passage's conditions and q(z | x, c).
#[derive(Clone, Debug)]
pub(crate) struct EncodedPassage {
    pub(crate) conditions: ConditionClasses,
    pub(crate) bars: Vec<BarFeatures>,
    piece: Posterior,
    bar_posteriors: Posterior,
}

/// Means and standard deviations, one after another.
#[derive(Clone, Debug)]
struct Posterior {
    mu: Vec<f32>,
    sigma: Vec<f32>,
}

impl Posterior {
    fn sample<'a>(&'a self, random: &'a mut ChaCha8Rng) -> impl Iterator<Item = f32> + 'a {
        let values = self.mu.iter().zip(&self.sigma);
        values.map(|(mu, sigma)| mu + sigma * random.sample::<f32, _>(StandardNormal))
    }
}

/// Encodes micro-batches with `model`, one a worker at a time; in their order.
pub(crate) fn encode(
    workers: &Workers,
    model: &Cvae,
    config: &ModelConfig,
    batches: &[Vec<Passage>],
    device: &Device,
) -> Vec<EncodedPassage> {
    let layout = PieceLayout::new(config);
    let encoded = workers.map(batches.iter().collect(), |_, passages: &Vec<Passage>| {
        let posterior = model.encode(&Batch::new(passages, &layout, &|_, _| false, device));
        let [_, count, latent] = posterior.bars.mu.dims();
        let [piece_mu, piece_log_var] = [posterior.piece.mu, posterior.piece.log_var].map(values);
        let [bar_mu, bar_log_var] = [posterior.bars.mu, posterior.bars.log_var].map(values);
        let cut = |mu: &[f32], log_var: &[f32], start: usize, length: usize| Posterior {
            mu: mu[start..start + length].to_vec(),
            sigma: log_var[start..start + length].iter().map(|value| (value / 2.0).exp()).collect(),
        };
        let one = |(row, passage): (usize, &Passage)| EncodedPassage {
            conditions: passage.conditions,
            bars: passage.bars.iter().map(|bar| bar.features).collect(),
            piece: cut(&piece_mu, &piece_log_var, row * latent, latent),
            bar_posteriors: cut(&bar_mu, &bar_log_var, row * count * latent, passage.bars.len() * latent),
        };
        passages.iter().enumerate().map(one).collect::<Vec<_>>()
    });
    encoded.into_iter().flatten().collect()
}

/// A tensor's numbers.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data_as::<f32>().iter::<f32>().collect()
}

/// Several encoded passages as one batch.
pub(crate) struct LatentBatch {
    pub(crate) rows: ConditionRows,
    bars: usize,
    latent: usize,
    device: Device,
}

impl LatentBatch {
    pub(crate) fn new(passages: &[&EncodedPassage], config: &ModelConfig, device: &Device) -> Self {
        let described: Vec<_> = passages.iter().map(|p| (p.conditions, p.bars.as_slice())).collect();
        let rows = ConditionRows::new(&described, &PieceLayout::new(config), device);
        Self { bars: rows.dims()[1], rows, latent: config.latent, device: device.clone() }
    }

    /// A sample of the passages' posteriors; 0 where a passage has no bar.
    pub(crate) fn sample(&self, passages: &[&EncodedPassage], random: &mut ChaCha8Rng) -> Latents {
        let (mut pieces, mut bars) = (Vec::new(), Vec::new());
        for passage in passages {
            pieces.extend(passage.piece.sample(random));
            bars.extend(passage.bar_posteriors.sample(random));
            bars.resize(bars.len() + (self.bars - passage.bars.len()) * self.latent, 0.0);
        }
        self.latents(pieces, bars)
    }

    /// Standard normal noise in the shape of the latents.
    pub(crate) fn noise(&self, random: &mut ChaCha8Rng) -> Noise {
        let rows = self.rows.dims()[0];
        let mut normal = |count: usize| (0..count).map(|_| random.sample::<f32, _>(StandardNormal)).collect();
        let Latents { piece, bars } = self.latents(normal(rows * self.latent), normal(rows * self.bars * self.latent));
        Noise { piece, bars }
    }

    /// A number from 0 to 1 a row.
    pub(crate) fn shares(&self, random: &mut ChaCha8Rng) -> Tensor<1> {
        let rows = self.rows.dims()[0];
        let values: Vec<f32> = (0..rows).map(|_| random.random()).collect();
        Tensor::from_data(TensorData::new(values, [rows]), &self.device)
    }

    fn latents(&self, pieces: Vec<f32>, bars: Vec<f32>) -> Latents {
        let rows = self.rows.dims()[0];
        Latents {
            piece: Tensor::from_data(TensorData::new(pieces, [rows, self.latent]), &self.device),
            bars: Tensor::from_data(TensorData::new(bars, [rows, self.bars, self.latent]), &self.device),
        }
    }
}

/// The newest pools of the phase. Which ones they are, and what they hold, follows from the step alone, so that a resumed
/// run encodes the same.
#[derive(Debug)]
pub(crate) struct EncodedPools<P = EncodedPassage> {
    pools: VecDeque<(u64, Vec<P>)>,
}

impl<P> Default for EncodedPools<P> {
    fn default() -> Self {
        Self { pools: VecDeque::new() }
    }
}

impl<P> EncodedPools<P> {
    /// Makes the newest `kept` pools of `step` ready; `encode` encodes the micro-batches of the pool of a
    /// number, in whatever form.
    pub(crate) fn advance(
        &mut self,
        step: u64,
        kept: u64,
        cutter: &Cutter<'_>,
        curriculum: &Curriculum,
        encode: impl Fn(u64, &[Vec<Passage>]) -> Vec<P>,
    ) -> Result<(), DatasetError> {
        let steps = cutter.recipe.adversarial_pool_steps;
        let newest = step / steps;
        let oldest = (newest + 1).saturating_sub(kept);
        self.pools.retain(|(number, _)| (oldest..=newest).contains(number));
        for number in self.pools.back().map_or(oldest, |(last, _)| last + 1)..=newest {
            let competence = adversarial_competence(cutter.recipe, number * steps);
            let pool = cutter.pool_at(curriculum, FIRST_POOL + number, competence)?;
            self.pools.push_back((number, encode(number, &pool)));
        }
        Ok(())
    }

    /// Passages at hand.
    pub(crate) fn len(&self) -> usize {
        self.pools.iter().map(|(_, passages)| passages.len()).sum()
    }

    /// `count` of them, drawn with replacement.
    pub(crate) fn draw(&self, count: usize, random: &mut ChaCha8Rng) -> Vec<&P> {
        let all: Vec<&P> = self.pools.iter().flat_map(|(_, passages)| passages).collect();
        (0..count).map(|_| all[random.random_range(0..all.len())]).collect()
    }

    /// The passages of the newest pool, at most `count`.
    pub(crate) fn newest(&self, count: usize) -> Vec<&P> {
        self.pools.back().into_iter().flat_map(|(_, passages)| passages).take(count).collect()
    }
}
