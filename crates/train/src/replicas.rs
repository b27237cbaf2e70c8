//! Data parallelism: replicas of the model, each on a micro-batch of its own, their gradients summed in order.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use partita_model::{Batch, Cvae, ModelConfig, Noise, Passage, PieceLayout, read_gradients, write_parameters};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::adversarial::{BarSums, Policy, Rewriting};
use crate::elbo::{LossWeights, training_loss};
use crate::workers::Workers;

/// Copies of the model for training, one a micro-batch of a step.
#[derive(Debug)]
pub(crate) struct Replicas {
    models: Vec<Cvae>,
    device: Device,
    layout: PieceLayout,
    config: ModelConfig,
}

/// What the micro-batches of one step are trained with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepTerms<'a> {
    /// Weights of the loss.
    pub(crate) loss: LossWeights,
    /// Share of events that the decoder does not see.
    pub(crate) word_dropout: f64,
    /// What stands beside the ELBO.
    pub(crate) beside: Beside<'a>,
}

/// A term beside the ELBO, with its weight.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Beside<'a> {
    /// None.
    Nothing,
    /// In the joint phase: that latents are found again in what is written from them.
    Consistency(&'a Rewriting<'a>, f64),
    /// In that of the written form: what the critic teaches, under the conditions of these passages.
    Policy(&'a Policy<'a>, &'a [Vec<Passage>], f64),
}

/// Sums over a step's micro-batches.
#[derive(Clone, Debug)]
pub(crate) struct StepSums {
    /// Gradient of the loss a note, in the order of the parameters.
    pub(crate) gradient: Vec<f32>,
    /// −log p(x | z, c) in nats.
    pub(crate) nll: f64,
    /// KL of all bars and pieces in nats, without free bits.
    pub(crate) kl: f64,
    /// Notes predicted.
    pub(crate) notes: usize,
    /// Of what stands beside the ELBO.
    pub(crate) beside: BarSums,
}

impl Replicas {
    /// `count` replicas of `model`, which must be on an autodiff `device`.
    pub(crate) fn new(model: &Cvae, config: &ModelConfig, count: usize, device: &Device) -> Self {
        Self {
            models: vec![model.clone(); count],
            device: device.clone(),
            layout: PieceLayout::new(config),
            config: *config,
        }
    }

    /// Loss and gradient of a step's micro-batches with `weights`; each comes with the stream of its noise.
    pub(crate) fn gradient(
        &mut self,
        workers: &Workers,
        weights: &[f32],
        micro_batches: &[(Vec<Passage>, ChaCha8Rng)],
        terms: StepTerms<'_>,
    ) -> StepSums {
        let notes: usize = micro_batches.iter().flat_map(|(passages, _)| passages).map(Passage::note_count).sum();
        let replicas = micro_batches.len() as f64;
        let work: Vec<_> = self.models.drain(..).zip(micro_batches).collect();
        let (layout, device, config) = (&self.layout, &self.device, &self.config);
        let asked: Vec<Vec<Passage>> = match terms.beside {
            Beside::Consistency(rewriting, _) => {
                micro_batches.iter().map(|(passages, _)| rewriting.asked(passages)).collect()
            }
            Beside::Nothing | Beside::Policy(..) => Vec::new(),
        };
        let bars_written = asked.iter().flatten().map(|passage| passage.bars.len()).sum::<usize>().max(1) as f64;
        let done = workers.map(work, |index, (model, (passages, random))| {
            let model = write_parameters(model, weights);
            let mut random = random.clone();
            let batch = hidden_batch(passages, layout, terms.word_dropout, device, &mut random);
            let noise = noise(&batch, config.latent, device, &mut random);
            let elbo = model.forward(&batch, noise);
            let mut loss = training_loss(&elbo, terms.loss, batch.bar_count, passages.len()) / notes.max(1) as f64;
            let mut beside = BarSums::default();
            let plain = device.clone().inner();
            match terms.beside {
                Beside::Nothing => {}
                Beside::Consistency(rewriting, weight) => {
                    let written = rewriting.write(&model.valid(), config, &asked[index], &mut random, &plain);
                    let term = written.consistency(&model, layout, &plain);
                    beside = written.sums(&term);
                    loss = loss + term.nll * (weight / bars_written);
                }
                Beside::Policy(policy, batches, weight) => {
                    let asked = policy.asked(batches, &mut random);
                    let written = policy.write(&model.valid(), config, &asked, &mut random, &plain);
                    beside = written.sums;
                    loss = loss + written.term(&model, layout, &plain) * (weight / replicas);
                }
            }
            let gradient = read_gradients(&model, &loss.backward());
            let nll: f64 = elbo.field_nll.into_iter().map(scalar).sum();
            let kl = scalar(elbo.bar_kl.sum()) + scalar(elbo.piece_kl.sum());
            (model, StepSums { gradient, nll, kl, notes: batch.notes, beside })
        });
        let (models, sums): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        self.models = models;
        sums.into_iter().reduce(StepSums::add).expect("a step has at least one micro-batch")
    }
}

impl StepSums {
    fn add(mut self, other: Self) -> Self {
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(a, b)| *a += b);
        Self {
            gradient: self.gradient,
            nll: self.nll + other.nll,
            kl: self.kl + other.kl,
            notes: self.notes + other.notes,
            beside: self.beside.add(other.beside),
        }
    }
}

/// The batch with each event hidden from the decoder with probability `word_dropout`.
fn hidden_batch(
    passages: &[Passage],
    layout: &PieceLayout,
    word_dropout: f64,
    device: &Device,
    random: &mut ChaCha8Rng,
) -> Batch {
    let events = passages.iter().map(Passage::steps).max().unwrap_or(0) + 1;
    let hidden: Vec<bool> = (0..passages.len() * events).map(|_| random.random_bool(word_dropout)).collect();
    Batch::new(passages, layout, &|row, step| hidden[row * events + step], device)
}

/// Standard normal noise for a batch's latents.
pub(crate) fn noise(batch: &Batch, latent: usize, device: &Device, random: &mut ChaCha8Rng) -> Noise {
    let [rows, _, bars] = batch.dims();
    let mut normal = |count: usize| -> Vec<f32> { (0..count).map(|_| random.sample(StandardNormal)).collect() };
    Noise {
        piece: Tensor::from_data(TensorData::new(normal(rows * latent), [rows, latent]), device),
        bars: Tensor::from_data(TensorData::new(normal(rows * bars * latent), [rows, bars, latent]), device),
    }
}

/// The value of a one-element tensor.
pub(crate) fn scalar(tensor: Tensor<1>) -> f64 {
    f64::from(tensor.into_scalar::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adamw::{AdamW, AdamWStep};
    use partita_encoding::{CENTS_ZERO, NoteEvent};
    use partita_model::compose::reconstruct;
    use partita_model::{BarFeatures, ConditionClasses, ModelSize, PassageBar, parameter_shapes, read_parameters};
    use rand_chacha::rand_core::SeedableRng;

    fn eight_bars() -> Passage {
        let mut random = ChaCha8Rng::seed_from_u64(8);
        let mut note = |position| NoteEvent {
            position,
            program: random.random_range(0..3) * 24,
            pitch: random.random_range(40..80),
            cents: CENTS_ZERO,
            duration: random.random_range(0..24),
            velocity: random.random_range(10..25),
        };
        let bars = (0..8).map(|index| PassageBar {
            features: BarFeatures { metre: 0, index, remaining: 7 - index, density: None, polyphony: None },
            steps: 48,
            notes: (0..8).map(|beat| note(beat * 6)).collect(),
        });
        Passage { conditions: ConditionClasses::default(), bars: bars.collect() }
    }

    /// A model that cannot learn eight bars by heart is wrong somewhere. A note counts as learned when all its fields
    /// together have more than half of the probability.
    #[test]
    fn eight_bars_are_learned_by_heart() {
        let config = ModelConfig::sized(ModelSize::Tiny, 1, 1);
        let device = Device::flex().autodiff();
        let model = Cvae::new(&config, &mut ChaCha8Rng::seed_from_u64(1), &device);
        let shapes = parameter_shapes(&model);
        let mut optimizer = AdamW::new(read_parameters(&model));
        let mut replicas = Replicas::new(&model, &config, 1, &device);
        let workers = Workers::new(1);
        let loss = LossWeights { kl: 0.0, bag: 0.1, free_nats_per_dimension: 0.0 };
        let constants = AdamWStep {
            learning_rate: 3e-3,
            beta_1: 0.9,
            beta_2: 0.98,
            weight_decay: 0.0,
            gradient_norm_max: 1.0,
            average_decay: 0.9,
        };
        for step in 0..250 {
            let batch = [(vec![eight_bars()], ChaCha8Rng::seed_from_u64(step))];
            let terms = StepTerms { loss, word_dropout: 0.0, beside: Beside::Nothing };
            let sums = replicas.gradient(&workers, &optimizer.weights, &batch, terms);
            optimizer.update(&sums.gradient, &shapes, constants);
        }
        let model = write_parameters(model, &optimizer.weights);
        let batch = Batch::new(&[eight_bars()], &PieceLayout::new(&config), &|_, _| false, &device);
        let posterior = model.encode(&batch);
        let latents = partita_model::Latents { piece: posterior.piece.mu, bars: posterior.bars.mu };
        let nll = model.event_nll(&batch, &latents).into_data_as::<f32>();
        let learned = nll.iter::<f32>().filter(|nll| *nll < std::f32::consts::LN_2).count();
        assert!(learned * 100 >= 72 * 99, "{learned} of 72 events");

        let device = Device::flex();
        let plain = Cvae::new(&config, &mut ChaCha8Rng::seed_from_u64(1), &device);
        let plain = write_parameters(plain, &optimizer.weights);
        let written = reconstruct(&plain, &config, &eight_bars(), 20, &device);
        let found: usize = eight_bars()
            .bars
            .iter()
            .zip(&written)
            .map(|(bar, written)| bar.notes.iter().filter(|note| written.contains(note)).count())
            .sum();
        assert!(found >= 60, "{found} of 64 notes");
    }

    #[test]
    fn two_micro_batches_have_the_gradient_of_one() {
        let config = ModelConfig::sized(ModelSize::Tiny, 1, 1);
        let device = Device::flex().autodiff();
        let model = Cvae::new(&config, &mut ChaCha8Rng::seed_from_u64(1), &device);
        let weights = read_parameters(&model);
        // The same passage with the same stream twice: twice the sums, and the same gradient a note.
        let loss = LossWeights { kl: 0.5, bag: 0.2, free_nats_per_dimension: 0.0 };
        let terms = StepTerms { loss, word_dropout: 0.0, beside: Beside::Nothing };
        let one = (vec![eight_bars()], ChaCha8Rng::seed_from_u64(4));
        let gradient = |batches: &[_]| {
            let mut replicas = Replicas::new(&model, &config, batches.len(), &device);
            replicas.gradient(&Workers::new(2), &weights, batches, terms)
        };
        let (single, double) = (gradient(std::slice::from_ref(&one)), gradient(&[one.clone(), one.clone()]));
        assert_eq!(double.notes, 2 * single.notes);
        assert!((double.nll - 2.0 * single.nll).abs() < 1e-3 * single.nll);
        let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5 + 1e-3 * a.abs();
        assert!(single.gradient.iter().zip(&double.gradient).all(close));
    }
}
