//! Two reports side by side.

use std::fmt;
use std::path::Path;

use anyhow::Result;
use partita_eval::symbolic::interval::Estimate;
use serde::Serialize;

use super::findings::{FORMAT_VERSION, Findings, ModelFindings, Protocol, SetFindings};
use super::report::JSON;
use super::sets::SetKind;
use crate::document::cells::estimate;
use crate::document::saved::{SavedKind, read_saved};
use crate::table::{printable, table};

/// The judged sets of two reports.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    a: String,
    b: String,
    /// What was done differently, so that the sound's figures do not compare.
    differences: Vec<String>,
    rows: Vec<Row>,
}

/// One figure of both.
#[derive(Debug, Serialize)]
struct Row {
    figure: String,
    a: Option<Estimate>,
    b: Option<Estimate>,
    /// Whether the intervals are apart; `None` where one is absent.
    apart: Option<bool>,
}

impl Comparison {
    /// Reads two reports, each by its folder or its `report.json`.
    pub(super) fn read(a: &Path, b: &Path) -> Result<Self> {
        let (first, second) = (read(a)?, read(b)?);
        let rows = figures(&first).into_iter().map(|(figure, a)| {
            let b = figures(&second).into_iter().find(|(other, _)| *other == figure).and_then(|(_, b)| b);
            let apart = a.zip(b).map(|(a, b)| a.low > b.high || b.low > a.high);
            Row { figure, a, b, apart }
        });
        Ok(Self {
            rows: rows.collect(),
            differences: differences(&first.protocol, &second.protocol),
            a: first.protocol.judged,
            b: second.protocol.judged,
        })
    }
}

fn read(path: &Path) -> Result<Findings> {
    let kind = SavedKind { command: "evaluate", file: JSON, version: FORMAT_VERSION };
    read_saved(path, &kind)
}

/// What must be the same for distances by sound to compare.
fn differences(a: &Protocol, b: &Protocol) -> Vec<String> {
    let parts = [
        ("soundfont", a.soundfont_sha256 == b.soundfont_sha256),
        ("embedding", a.embedding == b.embedding),
        ("corpus", a.corpus_sha256 == b.corpus_sha256),
        ("length of the clips", a.clip_seconds == b.clip_seconds),
        ("bars", a.bars == b.bars),
        ("number of pieces", (a.pieces, a.reference_pieces) == (b.pieces, b.reference_pieces)),
        ("split judged by", a.against == b.against),
        ("seed", a.seed == b.seed),
    ];
    parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| format!("the {name} is another")).collect()
}

/// The figures of the judged set.
fn figures(findings: &Findings) -> Vec<(String, Option<Estimate>)> {
    let mut figures = Vec::new();
    if let Some(alone) = findings.overall_of(SetKind::GenreAlone) {
        figures.push(("FAD, genre alone".to_owned(), alone.fad));
        figures.push(("KAD × 100, genre alone".to_owned(), alone.kad));
    }
    for genre in &findings.genres {
        let judged = genre.set(SetKind::Judged);
        figures.push((format!("FAD, {}", genre.genre), judged.and_then(SetFindings::fad)));
        figures.push((format!("KAD × 100, {}", genre.genre), judged.and_then(SetFindings::kad)));
        figures.push((format!("genre accuracy, {}", genre.genre), judged.and_then(|set| set.genre_accuracy)));
    }
    if let Some(overall) = findings.overall_of(SetKind::Judged) {
        figures.push(("FAD, overall".to_owned(), overall.fad));
        figures.push(("KAD × 100, overall".to_owned(), overall.kad));
        figures.push(("genre accuracy, overall".to_owned(), overall.genre_accuracy));
        figures.push(("without programs and drums".to_owned(), overall.genre_accuracy_pitched));
        figures.push(("composer accuracy".to_owned(), overall.composer_accuracy));
        figures.push(("copied".to_owned(), overall.copying.map(|copying| copying.copied)));
    }
    for adherence in &findings.adherence {
        figures.push((format!("{} met", adherence.aspect.name()), Some(adherence.met)));
    }
    if let Some(whole) = findings.model.as_ref().and_then(ModelFindings::overall_likelihood) {
        figures.push(("NLL, nats a note".to_owned(), Some(whole.nll_per_note)));
        figures.push(("IWAE, nats a note".to_owned(), Some(whole.iwae_nll_per_note)));
        figures.push(("onset F1 of reconstructions".to_owned(), whole.onset_f1));
    }
    figures
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "A  {}\nB  {}", printable(&self.a), printable(&self.b))?;
        for difference in &self.differences {
            writeln!(f, "take care: {difference}")?;
        }
        let rows = self.rows.iter().map(|row| {
            let apart = match row.apart {
                Some(true) => "apart",
                Some(false) => "overlap",
                None => "–",
            };
            [row.figure.clone(), estimate(row.a), estimate(row.b), apart.to_owned()]
        });
        writeln!(f, "{}", table(["figure", "A", "B", "intervals"], 1, rows.collect()))
    }
}
