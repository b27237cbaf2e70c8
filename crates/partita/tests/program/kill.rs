//! A process that is killed leaves a run that goes on to the same bytes.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use crate::stage::{QUICK, Stage, with_corpus};

const ROUNDS: u64 = 6;

/// Trains the run on, from its beginning while it has no checkpoint; killed `after_ms` milliseconds after it has written `lines`
/// lines more to its log, where they are given. Whether it came to its end.
fn train(stage: &Stage, run: &str, killed: Option<(usize, u64)>) -> bool {
    let has_begun = fs::read_dir(stage.path(run).join("checkpoints"))
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("step-")));
    let resumed = ["train", "corpus", "-o", run, "--quiet", "--resume"];
    let saved_each_step = ["--set", "steps=8", "--set", "evaluate_interval=1", "--set", "checkpoints_kept=2"];
    let begun = [&resumed[..5], &saved_each_step, QUICK].concat();
    let mut command = stage.command(if has_begun { &resumed } else { &begun });
    let lines =
        || fs::read(stage.path(run).join("log.jsonl")).map_or(0, |log| log.split(|byte| *byte == b'\n').count());
    let before = lines();
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    if let Some((more, after_ms)) = killed {
        while lines() < before + more && process.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(after_ms));
        process.kill().unwrap();
    }
    let status = process.wait().unwrap();
    assert!(killed.is_some() || status.success(), "{status}");
    status.success()
}

/// The model and the digests of the last checkpoint.
fn outcome(stage: &Stage, run: &str) -> [Vec<u8>; 2] {
    let checkpoint = format!("{run}/checkpoints/step-00000008/SHA256SUMS");
    [format!("{run}/model.safetensors"), checkpoint].map(|name| fs::read(stage.path(&name)).unwrap())
}

#[test]
fn a_run_that_is_killed_again_and_again_comes_to_the_same_bytes() {
    let stage = with_corpus();
    train(&stage, "straight", None);
    let kills = (0..ROUNDS).filter(|round| !train(&stage, "killed", Some((1 + *round as usize % 3, round * 37 % 60))));
    assert!(kills.count() > 1, "the run was at its end before it was killed");
    train(&stage, "killed", None);
    assert!(outcome(&stage, "killed") == outcome(&stage, "straight"), "another model than without a kill");
    let hidden = |name: &String| name.starts_with('.') || name.ends_with(".partial");
    assert!(!stage.names("killed/checkpoints").iter().any(hidden), "{:?}", stage.names("killed/checkpoints"));
    assert_eq!(stage.names("killed"), stage.names("straight"));
}

/// Between its two renames `prepare --overwrite` has the old corpus under a hidden name.
#[test]
fn a_corpus_that_was_moved_aside_is_found_by_whoever_names_it() {
    let stage = with_corpus();
    let move_aside = || {
        fs::create_dir(stage.path(".corpus.old-aB3dE6")).unwrap();
        fs::rename(stage.path("corpus"), stage.path(".corpus.old-aB3dE6/corpus")).unwrap();
    };
    let told = stage.json(&["inspect", "corpus"]);
    move_aside();
    assert_eq!(stage.json(&["inspect", "corpus"]), told);
    move_aside();
    stage.json(&[&["train", "corpus", "-o", "run", "--set", "steps=1"], QUICK].concat());
    assert_eq!(stage.names("."), ["corpus", "midi", "run"]);
}
