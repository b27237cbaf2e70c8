//! Ctrl-C and the request to terminate: whatever the program is about, it ends soon with code 130 and one line, and no file
//! is half written.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};

use crate::stage::{Outcome, QUICK, Stage, tune, with_corpus};

const INTERRUPTED: i32 = 130;
/// A second and what a busy machine adds to it.
const SOON: Duration = Duration::from_secs(8);

fn start(stage: &Stage, arguments: &[&str]) -> Child {
    stage.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until it is `under_way`, and sends the signal.
fn stop(mut run: Child, signal: &str, under_way: impl Fn() -> bool) -> Outcome {
    while !under_way() && run.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(5));
    }
    let sent = Instant::now();
    Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
    let outcome = Outcome::of(run.wait_with_output().unwrap());
    assert!(sent.elapsed() < SOON, "it took {:?} to stop", sent.elapsed());
    outcome
}

/// Stops it after a while, in which it cannot come to its end.
fn stopped(stage: &Stage, arguments: &[&str], signal: &str, after_ms: u64) -> Outcome {
    let until = Instant::now() + Duration::from_millis(after_ms);
    stop(start(stage, arguments), signal, || Instant::now() > until)
}

#[test]
fn composing_keeps_the_pieces_that_are_whole() {
    let stage = Stage::new();
    let compose = ["compose", "--count", "10000", "--bars", "2", "-o", "pieces", "--quiet"];
    let names = || fs::read_dir(stage.path("pieces")).map_or(0, Iterator::count);
    let outcome = stop(start(&stage, &compose), "-INT", || names() > 2);
    outcome.assert_error(INTERRUPTED, &["interrupted; ", " of 10000 pieces are written", "--overwrite"]);
    let names = stage.names("pieces");
    assert!(outcome.stderr.contains(&format!("{} of 10000", names.len())), "{} pieces, {outcome:?}", names.len());
    for name in names {
        let bytes = fs::read(stage.path("pieces").join(&name)).unwrap();
        assert!(name.ends_with(".mid") && partita_score::read(&bytes, &partita_score::Limits::default()).is_ok());
    }
}

#[test]
fn a_piece_that_was_not_finished_leaves_nothing() {
    let stage = Stage::new();
    for signal in ["-INT", "-TERM", "-HUP"] {
        let outcome = stopped(&stage, &["compose", "--bars", "512", "--density", "20", "-o", "new/a.mid"], signal, 700);
        outcome.assert_error(INTERRUPTED, &["interrupted; nothing was written"]);
        assert_eq!(stage.names("."), [""; 0]);
    }
}

/// Half an hour of it.
#[test]
fn rendering_leaves_nothing() {
    let stage = Stage::new();
    stage.write("long.mid", &tune(1, 900, 0));
    let outcome = stopped(&stage, &["render", "long.mid", "--soundfont", "builtin"], "-INT", 300);
    outcome.assert_error(INTERRUPTED, &["interrupted; nothing was written"]);
    assert_eq!(stage.names("."), ["long.mid"]);
}

/// All notes at once: no sound is made between them.
#[test]
fn rendering_stops_among_dense_notes() {
    let stage = Stage::new();
    let pitch = |index: u32| Pitch::clamped((index % 128) as u8);
    let note = |index: u32| Note {
        onset: Tick(index / 128),
        duration: Tick(1),
        pitch: pitch(index),
        velocity: Velocity::clamped(64),
    };
    let tracks = (0..15).map(|program| {
        let notes = (0..60_000).map(note).collect();
        Track { notes, ..Track::new(Program::clamped(program)) }
    });
    let score = Score { tracks: tracks.collect(), ..Score::new(480) };
    stage.write("dense.mid", &partita_score::write(&score).unwrap());
    let outcome = stopped(&stage, &["render", "dense.mid", "--soundfont", "builtin"], "-TERM", 400);
    outcome.assert_error(INTERRUPTED, &["interrupted; nothing was written"]);
    assert_eq!(stage.names("."), ["dense.mid"]);
}

#[test]
fn preparing_leaves_nothing() {
    let stage = Stage::new();
    let tunes: Vec<Vec<u8>> = (0..40).map(|seed| tune(seed, 400, 0)).collect();
    for file in 0..2000 {
        stage.write(&format!("midi/folk/{file}.mid"), &tunes[file % tunes.len()]);
    }
    // The work has begun when its scratch folder is there beside the one to be.
    let under_way = || stage.names(".").len() > 1;
    let outcome = stop(start(&stage, &["prepare", "midi", "-o", "corpus", "--threads", "1"]), "-INT", under_way);
    outcome.assert_error(INTERRUPTED, &["interrupted; nothing was written"]);
    assert_eq!(stage.names("."), ["midi"]);
}

#[test]
fn a_run_that_is_stopped_saves_and_goes_on() {
    let stage = with_corpus();
    let endless = [&["train", "corpus", "-o", "run", "--quiet", "--set", "steps=1000000"], QUICK].concat();
    let under_way = || fs::read_to_string(stage.path("run/log.jsonl")).is_ok_and(|log| log.contains("\"step\":2,"));
    let outcome = stop(start(&stage, &endless), "-INT", under_way);
    outcome.assert_error(
        INTERRUPTED,
        &["interrupted; ", "the run is kept at step ", "partita train corpus -o run --resume"],
    );
    let (_, told) = outcome.stderr.split_once("at step ").unwrap();
    let steps: u64 = told.split_once(';').unwrap().0.parse().unwrap();
    assert!(steps >= 2);

    let more = format!("steps={}", steps + 2);
    let resumed = stage.json(&["train", "corpus", "-o", "run", "--resume", "--set", &more]);
    assert_eq!(resumed["steps"], steps + 2);
}

#[test]
fn measuring_leaves_no_temporary_folder() {
    let stage = Stage::new();
    fs::create_dir(stage.path("tmp")).unwrap();
    let temporary = || stage.names("tmp").len();
    for measurement in [&["bench", "compose"][..], &["bench", "read"], &["bench", "prepare"]] {
        let mut command = stage.command(&[measurement, &["--quiet"]].concat());
        command.env("TMPDIR", stage.path("tmp")).stdout(Stdio::piped()).stderr(Stdio::piped());
        let until = Instant::now() + Duration::from_millis(500);
        let outcome = stop(command.spawn().unwrap(), "-TERM", || temporary() > 0 || Instant::now() > until);
        outcome.assert_error(INTERRUPTED, &["interrupted; nothing is kept of a measurement"]);
        assert_eq!(temporary(), 0, "{measurement:?} left {:?}", stage.names("tmp"));
    }
}
