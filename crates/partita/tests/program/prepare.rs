//! `partita prepare`.

use serde_json::json;

use crate::stage::{Stage, tune};

/// Four tunes, one of them again in another key, a fragment, and a file that is no music.
fn midi_folder() -> Stage {
    let stage = Stage::new();
    for seed in 1..=4 {
        let genre = if seed == 4 { "jazz" } else { "folk" };
        stage.write(&format!("midi/{genre}/{seed}.mid"), &tune(seed, 16, 0));
    }
    stage
        .write("midi/folk/again.mid", &tune(1, 16, 5))
        .write("midi/folk/fragment.mid", &tune(9, 2, 0))
        .write("midi/folk/letter.mid", b"Dear reader, this is not music.")
        .write("midi/folk/readme.txt", b"no MIDI file")
        .write("midi/labels.csv", b"path,genre,split\nfolk/1.mid,reel,train\nfolk/2.mid,jig,valid\n");
    stage
}

#[test]
fn every_file_is_counted_once() {
    let stage = midi_folder();
    let document = stage.json(&["prepare", "midi", "-o", "corpus"]);
    let counts = ["files", "kept", "repaired", "rejected", "duplicates"].map(|key| document[key].as_u64().unwrap());
    assert_eq!(counts, [7, 4, 0, 2, 1]);
    assert_eq!(document["notes"], 4 * (48 + 16));
    assert_eq!(document["genres"]["folk"]["files"], 3);
    assert_eq!(document["genres"]["jazz"]["files"], 1);
    assert_eq!(document["corpus"], "corpus");
    let report = std::fs::read_to_string(stage.path("corpus/report.csv")).unwrap();
    for file in ["folk/fragment.mid", "folk/letter.mid", "folk/again.mid"] {
        assert!(report.contains(file), "no {file} in\n{report}");
    }
}

#[test]
fn the_table_sums_up() {
    let outcome = midi_folder().run(&["prepare", "midi", "-o", "corpus"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for expected in ["folk", "jazz", "all", "4, of which 0 repaired", "corpus/report.csv"] {
        assert!(outcome.stdout.contains(expected), "no {expected:?} in\n{}", outcome.stdout);
    }
}

#[test]
fn labels_name_genre_and_split() {
    let stage = midi_folder();
    let document = stage.json(&["prepare", "midi", "--labels", "midi/labels.csv", "-o", "corpus"]);
    assert_eq!(document["genres"]["reel"]["train"], 1);
    assert_eq!(document["genres"]["jig"]["valid"], 1);
}

#[test]
fn a_labels_file_with_a_mistake_is_refused_with_its_line_and_column() {
    let stage = midi_folder();
    stage.write("labels.csv", b"path,genre,split\nfolk/1.mid,reel,train\nfolk/2.mid,jig,practice\n");
    let outcome = stage.run(&["prepare", "midi", "--labels", "labels.csv", "-o", "corpus"]);
    outcome.assert_error(1, &["prepare midi: ", "labels.csv", "line 3", "split", "practice"]);
    assert_eq!(stage.names("."), ["labels.csv", "midi"]);
}

#[test]
fn an_existing_corpus_is_replaced_only_when_asked() {
    let stage = midi_folder();
    let first = stage.json(&["prepare", "midi", "-o", "corpus"]);
    stage.write("midi/jazz/5.mid", &tune(5, 16, 0));
    stage.run(&["prepare", "midi", "-o", "corpus"]).assert_error(1, &["corpus exists already", "--overwrite"]);
    assert_eq!(stage.json(&["inspect", "corpus"])["notes"], first["notes"]);
    let second = stage.json(&["prepare", "midi", "-o", "corpus", "--overwrite"]);
    assert_eq!(second["kept"], json!(5));
    assert_eq!(stage.names("."), ["corpus", "midi"]);
}

#[test]
fn other_peoples_folders_are_never_replaced() {
    let stage = midi_folder();
    stage.write("letters/dear.txt", b"Dear reader");
    let outcome = stage.run(&["prepare", "midi", "-o", "letters", "--overwrite"]);
    outcome.assert_error(1, &["letters"]);
    assert_eq!(stage.names("letters"), ["dear.txt"]);
}

#[test]
fn a_folder_that_is_missing_or_holds_no_music_fails_and_leaves_nothing() {
    let stage = Stage::new();
    stage.write("letters/dear.txt", b"Dear reader");
    stage.run(&["prepare", "gone", "-o", "corpus"]).assert_error(1, &["prepare gone: "]);
    stage.run(&["prepare", "letters", "-o", "corpus"]).assert_error(1, &["prepare letters: ", ".mid"]);
    assert_eq!(stage.names("."), ["letters"]);
}

#[test]
fn a_corpus_that_train_would_refuse_is_told_with_what_helps() {
    let stage = midi_folder();
    let outcome = stage.run(&["prepare", "midi", "-o", "corpus", "--split", "100/0/0"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for expected in ["too few pieces to validate with", "--split", "column 'split'"] {
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    }
    let outcome = stage.run(&["train", "corpus", "-o", "run"]);
    outcome.assert_error(1, &["too few pieces to validate with: 0", "--split", "column 'split'"]);
    assert_eq!(stage.json(&["prepare", "midi", "-o", "usual"])["genres"]["folk"]["files"], 3);
}

#[test]
fn shares_that_are_none_are_wrong_use() {
    for shares in ["80/10/5", "80/20", "-1/1/100"] {
        let outcome = Stage::new().run(&["prepare", "midi", "-o", "corpus", &format!("--split={shares}")]);
        assert_eq!(outcome.code, 2, "{outcome:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_corpus_with_a_name_that_is_not_utf_8_has_a_report_too() {
    use std::os::unix::ffi::OsStrExt;
    let stage = midi_folder();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let output = stage.command(&["prepare", "midi", "--json", "-o"]).arg(name).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["corpus"], "caf\u{fffd}");
}

#[test]
fn nothing_worth_keeping_is_told_with_its_reasons() {
    let stage = Stage::new();
    stage.write("midi/fragment.mid", &tune(9, 2, 0)).write("midi/letter.mid", b"Dear reader");
    let outcome = stage.run(&["prepare", "midi", "-o", "corpus"]);
    outcome
        .assert_error(1, &["none of 2 MIDI files", "not readable as MIDI: 1", "too few notes: 1", "corpus.report.csv"]);
    assert_eq!(stage.names("."), ["corpus.report.csv", "midi"]);
}

#[test]
fn nonsense_thread_counts_are_wrong_use() {
    assert_eq!(Stage::new().run(&["prepare", "midi", "-o", "corpus", "--threads", "0"]).code, 2);
}
