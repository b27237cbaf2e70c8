//! Reports of one comparison that was made in parts: on several machines, or one system after another.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::claims::claims;
use super::findings::{FORMAT_VERSION, Reproduction, add_warnings};
use super::report::JSON;
use super::systems::SYSTEMS;
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

    /// Fails where what is asked for now cannot be joined with this.
    pub(super) fn check_asked(&self, budget: u64, tuning_pieces: usize) -> Result<()> {
        let options =
            [("--budget", self.budget, budget), ("--tuning-pieces", self.tuning_pieces as u64, tuning_pieces as u64)];
        match options.into_iter().find(|(_, there, here)| there != here) {
            None => Ok(()),
            Some((option, there, here)) => {
                let message =
                    format!("the reports of --with were made with {option} {there}, not {here}; give the same");
                Err(WrongUse(message).into())
            }
        }
    }

    /// With the systems of `other` that are not here, and its ablations where there are none here; what is claimed is held
    /// against all. Fails where the two were not made in the same way.
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
        if self.ablations.is_empty() {
            self.ablations = other.ablations;
        }
        add_warnings(&mut self.warnings, &other.warnings);
        self.claims = claims(&self.systems, &self.known, &self.genres);
        Ok(self)
    }

    /// What was done in another way, so that the figures do not compare.
    fn differences(&self, other: &Self) -> Vec<String> {
        let tried = |found: &Self| -> Vec<f32> {
            found.systems.first().map_or(vec![], |one| one.tuning.tried.iter().map(|tried| tried.temperature).collect())
        };
        // Where the soundfont lies is no difference; its content is.
        let protocol = |found: &Self| Protocol { soundfont: String::new(), ..found.protocol.clone() };
        let parts = [
            ("the budget", self.budget == other.budget),
            ("the genres", self.genres == other.genres),
            ("--tuning-pieces", self.tuning_pieces == other.tuning_pieces),
            ("the temperatures", tried(self) == tried(other)),
            ("how pieces are judged (the protocol in the reports)", protocol(self) == protocol(other)),
        ];
        parts.into_iter().filter(|(_, same)| !same).map(|(part, _)| format!("{part} differs")).collect()
    }
}
