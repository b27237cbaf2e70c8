//! Each call to the system by which something is saved, failing once or the process killed before it: what was there or what was to
//! be is there whole. Takes minutes, and `strace`, and so it is run by hand:
//! `cargo test --release -p partita --test program failing_calls -- --ignored --nocapture`.

use std::fs;
use std::process::Command;

use crate::stage::{Outcome, QUICK, Stage, tune, with_corpus};

/// The calls that change what is on the disk, but for opening, which is mostly the loader's.
const CALLS: [&str; 7] = ["write", "fsync", "rename", "renameat", "mkdir", "unlink", "unlinkat"];
/// What happens at a call.
const FAULTS: [&str; 3] = ["signal=KILL", "error=EIO", "error=ENOSPC"];

/// A command that saves something.
struct Saving<'a> {
    stage: &'a Stage,
    arguments: &'a [&'a str],
}

impl Saving<'_> {
    /// Runs the command with each fault at the first, second, … of each call, after `before` and before `check`, which is told
    /// whether the command ended well, and what was done. Says how many faults there were.
    #[allow(clippy::print_stdout)] // the count that docs/reliability.md tells
    fn under_faults(&self, before: impl Fn(), check: impl Fn(bool, &str)) {
        let mut injected = 0;
        for fault in FAULTS {
            for call in CALLS {
                for number in 1.. {
                    before();
                    let Some(outcome) = self.run(call, fault, number) else { break };
                    let what = format!("{call} {number}, {fault}: {outcome:?}");
                    assert!(matches!(outcome.code, -1..=1), "{what}");
                    assert!(!outcome.stderr.contains("panicked"), "{what}");
                    check(outcome.code == 0, &what);
                    injected += 1;
                }
            }
        }
        println!("{}: {injected} faults", self.arguments[0]);
        assert!(
            injected >= 4 * FAULTS.len(),
            "a file is written, forced to disk, renamed, and its folder forced to disk"
        );
    }

    /// `None` where no thread of the command makes so many such calls.
    fn run(&self, call: &str, fault: &str, number: usize) -> Option<Outcome> {
        let (program, trace) = (self.stage.command(self.arguments), self.stage.path("trace"));
        let mut strace = Command::new("strace");
        strace.args(["-f", "-e", &format!("trace={call}"), "-o"]).arg(&trace);
        strace.args(["-e", &format!("inject={call}:{fault}:when={number}")]).arg(program.get_program());
        let output =
            strace.args(program.get_args()).current_dir(self.stage.path(".")).output().expect("install strace");
        let trace = fs::read_to_string(trace).unwrap();
        (trace.contains("(INJECTED)") || trace.contains("killed by SIGKILL")).then(|| Outcome::of(output))
    }
}

#[test]
#[ignore = "takes minutes, and strace"]
fn a_piece_is_the_old_one_or_the_new_one() {
    let stage = Stage::new();
    let arguments = ["compose", "--bars", "1", "--candidates", "1", "-o", "song.mid", "--overwrite", "--quiet"];
    let path = stage.path("song.mid");
    assert_eq!(stage.run(&arguments).code, 0);
    let (old, new) = (tune(1, 4, 0), fs::read(&path).unwrap());
    Saving { stage: &stage, arguments: &arguments }.under_faults(
        || fs::write(&path, &old).unwrap(),
        |done, what| {
            let found = fs::read(&path).unwrap();
            assert!(found == new || !done && found == old, "{what}");
        },
    );
}

#[test]
#[ignore = "takes minutes, and strace"]
fn a_corpus_is_the_old_one_or_the_new_one() {
    let stage = Stage::new();
    for seed in 1..=6 {
        stage.write(&format!("midi/folk/{seed}.mid"), &tune(seed, 16, 0));
    }
    stage.json(&["prepare", "midi", "-o", "corpus"]);
    stage.write("midi/folk/7.mid", &tune(7, 16, 0));
    let arguments = ["prepare", "midi", "-o", "corpus", "--overwrite", "--quiet", "--threads", "1"];
    let pieces = || stage.json(&["inspect", "corpus"])["pieces"].as_u64().unwrap();
    let prepare = Saving { stage: &stage, arguments: &arguments };
    prepare.under_faults(|| (), |done, what| assert!(matches!((done, pieces()), (_, 7) | (false, 6)), "{what}"));
    assert_eq!(stage.run(&arguments).code, 0);
    let names = stage.names(".");
    assert_eq!(names, ["corpus", "midi", "trace"], "what faults left was swept");
}

#[test]
#[ignore = "takes minutes, and strace"]
fn a_run_goes_on_to_the_same_bytes() {
    let stage = with_corpus();
    let steps = ["--set", "steps=3", "--set", "evaluate_interval=1", "--set", "checkpoints_kept=1"];
    let begun = |run| [&["train", "corpus", "-o", run, "--quiet"], &steps[..], QUICK].concat();
    assert_eq!(stage.run(&begun("straight")).code, 0);
    let outcome = |run: &str| {
        let names = ["model.safetensors", "checkpoints/step-00000003/SHA256SUMS"];
        names.map(|name| fs::read(stage.path(run).join(name)).unwrap())
    };
    let straight = outcome("straight");
    let train = begun("run");
    Saving { stage: &stage, arguments: &train }.under_faults(
        || drop(fs::remove_dir_all(stage.path("run"))),
        |_, what| {
            let resumed = stage.run(&["train", "corpus", "-o", "run", "--quiet", "--resume"]);
            // Before its first checkpoint a run is begun anew.
            if resumed.code != 0 {
                assert!(resumed.stderr.contains("train without --resume first"), "{what}, then {resumed:?}");
                assert_eq!(stage.run(&train).code, 0, "{what}");
            }
            assert!(outcome("run") == straight, "{what}");
            assert_eq!(stage.names("run"), stage.names("straight"), "{what}");
        },
    );
}
