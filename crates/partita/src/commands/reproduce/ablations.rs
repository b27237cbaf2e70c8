//! What each part of the conditional VAE is worth: it is taken out, or changed, and the rest left as it is.

use anyhow::{Context, Result, anyhow};
use partita_model::compose::Sampling;

use super::findings::{AblationFindings, Tuning};
use super::runs::Runs;
use super::systems::{ABLATIONS, System};
use crate::commands::compose::LoadedModel;
use crate::commands::evaluate::STOPPED;

/// The system that things are taken out of.
pub(super) const WHOLE: &str = "cvae";

/// Trains what is missing, and judges all on validation music: the whole system, as it draws and with one thing of that
/// changed, then those of which training was changed, which draw as the whole one does.
pub(super) fn judge(runs: &Runs<'_>, tuning: &Tuning) -> Result<Vec<AblationFindings>> {
    let whole = System::named(WHOLE).context("there is no system to take things out of")?;
    let usual = Sampling { temperature: tuning.temperature, ..Sampling::default() };
    let drawn = [
        ("as it is", usual),
        ("guidance 1, not 1.5", Sampling { guidance: 1.0, ..usual }),
        ("guidance 2, not 1.5", Sampling { guidance: 2.0, ..usual }),
        ("latent temperature 1, not 0.8", Sampling { latent_temperature: 1.0, ..usual }),
        ("everything likely is drawn: top-p 1", Sampling { top_p: 1.0, ..usual }),
    ];
    let drawn = drawn.into_iter().map(|(title, sampling)| (whole, title, sampling));
    let trained = ABLATIONS.iter().map(|system| (system, system.title, usual));
    let one = |(system, title, sampling): (&System, &str, Sampling)| {
        if runs.interrupt.is_raised() {
            return Err(anyhow!(STOPPED));
        }
        runs.train(system)?;
        let (model, file) = LoadedModel::load_with_bytes(Some(&runs.folder_of(system)))?;
        let judgement = runs.judge.judge_drawn(&file, sampling).with_context(|| format!("judge {}", system.name))?;
        let validation = model.description.training.figures;
        Ok(AblationFindings { title: title.to_owned(), validation, judgement })
    };
    drawn.chain(trained).map(one).collect()
}
