//! Choosing among candidates for a bar by how real the music sounds with each.

use burn::tensor::Device;
use partita_encoding::NoteEvent;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::writer::{Plan, PlannedBar};
use crate::adversarial::roll::{RollPassage, RollRows};
use crate::adversarial::{Listener, ListenerConfig, heard_with};
use crate::batch::{Passage, PassageBar};
use crate::layout::PieceLayout;

/// A critic of written music at work.
#[derive(Clone, Copy, Debug)]
pub struct Listening<'a> {
    /// The critic.
    pub listener: &'a Listener,
    /// How much it hears at once, and what its scores are worth.
    pub config: ListenerConfig,
}

impl Listening<'_> {
    /// Which of the `candidates` for the bar of `plan` after those `written` is kept: one drawn by the odds that it is real
    /// music, as the critic hears it after the bars before, to the power of `weight`. The candidates are draws of the model q,
    /// the odds p/q of real music p, so that what is kept is at weight 1, and of many candidates, a draw of p (sampling
    /// importance resampling, Rubin 1987; with the calibrated critic of a GAN, Turner et al. 2019, and for models without a
    /// likelihood, Grover et al. 2019). A critic that hears nothing has even odds, and leaves the model as it is.
    pub(super) fn choose(
        &self,
        plan: &Plan,
        layout: &PieceLayout,
        written: &[Vec<NoteEvent>],
        candidates: &[Vec<NoteEvent>],
        weight: f32,
        random: &mut ChaCha8Rng,
        device: &Device,
    ) -> usize {
        let scores = self.scores(plan, layout, written, candidates, device);
        let log_odds: Vec<f32> = scores.iter().map(|score| weight * score * self.config.log_odds_per_score).collect();
        drawn(&log_odds, random)
    }

    fn scores(
        &self,
        plan: &Plan,
        layout: &PieceLayout,
        written: &[Vec<NoteEvent>],
        candidates: &[Vec<NoteEvent>],
        device: &Device,
    ) -> Vec<f32> {
        let bar = written.len();
        let window = |candidate: &Vec<NoteEvent>| {
            let bars = heard_with(bar, self.config.bars).map(|index| {
                let PlannedBar { features, steps, .. } = plan.bars[index];
                PassageBar { features, steps, notes: written.get(index).unwrap_or(candidate).clone() }
            });
            RollPassage::of(&Passage { conditions: plan.conditions, bars: bars.collect() })
        };
        let windows: Vec<RollPassage> = candidates.iter().map(window).collect();
        let windows: Vec<&RollPassage> = windows.iter().collect();
        let rows = RollRows::new(&windows, layout, device);
        let scores = self.listener.listener.forward(&rows, rows.rolls(&windows)).into_data_as::<f32>();
        scores.iter::<f32>().collect()
    }
}

/// A place in `log_odds`, drawn by the odds there.
fn drawn(log_odds: &[f32], random: &mut ChaCha8Rng) -> usize {
    let most = log_odds.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let odds: Vec<f32> = log_odds.iter().map(|value| (value - most).exp()).collect();
    let mut left = random.random::<f32>() * odds.iter().sum::<f32>();
    let place = odds.iter().position(|odds| {
        left -= odds;
        left < 0.0
    });
    place.unwrap_or(log_odds.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn what_is_kept_is_drawn_by_its_odds() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut counts = [0.0; 3];
        (0..10_000).for_each(|_| counts[drawn(&[100.0, 100.0 + 2f32.ln(), 100.0], &mut random)] += 1e-4);
        assert!(counts.iter().zip([0.25, 0.5, 0.25]).all(|(share, odds): (&f64, f64)| (share - odds).abs() < 0.02));
        assert_eq!(drawn(&[0.0, 1000.0, 0.0], &mut random), 1);
    }
}
