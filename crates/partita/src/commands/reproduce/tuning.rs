//! The temperature of each system. A likelihood model that draws too boldly loses to anything, so that systems compare only
//! when each draws as suits it; chosen on validation music, never on what the tables are of.

use anyhow::{Context, Result};
use partita_model::compose::Sampling;

use super::findings::{Tried, Tuning};
use crate::commands::evaluate::judge::SoundJudge;

/// Chooses the one of the temperatures at which a model, given as its file, sounds nearest to validation music; the first
/// where none can be judged. The other figures are told and choose nothing: of few pieces they are so uncertain that a guard
/// would keep a rival from what suits it best.
pub(super) fn tune(judge: &SoundJudge<'_>, file: &[u8], temperatures: &[f32], note: &dyn Fn(&Tried)) -> Result<Tuning> {
    let mut tried = Vec::new();
    for &temperature in temperatures {
        let sampling = Sampling { temperature, ..Sampling::default() };
        let judgement =
            judge.judge_drawn(file, sampling).with_context(|| format!("judge temperature {temperature}"))?;
        if let Some(judgement) = judgement {
            let one = Tried { temperature, judgement };
            note(&one);
            tried.push(one);
        }
    }
    let chosen = tried.iter().min_by(|a: &&Tried, b: &&Tried| a.judgement.distance.total_cmp(&b.judgement.distance));
    let temperature = chosen
        .map(|tried| tried.temperature)
        .or(temperatures.first().copied())
        .unwrap_or(Sampling::default().temperature);
    Ok(Tuning { temperature, tried })
}
