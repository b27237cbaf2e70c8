//! `partita export`, and Parquet files prepared.

use crate::stage::{Stage, tune};

/// A corpus of four tunes, one to test with.
fn corpus() -> Stage {
    let stage = Stage::new();
    let mut labels = "path,genre,split\n".to_owned();
    for seed in 1..=4 {
        stage.write(&format!("midi/{seed}.mid"), &tune(seed, 16, 0));
        labels += &format!("{seed}.mid,reel,{}\n", if seed == 4 { "test" } else { "train" });
    }
    stage.write("labels.csv", labels.as_bytes());
    stage.json(&["prepare", "midi", "--labels", "labels.csv", "-o", "corpus"]);
    stage
}

#[test]
fn a_corpus_is_exported_and_prepared_again() {
    let stage = corpus();
    let document = stage.json(&["export", "corpus", "-o", "out"]);
    assert_eq!(document["files"][0]["name"], "train.parquet");
    assert_eq!(document["files"][0]["pieces"], 3);
    assert_eq!(stage.names("out"), ["test.parquet", "train.parquet"]);
    let again = stage.run(&["prepare", "out", "-o", "again"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.stderr.contains("layout: Parquet, 4 rows, its own splits"), "{again:?}");
    let [one, other] = ["corpus", "again"].map(|corpus| stage.json(&["inspect", corpus]));
    assert_eq!(one["genres"], other["genres"]);
    assert_eq!(one["notes"], other["notes"]);
}

#[test]
fn an_export_is_replaced_only_when_asked_and_other_folders_never() {
    let stage = corpus();
    stage.json(&["export", "corpus", "-o", "out"]);
    stage.run(&["export", "corpus", "-o", "out"]).assert_error(1, &["out exists already", "--overwrite"]);
    stage.json(&["export", "corpus", "-o", "out", "--overwrite"]);
    stage.run(&["export", "corpus", "-o", "midi", "--overwrite"]).assert_error(1, &["midi is not an export"]);
    stage.run(&["export", "midi", "-o", "other"]).assert_error(1, &["export midi: ", "is not a prepared corpus"]);
    assert_eq!(stage.run(&["export", "corpus", "-o", "other", "--format", "csv"]).code, 2);
}

#[test]
fn layouts_are_told_and_chosen() {
    let stage = Stage::new();
    stage.write("midi/POP909/001/001.mid", &tune(1, 16, 0)).write("midi/POP909/002/002.mid", &tune(2, 16, 0));
    let outcome = stage.run(&["prepare", "midi", "-o", "corpus"]);
    assert!(outcome.stderr.contains("layout: POP909, 2 files"), "{outcome:?}");
    let plain = stage.json(&["prepare", "midi", "--layout", "plain", "-o", "plain"]);
    assert_eq!((&plain["layout"]["layout"], &plain["genres"]["POP909"]["files"]), (&"plain".into(), &2.into()));
    let wrong = stage.run(&["prepare", "midi", "--layout", "midi", "-o", "wrong"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("expected plain, lakh, maestro"), "{wrong:?}");
}
