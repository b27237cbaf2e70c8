//! `partita compose`, with the embedded model and with one trained here.

use std::fs;

use partita_score::{Limits, Score, Tick, read};
use serde_json::Value;

use crate::stage::{QUICK, Stage, is_picture, trained, with_corpus};

/// The score in a piece's file.
fn score(stage: &Stage, piece: &Value) -> Score<Tick> {
    let bytes = fs::read(stage.path(piece["path"].as_str().unwrap())).unwrap();
    let reading = read(&bytes, &Limits::default()).unwrap();
    assert_eq!(reading.repairs, []);
    reading.score
}

fn pieces(document: &Value) -> &[Value] {
    document["pieces"].as_array().unwrap()
}

/// Bars, metre, tempo, key and instruments as asked; the last bar sounds, and nothing lasts beyond it.
#[test]
fn pieces_are_as_long_and_as_scored_as_asked() {
    let stage = Stage::new();
    let asked = ["--metre", "3/4", "--tempo", "96", "--key", "D minor", "--instruments", "violin,drums"];
    let document = stage.json(&[&["compose", "--bars", "5", "--count", "3", "--seed", "7"][..], &asked].concat());
    let bar = 3 * 480;
    for (piece, seed) in pieces(&document).iter().zip(7..) {
        assert_eq!((&piece["seed"], &piece["bars"]), (&Value::from(seed), &Value::from(5)));
        let given = &piece["conditions"];
        assert_eq!((&given["metre"], &given["key"]), (&Value::from("3/4"), &Value::from("D minor")));
        assert_eq!(given["tempo_qpm"], 96.0);
        let score = score(&stage, piece);
        assert_eq!(piece["notes"], score.note_count());
        assert_eq!(score.ticks_per_quarter, 480);
        assert!(score.end() > Tick(4 * bar) && score.end() <= Tick(5 * bar), "{:?}", score.end());
        let last_bar = |onset: Tick| onset >= Tick(4 * bar);
        assert!(score.tracks.iter().flat_map(|track| &track.notes).any(|note| last_bar(note.onset)));
        assert!(score.tracks.iter().all(|track| track.is_drum || track.program.get() == 40));
        let metre = score.time_signatures[0];
        assert_eq!((score.time_signatures.len(), metre.numerator, metre.denominator), (1, 3, 4));
        assert_eq!((score.tempos.len(), score.tempos[0].microseconds_per_quarter), (1, 625_000));
        assert_eq!((score.key_signatures[0].sharps, score.key_signatures[0].minor), (-1, true));
    }
    assert_eq!(stage.names("pieces"), ["piece-7.mid", "piece-8.mid", "piece-9.mid"]);
}

#[test]
fn one_bar_and_many_have_their_exact_length() {
    let stage = Stage::new();
    for bars in [1, 40] {
        let document = stage.json(&["compose", "--bars", &bars.to_string(), "--metre", "4/4", "-o", "long"]);
        let score = score(&stage, &pieces(&document)[0]);
        let bar = 4 * 480;
        let onsets = score.tracks.iter().flat_map(|track| &track.notes).map(|note| note.onset.0);
        assert_eq!(onsets.max().unwrap() / bar, bars - 1);
        assert!(score.end().0 <= bars * bar);
        fs::remove_dir_all(stage.path("long")).unwrap();
    }
}

#[test]
fn a_seed_gives_the_same_bytes_alone_or_among_others() {
    let stage = Stage::new();
    let compose = |seed: &str, count: &str, folder: &str| {
        stage.json(&["compose", "--genre", "jazz", "--bars", "4", "--seed", seed, "--count", count, "-o", folder]);
    };
    compose("1", "3", "together");
    compose("2", "1", "alone");
    assert_eq!(stage.names("together"), ["jazz-1.mid", "jazz-2.mid", "jazz-3.mid"]);
    let bytes = |path: &str| fs::read(stage.path(path)).unwrap();
    assert_eq!(bytes("together/jazz-2.mid"), bytes("alone/jazz-2.mid"));
    assert_ne!(bytes("together/jazz-1.mid"), bytes("together/jazz-2.mid"));
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_known() {
    let stage = Stage::new();
    stage.run(&["compose", "--genre", "jaz"]).assert_error(2, &["no genre \"jaz\"", "it knows jazz, ", "rock"]);
    stage
        .run(&["compose", "--composer", "Joplyn"])
        .assert_error(2, &["no composer \"Joplyn\"; it knows joplin, ", " in all)"]);
    assert_eq!(stage.names("."), [""; 0]);
}

#[test]
fn what_cannot_be_composed_is_wrong_use() {
    let stage = Stage::new();
    stage.run(&["compose", "--tempo", "5"]).assert_error(2, &["--tempo is 5", "between 20 and 400"]);
    stage.run(&["compose", "--top-p", "0"]).assert_error(2, &["top_p is 0"]);
    for (option, value) in [("--bars", "0"), ("--key", "H flat"), ("--instruments", "kazooo"), ("--metre", "4/5")] {
        let outcome = stage.run(&["compose", option, value]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{option} {value}");
        assert!(outcome.stderr.contains(option), "{outcome:?}");
    }
    assert_eq!(stage.names("."), [""; 0]);
}

#[test]
fn a_file_that_holds_something_else_is_kept() {
    let stage = Stage::new();
    let compose = ["compose", "--genre", "folk", "--bars", "2", "-o", "."];
    stage.write("folk-1.mid", b"mine");
    stage.run(&compose).assert_error(1, &["folk-1.mid exists already", "--overwrite", "--seed"]);
    assert_eq!(fs::read(stage.path("folk-1.mid")).unwrap(), b"mine");
    let document = stage.json(&[&compose[..], &["--overwrite"]].concat());
    assert!(score(&stage, &pieces(&document)[0]).note_count() > 0);
    assert_eq!(stage.names("."), ["folk-1.mid"]);
}

/// The last of the pieces would be in the way, which is seen before the first is composed.
#[test]
fn what_is_in_the_way_is_found_before_anything_is_composed() {
    let stage = Stage::new();
    stage.write("pieces/folk-4.mid", b"mine");
    let compose = ["compose", "--genre", "folk", "--bars", "2", "--count", "4", "--announce-first-note"];
    stage.run(&compose).assert_error(1, &["folk-4.mid exists already"]);
    assert_eq!(stage.names("pieces"), ["folk-4.mid"]);
    stage.write("b/folk-2.png", b"my picture");
    stage.run(&[&compose[..], &["--roll", "-o", "b"]].concat()).assert_error(1, &["folk-2.png exists already"]);
    assert_eq!(stage.names("b"), ["folk-2.png"]);
}

#[test]
fn an_ending_means_a_file() {
    let stage = Stage::new();
    let compose = |more: &[&str]| stage.json(&[&["compose", "--genre", "folk", "--bars", "2"], more].concat());
    let one = compose(&["-o", "new/song.mid", "--roll"]);
    assert_eq!(pieces(&one)[0]["path"], "new/song.mid");
    assert_eq!(stage.names("new"), ["song.mid", "song.png"]);
    compose(&["-o", "several/song.MID", "--count", "2", "--seed", "7"]);
    assert_eq!(stage.names("several"), ["song-7.MID", "song-8.MID"]);
    compose(&["-o", "v1.2/"]);
    assert_eq!(stage.names("v1.2"), ["folk-1.mid"]);
    compose(&["-o", "v1.2", "--seed", "2"]);
    assert_eq!(stage.names("v1.2"), ["folk-1.mid", "folk-2.mid"]);
    stage.run(&["compose", "-o", "song.mp3"]).assert_error(2, &["song.mp3 is no MIDI file", ".mid", "folder"]);
    assert_eq!(stage.names("."), ["new", "several", "v1.2"]);
}

#[test]
fn the_roll_stands_beside_the_piece() {
    let stage = Stage::new();
    let outcome = stage.run(&["compose", "--genre", "rock", "--bars", "2", "--roll"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stdout.contains("pieces/rock-1.mid"), "{outcome:?}");
    assert_eq!(stage.names("pieces"), ["rock-1.mid", "rock-1.png"]);
    assert!(is_picture(&stage.path("pieces/rock-1.png")));
}

#[test]
fn the_first_note_is_announced_once() {
    let stage = Stage::new();
    let outcome = stage.run(&["compose", "--announce-first-note", "--count", "2", "--bars", "2"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, "first note\n"));
}

#[test]
fn a_model_trained_here_composes_what_it_knows() {
    let stage = trained();
    let document = stage.json(&["compose", "--model", "run", "--genre", "folk", "--bars", "3"]);
    assert_eq!(pieces(&document)[0]["conditions"]["metre"], "3/4");
    assert_eq!(stage.names("pieces"), ["folk-1.mid"]);
    let file = ["compose", "--model", "run/model.safetensors", "--genre", "rock"];
    stage.run(&file).assert_error(2, &["no genre \"rock\"; it knows folk, jazz"]);
}

/// The adversarial phase alone, on a finished model; then both sources of latents.
#[test]
fn a_generator_draws_the_latents_where_the_model_has_one() {
    let stage = trained();
    let small = ["--set", "steps=0", "--set", "adversarial_steps=1", "--set", "adversarial_rows=4"];
    let train = ["train", "corpus", "-o", "hybrid", "--from", "run"];
    let document = stage.json(&[&train[..], &small, QUICK].concat());
    assert_eq!(document["steps"], 1);
    assert!(document["adversarial"]["bar_distance"]["generator"].as_f64().is_some(), "{document}");
    let compose = |model: &str, folder: &str, more: &[&str]| {
        let asked = ["compose", "--model", model, "--genre", "folk", "--bars", "3", "-o", folder];
        stage.json(&[&asked[..], more].concat());
        fs::read(stage.path(folder).join("folk-1.mid")).unwrap()
    };
    let default = compose("hybrid", "default", &[]);
    assert_eq!(default, compose("hybrid", "generator", &["--latents", "generator"]));
    // The CVAE is frozen, so that its prior composes as before.
    assert_eq!(compose("run", "before", &[]), compose("hybrid", "prior", &["--latents", "prior"]));
    stage.run(&["compose", "--latents", "generator"]).assert_error(2, &["the model has no generator"]);

    // A critic of what is written from these latents comes beside it.
    let heard = ["--set", "steps=0", "--set", "adversarial_form=written", "--set", "adversarial_steps=1"];
    let train = ["train", "corpus", "-o", "whole", "--from", "hybrid", "--set", "adversarial_rows=4"];
    stage.json(&[&train[..], &heard, QUICK].concat());
    assert_eq!(default, compose("whole", "one", &["--candidates", "1"]));
    assert_ne!(default, compose("whole", "eight", &[]));
    let inspected = stage.json(&["inspect", "whole/model.safetensors"]);
    let forms = inspected["adversarial"].as_array().unwrap().iter().map(|one| &one["form"]);
    assert_eq!(forms.collect::<Vec<_>>(), ["latent", "written"]);
    assert_eq!(inspected["adversarial_steps"], 2);
}

/// Where a critic has learned to hear what is written, it chooses.
#[test]
fn a_critic_of_written_music_chooses_among_candidates() {
    let stage = trained();
    let small = ["--set", "steps=0", "--set", "adversarial_form=written", "--set", "adversarial_steps=4"];
    let train = ["train", "corpus", "-o", "listener", "--from", "run", "--set", "adversarial_rows=4"];
    let document = stage.json(&[&train[..], &small, QUICK].concat());
    assert!(document["listener"]["windows"].as_u64().unwrap() > 0, "{document}");
    let compose = |model: &str, folder: &str, more: &[&str]| {
        let asked = ["compose", "--model", model, "--genre", "folk", "--bars", "3", "-o", folder];
        stage.json(&[&asked[..], more].concat());
        fs::read(stage.path(folder).join("folk-1.mid")).unwrap()
    };
    let alone = compose("run", "alone", &[]);
    assert_eq!(alone, compose("listener", "one", &["--candidates", "1"]));
    let kept = compose("listener", "kept", &[]);
    assert_ne!(alone, kept);
    assert_ne!(kept, compose("listener", "any", &["--critic-weight", "0"]));
    assert_eq!(compose("listener", "eight", &["--candidates", "8"]), compose("listener", "again", &[]));
    for option in ["--candidates", "--critic-weight"] {
        stage.run(&["compose", "--model", "run", option, "2"]).assert_error(2, &["no critic to choose"]);
    }
    let inspected = stage.json(&["inspect", "listener/model.safetensors"]);
    assert_eq!(inspected["adversarial"][0]["form"], "written");

    // And the decoder can learn of it.
    let teach = ["--set", "steps=0", "--set", "adversarial_form=written", "--set", "joint_steps=2"];
    let little = ["--set", "policy_passages=2", "--set", "policy_variations=2", "--set", "policy_bars=2"];
    let taught =
        stage.json(&[&["train", "corpus", "-o", "taught", "--from", "listener"], &teach[..], &little, QUICK].concat());
    assert_eq!(taught["steps"], 2, "{taught}");
    assert_eq!(stage.json(&["inspect", "taught/model.safetensors"])["adversarial"][0]["form"], "written");
}

/// Rolls from noise need no CVAE; bars of any metre are as many and as long as asked.
#[test]
fn a_generator_of_rolls_composes_without_a_decoder() {
    let stage = with_corpus();
    let form =
        ["steps=0", "adversarial_form=roll", "generator_start=noise", "adversarial_steps=1", "adversarial_rows=2"];
    let changes = form.iter().flat_map(|change| ["--set", *change]).collect::<Vec<_>>();
    let trained = stage.json(&[&["train", "corpus", "-o", "rolls"], QUICK, &changes[..]].concat());
    assert!(trained["roll"]["windows"].as_u64().unwrap() > 0 && trained["validation"].is_null());
    let asked = ["--model", "rolls", "--metre", "5/4", "--bars", "5", "--instruments", "violin,drums"];
    let document = stage.json(&[&["compose", "--count", "2"][..], &asked].concat());
    for piece in pieces(&document) {
        assert_eq!(piece["bars"], 5);
        let (score, bar) = (score(&stage, piece), 5 * 480);
        assert!(score.end() > Tick(4 * bar) && score.end() <= Tick(5 * bar), "{:?}", score.end());
        assert!(score.tracks.iter().all(|track| track.is_drum || track.program.get() == 40));
    }
    let prior = stage.run(&["compose", "--model", "rolls", "--latents", "prior"]);
    prior.assert_error(2, &["no prior", "leave --latents out"]);
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    let stage = Stage::new();
    stage.write("letter.safetensors", b"Dear reader, this is no model.");
    stage.run(&["compose", "--model", "letter.safetensors"]).assert_error(1, &["load letter.safetensors: ", "train"]);
    stage.run(&["compose", "--model", "gone"]).assert_error(1, &["read gone: "]);
    assert_eq!(stage.names("."), ["letter.safetensors"]);
}

#[test]
fn a_piece_has_the_form_that_was_asked_for() {
    let stage = Stage::new();
    let form = |form: &str| {
        stage.json(&["compose", "--genre", "pop", "--bars", "6", "--metre", "4/4", "--form", form, "-o", form])
    };
    let document = form("ABA");
    let piece = &pieces(&document)[0];
    assert_eq!(piece["returns_to"], serde_json::json!([null, null, null, null, 1, 2]));
    let score = score(&stage, piece);
    let bar = 4 * 480;
    let opening = |first: u32| {
        let notes = score.tracks.iter().flat_map(|track| track.notes.iter().map(|note| (track.program, note)));
        let here = notes.filter(move |(_, note)| (first..first + 2 * bar).contains(&note.onset.0));
        here.map(move |(program, note)| (program, note.onset.0 - first, note.pitch)).collect::<Vec<_>>()
    };
    assert!(!opening(0).is_empty());
    assert_eq!(opening(0), opening(4 * bar));
    assert_eq!(pieces(&form("free"))[0]["returns_to"], serde_json::json!([null, null, null, null, null, null]));
    let refused = stage.run(&["compose", "--form", "sonata"]);
    assert!(refused.code == 2 && refused.stderr.contains("AABA"), "{refused:?}");
}

/// The embedded model knows the forms of its training music.
#[test]
fn bars_come_back_unasked() {
    let stage = Stage::new();
    let document = stage.json(&["compose", "--genre", "rock", "--bars", "12", "--count", "4"]);
    assert!(pieces(&document).iter().any(|piece| piece["returns_to"].as_array().unwrap().iter().any(Value::is_number)));
}
