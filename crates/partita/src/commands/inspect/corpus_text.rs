//! The report of a corpus as tables.

use std::collections::BTreeMap;
use std::fmt;

use super::corpus::CorpusReport;
use crate::commands::prepare::{genres_table, sources_table};
use crate::table::{count, percent, table, write_facts};

/// Rows of a ranking shown; the JSON document has all of them.
const RANKS_SHOWN: usize = 12;

impl fmt::Display for CorpusReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", genres_table(&self.genres))?;
        let metred: u64 = self.metres.values().sum();
        write_ranking(f, ["metre", "bars", "share"], &self.metres, metred)?;
        write_ranking(f, ["composer, artist or performer", "pieces", "share"], &self.composers, self.pieces)?;
        write_ranking(f, ["instrument", "pieces", "share"], &self.instruments, self.pieces)?;
        writeln!(f, "{}\n", sources_table(&self.sources))?;
        let spreads = self.difficulty.iter().chain(&self.tempo.qpm).map(|spread| spread.row()).collect();
        writeln!(f, "{}\n", table(["measure", "5 %", "25 %", "50 %", "75 %", "95 %"], 1, spreads))?;
        write_facts(f, &self.facts())
    }
}

impl CorpusReport {
    fn facts(&self) -> Vec<(&'static str, String)> {
        let tempo = &self.tempo;
        let split = |(name, totals): (&&str, &super::corpus::Totals)| format!("{name} {}", count(totals.pieces));
        vec![
            ("corpus", self.corpus.clone()),
            ("fingerprint", self.fingerprint.clone()),
            (
                "pieces",
                format!("{} ({})", count(self.pieces), self.splits.iter().map(split).collect::<Vec<_>>().join(", ")),
            ),
            ("notes", count(self.notes)),
            ("bars", count(self.bars)),
            (
                "tempo",
                format!(
                    "known of {} pieces, unknown of {}; {} have no beat",
                    count(tempo.known_pieces),
                    count(tempo.unknown_pieces),
                    count(tempo.by_clock_pieces)
                ),
            ),
            ("composers", count(self.composers.len())),
            (
                "to ask for",
                format!(
                    "{} genres, {} composers with pieces enough to learn from",
                    count(self.vocabulary.genres.len()),
                    count(self.vocabulary.composers.len())
                ),
            ),
        ]
    }
}

/// The most frequent names; nothing where there are none.
fn write_ranking<K: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    heading: [&str; 3],
    counts: &BTreeMap<K, u64>,
    whole: u64,
) -> fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    let mut ranked: Vec<_> = counts.iter().collect();
    ranked.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
    let row = |(name, number): (&K, &u64)| [name.to_string(), count(*number), percent(*number, whole)];
    let mut rows: Vec<_> = ranked.iter().take(RANKS_SHOWN).copied().map(row).collect();
    if let Some(rest) = ranked.get(RANKS_SHOWN..).filter(|rest| !rest.is_empty()) {
        rows.push([format!("({} more)", rest.len()), String::new(), String::new()]);
    }
    writeln!(f, "{}\n", table(heading, 1, rows))
}
