//! `partita bench`.

use serde_json::Value;

use crate::stage::{Stage, tune};

/// Endings of keys that name a unit.
const UNITS: [&str; 6] = ["_files", "_notes", "_seconds", "_per_second", "_mib", "threads"];

fn assert_figures(document: &Value, keys: &[&str]) {
    let figures = document.as_object().unwrap();
    for key in keys {
        assert!(figures[*key].as_f64().unwrap() > 0.0, "{key} in {document}");
    }
    for key in figures.keys() {
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

#[test]
fn without_an_argument_everything_is_measured_on_files_of_its_own() {
    let document = Stage::new().json(&["bench"]);
    assert_figures(&document, &["read_files_per_second", "prepare_files_per_second", "threads"]);
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
