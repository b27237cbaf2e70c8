//! What a reproduction found: the JSON document, from which its tables are written.

use std::collections::BTreeMap;

use partita_eval::symbolic::adherence::Adherence;
use partita_eval::symbolic::interval::Estimate;
use partita_train::Judgement;
use serde::{Deserialize, Serialize};

use super::claims::ClaimFindings;
use crate::commands::evaluate::findings::{Findings, LikelihoodFindings, Protocol, SetFindings};
use crate::commands::evaluate::sets::SetKind;
use crate::commands::evaluate::sound::mean;

/// Version of this document.
pub(super) const FORMAT_VERSION: u32 = 1;

/// The whole document.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reproduction {
    pub(super) format_version: u32,
    /// Steps of each system that learns from notes.
    pub(super) budget: u64,
    /// What is changed of every recipe, as `key=value`; absent in reports from before this was told.
    #[serde(default)]
    pub(super) changes: Vec<String>,
    /// The same for all systems.
    pub(super) protocol: Protocol,
    pub(super) genres: Vec<String>,
    pub(super) systems: Vec<SystemFindings>,
    /// Real and broken music.
    pub(super) known: Vec<KnownMusic>,
    /// Temperatures are chosen by so many validation pieces of each genre.
    pub(super) tuning_pieces: usize,
    pub(super) claims: Vec<ClaimFindings>,
    /// Of the conditional VAE; empty unless asked for.
    pub(super) ablations: Vec<AblationFindings>,
    pub(super) warnings: Vec<String>,
}

/// One system.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SystemFindings {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) is_hybrid: bool,
    pub(super) training: Training,
    pub(super) tuning: Tuning,
    pub(super) figures: Figures,
    /// Absent where a system has no likelihood.
    pub(super) likelihood: Option<LikelihoodFindings>,
    pub(super) adherence: Vec<Adherence>,
}

impl SystemFindings {
    /// The likelihood of a system that has latents to reconstruct from. Where another piece's cost nothing there are none, and
    /// what such a system would write is a draw.
    pub(super) fn reconstruction(&self) -> Option<&LikelihoodFindings> {
        self.likelihood.as_ref().filter(|one| one.shuffled_per_note != Some(one.reconstruction_per_note))
    }
}

/// The conditional VAE, as it is or with something changed, on validation music.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AblationFindings {
    pub(super) title: String,
    /// Figures of the last validation of its training, by name.
    pub(super) validation: BTreeMap<String, f64>,
    /// What its music is worth; absent where there was too little to judge by.
    pub(super) judgement: Option<Judgement>,
}

/// What it took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Training {
    pub(super) parameters: usize,
    pub(super) steps: u64,
    pub(super) notes_seen: u64,
    /// By the clock, other work on the machine included.
    pub(super) seconds: f64,
}

/// How the temperature was chosen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tuning {
    pub(super) temperature: f32,
    /// What each was worth; empty where there was too little to judge by.
    pub(super) tried: Vec<Tried>,
}

impl Tuning {
    /// The judgement of the chosen temperature.
    pub(super) fn judgement(&self) -> Option<Judgement> {
        self.tried.iter().find(|tried| tried.temperature == self.temperature).map(|tried| tried.judgement)
    }
}

/// One temperature on validation music.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Tried {
    pub(super) temperature: f32,
    pub(super) judgement: Judgement,
}

/// Music that is known, by which the figures are read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KnownMusic {
    pub(super) set: SetKind,
    pub(super) figures: Figures,
}

/// What the tables show of a set of pieces. Where not by genre: the mean of the genres.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Figures {
    pub(super) fad_by_genre: Vec<Option<Estimate>>,
    pub(super) fad: Option<Estimate>,
    pub(super) kad: Option<Estimate>,
    pub(super) inception_score: Option<f64>,
    pub(super) genre_accuracy: Option<Estimate>,
    /// Share of the bars that resemble an earlier one.
    pub(super) repetition: Option<Estimate>,
    /// Share of the time in the piece's key.
    pub(super) key_stability: Option<Estimate>,
    /// Overlapped area, mean of all features.
    pub(super) likeness: Option<f64>,
    pub(super) copied: Option<Estimate>,
}

impl Figures {
    /// Those of one set of an evaluation; `None` where it has no such set.
    pub(super) fn of(findings: &Findings, kind: SetKind) -> Option<Self> {
        let overall = findings.overall.iter().find(|row| row.set == kind)?;
        let sets: Vec<Option<&SetFindings>> = findings.genres.iter().map(|genre| genre.set(kind)).collect();
        let each = |part: &dyn Fn(&SetFindings) -> Option<Estimate>| -> Vec<Option<Estimate>> {
            sets.iter().map(|set| part((*set)?)).collect()
        };
        let coherence = |name: &str| {
            mean(&each(&|set| set.coherence.iter().find(|figure| figure.name == name).and_then(|figure| figure.mean)))
        };
        let areas: Vec<f64> =
            sets.iter().flatten().flat_map(|set| &set.overlaps).map(|overlap| overlap.overlapped_area).collect();
        Some(Self {
            fad_by_genre: each(&SetFindings::fad),
            fad: overall.fad,
            kad: overall.kad,
            inception_score: overall.inception.map(|inception| inception.score),
            genre_accuracy: overall.genre_accuracy,
            repetition: coherence("repetition"),
            key_stability: coherence("key stability"),
            likeness: (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64),
            copied: overall.copying.map(|copying| copying.copied),
        })
    }
}

/// Adds what is not said yet: of several systems a warning is told once, by the numbers of the first.
pub(super) fn add_warnings(warnings: &mut Vec<String>, more: &[String]) {
    for warning in more {
        if !warnings.iter().any(|known| warns_of(known) == warns_of(warning)) {
            warnings.push(warning.clone());
        }
    }
}

/// What a warning of a genre's sets, `genre (sets): message`, says, whatever its sets and numbers.
fn warns_of(warning: &str) -> (&str, String) {
    let (genre, rest) = warning.split_once(" (").unwrap_or((warning, ""));
    let message = rest.split_once("): ").map_or(rest, |(_, message)| message);
    (genre, message.chars().filter(|character| !character.is_ascii_digit()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_the_same_whatever_its_sets_and_numbers() {
        assert_eq!(warns_of("pop (judged, floor): 40 clips: few"), warns_of("pop (judged): 39 clips: few"));
        assert_ne!(warns_of("pop (judged): 40 clips: few"), warns_of("rock (judged): 40 clips: few"));
        assert_ne!(warns_of("pop (judged): 40 clips: few"), warns_of("pop (judged): too few clips"));
    }
}
