//! What the decoder learns of the critic of written music: the gradient of a policy, since notes that are drawn have none of
//! their own (SeqGAN, Yu et al. 2017).

use burn::tensor::{Device, Tensor, TensorData};
use partita_model::adversarial::listener::{HeardRows, HeardWindow, Listener, ListenerConfig};
use partita_model::compose::{LatentSource, compose_variations};
use partita_model::{Batch, Cvae, Latents, ModelConfig, Passage, PieceLayout};
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::super::bar_sums::BarSums;
use super::windows::heard;
use crate::recipe::Recipe;

/// Log-odds by which a bar may be better or worse than its variations, at most.
const ADVANTAGE_MAX: f32 = 4.0;

/// How real what the decoder writes sounds to the critic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyReport {
    /// Mean log-odds that a written window is real, but for what all windows have in common.
    pub log_odds: f64,
    /// Mean distance of a bar's advantage from 0.
    pub advantage: f64,
    /// Notes written a bar.
    pub notes_per_bar: f64,
}

impl From<BarSums> for PolicyReport {
    fn from(sums: BarSums) -> Self {
        let ([log_odds, advantage], notes_per_bar) = sums.per_bar();
        Self { log_odds, advantage, notes_per_bar }
    }
}

/// How variations are written and judged.
#[derive(Debug)]
pub(crate) struct Policy<'a> {
    listener: Listener,
    config: ListenerConfig,
    source: LatentSource<'a>,
    passages: usize,
    bars: usize,
    variations: usize,
    notes_per_bar_max: usize,
}

/// Variations of passages, the latents that they were written from, and what each event was worth.
#[derive(Debug)]
pub(crate) struct Variations {
    passages: Vec<Passage>,
    latents: Latents,
    /// Of each row's bars.
    advantages: Vec<Vec<f32>>,
    pub(crate) sums: BarSums,
}

impl<'a> Policy<'a> {
    pub(crate) fn new(recipe: &Recipe, listener: Listener, config: ListenerConfig, source: LatentSource<'a>) -> Self {
        Self {
            listener,
            config,
            source,
            passages: recipe.policy_passages.div_ceil(recipe.replicas),
            bars: recipe.policy_bars,
            variations: recipe.policy_variations,
            notes_per_bar_max: recipe.events_per_passage / 4,
        }
    }

    /// Whose conditions are written under: some of `batches`, cut to their first bars.
    pub(crate) fn asked(&self, batches: &[Vec<Passage>], random: &mut ChaCha8Rng) -> Vec<Passage> {
        let all: Vec<Passage> = heard(batches).into_iter().flatten().collect();
        let chosen = index::sample(random, all.len(), self.passages.min(all.len()));
        let first = |passage: &Passage| Passage {
            conditions: passage.conditions,
            bars: passage.bars.iter().take(self.bars).cloned().collect(),
        };
        chosen.into_iter().map(|place| first(&all[place])).collect()
    }

    /// Variations of `asked` and what each bar is worth; all without gradients.
    pub(crate) fn write(
        &self,
        model: &Cvae,
        config: &ModelConfig,
        asked: &[Passage],
        random: &mut ChaCha8Rng,
        device: &Device,
    ) -> Variations {
        let (count, notes_max) = (self.variations, self.notes_per_bar_max);
        let (passages, latents) =
            compose_variations(model, config, self.source, (asked, count), notes_max, random, device);
        let log_odds = self.log_odds(&passages, config, device);
        let advantages: Vec<Vec<f32>> =
            log_odds.chunks(count).flat_map(|rows| advantages(rows, self.config.bars)).collect();
        let flat = |rows: &[Vec<f32>], f: fn(f32) -> f32| rows.iter().flatten().map(|value| f64::from(f(*value))).sum();
        let sums = BarSums::over(&passages, [flat(&log_odds, |value| value), flat(&advantages, f32::abs)]);
        Variations { passages, latents, advantages, sums }
    }

    /// Of the window that ends with each bar of each passage.
    fn log_odds(&self, passages: &[Passage], config: &ModelConfig, device: &Device) -> Vec<Vec<f32>> {
        let of_passage = |passage: &Passage| -> Vec<HeardWindow> {
            (0..passage.bars.len()).map(|end| HeardWindow::ending_with(passage, end, self.config.bars)).collect()
        };
        let windows: Vec<HeardWindow> = passages.iter().flat_map(of_passage).collect();
        let windows: Vec<&HeardWindow> = windows.iter().collect();
        let rows = HeardRows::new(&windows, &PieceLayout::new(config), device);
        let scores = self.listener.listener.forward(&rows).into_data_as::<f32>();
        let mut scores = scores.iter::<f32>().map(|score| score * self.config.log_odds_per_score);
        passages.iter().map(|passage| scores.by_ref().take(passage.bars.len()).collect()).collect()
    }
}

/// By how much each bar of each variation is better than those of the others in its place: the mean over the windows of `heard`
/// bars that it is heard in, of their log-odds less the mean of the other variations' (the baseline that leaves one out, Kool
/// et al. 2019), and less what the window before it told of that already, which the bar has no part in.
fn advantages(log_odds: &[Vec<f32>], heard: usize) -> Vec<Vec<f32>> {
    let bars = log_odds.first().map_or(0, Vec::len);
    let others = log_odds.len().saturating_sub(1).max(1) as f32;
    let sums: Vec<f32> = (0..bars).map(|bar| log_odds.iter().map(|row| row[bar]).sum()).collect();
    let better = |row: &Vec<f32>, bar: usize| row[bar] - (sums[bar] - row[bar]) / others;
    let from_here = |row: &Vec<f32>, bar: usize| {
        let end = bars.min(bar + heard);
        (bar..end).map(|end| better(row, end)).sum::<f32>() / (end - bar) as f32
    };
    let pairs = log_odds.iter().flat_map(|row| (1..bars).map(move |bar| (better(row, bar - 1), from_here(row, bar))));
    let (product, square) = pairs.fold((0.0, 1e-6), |(xy, xx), (x, y)| (xy + x * y, xx + x * x));
    let told = product / square;
    let of_bar = |row: &Vec<f32>, bar: usize| {
        let before = if bar == 0 { 0.0 } else { told * better(row, bar - 1) };
        (from_here(row, bar) - before).clamp(-ADVANTAGE_MAX, ADVANTAGE_MAX)
    };
    log_odds.iter().map(|row| (0..bars).map(|bar| of_bar(row, bar)).collect()).collect()
}

impl Variations {
    /// −Σ A·log p(x̃ | z, c) over all events, in `model`'s graph, a note written.
    pub(crate) fn term(&self, model: &Cvae, layout: &PieceLayout, device: &Device) -> Tensor<1> {
        let batch = Batch::new(&self.passages, layout, &|_, _| false, device);
        let [rows, steps, _] = batch.dims();
        let mut weights = Vec::with_capacity(rows * steps);
        for (row, (passage, advantages)) in self.passages.iter().zip(&self.advantages).enumerate() {
            for (bar, advantage) in passage.bars.iter().zip(advantages) {
                weights.extend(std::iter::repeat_n(*advantage, bar.notes.len() + 1));
            }
            weights.resize((row + 1) * steps, 0.0);
        }
        let weights = Tensor::<2>::from_data(TensorData::new(weights, [rows, steps]), device);
        (model.event_nll(&batch, &self.latents) * weights).sum() / batch.notes.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_encoding::{CENTS_ZERO, NoteEvent};
    use partita_model::{BarFeatures, ConditionClasses, ModelSize, PassageBar};
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn advantages_by_hand() {
        // Less the mean of the other two: 3 − 0, −1.5, −1.5; then 0, 3, −3. A bar is heard with the one after it.
        let log_odds = [vec![3.0, 1.0], vec![0.0, 3.0], vec![0.0, -1.0]];
        // Of the second bar's, what the window of the first tells: (3·0 + −1.5·3 + −1.5·−3) / (3² + 1.5² + 1.5²) = 0.
        assert_eq!(advantages(&log_odds, 2), [vec![1.5, 0.0], vec![0.75, 3.0], vec![-2.25, -3.0]]);
        assert_eq!(advantages(&[vec![9.0], vec![0.0]], 4), [vec![4.0], vec![-4.0]], "not more than may be");
        // A window that says what the one before has said is no merit of its bar.
        let told = advantages(&[vec![1.0, 1.0], vec![0.0, 0.0]], 1);
        assert!(told.iter().all(|row| row[0].abs() == 1.0 && row[1].abs() < 1e-5), "{told:?}");
    }

    fn passage(notes: &[u8]) -> Passage {
        let bars = notes.iter().enumerate().map(|(index, count)| PassageBar {
            features: BarFeatures {
                metre: 0,
                index,
                remaining: notes.len() - 1 - index,
                density: None,
                polyphony: None,
            },
            steps: 48,
            notes: (0..*count)
                .map(|n| NoteEvent {
                    position: n * 6,
                    program: 0,
                    pitch: 60 + n,
                    cents: CENTS_ZERO,
                    duration: 5,
                    velocity: 9,
                })
                .collect(),
        });
        Passage { conditions: ConditionClasses::default(), bars: bars.collect() }
    }

    /// Each event counts by its own bar's advantage, the line that closes the bar too, and rows are padded with nothing.
    #[test]
    fn the_term_weighs_events_by_their_bars() {
        let (config, device) = (ModelConfig::sized(ModelSize::Tiny, 1, 1), Device::flex());
        let model = Cvae::new(&config, &mut ChaCha8Rng::seed_from_u64(1), &device);
        let passages = vec![passage(&[2, 1]), passage(&[0, 4])];
        let latents = Latents {
            piece: Tensor::ones([2, config.latent], &device),
            bars: Tensor::ones([2, 2, config.latent], &device),
        };
        let layout = PieceLayout::new(&config);
        let batch = Batch::new(&passages, &layout, &|_, _| false, &device);
        let nll: Vec<f32> = model.event_nll(&batch, &latents).into_data_as::<f32>().iter::<f32>().collect();
        let [first, second] = [&nll[..6], &nll[6..]]; // of 5 events and one that is not there, and of 6
        let expected = 3.0 * first[..3].iter().sum::<f32>() - first[3..5].iter().sum::<f32>()
            + 0.5 * second[0]
            + 2.0 * second[1..].iter().sum::<f32>();
        let advantages = vec![vec![3.0, -1.0], vec![0.5, 2.0]];
        let term =
            Variations { passages, latents, advantages, sums: BarSums::default() }.term(&model, &layout, &device);
        let found = term.into_scalar::<f32>();
        assert!((found - expected / 7.0).abs() < 1e-4 * expected.abs(), "{found} {expected}");
    }

    #[test]
    fn variations_have_their_passages_bars_and_latents() {
        let (config, device) = (ModelConfig::sized(ModelSize::Tiny, 1, 1), Device::flex());
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let model = Cvae::new(&config, &mut random, &device);
        let heard = ListenerConfig { log_odds_per_score: 1.0, ..ListenerConfig::of_bars(2) };
        let listener = Listener::new(&heard, &config, &mut random, &device);
        let recipe =
            Recipe { replicas: 1, policy_passages: 2, policy_bars: 3, policy_variations: 4, ..Recipe::default() };
        let policy = Policy::new(&recipe, listener, heard, LatentSource::Prior);
        let asked = policy.asked(&[vec![passage(&[1]), passage(&[1, 2, 3, 4])]], &mut random);
        assert_eq!(asked.iter().map(|passage| passage.bars.len()).max(), Some(3), "cut");
        let written = policy.write(&model, &config, &asked, &mut random, &device);
        let bars: Vec<usize> = written.passages.iter().map(|passage| passage.bars.len()).collect();
        assert_eq!(bars, [[asked[0].bars.len(); 4], [asked[1].bars.len(); 4]].concat());
        assert!(written.passages[0].bars[0].notes != written.passages[1].bars[0].notes, "chances of their own");
        let piece: Vec<f32> = written.latents.piece.into_data_as::<f32>().iter::<f32>().collect();
        let rows: Vec<&[f32]> = piece.chunks(config.latent).collect();
        assert!(rows[0] == rows[3] && rows[3] != rows[4], "latents of their passage");
        assert!(written.advantages.iter().flatten().sum::<f32>().abs() < 1e-3, "better and worse than each other");
        assert!(PolicyReport::from(written.sums).advantage > 0.0);
    }
}
