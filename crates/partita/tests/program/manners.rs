//! What all commands have in common: help, exit codes, what goes where.

use std::io;
use std::process::Stdio;

use crate::stage::{Stage, tune};

#[test]
fn without_a_command_the_usage_is_shown_and_the_use_is_wrong() {
    let outcome = Stage::new().run(&[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("Usage: partita"), "{outcome:?}");
}

#[test]
fn help_is_no_error_and_has_examples() {
    let stage = Stage::new();
    for arguments in [
        &["--help"][..],
        &["prepare", "--help"],
        &["train", "--help"],
        &["compose", "--help"],
        &["inspect", "-h"],
        &["help", "bench"],
    ] {
        let outcome = stage.run(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(outcome.stdout.contains("Examples:\n  partita "), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_meant_is_wrong_use() {
    let stage = Stage::new();
    for arguments in [&["compse"][..], &["inspect"], &["inspect", "a.mid", "--rol", "b.png"], &["prepare", "midi"]] {
        let outcome = stage.run(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let outcome = Stage::new().run(&["--version"]);
    assert_eq!(outcome.stdout, concat!("partita ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_reader_that_left_is_no_failure() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0));
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let output = stage.command(&["inspect", "a.mid"]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
}

#[test]
fn results_go_to_standard_output_and_notes_to_standard_error() {
    let stage = Stage::new();
    stage.write("a.mid", &tune(1, 16, 0));
    let spoken = stage.run(&["inspect", "a.mid", "--roll", "a.svg", "--json"]);
    assert_eq!(spoken.stderr, "drew a.svg\n");
    assert!(spoken.stdout.starts_with('{') && spoken.stdout.ends_with("}\n"));
    let quiet = stage.run(&["--quiet", "inspect", "a.mid", "--roll", "a.svg", "--json"]);
    assert_eq!((quiet.stderr.as_str(), quiet.stdout), ("", spoken.stdout));
}

#[test]
fn no_progress_is_drawn_where_nobody_watches() {
    let stage = Stage::new();
    // As many pieces as can be trained on, so that there is nothing to say of the split.
    for seed in 0..4 {
        stage.write(&format!("midi/{seed}.mid"), &tune(seed, 16, 0));
    }
    let outcome = stage.run(&["prepare", "midi", "-o", "corpus"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
}
