//! Choosing among candidates for a bar by how real the music sounds with each.

use burn::tensor::Device;
use partita_encoding::NoteEvent;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::writer::{Plan, PlannedBar};
use crate::adversarial::listener::{HeardRows, HeardWindow, Listener, ListenerConfig, heard_with};
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
    /// The log-odds that each of the `candidates` for the bar of `plan` after those `written` is real music, as the critic hears it
    /// after the bars before; all may have the same added to them.
    pub(super) fn log_odds(
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
            HeardWindow::of(&Passage { conditions: plan.conditions, bars: bars.collect() })
        };
        let windows: Vec<HeardWindow> = candidates.iter().map(window).collect();
        let windows: Vec<&HeardWindow> = windows.iter().collect();
        let rows = HeardRows::new(&windows, layout, device);
        let scores = self.listener.listener.forward(&rows).into_data_as::<f32>();
        scores.iter::<f32>().map(|score| score * self.config.log_odds_per_score).collect()
    }
}

/// Which of several candidates is kept, given the log-odds that each is real music: one drawn by these odds to the power of
/// `weight`. The candidates are draws of the model q, the odds are p/q for real music p, so that what is kept is, at weight 1
/// and of many candidates, a draw of p (sampling importance resampling, Rubin 1987; with the calibrated critic of a GAN,
/// Turner et al. 2019, and for models without a likelihood, Grover et al. 2019). Even odds leave the model as it is.
pub(super) fn draw_by_odds(log_odds: &[f32], weight: f32, random: &mut ChaCha8Rng) -> usize {
    let most = log_odds.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let odds: Vec<f32> = log_odds.iter().map(|value| (weight * (value - most)).exp()).collect();
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
        (0..10_000).for_each(|_| counts[draw_by_odds(&[100.0, 100.0 + 2f32.ln(), 100.0], 2.0, &mut random)] += 1e-4);
        let close = |(share, odds): (&f64, f64)| (share - odds).abs() < 0.02;
        assert!(counts.iter().zip([1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0]).all(close), "{counts:?}");
        assert_eq!(draw_by_odds(&[0.0, 1000.0, 0.0], 1.0, &mut random), 1);
    }
}
