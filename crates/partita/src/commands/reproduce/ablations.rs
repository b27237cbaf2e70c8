//! What each part of the conditional VAE is worth: it is taken out, or changed, and the rest left as it is.

use anyhow::{Context, Result};
use partita_model::compose::Sampling;

use super::findings::{AblationFindings, Tuning};
use super::runs::Runs;
use super::systems::{ABLATIONS, System};
use crate::commands::compose::LoadedModel;

/// The system that things are taken out of.
pub(super) const ABLATED: &str = "cvae";

/// Asks for every ablation.
const ALL: &str = "all";

/// Asks for the CVAE as it is trained, as it draws and with one thing of that changed.
const DRAWING: &str = "drawing";

/// What can be asked for.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    [ALL, DRAWING].into_iter().chain(ABLATIONS.iter().map(|system| system.name))
}

/// The ways in which the CVAE draws, by title.
fn drawn(usual: Sampling) -> [(&'static str, Sampling); 5] {
    [
        ("as it is", usual),
        ("guidance 1, not 1.5", Sampling { guidance: 1.0, ..usual }),
        ("guidance 2, not 1.5", Sampling { guidance: 2.0, ..usual }),
        ("latent temperature 1, not 0.8", Sampling { latent_temperature: 1.0, ..usual }),
        ("everything likely is drawn: top-p 1", Sampling { top_p: 1.0, ..usual }),
    ]
}

/// Where an ablation stands in the table.
pub(super) fn position(title: &str) -> Option<usize> {
    let drawn = drawn(Sampling::default()).map(|(title, _)| title);
    drawn.into_iter().chain(ABLATIONS.iter().map(|system| system.title)).position(|known| known == title)
}

/// Trains what is missing of those that are `asked` for, and judges them on validation music: the CVAE as it draws,
/// then those of which training was changed, which draw as it usually does.
pub(super) fn judge(runs: &Runs<'_>, tuning: &Tuning, asked: &[String]) -> Result<Vec<AblationFindings>> {
    let is_asked = |name: &str| asked.iter().any(|asked| asked == name || asked == ALL);
    let cvae = System::named(ABLATED).context("there is no system to take things out of")?;
    let usual = Sampling { temperature: tuning.temperature, ..Sampling::default() };
    let drawn = drawn(usual).into_iter().filter(|_| is_asked(DRAWING)).map(|(title, sampling)| (cvae, title, sampling));
    let trained = ABLATIONS.iter().filter(|system| is_asked(system.name)).map(|system| (system, system.title, usual));
    let one = |(system, title, sampling): (&System, &str, Sampling)| {
        runs.train(system)?;
        let (model, file) = LoadedModel::load_with_bytes(Some(&runs.folder_of(system)), runs.console)?;
        let judgement = runs.judge.judge_drawn(&file, sampling).with_context(|| format!("judge {}", system.name))?;
        let validation = model.description.training.figures;
        Ok(AblationFindings { title: title.to_owned(), validation, judgement })
    };
    drawn.chain(trained).map(one).collect()
}
