//! What `reproduce` prints: the overall column, the verdicts, and where the rest stands.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::findings::Reproduction;
use crate::document::cells::{estimate, number, share};
use crate::table::{table, write_facts};

/// The findings with the paths of the report.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(serialize_with = "crate::files::as_texts")]
    report: [PathBuf; 3],
    #[serde(flatten)]
    found: Reproduction,
}

impl Summary {
    pub(super) fn new(found: Reproduction, report: [PathBuf; 3]) -> Self {
        Self { report, found }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let systems = self.found.systems.iter().map(|system| {
            let nll = system.likelihood.as_ref().map(|one| one.iwae_nll_per_note);
            (system.title.clone(), &system.figures, estimate(nll))
        });
        let known = self.found.known.iter().map(|music| (music.set.name().to_owned(), &music.figures, "–".to_owned()));
        let rows = systems.chain(known).map(|(title, figures, nll)| {
            let (fad, genre) = (estimate(figures.fad), share(figures.genre_accuracy));
            [title, fad, estimate(figures.kad), nll, number(figures.inception_score), genre]
        });
        let heading = ["overall", "FAD", "KAD × 100", "NLL a note", "Inception", "genre"];
        writeln!(f, "{}", table(heading, 1, rows.collect()))?;
        for claim in &self.found.claims {
            writeln!(f, "{}: {}", claim.claim, claim.verdict.words())?;
        }
        write_facts(f, &[("report", self.report[0].display().to_string())])
    }
}
