//! The reproduction as a document: the paper's tables with our systems as rows.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use partita_train::Judgement;

use super::claims::proposed;
use super::findings::{Figures, Reproduction};
use super::paper;
use crate::commands::evaluate::sets::SetKind;
use crate::document::Document;
use crate::document::cells::{estimate, number, share};
use crate::files::write_whole;
use crate::plot::marks::{Mark, MarkSeries, mark_chart};

/// The report's name, without its endings.
const NAME: &str = "reproduce";
/// Of the findings.
pub(super) const JSON: &str = "reproduce.json";
/// What stands beside the paper's own rows.
const PAPERS: &str = "the paper, not comparable: ";
const ABSENT: &str = "–";

/// Writes the report as Markdown and HTML and the findings as JSON, these last; gives the paths.
pub(super) fn write(found: &Reproduction, folder: &Path) -> Result<[PathBuf; 3]> {
    let [markdown, html] = document(found).save(folder, NAME)?;
    let json = folder.join(JSON);
    let text = serde_json::to_string_pretty(found).context("write the findings as JSON")?;
    write_whole(&json, text.as_bytes())?;
    Ok([html, markdown, json])
}

fn document(found: &Reproduction) -> Document {
    let mut document = Document::new("The paper's comparison, done again".to_owned());
    document.text(format!(
        "All systems are recipes of one program, trained on the same music: those that learn from notes {} steps each, for the \
         same notes in the same order, hybrids on top of the CVAE. Each draws at the temperature that suits it, and all are \
         judged by the same measures. Every figure has its interval of 95 % and stands beside that of real and of broken \
         music. The paper's own figures are printed with them, but do not compare: it states neither how its FAD hears and plays \
         music, nor N, nor any unit.",
        found.budget
    ));
    if !found.warnings.is_empty() {
        document.heading("Read this first");
        document.list(found.warnings.clone());
    }
    claims(&mut document, found);
    distances(&mut document, found);
    other_figures(&mut document, found);
    conditions(&mut document, found);
    training(&mut document, found);
    tuning(&mut document, found);
    ablations(&mut document, found);
    how_measured(&mut document, found);
    document
}

fn claims(document: &mut Document, found: &Reproduction) {
    let Some(hybrid) = proposed(&found.systems) else { return };
    document.heading("The paper's claims");
    document.text(format!(
        "Held against the hybrid that sounds nearest to real music on validation music: {}. A claim holds where the hybrid's \
         interval is apart from those of all other systems.",
        hybrid.title
    ));
    let sentences = found.claims.iter().map(|one| format!("{}: {}. {}.", one.claim, one.verdict.words(), one.why));
    document.list(sentences.collect());
}

/// The paper's Table I.
fn distances(document: &mut Document, found: &Reproduction) {
    document.heading("Fréchet Audio Distance (the paper's Table I)");
    document.text(
        "By genre, against held-out music; lower is closer. Overall: the mean of the genres. KAD is unbiased, so that it is \
         near zero where two sets are of one kind.",
    );
    let genres = found.genres.iter().cloned();
    let heading = ["system".to_owned()].into_iter().chain(genres).chain(["overall", "KAD × 100"].map(str::to_owned));
    let rows = figures(found).map(|(title, figures)| {
        let cells = figures.fad_by_genre.iter().chain([&figures.fad, &figures.kad]);
        std::iter::once(title).chain(cells.map(|cell| estimate(*cell))).collect()
    });
    let papers = paper::FAD.iter().map(|(name, fads)| {
        let by_genre = found.genres.iter().map(|genre| {
            let index = paper::FAD_GENRES.iter().position(|known| known.eq_ignore_ascii_case(genre));
            index.map_or(ABSENT.to_owned(), |index| format!("{:.2}", fads[index]))
        });
        let overall = [format!("{:.2}", fads[paper::FAD_GENRES.len()]), ABSENT.to_owned()];
        std::iter::once(format!("{PAPERS}{name}")).chain(by_genre).chain(overall).collect()
    });
    document.table(heading.collect(), rows.chain(papers).collect());
    let series: Vec<MarkSeries> = figures(found)
        .map(|(name, figures)| {
            let mark = |fad: &Option<_>| {
                fad.map(|fad: partita_eval::symbolic::interval::Estimate| Mark {
                    value: fad.value,
                    reach: (fad.low, fad.high),
                    middle: None,
                })
            };
            MarkSeries { name, marks: figures.fad_by_genre.iter().chain([&figures.fad]).map(mark).collect() }
        })
        .collect();
    let categories: Vec<String> = found.genres.iter().cloned().chain(["overall".to_owned()]).collect();
    let chart = mark_chart("Distance from held-out music", &categories, &series, "FAD", true);
    document.figure("reproduce-fad", "FAD by genre and overall, with intervals of 95 %; logarithmic", chart);
}

fn other_figures(document: &mut Document, found: &Reproduction) {
    document.heading("Its other figures");
    document.text(
        "NLL: nats a note of whole held-out pieces, bar lines included (of a VAE the bound of IWAE). MSE: of the roll that is \
         written from a held-out passage's latents alone, which only systems with latents can be asked for; silence scores \
         as stated beside. A hybrid in latents whose CVAE stayed frozen has the CVAE's own NLL and MSE. The Inception Score depends on the classifier and compares only within this table. Genre accuracy: \
         taken by the test classifier for the genre asked for.",
    );
    let heading = ["system", "NLL a note", "MSE", "MSE of silence", "onset F1", "Inception Score", "genre accuracy"];
    let rows = found.systems.iter().map(|system| {
        let likelihood = system.reconstruction();
        let nll = system.likelihood.as_ref().map(|one| one.iwae_nll_per_note);
        vec![
            system.title.clone(),
            estimate(nll),
            estimate(likelihood.and_then(|one| one.mse)),
            estimate(likelihood.and_then(|one| one.mse_of_silence)),
            share(likelihood.and_then(|one| one.onset_f1)),
            number(system.figures.inception_score),
            share(system.figures.genre_accuracy),
        ]
    });
    let known = found.known.iter().map(|music| {
        let mut row = vec![ABSENT.to_owned(); heading.len()];
        row[0] = music.set.name().to_owned();
        row[5] = number(music.figures.inception_score);
        row[6] = share(music.figures.genre_accuracy);
        row
    });
    let papers = [
        format!("{PAPERS}hybrid"),
        paper::NLL.to_string(),
        paper::MSE.to_string(),
        ABSENT.to_owned(),
        ABSENT.to_owned(),
        paper::INCEPTION_SCORE.to_string(),
        format!("{} %", paper::GENRE_ACCURACY),
    ];
    document.table(heading.map(str::to_owned).to_vec(), rows.chain(known).chain([papers.to_vec()]).collect());
    document.text(format!(
        "Coherence: the share of bars that resemble an earlier one, and of the time spent in the piece's key; neither is good in \
         itself, and real music is the measure. The paper prints {} and does not say of what. Likeness: overlapped area of \
         the notes' statistics with those of held-out music. Copied: bar groups that stand in the training music.",
        paper::COHERENCE
    ));
    let rows = figures(found).map(|(title, figures)| {
        let Figures { repetition, key_stability, likeness, copied, .. } = *figures;
        vec![title, share(repetition), share(key_stability), number(likeness), share(copied)]
    });
    let heading = ["system", "bars that return", "in key", "likeness", "copied"];
    document.table(heading.map(str::to_owned).to_vec(), rows.collect());
}

fn conditions(document: &mut Document, found: &Reproduction) {
    let Some(first) = found.systems.iter().find(|system| !system.adherence.is_empty()) else { return };
    document.heading("Does it do what was asked?");
    document.text("Of the pieces of which a condition was asked, the share that has it.");
    let aspects: Vec<_> = first.adherence.iter().map(|one| one.aspect).collect();
    let names = aspects.iter().map(|aspect| aspect.name().to_owned());
    let rows = found.systems.iter().map(|system| {
        let met = |aspect| system.adherence.iter().find(|one| one.aspect == aspect).map(|one| one.met.value);
        let cell = |met: Option<f64>| met.map_or(ABSENT.to_owned(), |met| format!("{:.0} %", 100.0 * met));
        std::iter::once(system.title.clone()).chain(aspects.iter().map(|aspect| cell(met(*aspect)))).collect()
    });
    document.table(std::iter::once("system".to_owned()).chain(names).collect(), rows.collect());
}

fn training(document: &mut Document, found: &Reproduction) {
    document.heading("Training");
    document.text(
        "What a system begins with is counted. Minutes are by the clock of one machine that may have done other work beside, and \
         so say little more than the order of size; notes are exact.",
    );
    let rows = found.systems.iter().map(|system| {
        let training = &system.training;
        let thousands = |count: f64| format!("{:.0} k", count / 1e3);
        vec![
            system.title.clone(),
            thousands(training.parameters as f64),
            training.steps.to_string(),
            thousands(training.notes_seen as f64),
            format!("{:.0}", training.seconds / 60.0),
        ]
    });
    let papers = format!("{:.0}", 60.0 * paper::TRAINING_HOURS);
    let papers = [format!("{PAPERS}hybrid"), ABSENT.into(), ABSENT.into(), ABSENT.into(), papers];
    let heading = ["system", "parameters", "steps", "notes", "minutes"];
    document.table(heading.map(str::to_owned).to_vec(), rows.chain([papers.to_vec()]).collect());
}

fn tuning(document: &mut Document, found: &Reproduction) {
    document.heading("The temperature of each");
    document.text(format!(
        "Chosen by KAD × 100 of {} composed pieces of each genre against validation music; the chosen one is marked. Likeness of \
         the notes, adherence and diversity are told beside.",
        found.tuning_pieces
    ));
    let rows: Vec<Vec<String>> = found
        .systems
        .iter()
        .flat_map(|system| {
            system.tuning.tried.iter().map(|tried| {
                let one = tried.judgement;
                let is_chosen = tried.temperature == system.tuning.temperature;
                let mark = if is_chosen { " (chosen)" } else { "" };
                let figures =
                    [one.distance, one.likeness, one.adherence, one.diversity].map(|figure| number(Some(figure)));
                [system.title.clone(), format!("{}{mark}", tried.temperature)].into_iter().chain(figures).collect()
            })
        })
        .collect();
    let heading = ["system", "temperature", "KAD × 100", "likeness", "adherence", "diversity"];
    document.table(heading.map(str::to_owned).to_vec(), rows);
}

fn ablations(document: &mut Document, found: &Reproduction) {
    if found.ablations.is_empty() {
        return;
    }
    document.heading("What each part is worth");
    document.text(format!(
        "The CVAE with what its row names changed, on validation music: NLL in nats a note (the bound), with another passage's \
         latents, and without conditions; KL in nats a bar; and of {} composed pieces of each genre what the tables above also tell. One \
         seed each: small differences are chance.",
        found.tuning_pieces
    ));
    let rows = found.ablations.iter().map(|one| {
        let figure = |name: &str| number(one.validation.get(name).copied());
        let judged = |part: fn(&Judgement) -> f64| number(one.judgement.as_ref().map(part));
        vec![
            one.title.clone(),
            figure("valid_nll_per_note"),
            figure("nll_shuffled_z"),
            figure("nll_unconditional"),
            figure("kl_per_bar"),
            judged(|one| one.distance),
            judged(|one| one.likeness),
            judged(|one| one.adherence),
            judged(|one| one.diversity),
        ]
    });
    let heading = ["CVAE", "NLL", "shuffled", "unconditional", "KL", "KAD × 100", "likeness", "adherence", "diversity"];
    document.table(heading.map(str::to_owned).to_vec(), rows.collect());
}

fn how_measured(document: &mut Document, found: &Reproduction) {
    document.heading("How it was measured");
    let protocol = &found.protocol;
    let facts = [
        ("program", protocol.program.clone()),
        ("corpus, SHA-256", protocol.corpus_sha256.clone().unwrap_or_default()),
        ("soundfont", format!("{}, SHA-256 {}", protocol.soundfont, protocol.soundfont_sha256)),
        ("embedding", protocol.embedding.clone()),
        ("clips", format!("{} s", protocol.clip_seconds)),
        (
            "pieces of each genre",
            format!("{} judged, {} of reference, {} bars", protocol.pieces, protocol.reference_pieces, protocol.bars),
        ),
        ("reference", format!("the {} split", protocol.against.name())),
        ("seed", protocol.seed.to_string()),
    ];
    let changes = (!found.changes.is_empty()).then(|| ("changed of every recipe", found.changes.join(", ")));
    let rows = facts.into_iter().chain(changes).map(|(name, value)| vec![name.to_owned(), value]);
    document.table(["", ""].map(str::to_owned).to_vec(), rows.collect());
}

/// Systems, then known music.
fn figures(found: &Reproduction) -> impl Iterator<Item = (String, &Figures)> {
    let systems = found.systems.iter().map(|system| (system.title.clone(), &system.figures));
    let known = found.known.iter().map(|music| (music.set.name().to_owned(), &music.figures));
    debug_assert!(found.known.iter().all(|music| music.set != SetKind::Judged));
    systems.chain(known)
}
