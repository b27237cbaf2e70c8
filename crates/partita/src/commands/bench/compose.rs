//! Composing with the embedded model, on one core.

use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use partita_model::compose::Sampling;

use super::figures::Figures;
use super::first_note;
use crate::commands::compose::{Asked, LoadedModel, piece};
use crate::console::Console;

/// Length of each piece.
const BARS: u32 = 16;

/// How much to compose.
#[derive(Args, Clone, Debug)]
pub(super) struct ComposeOptions {
    /// Pieces of 16 bars, their genres taken in turn
    #[arg(long, value_name = "N", default_value_t = PIECES, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pieces: u64,
    /// Times that the program is started to wait for its first note
    #[arg(long, value_name = "N", default_value_t = STARTS, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    starts: u32,
}

const PIECES: u64 = 13;
const STARTS: u32 = 9;

impl Default for ComposeOptions {
    fn default() -> Self {
        Self { pieces: PIECES, starts: STARTS }
    }
}

impl ComposeOptions {
    /// Takes the time of whole pieces, then of the first note of a program just started.
    pub(super) fn measure(&self, console: &Console, figures: &mut Figures) -> Result<()> {
        let model = LoadedModel::embedded()?;
        let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().context("start a thread")?;
        let (mut speeds, mut times_real_time) = (Vec::new(), Vec::new());
        let bar = console.progress("composing", "pieces");
        bar.set_length(self.pieces);
        for seed in 1..=self.pieces {
            let (asked, sampling) = (wishes(&model, seed), Sampling::default());
            let started = Instant::now();
            let composed =
                one_core.install(|| piece::compose(&model, model.latent_source(), &asked, &sampling, seed, &|| ()));
            let seconds = started.elapsed().as_secs_f64();
            speeds.push(composed.notes() as f64 / seconds);
            times_real_time.push(composed.seconds() / seconds);
            bar.inc(1);
        }
        bar.finish_and_clear();
        figures.add("compose_pieces", self.pieces as f64);
        figures.add_repeated("compose_one_core_notes_per_second", &speeds);
        figures.add_repeated("compose_one_core_times_real_time", &times_real_time);
        first_note::measure(self.starts, console, figures)
    }
}

/// The genres in turn, everything else as usual there.
fn wishes(model: &LoadedModel, seed: u64) -> Asked {
    let genres = &model.description.labels.genres;
    let genre = genres.iter().cycle().nth(seed as usize % genres.len().max(1)).cloned();
    Asked::of_genre(genre, BARS)
}
