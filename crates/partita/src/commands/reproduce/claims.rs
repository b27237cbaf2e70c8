//! The paper's claims, each held against what was measured.

use partita_eval::symbolic::interval::Estimate;
use serde::{Deserialize, Serialize};

use super::findings::{KnownMusic, SystemFindings};
use super::paper;
use crate::commands::evaluate::sets::SetKind;
use crate::document::cells::{estimate, number, share};

/// A claim and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ClaimFindings {
    pub(super) claim: String,
    pub(super) verdict: Verdict,
    /// In words, with figures.
    pub(super) why: String,
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// Better than every rival, and the intervals are apart.
    Holds,
    /// Some intervals overlap: it may be, and is not shown.
    NotShown,
    /// Some rival is better, and the intervals are apart; or another stated value is missed.
    DoesNotHold,
    /// Not with what is at hand here.
    NotTestable,
}

impl Verdict {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::NotShown => "not shown: intervals overlap",
            Self::DoesNotHold => "does not hold",
            Self::NotTestable => "not testable here",
        }
    }
}

/// Which end of a scale is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Good {
    Low,
    High,
}

/// The hybrid that the claims are held against: the one whose validation music is nearest to real music, so that the test
/// music has not chosen it; the first of equals.
pub(super) fn proposed(systems: &[SystemFindings]) -> Option<&SystemFindings> {
    let distance = |system: &SystemFindings| system.tuning.judgement().map_or(f64::INFINITY, |one| one.distance);
    systems.iter().filter(|system| system.is_hybrid).min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// All claims; none where no hybrid is among the systems.
pub(super) fn claims(systems: &[SystemFindings], known: &[KnownMusic], genres: &[String]) -> Vec<ClaimFindings> {
    let Some(hybrid) = proposed(systems) else { return vec![] };
    let rivals: Vec<&SystemFindings> = systems.iter().filter(|system| !system.is_hybrid).collect();
    let compare = |claim: &str, good: Good, figure: &dyn Fn(&SystemFindings) -> Option<Estimate>| {
        let (verdict, why) =
            against(good, (&hybrid.title, figure(hybrid)), rivals.iter().map(|r| (&*r.title, figure(r))));
        ClaimFindings { claim: claim.to_owned(), verdict, why }
    };
    let in_genre = |(index, genre): (usize, &String)| {
        let claim = format!("It has the lowest FAD in {genre}");
        compare(&claim, Good::Low, &|system| system.figures.fad_by_genre.get(index).copied().flatten())
    };
    let minutes = |system: &SystemFindings| Some(exact(system.training.seconds / 60.0));
    let inception = |system: &SystemFindings| system.figures.inception_score.map(exact);
    let overall = compare("The hybrid has the lowest FAD of all systems", Good::Low, &|system| system.figures.fad);
    let others = vec![
        compare("It has the lowest NLL", Good::Low, &|system| Some(system.likelihood.as_ref()?.iwae_nll_per_note)),
        compare("It reconstructs with the lowest MSE", Good::Low, &|system| system.reconstruction()?.mse),
        compare("It has the highest Inception Score", Good::High, &inception),
        genre_accuracy(hybrid, known),
        compare("It is the most coherent (here: bars that return)", Good::High, &|system| system.figures.repetition),
        compare("It takes the fewest minutes to train", Good::Low, &minutes),
        ClaimFindings {
            claim: format!("Experts rate it highest, {} of 10", paper::LISTENING),
            verdict: Verdict::NotTestable,
            why: "that takes listeners, and says something only blind and with real music among the pieces".to_owned(),
        },
    ];
    std::iter::once(overall).chain(genres.iter().enumerate().map(in_genre)).chain(others).collect()
}

/// A figure without an interval.
const fn exact(value: f64) -> Estimate {
    Estimate { value, low: value, high: value, count: 1 }
}

/// A figure with its interval, if it has one.
fn figure(figure: Estimate) -> String {
    if figure.low < figure.high { estimate(Some(figure)) } else { number(Some(figure.value)) }
}

/// Whether a figure is better than all that it is compared with.
fn against<'a>(
    good: Good,
    (title, own): (&str, Option<Estimate>),
    rivals: impl Iterator<Item = (&'a str, Option<Estimate>)>,
) -> (Verdict, String) {
    let rivals: Vec<(&str, Estimate)> = rivals.filter_map(|(title, figure)| Some((title, figure?))).collect();
    let Some(own) = own.filter(|_| !rivals.is_empty()) else {
        return (Verdict::NotTestable, "there is no such figure of it, or of anything to compare with".to_owned());
    };
    let is_apart = |better: Estimate, worse: Estimate| match good {
        Good::Low => better.high < worse.low,
        Good::High => better.low > worse.high,
    };
    let beaten_by: Vec<_> = rivals.iter().filter(|(_, rival)| is_apart(*rival, own)).collect();
    let level: Vec<_> = rivals.iter().filter(|(_, rival)| !is_apart(*rival, own) && !is_apart(own, *rival)).collect();
    let named = |rivals: &[&(&str, Estimate)]| {
        rivals.iter().map(|(title, rival)| format!("{title} {}", figure(*rival))).collect::<Vec<_>>().join(", ")
    };
    let own_words = format!("{title} {}", figure(own));
    match (beaten_by.as_slice(), level.as_slice()) {
        ([], []) => (Verdict::Holds, format!("{own_words}; {}", named(&rivals.iter().collect::<Vec<_>>()))),
        ([], level) => (Verdict::NotShown, format!("{own_words} is not apart from {}", named(level))),
        (better, _) => (Verdict::DoesNotHold, format!("{own_words}; better is {}", named(better))),
    }
}

/// The paper's accuracy is of an unnamed classifier; what real music reaches with ours is the most to be expected.
fn genre_accuracy(hybrid: &SystemFindings, known: &[KnownMusic]) -> ClaimFindings {
    let real = known.iter().find(|music| music.set == SetKind::HeldOut).and_then(|music| music.figures.genre_accuracy);
    let own = hybrid.figures.genre_accuracy;
    let verdict = match own.zip(real) {
        None => Verdict::NotTestable,
        Some((own, real)) if own.low >= real.low => Verdict::Holds,
        Some((own, real)) if own.high >= real.low => Verdict::NotShown,
        Some(_) => Verdict::DoesNotHold,
    };
    ClaimFindings {
        claim: format!(
            "It has the genre asked for, {} %: here, as often as real music is taken for its genre",
            paper::GENRE_ACCURACY
        ),
        verdict,
        why: format!("{} {}; held-out music {}", hybrid.title, share(own), share(real)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(value: f64) -> Option<Estimate> {
        Some(Estimate { value, low: value - 1.0, high: value + 1.0, count: 9 })
    }

    #[test]
    fn a_claim_holds_only_beyond_all_intervals() {
        let verdict = |good, own, rivals: [f64; 2]| {
            against(good, ("ours", around(own)), rivals.into_iter().map(|rival| ("theirs", around(rival)))).0
        };
        assert_eq!(verdict(Good::Low, 1.0, [4.0, 5.0]), Verdict::Holds);
        assert_eq!(verdict(Good::Low, 1.0, [2.5, 5.0]), Verdict::NotShown);
        assert_eq!(verdict(Good::Low, 4.0, [1.0, 9.0]), Verdict::DoesNotHold);
        assert_eq!(verdict(Good::High, 4.0, [1.0, 0.0]), Verdict::Holds);
        assert_eq!(verdict(Good::High, 1.0, [1.0, 4.0]), Verdict::DoesNotHold);
        assert_eq!(
            against(Good::Low, ("ours", None), std::iter::once(("theirs", around(1.0)))).0,
            Verdict::NotTestable
        );
    }
}
