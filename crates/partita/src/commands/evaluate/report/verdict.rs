//! The report in a few sentences.

use partita_eval::symbolic::interval::Estimate;

use super::super::findings::{Figure, Findings, SetFindings};
use super::super::sets::SetKind;
use crate::document::Document;
use crate::document::cells::{estimate, number, share};

/// Measures named as furthest from real music.
const FURTHEST: usize = 5;
/// Deviations between the 5 % and the 95 % quantile of a normal distribution.
const DEVIATIONS: f64 = 3.29;

/// Adds the sentences.
pub(super) fn verdict(document: &mut Document, findings: &Findings) {
    document.heading("In short");
    let sentences = [
        as_users_get_it(findings),
        sound(findings),
        genre(findings),
        copied(findings),
        asked(findings),
        likelihood(findings),
    ];
    document.list(sentences.into_iter().flatten().chain(furthest(findings)).collect());
}

fn as_users_get_it(findings: &Findings) -> Option<String> {
    let fad = |kind| findings.overall_of(kind)?.fad;
    let (alone, human) = (fad(SetKind::GenreAlone)?, fad(SetKind::Human)?);
    let times = |other: Estimate| number(Some(alone.value / other.value));
    let like_real =
        fad(SetKind::Judged).map(|judged| format!(", {} times that of pieces asked like real ones", times(judged)));
    Some(format!(
        "As users get it, asked for the genre alone: FAD {}, {} times training music's{}.",
        estimate(Some(alone)),
        times(human),
        like_real.unwrap_or_default()
    ))
}

fn sound(findings: &Findings) -> Option<String> {
    let fad = |kind| findings.overall_of(kind)?.fad;
    let (judged, human) = (fad(SetKind::Judged)?, fad(SetKind::Human)?);
    let ratio = number(Some(judged.value / human.value));
    Some(format!(
        "FAD {} where training music has {}: {ratio} times as far from held-out music, mean of the genres.",
        estimate(Some(judged)),
        estimate(Some(human))
    ))
}

fn genre(findings: &Findings) -> Option<String> {
    let judged = findings.overall_of(SetKind::Judged)?.genre_accuracy?;
    let real = findings.genres.iter().map(|genre| genre.reference.as_ref()?.genre_accuracy).collect::<Vec<_>>();
    let real = super::super::sound::mean(&real)?;
    Some(format!(
        "Taken for the genre asked for: {}; of real held-out music {}.",
        share(Some(judged)),
        share(Some(real))
    ))
}

fn copied(findings: &Findings) -> Option<String> {
    let judged = findings.overall_of(SetKind::Judged)?.copying?.copied;
    let references = findings.genres.iter().filter_map(|genre| genre.reference.as_ref()?.copying);
    let real = super::super::copies::sum(&references.collect::<Vec<_>>())?.copied;
    Some(format!(
        "Copied from the training music: {} of the bar groups; of real held-out music {}.",
        share(Some(judged)),
        share(Some(real))
    ))
}

fn asked(findings: &Findings) -> Option<String> {
    let met: Vec<String> =
        findings.adherence.iter().map(|one| format!("{} {:.0} %", one.aspect.name(), 100.0 * one.met.value)).collect();
    (!met.is_empty()).then(|| format!("Of what was asked, met: {}.", met.join(", ")))
}

fn likelihood(findings: &Findings) -> Option<String> {
    let all = findings.model.as_ref()?.overall_likelihood()?;
    Some(format!(
        "Held-out music costs the model at most {} nats a note ({} by the tighter bound).",
        estimate(Some(all.nll_per_note)),
        estimate(Some(all.iwae_nll_per_note))
    ))
}

/// The measures of notes whose means lie the most deviations from those of the reference.
fn furthest(findings: &Findings) -> Option<String> {
    let mut gaps = Vec::new();
    for genre in &findings.genres {
        let (Some(judged), Some(reference)) = (genre.set(SetKind::Judged), genre.reference.as_ref()) else { continue };
        let measures = |set: &SetFindings| set.statistics.iter().chain(&set.coherence).cloned().collect::<Vec<_>>();
        for (ours, theirs) in measures(judged).into_iter().zip(measures(reference)) {
            if let Some((deviations, ours_mean, theirs_mean)) = gap(&ours, &theirs) {
                let words = format!(
                    "{} of {} {} for {}",
                    ours.name,
                    genre.genre,
                    number(Some(ours_mean.value)),
                    number(Some(theirs_mean.value))
                );
                gaps.push((deviations, words));
            }
        }
    }
    gaps.sort_by(|a, b| b.0.total_cmp(&a.0));
    let words: Vec<String> = gaps.into_iter().take(FURTHEST).map(|(_, words)| words).collect();
    (!words.is_empty()).then(|| format!("Furthest from held-out music, in its own spread: {}.", words.join("; ")))
}

/// How far two means are apart, in deviations of the reference; `None` where the intervals overlap.
fn gap(ours: &Figure, theirs: &Figure) -> Option<(f64, Estimate, Estimate)> {
    let (mean, reference) = (ours.mean?, theirs.mean?);
    let [low, _, _, _, high] = theirs.quantiles?;
    let is_apart = mean.low > reference.high || reference.low > mean.high;
    let deviation = (high - low) / DEVIATIONS;
    (is_apart && deviation > 0.0).then(|| ((mean.value - reference.value).abs() / deviation, mean, reference))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, spread: f64) -> Figure {
        let mean = Some(Estimate { value, low: value - 0.1, high: value + 0.1, count: 9 });
        Figure { name: "repetition".into(), mean, quantiles: Some([value - spread, 0.0, value, 0.0, value + spread]) }
    }

    #[test]
    fn a_gap_is_counted_in_the_references_spread() {
        let (deviations, ..) = gap(&figure(0.0, 9.0), &figure(1.0, DEVIATIONS / 2.0)).unwrap();
        assert!((deviations - 1.0).abs() < 1e-12);
        assert!(gap(&figure(0.0, 1.0), &figure(0.1, 1.0)).is_none(), "the intervals overlap");
        assert!(gap(&figure(0.0, 1.0), &figure(1.0, 0.0)).is_none(), "no spread to count in");
    }
}
