//! `partita inspect` on files and on corpora.

use serde_json::json;

use crate::stage::{Stage, d_minor_scale, free_performance, is_picture, tune};

#[test]
fn a_file_is_told_as_one_document() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0));
    let document = stage.json(&["inspect", "a.mid"]);
    assert_eq!(document["notes"], 48 + 16);
    assert_eq!(document["bars"], 16);
    assert_eq!(document["tempo"], 96.0);
    assert_eq!(document["metre"], "3/4");
    assert_eq!(document["metres"], json!({ "3/4": 16 }));
    assert_eq!(document["seconds"], 30.0);
    assert_eq!(document["repairs"], json!([]));
    assert!((-1.0..=1.0).contains(&document["mood"]["arousal"].as_f64().unwrap()), "{document}");
    let tracks = document["tracks"].as_array().unwrap();
    assert_eq!(tracks.len(), 2);
    assert_eq!(tracks[0]["name"], "Fiddle & bow");
    assert_eq!((&tracks[0]["program"], &tracks[0]["instrument"]), (&json!(40), &json!("Violin")));
    assert_eq!((&tracks[1]["program"], &tracks[1]["instrument"]), (&json!(null), &json!("Drums")));
}

#[test]
fn what_the_file_does_not_state_is_computed_or_unknown() {
    let stage = Stage::new();
    stage.write("scale.mid", &d_minor_scale());
    let document = stage.json(&["inspect", "scale.mid"]);
    assert_eq!(document["key"], "D minor");
    assert_eq!(document["key_signature"], json!(null));
    assert_eq!(document["tempo"], json!(null));
    assert_eq!(document["metre"], "4/4");
    // Tempo is the strongest cue to arousal, so without it there is no mood either.
    assert_eq!(document["mood"], json!(null));
}

#[test]
fn a_performance_without_beats_is_taken_by_the_clock() {
    let stage = Stage::new();
    stage.write("free.mid", &free_performance()).write("a.mid", &tune(1, 16, 0));
    let document = stage.json(&["inspect", "free.mid"]);
    assert_eq!(document["grid"], "clock");
    assert_eq!((&document["tempo"], &document["metre"]), (&json!(null), &json!(null)));
    assert_eq!(stage.json(&["inspect", "free.mid", "--by", "beat"])["grid"], "beat");
    assert_eq!(stage.json(&["inspect", "a.mid"])["grid"], "beat");
    assert_eq!(stage.run(&["inspect", "a.mid", "--by", "heart"]).code, 2);
}

#[test]
fn tables_name_the_instruments_and_the_facts() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0));
    let outcome = stage.run(&["inspect", "a.mid"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for expected in ["Violin", "Fiddle & bow", "Drums", "96.0 quarters a minute", "3/4", "0:30"] {
        assert!(outcome.stdout.contains(expected), "no {expected:?} in\n{}", outcome.stdout);
    }
}

#[test]
fn the_roll_is_drawn_in_both_formats_and_nothing_else_is_left() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0));
    for picture in ["roll.svg", "roll.png"] {
        assert_eq!(stage.run(&["inspect", "a.mid", "--roll", picture]).code, 0);
        assert!(is_picture(&stage.path(picture)), "{picture}");
    }
    assert_eq!(stage.names("."), ["a.mid", "roll.png", "roll.svg"]);
    let svg = std::fs::read_to_string(stage.path("roll.svg")).unwrap();
    assert!(svg.contains(">Violin</text>") && svg.contains(">Kick</text>") && svg.contains(">16</text>"));
}

#[test]
fn some_bars_make_a_smaller_picture() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0));
    assert_eq!(stage.run(&["inspect", "a.mid", "--roll", "part.svg", "--bars", "5-8"]).code, 0);
    let svg = std::fs::read_to_string(stage.path("part.svg")).unwrap();
    assert!(svg.contains(">5</text>") && svg.contains(">8</text>") && !svg.contains(">9</text>"));
    assert_eq!(stage.run(&["inspect", "a.mid", "--roll", "part.svg", "--bars", "0-8"]).code, 2);
    assert_eq!(stage.run(&["inspect", "a.mid", "--bars", "1-8"]).code, 2);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    Stage::new().run(&["inspect", "gone.mid"]).assert_error(1, &["read gone.mid: ", "check the name"]);
}

#[test]
fn a_file_that_is_no_midi_file_is_refused() {
    let stage = Stage::new();
    stage.write("letter.mid", b"Dear reader, this is not music.").write("empty.mid", b"");
    stage.run(&["inspect", "letter.mid"]).assert_error(1, &["read letter.mid: no MThd header in 31 bytes"]);
    stage.run(&["inspect", "empty.mid"]).assert_error(1, &["read empty.mid: "]);
}

#[test]
fn a_damaged_file_is_read_as_far_as_it_goes() {
    let stage = Stage::new();
    let whole = tune(1, 16, 0);
    stage.write("cut.mid", &whole[..whole.len() / 2]).write("header.mid", &whole[..12]);
    let document = stage.json(&["inspect", "cut.mid"]);
    assert!((1..64).contains(&document["notes"].as_u64().unwrap()), "{document}");
    assert!(!document["repairs"].as_array().unwrap().is_empty());
    assert!(stage.run(&["inspect", "cut.mid"]).stdout.contains("repaired on reading:\n  "));
    stage.run(&["inspect", "header.mid"]).assert_error(1, &["header.mid", "byte 0"]);
}

#[test]
fn a_picture_of_no_known_kind_is_wrong_use() {
    let outcome = Stage::new().run(&["inspect", "a.mid", "--roll", "roll.jpeg"]);
    outcome.assert_error(2, &["roll.jpeg", ".svg or .png"]);
}

#[test]
fn a_picture_that_cannot_be_written_leaves_no_result() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0));
    stage.run(&["inspect", "a.mid", "--roll", "no/roll.svg"]).assert_error(1, &["write no/roll.svg", "folder first"]);
    stage.run(&["inspect", "a.mid", "--roll", "a.mid/roll.svg"]).assert_error(1, &["write a.mid/roll.svg"]);
    assert_eq!(stage.names("."), ["a.mid"]);
}

#[cfg(unix)]
#[test]
fn a_folder_without_write_permission_is_respected() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0)).write("locked/kept", b"");
    fs::set_permissions(stage.path("locked"), fs::Permissions::from_mode(0o555)).unwrap();
    let outcome = stage.run(&["inspect", "a.mid", "--roll", "locked/roll.svg"]);
    // The superuser may write anywhere; for everybody else it must fail and say why.
    if fs::write(stage.path("locked/probe"), b"").is_ok() {
        assert_eq!(outcome.code, 0, "{outcome:?}");
    } else {
        outcome.assert_error(1, &["write locked/roll.svg", "check the permissions"]);
        assert_eq!(stage.names("locked"), ["kept"]);
    }
}

#[test]
fn a_corpus_is_told_as_one_document() {
    let stage = Stage::new();
    for seed in 1..=12 {
        stage.write(&format!("midi/folk/nobody/{seed}.mid"), &tune(seed, 16, 0));
    }
    let prepared = stage.json(&["prepare", "midi", "-o", "corpus"]);
    let document = stage.json(&["inspect", "corpus", "--curves", "curves.png"]);
    assert_eq!(document["pieces"], 12);
    assert_eq!(document["notes"], prepared["notes"]);
    assert_eq!(document["bars"], 12 * 16);
    assert_eq!(document["metres"], json!({ "3/4": 12 * 16 }));
    assert_eq!(document["genres"]["folk"]["files"], 12);
    assert_eq!(document["composers"], json!({ "nobody": 12 }));
    assert_eq!(document["instruments"], json!({ "Violin": 12, "Drums": 12 }));
    assert_eq!(document["tempo"]["known_pieces"], 12);
    assert_eq!(document["tempo"]["qpm"]["median"], 96.0);
    assert_eq!(document["vocabulary"]["genres"], json!(["folk"]));
    assert_eq!(document["fingerprint"].as_str().unwrap().len(), 64);
    assert!(is_picture(&stage.path("curves.png")));
    assert!(stage.run(&["inspect", "corpus"]).stdout.contains("composer, artist or performer"));
}

#[test]
fn options_of_the_other_kind_are_wrong_use() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0)).write("folder/b.mid", &tune(2, 16, 0));
    stage.run(&["inspect", "folder", "--roll", "a.svg"]).assert_error(2, &["--roll wants a MIDI file"]);
    stage.run(&["inspect", "a.mid", "--curves", "a.svg"]).assert_error(2, &["--curves wants a corpus"]);
    stage.run(&["inspect", "folder"]).assert_error(1, &["inspect folder: ", "not a prepared corpus"]);
}

#[test]
fn a_damaged_corpus_is_refused() {
    let stage = Stage::new();
    stage.write("midi/a.mid", &tune(1, 16, 0));
    stage.json(&["prepare", "midi", "-o", "corpus"]);
    for name in stage.names("corpus") {
        let path = stage.path("corpus").join(&name);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let outcome = stage.run(&["inspect", "corpus"]);
        // The two reports are for people; what the program reads back must be whole.
        if !name.ends_with(".csv") {
            outcome.assert_error(1, &["inspect corpus: ", &name]);
        }
        std::fs::write(&path, &whole).unwrap();
    }
    assert_eq!(stage.run(&["inspect", "corpus"]).code, 0);
}
