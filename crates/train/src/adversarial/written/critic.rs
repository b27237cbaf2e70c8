//! One step of the critic of written music.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use partita_model::adversarial::listener::{HeardRows, HeardWindow, Listener, ListenerConfig};
use partita_model::{ModelConfig, PieceLayout, write_parameters};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::round::{CriticSums, Scores};
use super::super::turns::Rows;
use super::windows::WrittenWindow;
use crate::workers::Workers;

/// A critic whose weights are replaced before each use.
#[derive(Debug)]
pub(super) struct Seat {
    trained: Listener,
    running: Listener,
}

impl Seat {
    pub(super) fn new(config: &ListenerConfig, model: &ModelConfig, random: &mut ChaCha8Rng, device: &Device) -> Self {
        let trained = Listener::new(config, model, random, &device.clone().autodiff());
        Self { running: trained.valid(), trained }
    }

    pub(super) fn listener(&self) -> &Listener {
        &self.trained
    }

    /// Without gradients.
    pub(super) fn running(&self, weights: &[f32]) -> Listener {
        write_parameters(self.running.clone(), weights)
    }
}

/// What a step needs to know.
pub(super) struct Table<'a> {
    pub(super) workers: &'a Workers,
    pub(super) sizes: &'a ModelConfig,
    pub(super) device: &'a Device,
    pub(super) seat: &'a Seat,
}

/// Real and written windows of the same places and conditions.
pub(super) struct Pairs {
    pub(super) real: HeardRows,
    pub(super) written: HeardRows,
}

impl Pairs {
    pub(super) fn new(windows: &[&WrittenWindow], sizes: &ModelConfig, device: &Device) -> Self {
        let layout = PieceLayout::new(sizes);
        let real: Vec<&HeardWindow> = windows.iter().map(|window| &window.real).collect();
        let written: Vec<&HeardWindow> = windows.iter().map(|window| &window.written).collect();
        let [real, written] = [real, written].map(|windows| HeardRows::new(&windows, &layout, device));
        Self { real, written }
    }
}

/// L_D = −E[log σ(D(x, c) − D(x̃, c))] + λ·E[(‖∇_x̂ D(x̂, c)‖₂ − 1)²] for real music x and what is written in its place, x̃;
/// minimised.
pub(super) fn critic_step(
    table: &Table<'_>,
    weights: &[f32],
    penalty_weight: f64,
    micro_batches: Vec<Rows<'_, WrittenWindow>>,
) -> CriticSums {
    let total = micro_batches.iter().map(|(windows, _)| windows.len()).sum::<usize>() as f64;
    let sums = table.workers.map(micro_batches, |_, (windows, mut random)| {
        let Listener { listener: critic } = write_parameters(table.seat.trained.clone(), weights);
        let Pairs { real, written } = Pairs::new(&windows, table.sizes, table.device);
        let shares: Vec<f32> = windows.iter().map(|_| random.random()).collect();
        let shares = Tensor::from_data(TensorData::new(shares, [windows.len()]), table.device);
        let penalty = critic.gradient_penalty(&real.between(&written, shares));
        let scores = Scores::relativistic(critic.forward(&real), critic.forward(&written));
        CriticSums::of(&critic, scores, penalty, penalty_weight, (windows.len(), total))
    });
    sums.into_iter().reduce(CriticSums::add).unwrap_or_default()
}
