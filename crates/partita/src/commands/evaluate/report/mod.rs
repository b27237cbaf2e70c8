//! The report: one document from the findings, written as Markdown, as one page of HTML and, the findings themselves, as JSON.

mod cells;
mod contents;
mod document;
mod figures;
mod html;
mod markdown;
mod verdict;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use partita_train::LogLine;

use super::findings::Findings;
use super::sets::GenreSets;
use crate::files::write_whole;
pub(super) use cells::estimate;
use document::Block;

/// The findings, for other programs and to compare with.
pub(super) const JSON: &str = "report.json";
pub(super) const MARKDOWN: &str = "report.md";
pub(super) const HTML: &str = "report.html";

/// Writes the three forms and the pictures; `report.json` last, so that where it is all of the report is.
pub(super) fn write(
    findings: &Findings,
    sets: &[GenreSets],
    training: Option<&[LogLine]>,
    folder: &Path,
) -> Result<()> {
    let document = contents::document(findings, sets, training);
    let pictures = folder.join(markdown::FIGURES);
    fs::create_dir_all(&pictures).with_context(|| format!("make {}", pictures.display()))?;
    for block in &document.blocks {
        if let Block::Figure(figure) = block {
            figure.drawing.save(&pictures.join(&figure.name).with_extension("svg"))?;
        }
    }
    write_whole(&folder.join(MARKDOWN), markdown::markdown(&document).as_bytes())?;
    write_whole(&folder.join(HTML), html::html(&document).as_bytes())?;
    let json = serde_json::to_string_pretty(findings).context("write the findings as JSON")?;
    write_whole(&folder.join(JSON), json.as_bytes())
}
