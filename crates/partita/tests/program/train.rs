//! `partita train`.

use std::fs;

use crate::stage::{QUICK, is_picture, trained, with_corpus};

#[test]
fn a_run_is_told_as_one_document_and_leaves_its_files() {
    let stage = with_corpus();
    let document = stage.json(&[&["train", "corpus", "-o", "run", "--set", "steps=4"], QUICK].concat());
    assert_eq!(document["steps"], 4);
    let figure = |key: &str| document[key].as_f64().unwrap_or_else(|| panic!("no {key} in {document}"));
    assert!(figure("notes_seen") >= 4.0 && figure("kl") >= 0.0);
    assert!(figure("valid_nll_per_note") > 0.0 && figure("nll_shuffled_z") > 0.0);
    assert_eq!(document["validation"]["nll_per_note"], document["valid_nll_per_note"]);
    assert_eq!(stage.names("run"), [".lock", "checkpoints", "curves.svg", "log.jsonl", "model.safetensors"]);
    assert!(is_picture(&stage.path("run/curves.svg")));
}

#[test]
fn people_see_figures_with_their_units() {
    let stage = with_corpus();
    let outcome = stage.run(&[&["train", "corpus", "-o", "run", "--set", "steps=1"], QUICK].concat());
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("nats a note") && outcome.stdout.contains("run/model.safetensors"), "{outcome:?}");
    assert!(outcome.stderr.contains("bigram"), "{outcome:?}");
}

#[test]
fn a_wrong_key_or_value_is_wrong_use_that_names_the_right_ones() {
    let stage = with_corpus();
    let set = |change: &str| stage.run(&["train", "corpus", "-o", "run", "--recipe", "tiny", "--set", change]);
    set("stepz=3").assert_error(2, &["`stepz=3`", "no such key", "learning_rate", "steps"]);
    set("steps=0").assert_error(2, &["`steps` is 0"]);
    set("steps=many").assert_error(2, &["`steps=many`"]);
    set("steps").assert_error(2, &["key=value"]);
    let recipe = stage.run(&["train", "corpus", "-o", "run", "--recipe", "huge"]);
    recipe.assert_error(2, &["no recipe \"huge\"", "tiny, small, base, large"]);
    assert_eq!(stage.names("."), ["corpus", "midi"]);
}

#[test]
fn a_run_that_is_there_is_not_trained_over() {
    let stage = trained();
    let model = fs::read(stage.path("run/model.safetensors")).unwrap();
    let again = stage.run(&[&["train", "corpus", "-o", "run", "--quiet"], QUICK].concat());
    again.assert_error(1, &["it holds a run already", "--resume"]);
    assert_eq!(fs::read(stage.path("run/model.safetensors")).unwrap(), model);
}

#[test]
fn what_is_no_corpus_or_no_run_is_said() {
    let stage = with_corpus();
    stage.run(&["train", "midi", "-o", "run"]).assert_error(1, &["open midi: ", "not a prepared corpus"]);
    stage.run(&["train", "corpus", "-o", "run", "--resume", "--quiet"]).assert_error(1, &["run"]);
}
