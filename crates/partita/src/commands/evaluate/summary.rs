//! What `evaluate` prints: the first table of the report, and where the rest stands.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::findings::Findings;
use crate::document::cells::estimate;
use crate::table::{table, write_facts};

/// The findings with the paths of the report.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(serialize_with = "crate::files::as_texts")]
    report: [PathBuf; 3],
    #[serde(flatten)]
    findings: Findings,
}

impl Summary {
    pub(super) fn new(findings: Findings, report: [PathBuf; 3]) -> Self {
        Self { report, findings }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: Option<partita_eval::symbolic::interval::Estimate>| {
            share.map_or("–".to_owned(), |share| format!("{:.1} %", 100.0 * share.value))
        };
        let rows = self.findings.overall.iter().map(|row| {
            [
                row.set.name().to_owned(),
                estimate(row.fad),
                estimate(row.kad),
                percent(row.genre_accuracy),
                percent(row.copying.map(|copying| copying.copied)),
            ]
        });
        writeln!(f, "{}", table(["overall", "FAD", "KAD × 100", "genre", "copied"], 1, rows.collect()))?;
        let warnings = match self.findings.warnings.len() {
            0 => String::new(),
            count => format!("{count}, at the head of the report"),
        };
        write_facts(f, &[("warnings", warnings), ("report", self.report[0].display().to_string())])
    }
}
