//! What stands in the report, in which order.

use partita_eval::symbolic::interval::Estimate;
use partita_eval::symbolic::overlap::Feature;
use partita_train::LogLine;

use super::super::findings::{Findings, GenreFindings, Order, SetFindings};
use super::super::sets::{GenreSets, SetKind};
use super::figures;
use super::verdict::verdict;
use crate::commands::train::curves::curves;
use crate::document::Document;
use crate::document::cells::{estimate, number, share};

/// The whole report.
pub(super) fn document(findings: &Findings, sets: &[GenreSets], training: Option<&[LogLine]>) -> Document {
    let mut document = Document::new(format!("Evaluation of {}", findings.protocol.judged));
    let has_reference = !findings.overall.iter().all(|row| row.kad.is_none());
    verdict(&mut document, findings);
    warnings(&mut document, findings);
    if has_reference {
        as_users_get_it(&mut document, findings);
        distances(&mut document, findings);
        order(&mut document, findings);
        matrix(&mut document, findings);
    }
    classes(&mut document, findings);
    adherence(&mut document, findings);
    likelihood(&mut document, findings);
    if let Some(log) = training {
        document.figure("training", "Losses of the run that the model came from", curves(log));
    }
    copying(&mut document, findings);
    likeness(&mut document, findings);
    statistics(&mut document, findings);
    coherence(&mut document, findings);
    figures::rolls(&mut document, sets);
    protocol(&mut document, findings);
    document
}

fn warnings(document: &mut Document, findings: &Findings) {
    if !findings.warnings.is_empty() {
        document.heading("Read this first");
        document.list(findings.warnings.clone());
    }
}

/// What a user gets who asks for no more than a genre, beside real music.
fn as_users_get_it(document: &mut Document, findings: &Findings) {
    if findings.overall_of(SetKind::GenreAlone).is_none() {
        return;
    }
    document.heading("As users get it");
    document.text(
        "Pieces that were asked for nothing but their genre, in the usual form: all else composing filled in by itself. FAD and \
         KAD × 100 as below, where each piece is asked to be what a real one is.",
    );
    let kinds = [SetKind::GenreAlone, SetKind::Human, SetKind::HeldOut];
    let heading = heading_of(&["genre", "set", "N", "FAD", "KAD × 100", "genre as asked", "copied"]);
    let rows = findings.genres.iter().flat_map(|genre| {
        kinds.iter().filter_map(|kind| {
            let set = genre.set(*kind)?;
            let cells = [kind.name().to_owned(), set.pieces.to_string(), estimate(set.fad()), estimate(set.kad())];
            let shares = [set.genre_accuracy, set.copying.map(|copying| copying.copied)].map(share);
            Some(row(&genre.genre, cells.into_iter().chain(shares)))
        })
    });
    document.table(heading, rows.collect());
}

/// The paper's table: sets by genres.
fn distances(document: &mut Document, findings: &Findings) {
    let embedding = &findings.protocol.embedding;
    document.heading("Distance of the sound from held-out music");
    document.text(format!(
        "Fréchet Audio Distance by {embedding}, of each set against held-out music of the genre (the {} split); lower is \
         closer. In brackets the interval of 95 %, from halves drawn without replacement. FAD hardly hears wrong notes, so \
         that it means something only beside the other tables. It does not compare with figures by another embedding, \
         renderer, soundfont or N. Overall: the mean of the genres.",
        findings.protocol.against.name()
    ));
    let genres = &findings.genres;
    let heading = heading(&["FAD"], genres.iter().map(|genre| genre.genre.clone()).chain(["overall".to_owned()]));
    let rows = findings.rows().map(|overall| {
        let cells = genres.iter().map(|genre| estimate(genre.set(overall.set).and_then(SetFindings::fad)));
        row(overall.set.name(), cells.chain([estimate(overall.fad)]))
    });
    document.table(heading.clone(), rows.collect());
    document.figure("fad", "FAD by genre, with intervals of 95 %; logarithmic", figures::fad(findings));
    document.text(
        "Kernel Audio Distance (times 100): unbiased, so that it is near zero, and may be below, where two sets are of one \
         kind, whatever their size.",
    );
    let rows = findings.rows().map(|overall| {
        let kad = |genre: &GenreFindings| estimate(genre.set(overall.set).and_then(SetFindings::kad));
        row(overall.set.name(), genres.iter().map(kad).chain([estimate(overall.kad)]))
    });
    document.table([&["KAD × 100".to_owned()], &heading[1..]].concat(), rows.collect());
    for genre in genres {
        document.subheading(genre.genre.clone());
        let heading = heading_of(&["set", "N", "of N", "FAD", "its mean term", "FAD∞", "R²", "KAD × 100", "p"]);
        let rows = genre.sets.iter().filter(|set| set.set != Some(SetKind::GenreAlone)).filter_map(|set| {
            let sound = set.sound.as_ref()?;
            let fad = sound.fad.as_ref();
            Some(row(
                set.set?.name(),
                [
                    sound.generated_clips.to_string(),
                    sound.reference_clips.to_string(),
                    estimate(fad.map(|fad| fad.fad)),
                    number(fad.map(|fad| fad.mean_term)),
                    number(fad.map(|fad| fad.infinite.value)),
                    number(fad.map(|fad| fad.infinite.r_squared)),
                    estimate(Some(sound.kad.kad)),
                    number(Some(sound.kad.p_value)),
                ],
            ))
        });
        document.table(heading, rows.collect());
    }
}

/// Whether the scale itself is in order.
fn order(document: &mut Document, findings: &Findings) {
    document.heading("Does the scale hold?");
    document.text(
        "A distance that is worth anything rises from held-out music to random notes; here by how much it does from row to \
         row, with the interval of the difference. The broken rows are of the same pieces as the human row, so that much of \
         chance falls out. Clear: above zero, and the interval too. Rising: above, the interval not. Level: below, the \
         interval not. Reversed: below, and the interval too. Held-out and training music should be level, or nearly.",
    );
    let rows = findings.genres.iter().flat_map(|genre| {
        genre.order.iter().map(|step| {
            let words = format!("{} → {}", step.lower.name(), step.upper.name());
            row(&genre.genre, [words, step.fad.map_or("–".to_owned(), in_words), in_words(step.kad)])
        })
    });
    document.table(heading_of(&["genre", "step", "FAD", "KAD"]), rows.collect());
}

fn in_words(difference: Estimate) -> String {
    let word = match Order::of(difference) {
        Order::Clear => "clear",
        Order::Rising => "rising",
        Order::Level => "level",
        Order::Reversed => "REVERSED",
    };
    format!("{}: {word}", estimate(Some(difference)))
}

fn matrix(document: &mut Document, findings: &Findings) {
    if findings.genres.len() < 2 {
        return;
    }
    document.heading("Each genre against each");
    document.text(
        "FAD of the judged pieces of a genre (rows) against held-out music of each (columns). The smallest of a row should \
         stand under its own genre.",
    );
    let genres = || findings.genres.iter().map(|genre| genre.genre.clone());
    let rows = genres().zip(&findings.fad_matrix).map(|(genre, fads)| row(&genre, fads.iter().map(|fad| number(*fad))));
    document.table(heading(&["judged as"], genres()), rows.collect());
}

fn classes(document: &mut Document, findings: &Findings) {
    if findings.classifiers.is_empty() {
        return;
    }
    document.heading("Genre and composer");
    document.text(
        "The share that the test classifier takes for the genre (or composer) asked for, beside the same share of real \
         held-out music, which is the most that can be expected. Genres differ in their instruments: the second column is \
         of a classifier that sees neither programs nor drums. The Inception Score depends on the classifier and the mix of \
         genres, and compares only within this table.",
    );
    let heading = heading_of(&["set", "genre", "without programs and drums", "composer", "Inception Score"]);
    let rows = findings.rows().map(|overall| {
        row(
            overall.set.name(),
            [
                share(overall.genre_accuracy),
                share(overall.genre_accuracy_pitched),
                share(overall.composer_accuracy),
                number(overall.inception.map(|inception| inception.score)),
            ],
        )
    });
    document.table(heading, rows.collect());
    let rows = findings.genres.iter().flat_map(|genre| {
        let judged = genre.set(SetKind::Judged);
        [(genre.genre.clone(), judged), (format!("{}, held-out", genre.genre), genre.reference.as_ref())]
    });
    let rows = rows.filter_map(|(name, set)| {
        let set = set?;
        Some(row(&name, [set.pieces.to_string(), share(set.genre_accuracy), share(set.genre_accuracy_pitched)]))
    });
    document.table(heading_of(&["genre", "N", "accuracy", "without programs and drums"]), rows.collect());
    document.subheading("The classifiers on real held-out music");
    let rows = findings.classifiers.iter().map(|classifier| {
        let accuracy = &classifier.accuracy;
        row(
            &format!("{}: {}", classifier.task, classifier.classifier),
            [
                classifier.classes.to_string(),
                accuracy.overall.count.to_string(),
                share(Some(accuracy.overall)),
                number(Some(100.0 * accuracy.balanced)),
                number(Some(100.0 * accuracy.of_commonest)),
            ],
        )
    });
    let heading = heading_of(&["classifier", "classes", "N", "accuracy", "balanced, %", "commonest class alone, %"]);
    document.table(heading, rows.collect());
}

fn adherence(document: &mut Document, findings: &Findings) {
    if findings.adherence.is_empty() {
        return;
    }
    document.heading("Does it do what was asked?");
    document.text(
        "Of the pieces of which a condition was asked, the share that has it, read off the notes. Tempo: within 4 %. Key: tonic \
         and mode (error: fifths). Mood: the quadrant (error: distance of valence and arousal, at most 2.8). Instruments: \
         exactly those. Density and polyphony: within one class in the mean (error: classes).",
    );
    let rows = findings.adherence.iter().map(|adherence| {
        row(
            adherence.aspect.name(),
            [adherence.met.count.to_string(), share(Some(adherence.met)), number(adherence.error)],
        )
    });
    document.table(heading_of(&["asked", "N", "met", "mean error"]), rows.collect());
}

fn likelihood(document: &mut Document, findings: &Findings) {
    let Some(model) = findings.model.as_ref().filter(|model| !model.likelihood.is_empty()) else { return };
    let samples = model.likelihood[0].iwae_samples;
    document.heading("How well the model knows held-out music");
    document.text(format!(
        "Negative log-likelihood of whole held-out pieces in nats, bar lines included: the bound −ELBO, and the tighter one of \
         IWAE with {samples} samples. If another piece's latents cost nothing, the latents say nothing. Trained with {} steps \
         on {} notes.",
        model.steps, model.notes_seen
    ));
    let name = |genre: &Option<String>| genre.clone().unwrap_or_else(|| "overall".to_owned());
    let rows = model.likelihood.iter().map(|found| {
        row(
            &name(&found.genre),
            [
                found.pieces.to_string(),
                found.notes.to_string(),
                estimate(Some(found.nll_per_note)),
                estimate(Some(found.iwae_nll_per_note)),
                estimate(Some(found.nll_per_quarter)),
                estimate(Some(found.iwae_nll_per_quarter)),
            ],
        )
    });
    let heading = heading_of(&["genre", "pieces", "notes", "NLL a note", "IWAE a note", "NLL a beat", "IWAE a beat"]);
    document.table(heading, rows.collect());
    document.text(
        "Reconstruction of each piece's first passage: −log p(x | z, c) with its own latents and with another piece's, and the \
         roll that the decoder writes from its latents alone. A roll's mean squared error says nothing without that of \
         silence.",
    );
    let rows = model.likelihood.iter().map(|found| {
        row(
            &name(&found.genre),
            [
                estimate(Some(found.reconstruction_per_note)),
                estimate(found.shuffled_per_note),
                estimate(found.mse),
                estimate(found.mse_of_silence),
                share(found.onset_f1),
            ],
        )
    });
    let heading = heading_of(&["genre", "nats a note", "another's latents", "MSE", "MSE of silence", "onset F1"]);
    document.table(heading, rows.collect());
}

fn copying(document: &mut Document, findings: &Findings) {
    let rows = findings.genres.iter().flat_map(|genre| {
        let judged = genre.set(SetKind::Judged);
        [(genre.genre.clone(), judged), (format!("{}, held-out", genre.genre), genre.reference.as_ref())]
    });
    let rows: Vec<_> = rows
        .filter_map(|(name, set)| {
            let copying = set?.copying?;
            let similarity = number(Some(copying.similarity));
            Some(row(&name, [copying.copied.count.to_string(), share(Some(copying.copied)), similarity]))
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    document.heading("How much is copied?");
    document.text(
        "The share of groups of four bars of which four fifths of the notes stand in the training music, in any key, and the \
         mean similarity of a group to its nearest neighbour there; beside the same share of real music that was not trained \
         on.",
    );
    document.table(heading_of(&["genre", "groups", "copied", "similarity"]), rows);
}

fn likeness(document: &mut Document, findings: &Findings) {
    let with = findings.genres.iter().filter(|genre| genre.sets.iter().any(|set| !set.overlaps.is_empty()));
    let genres: Vec<&GenreFindings> = with.collect();
    if genres.is_empty() {
        return;
    }
    document.heading("Likeness of the notes");
    document.text(
        "Overlapped area of the distances between pieces (mgeval), feature by feature, mean of the genres: 1 where a set is to \
         the reference as the reference is to itself. In brackets the Kullback–Leibler divergence.",
    );
    let heading = heading(&["set"], Feature::ALL.iter().map(|feature| feature.name().to_owned()));
    let rows = findings.rows().map(|overall| {
        let cell = |feature: &Feature| {
            let found = genres.iter().filter_map(|genre| genre.set(overall.set));
            let found: Vec<_> =
                found.filter_map(|set| set.overlaps.iter().find(|overlap| overlap.feature == *feature)).collect();
            let count = found.len().max(1) as f64;
            let area = found.iter().map(|overlap| overlap.overlapped_area).sum::<f64>() / count;
            let divergence = found.iter().map(|overlap| overlap.kl_divergence).sum::<f64>() / count;
            if found.is_empty() { "–".to_owned() } else { format!("{area:.3} ({divergence:.3})") }
        };
        row(overall.set.name(), Feature::ALL.iter().map(cell))
    });
    document.table(heading, rows.collect());
}

fn statistics(document: &mut Document, findings: &Findings) {
    document.heading("Statistics of the notes");
    document.text("Under muspy's names and by its definitions; the mean of the pieces, with its interval.");
    for genre in &findings.genres {
        document.subheading(genre.genre.clone());
        let columns = columns(genre);
        measures(document, &columns, |set| &set.statistics);
    }
}

fn coherence(document: &mut Document, findings: &Findings) {
    document.heading("Coherence");
    document.text(
        "How bars return, whether a piece stays in its key, and I_temporal (the integral of a density over the roll) a \
         quarter. No value is good in itself: compare with real music of the same length.",
    );
    for genre in &findings.genres {
        document.subheading(genre.genre.clone());
        let columns = columns(genre);
        measures(document, &columns, |set| &set.coherence);
    }
    figures::spreads(document, findings);
}

/// The sets that measures of notes are shown of: what is judged, the reference, and broken music.
fn columns(genre: &GenreFindings) -> Vec<(&'static str, &SetFindings)> {
    let of = |kind: SetKind| Some((kind.name(), genre.set(kind)?));
    let reference = genre.reference.as_ref().map(|reference| ("held-out music", reference));
    [of(SetKind::Judged), reference, of(SetKind::WrongNotes), of(SetKind::ShuffledOnsets), of(SetKind::RandomNotes)]
        .into_iter()
        .flatten()
        .collect()
}

fn measures(
    document: &mut Document,
    columns: &[(&'static str, &SetFindings)],
    figures: impl Fn(&SetFindings) -> &Vec<super::super::findings::Figure>,
) {
    let Some((_, first)) = columns.first() else { return };
    let rows = figures(first).iter().enumerate().map(|(index, figure)| {
        let cell = |(_, set): &(&str, &SetFindings)| estimate(figures(set).get(index).and_then(|figure| figure.mean));
        row(&figure.name, columns.iter().map(cell))
    });
    document.table(heading(&["measure"], columns.iter().map(|(name, _)| (*name).to_owned())), rows.collect());
}

fn protocol(document: &mut Document, findings: &Findings) {
    let protocol = &findings.protocol;
    document.heading("How it was measured");
    let mut facts =
        vec![format!("partita {}, seed {}", protocol.program, protocol.seed), format!("judged: {}", protocol.judged)];
    facts.extend(protocol.model_sha256.as_ref().map(|sha256| format!("the model's SHA-256: {sha256}")));
    facts.extend(protocol.corpus_sha256.as_ref().map(|sha256| format!("the corpus' SHA-256: {sha256}")));
    facts.extend(protocol.sampling.map(|s| {
        format!(
            "drawn with temperature {}, top-p {}, guidance {}, latent temperature {}",
            s.temperature, s.top_p, s.guidance, s.latent_temperature
        )
    }));
    facts.extend(protocol.sampling.and_then(|sampling| {
        let (candidates, weight) = (sampling.candidates?, sampling.critic_weight?);
        Some(format!(
            "each bar one of {candidates} candidates, by how real the critic takes them to be, with weight {weight}"
        ))
    }));
    facts.extend(protocol.latents.as_ref().map(|source| format!("latents drawn by the {source}")));
    facts.extend(protocol.ask.map(|ask| format!("asked: {}", ask.name())));
    facts.extend(protocol.form.as_ref().map(|form| format!("form: {form}")));
    facts.push(format!(
        "up to {} pieces a genre against up to {} of the {} split, {} bars each, on the beat",
        protocol.pieces,
        protocol.reference_pieces,
        protocol.against.name(),
        protocol.bars
    ));
    if protocol.corpus_sha256.is_some() {
        facts.push(format!(
            "clips of {} s from the first note, played by rustysynth at 44.1 kHz with effects at a fixed gain, mean of the \
             channels; embedding {}",
            protocol.clip_seconds, protocol.embedding
        ));
        facts.push(format!("soundfont {}, SHA-256 {}", protocol.soundfont, protocol.soundfont_sha256));
    }
    document.list(facts);
}

fn row(name: &str, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    [name.to_owned()].into_iter().chain(cells).collect()
}

fn heading(first: &[&str], rest: impl IntoIterator<Item = String>) -> Vec<String> {
    first.iter().map(|&cell| cell.to_owned()).chain(rest).collect()
}

fn heading_of(cells: &[&str]) -> Vec<String> {
    heading(cells, [])
}
