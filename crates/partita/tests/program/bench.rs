//! `partita bench`.

use serde_json::Value;

use crate::stage::{Stage, tune, with_corpus};

/// Endings of keys that name a unit.
const UNITS: [&str; 12] = [
    "_files",
    "_notes",
    "_pieces",
    "_steps",
    "_passes",
    "_starts",
    "_seconds",
    "_ms",
    "_per_second",
    "_mib",
    "_times_real_time",
    "threads",
];

fn assert_figures(document: &Value, keys: &[&str]) {
    let figures = document.as_object().unwrap();
    for key in keys {
        assert!(figures[*key].as_f64().unwrap() > 0.0, "{key} in {document}");
    }
    for key in figures.keys() {
        let key = key.trim_end_matches("_min").trim_end_matches("_max");
        assert!(UNITS.iter().any(|unit| key.ends_with(unit)), "{key} names no unit");
    }
}

#[test]
fn reading_a_folder_is_measured() {
    let stage = Stage::new();
    stage.write("midi/a.mid", &tune(1, 16, 0)).write("midi/b/c.MID", &tune(2, 16, 0)).write("midi/d.mid", b"no music");
    let document = stage.json(&["bench", "read", "midi"]);
    assert_figures(&document, &["read_files_per_second", "read_notes_per_second", "read_seconds"]);
    assert_eq!(document["read_files"], 2);
    assert_eq!(document["read_failed_files"], 1);
    assert_eq!(document["read_notes"], 2 * 64);
}

#[test]
fn preparing_a_folder_is_measured_and_leaves_nothing_there() {
    let stage = Stage::new();
    stage.write("midi/a.mid", &tune(1, 16, 0));
    let document = stage.json(&["bench", "prepare", "midi"]);
    assert_figures(&document, &["prepare_files_per_second", "prepare_notes_per_second"]);
    assert_eq!(stage.names("."), ["midi"]);
}

/// That the least is no more than the median, and the median no more than the greatest.
fn assert_range(document: &Value, key: &str) {
    let figure = |key: &str| document[key].as_f64().unwrap_or_else(|| panic!("no {key} in {document}"));
    let [least, median, greatest] = [&format!("{key}_min"), key, &format!("{key}_max")].map(figure);
    assert!(0.0 < least && least <= median && median <= greatest, "{key} in {document}");
}

#[test]
fn training_is_measured_by_size() {
    let stage = Stage::new();
    let document = stage.json(&["bench", "train", "--sizes", "tiny", "--steps", "3"]);
    assert_figures(&document, &["train_tiny_notes_per_second"]);
    assert_range(&document, "train_tiny_notes_per_second");
    assert_eq!(document["train_steps"], 3);
    assert_eq!(stage.names("."), [""; 0]);
    assert_eq!(stage.run(&["bench", "train", "--sizes", "tiny,huge"]).code, 2);
}

#[test]
fn training_is_measured_on_a_corpus_given() {
    let stage = with_corpus();
    let document = stage.json(&["bench", "train", "corpus", "--sizes", "tiny", "--steps", "1"]);
    assert_range(&document, "train_tiny_notes_per_second");
    stage.run(&["bench", "train", "midi"]).assert_error(1, &["open midi: ", "not a prepared corpus"]);
}

#[test]
fn composing_is_measured_and_leaves_nothing() {
    let stage = Stage::new();
    let document = stage.json(&["bench", "compose", "--pieces", "2", "--starts", "2"]);
    assert_figures(&document, &["compose_first_note_ms"]);
    for key in ["compose_one_core_notes_per_second", "compose_one_core_times_real_time", "compose_first_note_ms"] {
        assert_range(&document, key);
    }
    assert_eq!((&document["compose_pieces"], &document["compose_starts"]), (&2.into(), &2.into()));
    assert_eq!(stage.names("."), [""; 0]);
}

#[test]
fn without_an_argument_everything_is_measured_on_files_of_its_own() {
    let document = Stage::new().json(&["bench"]);
    assert_figures(&document, &["read_files_per_second", "prepare_files_per_second", "threads"]);
    assert_figures(&document, &["train_tiny_notes_per_second", "train_small_notes_per_second"]);
    assert_figures(&document, &["compose_one_core_notes_per_second", "compose_first_note_ms"]);
    assert_eq!(document["read_failed_files"], 0);
    assert_eq!(document["read_notes"], document["prepare_notes"]);
}

#[test]
fn a_folder_that_is_missing_or_empty_is_said() {
    let stage = Stage::new();
    stage.write("letters/dear.txt", b"Dear reader");
    stage.run(&["bench", "read", "gone"]).assert_error(2, &["gone is not a folder"]);
    stage.run(&["bench", "read", "letters"]).assert_error(1, &["letters holds no MIDI files"]);
}
