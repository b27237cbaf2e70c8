//! The report: one document from the findings, beside the findings themselves as JSON.

mod contents;
mod figures;
mod verdict;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_train::LogLine;

use super::findings::Findings;
use super::sets::GenreSets;
use crate::files::write_whole;

/// The report's name, without its endings.
const NAME: &str = "report";
/// The findings, for other programs and to compare with.
pub(super) const JSON: &str = "report.json";

/// Writes the report as Markdown and HTML and the findings as JSON, these last, so that where they are all of the report is;
/// gives the paths.
pub(super) fn write(
    findings: &Findings,
    sets: &[GenreSets],
    training: Option<&[LogLine]>,
    folder: &Path,
) -> Result<[PathBuf; 3]> {
    let [markdown, html] = contents::document(findings, sets, training).save(folder, NAME)?;
    let json = folder.join(JSON);
    let text = serde_json::to_string_pretty(findings).context("write the findings as JSON")?;
    write_whole(&json, text.as_bytes())?;
    Ok([html, markdown, json])
}
