//! Reports of one comparison that was made in parts: on several machines, or one system after another.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_dataset::Corpus;

use super::Reproduce;
use super::ablations;
use super::claims::claims;
use super::findings::{AblationFindings, FORMAT_VERSION, Reproduction, add_warnings};
use super::report::JSON;
use super::systems::SYSTEMS;
use crate::commands::evaluate::cache::hexadecimal;
use crate::commands::evaluate::findings::Protocol;
use crate::document::saved::{SavedKind, read_saved};
use crate::failure::WrongUse;

/// Reads reports, and joins them in this order; `None` of none.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Option<Reproduction>> {
    let Some((first, others)) = paths.split_first() else { return Ok(None) };
    let join = |all: Reproduction, path: &PathBuf| {
        all.joined_with(read(path)?).with_context(|| format!("--with {}", path.display()))
    };
    others.iter().try_fold(read(first)?, join).map(Some)
}

fn read(path: &Path) -> Result<Reproduction> {
    let kind = SavedKind { command: "reproduce", file: JSON, version: FORMAT_VERSION };
    read_saved(path, &kind)
}

impl Reproduction {
    /// Whether it has a system of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.systems.iter().any(|system| system.name == name)
    }

    /// Fails where what is `asked` for now, of this corpus, cannot be joined with this.
    pub(super) fn check_asked(&self, asked: &Reproduce, corpus: &Corpus) -> Result<()> {
        let (settings, protocol) = (&asked.settings, &self.protocol);
        let options = [
            ("--corpus (its SHA-256)", protocol.corpus_sha256.clone(), Some(hexadecimal(&corpus.fingerprint()))),
            ("--genre", listed(&self.genres), listed(&settings.genres_of(corpus)?)),
            ("--budget", Some(self.budget.to_string()), Some(asked.budget.to_string())),
            ("--set", listed(&self.changes), listed(&asked.changes)),
            ("--tuning-pieces", Some(self.tuning_pieces.to_string()), Some(asked.tuning_pieces.to_string())),
            ("--temperature", listed(&self.temperatures()), listed(&asked.temperatures)),
            ("--pieces", Some(protocol.pieces.to_string()), Some(settings.pieces.to_string())),
            ("--bars", Some(protocol.bars.to_string()), Some(settings.bars.to_string())),
            ("--seed", Some(protocol.seed.to_string()), Some(settings.seed.to_string())),
        ];
        let Some((option, there, here)) = options.into_iter().find(|(_, there, here)| there != here) else {
            return Ok(());
        };
        let [there, here] = [there, here].map(|value| value.unwrap_or_else(|| "nothing".to_owned()));
        let message = format!("the reports of --with were made with {option} {there}, not {here}; give the same");
        Err(WrongUse(message).into())
    }

    /// With the systems and ablations of `other` that are not here; what is claimed is held against all. Fails where the two
    /// were not made in the same way.
    pub(super) fn joined_with(mut self, other: Self) -> Result<Self> {
        let differences = self.differences(&other);
        if !differences.is_empty() {
            let message = format!(
                "figures that do not compare are not joined: {}; judge these systems again with the same options",
                differences.join(", ")
            );
            return Err(WrongUse(message).into());
        }
        for system in other.systems {
            if !self.has(&system.name) {
                self.systems.push(system);
            }
        }
        self.systems.sort_by_key(|system| SYSTEMS.iter().position(|known| known.name == system.name));
        let ablations = std::mem::take(&mut self.ablations);
        self.ablations = other.ablations;
        add_warnings(&mut self.warnings, &other.warnings);
        self.claims = claims(&self.systems, &self.known, &self.genres);
        Ok(self.with_ablations(ablations))
    }

    /// With these ablations in place of those of the same titles, in the table's order.
    pub(super) fn with_ablations(mut self, new: Vec<AblationFindings>) -> Self {
        self.ablations.retain(|old| new.iter().all(|new| new.title != old.title));
        self.ablations.extend(new);
        self.ablations.sort_by_key(|one| ablations::position(&one.title));
        self
    }

    /// Those of which each system's was chosen.
    fn temperatures(&self) -> Vec<f32> {
        let tried = self.systems.first().map_or(&[][..], |system| &system.tuning.tried);
        tried.iter().map(|tried| tried.temperature).collect()
    }

    /// What was done in another way, so that the figures do not compare.
    fn differences(&self, other: &Self) -> Vec<String> {
        // Where the soundfont lies is no difference; its content is.
        let protocol = |found: &Self| Protocol { soundfont: String::new(), ..found.protocol.clone() };
        let parts = [
            ("the budget", self.budget == other.budget),
            ("the genres", self.genres == other.genres),
            ("--tuning-pieces", self.tuning_pieces == other.tuning_pieces),
            ("the temperatures", self.temperatures() == other.temperatures()),
            ("what is changed of the recipes (--set)", self.changes == other.changes),
            ("how pieces are judged (the protocol in the reports)", protocol(self) == protocol(other)),
        ];
        parts.into_iter().filter(|(_, same)| !same).map(|(part, _)| format!("{part} differs")).collect()
    }
}

/// Values of an option that may be given several times; `None` of none.
fn listed<T: ToString>(values: &[T]) -> Option<String> {
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(", "))
}
