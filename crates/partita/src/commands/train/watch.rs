//! What a person sees of a run while it goes: a progress bar, a line each validation, and the curves.

use std::path::{Path, PathBuf};

use anyhow::Result;
use indicatif::ProgressBar;
use partita_train::{
    AdversarialReport, AdversarialValidation, Event, ListenerValidation, LogLine, RollValidation, StepReport,
    Validation, read_log,
};

use super::curves::curves;
use crate::console::Console;
use crate::files::sweep_scratch;

/// Follows a run's events.
pub(in crate::commands) struct Watcher<'a> {
    console: &'a Console,
    run: PathBuf,
    bar: ProgressBar,
    /// Notes seen and seconds at the first step of this sitting.
    first: Option<(u64, f64)>,
    /// What went wrong in drawing the curves.
    failed: Option<anyhow::Error>,
}

impl<'a> Watcher<'a> {
    pub(in crate::commands) fn new(console: &'a Console, run: &Path) -> Self {
        let bar = console.progress("training", "steps");
        Self { console, run: run.to_owned(), bar, first: None, failed: None }
    }

    /// Takes one event.
    pub(in crate::commands) fn observe(&mut self, line: &LogLine) {
        match &line.event {
            Event::Started { step, steps, parameters } => {
                // The run is locked now: files in the making are those of a process that was killed. One that stays does no harm.
                let _ = sweep_scratch(&self.run);
                self.bar.set_length(*steps);
                self.bar.set_position(*step);
                self.bar.reset_eta();
                self.note(&format!("{parameters} parameters, {step} of {steps} steps taken"));
            }
            Event::Baselines(counts) => self.note(&format!(
                "counting alone: unigram {:.3}, bigram {:.3} nats a note",
                counts.unigram_nll_per_note, counts.bigram_nll_per_note
            )),
            Event::Step(report) => self.step(report, line.elapsed_s),
            Event::Validated { step, validation } => {
                self.note(&summary(*step, line.elapsed_s, validation));
                self.draw();
            }
            Event::AdversarialStep(report) => self.adversarial_step(report),
            Event::Judged { step, judgement } => self.note(&format!(
                "step {step}, its music: KAD × 100 {:.2}, likeness {:.3}, adherence {:.3}, diversity {:.3}",
                judgement.distance, judgement.likeness, judgement.adherence, judgement.diversity
            )),
            Event::AdversarialValidated { step, adversarial } => {
                self.note(&adversarial_summary(*step, line.elapsed_s, adversarial));
                self.draw();
            }
            Event::ListenerValidated { step, listener } => {
                self.note(&listener_summary(*step, line.elapsed_s, listener));
                self.draw();
            }
            Event::RollValidated { step, roll } => {
                self.note(&roll_summary(*step, line.elapsed_s, roll));
                self.draw();
            }
            Event::Alarm { step, message } => self.note(&format!("step {step}: WARNING: {message}")),
            Event::JointPhase { step, message, .. } => self.note(&format!("step {step}: {message}")),
            Event::Saved { .. } => {}
        }
    }

    /// Removes the bar, and tells what went wrong beside the training.
    pub(in crate::commands) fn finish(mut self) -> Result<()> {
        self.bar.finish_and_clear();
        self.draw();
        self.failed.map_or(Ok(()), Err)
    }

    fn step(&mut self, report: &StepReport, elapsed_s: f64) {
        let (notes, seconds) = *self.first.get_or_insert((report.notes_seen, elapsed_s));
        let speed = (report.notes_seen - notes) as f64 / (elapsed_s - seconds).max(1e-9);
        self.bar.set_position(report.step);
        self.bar.set_message(format!(
            "nll {:.3} kl {:.3} {speed:.0} notes/s",
            report.reconstruction_per_note, report.kl_per_note
        ));
    }

    fn adversarial_step(&mut self, report: &AdversarialReport) {
        self.bar.set_position(report.step);
        self.bar.set_message(format!(
            "wasserstein {:.3} gradient norm {:.2}",
            report.wasserstein, report.gradient_norm_at_interpolates
        ));
    }

    fn note(&self, text: &str) {
        self.bar.suspend(|| self.console.note(text));
    }

    /// Draws the curves anew; a failure must not stop the training, and is told at its end.
    fn draw(&mut self) {
        let drawn =
            read_log(&self.run).map_err(Into::into).and_then(|log| curves(&log).save(&self.run.join("curves.svg")));
        self.failed = drawn.err().or(self.failed.take());
    }
}

fn summary(step: u64, elapsed_s: f64, v: &Validation) -> String {
    format!(
        "step {step}, {:.0} min: valid NLL {:.3} nats a note ({:.3} a quarter), reconstruction {:.3}, with shuffled \
         latents {:.3}, unconditional {:.3}, KL {:.2} a bar, {} active units",
        elapsed_s / 60.0,
        v.nll_per_note,
        v.nll_per_quarter,
        v.reconstruction_per_note,
        v.reconstruction_shuffled_per_note,
        v.nll_unconditional_per_note,
        v.kl_per_bar,
        v.active_units
    )
}

fn adversarial_summary(step: u64, elapsed_s: f64, v: &AdversarialValidation) -> String {
    let found = v.consistency.map_or(String::new(), |consistency| {
        format!(", {:.2} nats a bar of its latents found in their music", consistency.found_per_bar)
    });
    format!(
        "step {step}, {:.0} min: distance from real latents {:.4} (prior {:.4}; pieces {:.4}, bars {:.4}, pairs of bars \
         {:.4}), wasserstein {:.3} (prior {:.3}), diversity {:.2}, recall {:.2} (prior {:.2}){found}",
        elapsed_s / 60.0,
        v.distance(),
        v.prior_distance(),
        v.piece_distance.generator,
        v.bar_distance.generator,
        v.pair_distance.generator,
        v.wasserstein.generator,
        v.wasserstein.prior,
        v.diversity.generator,
        v.recall.generator,
        v.recall.prior
    )
}

fn listener_summary(step: u64, elapsed_s: f64, v: &ListenerValidation) -> String {
    let in_training =
        v.told_apart_in_training.map_or(String::new(), |share| format!(" (in training {:.1} %)", 100.0 * share));
    format!(
        "step {step}, {:.0} min: tells {:.1} % of written windows from real ones{in_training}, wasserstein {:.3}, log-odds {:.3} a \
         point (log loss {:.3}), diversity {:.2}, moved by other conditions by {:.2}",
        elapsed_s / 60.0,
        100.0 * v.told_apart,
        v.wasserstein,
        v.log_odds_per_score,
        v.log_loss,
        v.diversity,
        v.heeds_conditions
    )
}

fn roll_summary(step: u64, elapsed_s: f64, v: &RollValidation) -> String {
    format!(
        "step {step}, {:.0} min: distance from real rolls {:.3} (other real ones {:.3}), diversity {:.2}, recall {:.2}, \
         precision {:.2}, {:.1} onsets a slot (real {:.1}), wasserstein {:.3}",
        elapsed_s / 60.0,
        v.distance,
        v.distance_of_training,
        v.diversity,
        v.recall,
        v.precision,
        v.onsets_per_slot,
        v.onsets_per_slot_of_real,
        v.wasserstein
    )
}
