//! Consistency: the generator's latents, the music that the decoder writes from them, and whether the encoder finds the latents
//! again in it.

use burn::tensor::Device;
use partita_model::adversarial::{ConditionRows, Generator, GeneratorStart};
use partita_model::compose::write_again;
use partita_model::{Batch, Consistency, Cvae, Latents, ModelConfig, Passage, PieceLayout};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::bar_sums::BarSums;
use super::players::PhaseView;
use super::quality::JUDGED;
use crate::recipe::Recipe;
use crate::replicas::{noise, scalar};
use crate::streams::{Purpose, stream};

/// Passages of a validation: fewer than its latents are judged on, since each is written note by note.
const VALIDATED_PASSAGES: usize = 48;

/// How well generated latents are found in the music written from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConsistencyReport {
    /// −log q(z | x̂, c) in nats a bar, those of the piece's latent among them.
    pub nll_per_bar: f64,
    /// log q(z | x̂, c) − log p(z | c) in nats a bar: what the music tells of its latents. Real music tells the KL of its own.
    pub found_per_bar: f64,
    /// Notes written a bar.
    pub notes_per_bar: f64,
}

impl From<BarSums> for ConsistencyReport {
    fn from(sums: BarSums) -> Self {
        let ([nll_per_bar, found_per_bar], notes_per_bar) = sums.per_bar();
        Self { nll_per_bar, found_per_bar, notes_per_bar }
    }
}

/// How passages are written anew from the generator's latents.
#[derive(Debug)]
pub(crate) struct Rewriting<'a> {
    generator: &'a Generator,
    start: GeneratorStart,
    /// Of a micro-batch.
    passages: usize,
    bars: usize,
    notes_per_bar_max: usize,
}

/// Passages x̂ and the latents z that they were written from.
#[derive(Debug)]
pub(crate) struct Rewritten {
    passages: Vec<Passage>,
    latents: Latents,
}

impl<'a> Rewriting<'a> {
    pub(crate) fn new(recipe: &Recipe, generator: &'a Generator, start: GeneratorStart) -> Self {
        Self {
            generator,
            start,
            passages: recipe.consistency_passages.div_ceil(recipe.replicas),
            bars: recipe.consistency_bars,
            notes_per_bar_max: (recipe.events_per_passage / recipe.consistency_bars).max(1),
        }
    }

    /// Whose conditions are written under: passages from all over a micro-batch, which is sorted by length, cut to their
    /// first bars.
    pub(crate) fn asked(&self, passages: &[Passage]) -> Vec<Passage> {
        spread(passages, self.passages).map(|passage| first_bars(passage, self.bars)).collect()
    }

    /// The generator's latents for the conditions of `asked`, and music written from them; all without gradients.
    pub(crate) fn write(
        &self,
        model: &Cvae,
        config: &ModelConfig,
        asked: &[Passage],
        random: &mut ChaCha8Rng,
        device: &Device,
    ) -> Rewritten {
        let batch = Batch::new(asked, &PieceLayout::new(config), &|_, _| false, device);
        let rows = ConditionRows::of(&batch);
        let start = self.start.latents(model, &rows, noise(&batch, config.latent, device, random));
        let latents = self.generator.forward(&rows, start);
        let passages = write_again(model, config, asked, &latents, self.notes_per_bar_max, random, device);
        Rewritten { passages, latents }
    }

    /// The term on held-out conditions, for the model that is validated.
    pub(super) fn validate(&self, view: &PhaseView<'_>, batches: &[Vec<Passage>]) -> ConsistencyReport {
        let (config, device) = (view.config, view.device);
        let each = VALIDATED_PASSAGES.div_ceil(batches.len().max(1));
        let sums = view.workers.map(batches.iter().collect(), |index, passages: &Vec<Passage>| {
            let mut random = stream(view.cutter.recipe.seed, Purpose::Latents, JUDGED - 2 - index as u64);
            let asked: Vec<Passage> = spread(passages, each).map(|passage| first_bars(passage, self.bars)).collect();
            let written = self.write(view.validated(), config, &asked, &mut random, device);
            let term = written.consistency(view.validated(), &PieceLayout::new(config), device);
            written.sums(&term)
        });
        sums.into_iter().fold(BarSums::default(), BarSums::add).into()
    }
}

impl Rewritten {
    /// The term, in `model`'s graph where it has one.
    pub(crate) fn consistency(&self, model: &Cvae, layout: &PieceLayout, device: &Device) -> Consistency {
        let batch = Batch::new(&self.passages, layout, &|_, _| false, device);
        model.consistency(&batch, &self.latents)
    }

    /// What the term comes to.
    pub(crate) fn sums(&self, term: &Consistency) -> BarSums {
        BarSums::over(&self.passages, [&term.nll, &term.found].map(|sum| scalar(sum.clone())))
    }
}

/// At most `count` passages in equal distances.
fn spread(passages: &[Passage], count: usize) -> impl Iterator<Item = &Passage> {
    passages.iter().step_by(passages.len().div_ceil(count.max(1)).max(1))
}

fn first_bars(passage: &Passage, bars: usize) -> Passage {
    Passage { conditions: passage.conditions, bars: passage.bars.iter().take(bars).cloned().collect() }
}
