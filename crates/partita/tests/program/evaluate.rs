//! `partita evaluate`: reports on a model and on a folder, and two of them compared.

use std::fs;

use serde_json::Value;

use crate::stage::{Outcome, QUICK, Stage, tune, with_even_corpus};

/// What makes an evaluation a matter of seconds.
const FEW: &[&str] = &[
    "--corpus",
    "corpus",
    "--pieces",
    "5",
    "--reference-pieces",
    "6",
    "--likelihood-pieces",
    "2",
    "--soundfont",
    "builtin",
    "--cache",
    "cache",
];

/// An even corpus, and a model that has hardly learned anything.
fn stage() -> Stage {
    let stage = with_even_corpus();
    stage.json(&[&["train", "corpus", "-o", "run", "--set", "steps=2"], QUICK].concat());
    stage
}

fn set<'a>(genre: &'a Value, name: &str) -> &'a Value {
    genre["sets"].as_array().unwrap().iter().find(|set| set["set"] == name).unwrap()
}

#[test]
fn a_model_is_judged_beside_real_and_broken_music() {
    let stage = stage();
    let first = stage.json(&[&["evaluate", "--model", "run", "-o", "report"], FEW].concat());
    assert_eq!(stage.names("report"), ["figures", "report.html", "report.json", "report.md"]);
    let page = fs::read_to_string(stage.path("report/report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg ") && !page.contains("src="));
    let text = fs::read_to_string(stage.path("report/report.md")).unwrap();
    for heading in [
        "In short",
        "figures/training.svg",
        "Does the scale hold?",
        "How much is copied?",
        "How well the model knows",
        "SHA-256",
    ] {
        assert!(text.contains(heading), "{heading}");
    }

    let genres = first["genres"].as_array().unwrap();
    assert_eq!(genres.iter().map(|genre| &genre["genre"]).collect::<Vec<_>>(), ["folk", "jazz"]);
    for genre in genres {
        for name in ["judged", "held_out", "human", "wrong_notes", "shuffled_onsets", "random_notes"] {
            let sound = &set(genre, name)["sound"];
            assert_eq!((&sound["generated_clips"], &sound["reference_clips"]), (&5.into(), &6.into()), "{name}");
            // FAD of so few clips is refused, and said to be.
            assert!(sound["fad"].is_null() && sound["kad"]["kad"]["value"].is_number());
        }
        let kad = |name| set(genre, name)["sound"]["kad"]["kad"]["value"].as_f64().unwrap();
        assert!(kad("random_notes") > kad("human"), "{} {}", kad("random_notes"), kad("human"));
        assert_eq!(set(genre, "judged")["genre_accuracy"]["count"], 5);
    }
    assert!(text.contains("FAD needs 30"));
    let asked = |aspect| first["adherence"].as_array().unwrap().iter().find(|one| one["aspect"] == aspect).unwrap();
    for aspect in ["bars", "metre", "tempo"] {
        assert_eq!(asked(aspect)["met"]["value"], 1.0, "{aspect}");
    }
    let likelihood = &first["model"]["likelihood"].as_array().unwrap()[2];
    let nats = |figure: &str| likelihood[figure]["value"].as_f64().unwrap();
    assert!(likelihood["genre"].is_null() && likelihood["pieces"] == 4);
    assert!(nats("iwae_nll_per_note") <= nats("nll_per_note") && nats("mse_of_silence") > 0.0);

    // What was heard is not heard again, and the same seed gives the same report.
    let entries = || walkdir(&stage, "cache");
    let (before, json) = (entries(), fs::read(stage.path("report/report.json")).unwrap());
    stage.json(&[&["evaluate", "--model", "run", "-o", "report"], FEW].concat());
    assert_eq!((entries(), fs::read(stage.path("report/report.json")).unwrap()), (before, json));

    let compared = stage.json(&["evaluate", "--compare", "report", "report/report.json"]);
    assert_eq!(compared["differences"], Value::Array(vec![]));
    assert!(compared["rows"].as_array().unwrap().iter().all(|row| row["a"] == row["b"] && row["apart"] != true));
}

/// All files below a folder with their lengths.
fn walkdir(stage: &Stage, folder: &str) -> Vec<(String, u64)> {
    let length = |name: &str| fs::metadata(stage.path(name)).unwrap().len();
    let below = |top: String| {
        stage.names(&format!("{folder}/{top}")).into_iter().map(move |name| format!("{folder}/{top}/{name}"))
    };
    stage.names(folder).into_iter().flat_map(below).map(|name| (name.clone(), length(&name))).collect()
}

#[test]
fn a_folder_is_judged_with_a_corpus_or_without() {
    let stage = stage();
    for seed in 0..5 {
        stage.write(&format!("theirs/folk/{seed}.mid"), &tune(100 + seed, 20, 0));
    }
    // Another takes its place.
    stage.write("theirs/folk/0-broken.mid", b"MThd no more");
    let with = stage.json(&[&["evaluate", "--folder", "theirs", "-o", "with", "--keep-clips", "clips"], FEW].concat());
    let judged = set(&with["genres"][0], "judged");
    assert_eq!((&judged["pieces"], &judged["sound"]["generated_clips"]), (&5.into(), &5.into()));
    assert!(with["warnings"][0].as_str().unwrap().contains("0-broken.mid") && with["model"].is_null());
    assert_eq!(stage.names("clips/folk/judged").len(), 5);
    assert!(fs::read(stage.path("clips/folk/reference/0000.wav")).unwrap().starts_with(b"RIFF"));

    let without = stage.json(&["evaluate", "--folder", "theirs", "-o", "without", "--cache", "cache"]);
    let judged = set(&without["genres"][0], "judged");
    assert!(judged["sound"].is_null() && judged["pieces"] == 5);
    let scale = judged["statistics"].as_array().unwrap().iter().find(|one| one["name"] == "scale_consistency");
    assert!(scale.unwrap()["mean"]["value"].as_f64().unwrap() > 0.5);
}

#[test]
fn training_can_choose_its_model_by_the_sound_of_its_music() {
    let stage = stage();
    let sound = ["train", "corpus", "-o", "chosen", "--set", "steps=2", "--select", "sound", "--judged-pieces", "4"];
    let mut command = stage.command(&[&sound[..], QUICK, &["--json"]].concat());
    let outcome = Outcome::of(command.env("XDG_CACHE_HOME", stage.path("caches")).output().unwrap());
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let log = fs::read_to_string(stage.path("chosen/log.jsonl")).unwrap();
    let judged: Value = serde_json::from_str(log.lines().find(|line| line.contains("\"judged\"")).unwrap()).unwrap();
    let judgement = &judged["judgement"];
    assert!(judgement["distance"].is_number() && judgement["diversity"].as_f64().unwrap() > 0.0, "{judged}");
    assert!(!stage.names("caches/partita").is_empty());
}

#[test]
fn what_cannot_be_judged_is_said() {
    let stage = stage();
    let run = |arguments: &[&str]| stage.run(&[&["evaluate", "-o", "report"], arguments].concat());
    run(&["--model", "run", "--corpus", "corpus", "--genre", "polka"]).assert_error(2, &["polka", "folk, jazz"]);
    run(&["--folder", "midi", "--corpus", "corpus"]).assert_error(2, &["0.mid has no genre", "--genre"]);
    fs::create_dir(stage.path("empty")).unwrap();
    run(&["--folder", "empty"]).assert_error(2, &["empty has no MIDI files"]);
    run(&["--model", "nowhere", "--corpus", "corpus"]).assert_error(1, &["nowhere"]);
    stage.write("no-network.onnx", b"nothing of the kind");
    run(&["--model", "run", "--corpus", "corpus", "--embedding", "no-network.onnx"])
        .assert_error(1, &["no-network.onnx"]);
    stage.write("foreign.json", b"{\"format_version\": 99}");
    let compared = stage.run(&["evaluate", "--compare", "foreign.json", "foreign.json"]);
    compared.assert_error(1, &["version 99", "evaluate again"]);
    assert_eq!(stage.run(&["evaluate", "-o", "report"]).code, 2);
}
