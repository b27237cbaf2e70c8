//! `partita reproduce`: training, tuning and judging several systems by one command.

use std::fs;

use crate::stage::{Stage, with_even_corpus};

/// Systems that take a second to train and to judge.
const FEW: &[&str] = &[
    "reproduce",
    "--corpus",
    "corpus",
    "--budget",
    "2",
    "--set",
    "size=tiny",
    "--set",
    "events_per_passage=64",
    "--set",
    "events_per_replica=128",
    "--set",
    "evaluate_passages=8",
    "--set",
    "adversarial_rows=4",
    "--pieces",
    "5",
    "--reference-pieces",
    "6",
    "--likelihood-pieces",
    "2",
    "--bars",
    "8",
    "--tuning-pieces",
    "6",
    "--temperature",
    "0.9",
    "--temperature",
    "1.1",
    "--cache",
    "cache",
    "--soundfont",
    "builtin",
];

fn system<'a>(found: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    found["systems"].as_array().unwrap().iter().find(|system| system["name"] == name).unwrap()
}

#[test]
fn systems_are_trained_once_and_judged_by_the_same_music() {
    let stage = with_even_corpus();
    let all = |more: &[&str]| stage.json(&[FEW, &["-o", "results", "--system", "hybrid"], more].concat());
    let found = all(&[]);
    assert_eq!(stage.names("results"), ["figures", "reproduce.html", "reproduce.json", "reproduce.md"]);
    assert_eq!(stage.names("runs"), ["cvae", "hybrid"], "a hybrid brings the system that it begins with");
    assert_eq!(found["genres"], serde_json::json!(["folk", "jazz"]));
    let [cvae, hybrid] = ["cvae", "hybrid"].map(|name| system(&found, name));
    assert_eq!((&cvae["training"]["steps"], &hybrid["training"]["steps"]), (&2.into(), &3.into()));
    let more = hybrid["training"]["parameters"].as_u64() > cvae["training"]["parameters"].as_u64();
    assert!(more, "players count");
    assert_eq!(cvae["tuning"]["tried"].as_array().unwrap().len(), 2);
    assert!(cvae["figures"]["kad"]["value"].is_number() && cvae["likelihood"]["mse"]["value"].is_number());
    assert_eq!(found["known"].as_array().unwrap().len(), 5);
    let verdicts = found["claims"].as_array().unwrap();
    let verdict =
        |part: &str| &verdicts.iter().find(|one| one["claim"].as_str().unwrap().contains(part)).unwrap()["verdict"];
    assert_eq!((verdict("rate"), verdict("fewest minutes")), (&"not_testable".into(), &"does_not_hold".into()));
    let text = fs::read_to_string(stage.path("results/reproduce.md")).unwrap();
    for part in ["the paper, not comparable: hybrid", "| 1.85 |", "random notes", "(chosen)", "does not hold"] {
        assert!(text.contains(part), "{part}");
    }

    // A report of a part: with it, nothing is trained and the tables have all; of another budget, it is not taken.
    let part = |output: &str, more: &[&str]| stage.json(&[FEW, &["-o", output], more].concat());
    part("part", &["--system", "cvae"]);
    let whole = part("whole", &["--with", "part", "--with", "results", "--system", "cvae"]);
    assert_eq!(whole["systems"], found["systems"]);
    assert_eq!(whole["claims"], found["claims"]);
    let longer = [&FEW[..4], &["3", "--with", "part", "--system", "cvae", "-o", "whole"]].concat();
    stage.run(&longer).assert_error(2, &["--with", "--budget 2, not 3"]);
    let text = fs::read_to_string(stage.path("part/reproduce.json")).unwrap();
    fs::write(stage.path("other.json"), text.replace("\"bars\": 8", "\"bars\": 9")).unwrap();
    let other = stage.run(&[FEW, &["--with", "results", "--with", "other.json", "-o", "whole"]].concat());
    other.assert_error(2, &["other.json", "do not compare", "protocol"]);

    let corpus = found["protocol"]["corpus_sha256"].as_str().unwrap();
    fs::write(stage.path("other.json"), text.replace(corpus, "0123")).unwrap();
    let other = stage.run(&[FEW, &["--with", "other.json", "--system", "cvae", "-o", "whole"]].concat());
    other.assert_error(2, &["--corpus", "0123", corpus]);
    let seeded = stage.run(&[FEW, &["--with", "part", "--system", "cvae", "--set", "seed=7", "-o", "whole"]].concat());
    seeded.assert_error(2, &["--with", "--set", "seed=7; give the same"]);
    let of_hybrid = part("whole", &["--with", "part", "--system", "hybrid"]);
    assert_eq!(of_hybrid["systems"], found["systems"], "the CVAE's figures come from the report");

    one_thing_at_a_time_is_changed(&stage);

    // What is trained is not trained again, and gives the same figures.
    let log = fs::read(stage.path("runs/hybrid/log.jsonl")).unwrap();
    assert_eq!(all(&[])["systems"], found["systems"]);
    assert_eq!(fs::read(stage.path("runs/hybrid/log.jsonl")).unwrap(), log);
    let other = stage.run(&[FEW, &["-o", "results", "--system", "cvae", "--set", "seed=7"]].concat());
    other.assert_error(2, &["runs/cvae", "seed = 1, not 7", "--budget"]);
}

/// Ablations, where the conditional VAE is trained and a report of it is in `results`.
fn one_thing_at_a_time_is_changed(stage: &Stage) {
    let run = |output: &str, more: &[&str]| stage.json(&[FEW, &["--system", "cvae", "-o", output], more].concat());
    let trained = run("trained", &["--with", "results", "--ablation", "cvae-beta-1"]);
    assert_eq!(trained["ablations"].as_array().unwrap().len(), 1);
    assert_eq!(stage.names("runs"), ["cvae", "cvae-beta-1", "hybrid"]);

    // Those of another report stand in the table too, in its order.
    let both = run("both", &["--with", "trained", "--ablation", "drawing"]);
    let ablations = both["ablations"].as_array().unwrap();
    assert_eq!((ablations.len(), &ablations[0]["title"]), (6, &"as it is".into()));
    assert_eq!(ablations[5], trained["ablations"][0]);
    let tuning = &system(&both, "cvae")["tuning"];
    let usual = tuning["tried"].as_array().unwrap().iter().find(|tried| tried["temperature"] == tuning["temperature"]);
    assert_eq!(ablations[0]["judgement"], usual.unwrap()["judgement"]);
    assert_ne!(ablations[0]["judgement"], ablations[1]["judgement"], "guidance is heard");
    let text = fs::read_to_string(stage.path("both/reproduce.md")).unwrap();
    assert!(text.contains("What each part is worth") && text.contains("β up to 1"), "{text}");

    let alone = stage.run(&[FEW, &["--system", "rnn", "--ablation", "all"]].concat());
    alone.assert_error(2, &["--ablation", "--system cvae"]);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let stage = Stage::new();
    let unknown = stage.run(&["reproduce", "--corpus", "corpus", "--system", "oracle"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("oracle") && unknown.stderr.contains("transformer"), "{unknown:?}");
    stage.run(&["reproduce", "--corpus", "nowhere"]).assert_error(1, &["nowhere"]);
}
