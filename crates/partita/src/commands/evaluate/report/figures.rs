//! The pictures of the report.

use super::super::findings::{Figure, Findings, GenreFindings, SetFindings};
use super::super::sets::{GenreSets, SetKind};
use crate::document::Document;
use crate::picture::roll_of;
use crate::plot::Drawing;
use crate::plot::marks::{Mark, MarkSeries, mark_chart};

/// Judged pieces of each genre whose rolls are shown.
const ROLLS: usize = 2;
/// Letters of a piece's name above its roll.
const NAME_LETTERS: usize = 40;

/// FAD of each set by genre.
pub(super) fn fad(findings: &Findings) -> Drawing {
    let categories: Vec<String> = findings.genres.iter().map(|genre| genre.genre.clone()).collect();
    let series = findings.rows().map(|overall| {
        let mark = |genre: &GenreFindings| {
            let fad = genre.set(overall.set)?.fad()?;
            Some(Mark { value: fad.value, reach: (fad.low, fad.high), middle: None })
        };
        MarkSeries { name: overall.set.name().to_owned(), marks: findings.genres.iter().map(mark).collect() }
    });
    mark_chart("Distance from held-out music", &categories, &series.collect::<Vec<_>>(), "FAD", true)
}

/// How the measures of coherence are spread, by genre.
pub(super) fn spreads(document: &mut Document, findings: &Findings) {
    let Some(first) = findings.genres.first().and_then(|genre| genre.set(SetKind::Judged)) else { return };
    let categories: Vec<String> = findings.genres.iter().map(|genre| genre.genre.clone()).collect();
    for (index, measure) in first.coherence.iter().enumerate() {
        let mark = |set: Option<&SetFindings>| spread(set?.coherence.get(index)?);
        let series = |name: &str, of: &dyn Fn(&GenreFindings) -> Option<Mark>| MarkSeries {
            name: name.to_owned(),
            marks: findings.genres.iter().map(of).collect(),
        };
        let mut all = vec![series("judged", &|genre| mark(genre.set(SetKind::Judged)))];
        if findings.genres.iter().any(|genre| genre.reference.is_some()) {
            all.push(series("held-out music", &|genre| mark(genre.reference.as_ref())));
            all.push(series("shuffled onsets", &|genre| mark(genre.set(SetKind::ShuffledOnsets))));
        }
        let chart = mark_chart(&measure.name, &categories, &all, "", false);
        let caption = format!("{}: median, middle half, and 5 to 95 % of the pieces", measure.name);
        document.figure(format!("spread-{}", measure.name.replace(' ', "-")), caption, chart);
    }
}

fn spread(figure: &Figure) -> Option<Mark> {
    let [lowest, low, median, high, highest] = figure.quantiles?;
    Some(Mark { value: median, reach: (lowest, highest), middle: Some((low, high)) })
}

/// The rolls of the first judged pieces of each genre.
pub(super) fn rolls(document: &mut Document, sets: &[GenreSets]) {
    document.heading("Pieces");
    document.text("The first of the judged pieces of each genre, not chosen.");
    for sets in sets {
        for (index, piece) in sets.set(SetKind::Judged).iter().take(ROLLS).enumerate() {
            let tail: String =
                piece.name.chars().rev().take(NAME_LETTERS).collect::<Vec<_>>().into_iter().rev().collect();
            let title = format!("{}, {tail}", sets.genre);
            let name = format!("roll-{}-{index}", file_name(&sets.genre));
            document.figure(name, title.clone(), roll_of(&piece.encoded, &title, None).draw());
        }
    }
}

/// A genre as part of a file's name.
fn file_name(genre: &str) -> String {
    genre.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}
