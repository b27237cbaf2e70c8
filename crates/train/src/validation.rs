//! What the model has learned, measured on held-out passages.

use std::sync::atomic::AtomicBool;

use burn::tensor::Device;
use partita_model::{Batch, Cvae, Field, Latents, ModelConfig, Passage, PieceLayout};
use serde::{Deserialize, Serialize};

use crate::passages::unconditional;
use crate::replicas::{noise, scalar};
use crate::streams::{Purpose, stream};
use crate::workers::Workers;

/// Figures of one validation; every NLL in nats. NLLs "a note" are those of whole passages, bar lines included,
/// divided by the number of notes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Passages, each of up to `bars_max` bars.
    pub passages: usize,
    /// Their notes.
    pub notes: usize,
    /// Their length in quarters (half seconds on the time grid).
    pub quarters: f64,
    /// −ELBO with β = 1: the bound on −log p(x | c), a note; exact in a model without latents.
    pub nll_per_note: f64,
    /// The same, a quarter.
    pub nll_per_quarter: f64,
    /// −log p(x | z, c) with z from the posterior, a note.
    pub reconstruction_per_note: f64,
    /// The same with the latents of another passage; equal in a model without latents.
    pub reconstruction_shuffled_per_note: f64,
    /// KL of all latents, a note.
    pub kl_per_note: f64,
    /// KL of a bar's latent.
    pub kl_per_bar: f64,
    /// KL of a piece's latent.
    pub kl_per_piece: f64,
    /// −ELBO without any condition, a note.
    pub nll_unconditional_per_note: f64,
    /// Latent dimensions whose posterior mean varies between bars by more than 0.01 (Burda et al. 2016).
    pub active_units: usize,
    /// −log p by field, a note.
    pub reconstruction_by_field: Vec<(String, f64)>,
}

impl Validation {
    /// NLL of a passage with another one's latents, a note: [`nll_per_note`](Self::nll_per_note) with the
    /// reconstruction replaced. Where it is no worse, the latents say nothing.
    pub fn nll_shuffled_per_note(&self) -> f64 {
        self.reconstruction_shuffled_per_note + self.kl_per_note
    }

    /// The figures by name, for a model's card.
    pub fn figures(&self) -> Vec<(String, f64)> {
        let named = [
            ("valid_passages", self.passages as f64),
            ("valid_notes", self.notes as f64),
            ("valid_nll_per_note", self.nll_per_note),
            ("valid_nll_per_quarter", self.nll_per_quarter),
            ("reconstruction_per_note", self.reconstruction_per_note),
            ("nll_shuffled_z", self.nll_shuffled_per_note()),
            ("nll_unconditional", self.nll_unconditional_per_note),
            ("kl_per_note", self.kl_per_note),
            ("kl_per_bar", self.kl_per_bar),
            ("active_units", self.active_units as f64),
        ];
        named.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// A warning in words when the posterior has collapsed: the decoder does not use the latents.
    pub fn collapse_alarm(&self) -> Option<String> {
        let gain = self.reconstruction_shuffled_per_note - self.reconstruction_per_note;
        (gain < 0.01 || self.active_units == 0).then(|| {
            format!(
                "posterior collapse: latents of another passage cost only {gain:.3} nats a note more than the true ones \
                 ({} active units); lower kl_weight_max, or raise free_nats_per_dimension or word_dropout",
                self.active_units
            )
        })
    }
}

/// Sums over batches.
#[derive(Clone, Debug, Default)]
struct Sums {
    notes: usize,
    passages: usize,
    bars: usize,
    field_nll: [f64; 6],
    shuffled_nll: f64,
    bar_kl: f64,
    piece_kl: f64,
    unconditional: f64,
    mu: Vec<f64>,
    mu_square: Vec<f64>,
}

impl Sums {
    fn add(mut self, other: Self) -> Self {
        self.notes += other.notes;
        self.passages += other.passages;
        self.bars += other.bars;
        self.field_nll.iter_mut().zip(other.field_nll).for_each(|(a, b)| *a += b);
        self.shuffled_nll += other.shuffled_nll;
        self.bar_kl += other.bar_kl;
        self.piece_kl += other.piece_kl;
        self.unconditional += other.unconditional;
        for (a, b) in [(&mut self.mu, other.mu), (&mut self.mu_square, other.mu_square)] {
            a.resize(b.len().max(a.len()), 0.0);
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        self
    }
}

/// Validates `model` on `batches`, each of at least two passages of equally many bars; `seed` draws the latent noise,
/// the same each time. `None` where `stop` was set before the last batch was begun.
pub(crate) fn validate(
    (workers, stop): (&Workers, &AtomicBool),
    model: &Cvae,
    config: &ModelConfig,
    batches: &[Vec<Passage>],
    seed: u64,
    device: &Device,
) -> Option<Validation> {
    let sums = workers.map_until(stop, batches.iter().collect(), |index, passages| {
        validate_batch(model, config, passages, seed, index as u64, device)
    })?;
    let quarters = batches.iter().flatten().map(Passage::quarters).sum();
    Some(report(sums.into_iter().fold(Sums::default(), Sums::add), quarters))
}

fn validate_batch(
    model: &Cvae,
    config: &ModelConfig,
    passages: &[Passage],
    seed: u64,
    index: u64,
    device: &Device,
) -> Sums {
    let mut random = stream(seed, Purpose::Validation, index);
    let layout = PieceLayout::new(config);
    let batch = Batch::new(passages, &layout, &|_, _| false, device);
    let noise = noise(&batch, config.latent, device, &mut random);
    let posterior = model.encode(&batch);
    let latents = Cvae::sample(&posterior, noise.clone());
    let (bar_kl, piece_kl) = model.divergence(&batch, &posterior, &latents);
    let field_nll: Vec<f64> = model.reconstruct(&batch, &latents).into_iter().map(scalar).collect();
    let shuffled_nll = if config.latents { total(model, &batch, &latents.shuffled()) } else { field_nll.iter().sum() };
    let without: Vec<Passage> = passages.iter().cloned().map(unconditional).collect();
    let without = model.forward(&Batch::new(&without, &layout, &|_, _| false, device), noise);
    let unconditional = without.field_nll.into_iter().chain([without.bar_kl.sum(), without.piece_kl.sum()]);
    let mu: Vec<f32> = posterior.bars.mu.into_data_as::<f32>().iter::<f32>().collect();
    let dimension = |d: usize| mu.iter().skip(d).step_by(config.latent).map(|m| f64::from(*m));
    Sums {
        notes: batch.notes,
        passages: passages.len(),
        bars: batch.bar_count,
        field_nll: std::array::from_fn(|field| field_nll[field]),
        shuffled_nll,
        bar_kl: scalar(bar_kl.sum()),
        piece_kl: scalar(piece_kl.sum()),
        unconditional: unconditional.map(scalar).sum(),
        mu: (0..config.latent).map(|d| dimension(d).sum()).collect(),
        mu_square: (0..config.latent).map(|d| dimension(d).map(|m| m * m).sum()).collect(),
    }
}

fn total(model: &Cvae, batch: &Batch, latents: &Latents) -> f64 {
    model.reconstruct(batch, latents).into_iter().map(scalar).sum()
}

fn report(sums: Sums, quarters: f64) -> Validation {
    let notes = sums.notes.max(1) as f64;
    let bars = sums.bars.max(1) as f64;
    let reconstruction: f64 = sums.field_nll.iter().sum();
    let kl = sums.bar_kl + sums.piece_kl;
    let variance = |(square, sum): (&f64, &f64)| square / bars - (sum / bars).powi(2);
    Validation {
        passages: sums.passages,
        notes: sums.notes,
        quarters,
        nll_per_note: (reconstruction + kl) / notes,
        nll_per_quarter: (reconstruction + kl) / quarters.max(f64::MIN_POSITIVE),
        reconstruction_per_note: reconstruction / notes,
        reconstruction_shuffled_per_note: sums.shuffled_nll / notes,
        kl_per_note: kl / notes,
        kl_per_bar: sums.bar_kl / bars,
        kl_per_piece: sums.piece_kl / sums.passages.max(1) as f64,
        nll_unconditional_per_note: sums.unconditional / notes,
        active_units: sums.mu_square.iter().zip(&sums.mu).map(variance).filter(|v| *v > 0.01).count(),
        reconstruction_by_field: Field::ALL
            .iter()
            .zip(sums.field_nll)
            .map(|(field, nll)| (format!("{field:?}").to_lowercase(), nll / notes))
            .collect(),
    }
}
