//! Seeded mutations of a valid file of each kind, and what fuzzing has found, as bytes. A panic names the seed's place.

use partita_testing::{Kind, bank, corpus, labels, model, mutated, recipe};

/// Tries `rounds` mutations of a kind's valid file, of which some pass and some do not.
#[allow(clippy::print_stdout)] // the counts that docs/reliability.md tells
fn survives(kind: Kind, rounds: u64) {
    let valid = (kind.valid)();
    assert!((kind.passes)(&valid), "the valid {} is refused", kind.name);
    let pass = |seed: u64| {
        let bytes = mutated(&valid, seed);
        let tried = std::panic::catch_unwind(|| (kind.passes)(&bytes));
        tried.unwrap_or_else(|_| panic!("{} with the mutation of seed {seed} panics", kind.name))
    };
    let passed = (0..rounds).filter(|seed| pass(*seed)).count();
    println!("{}: {passed} of {rounds} pass", kind.name);
    assert!((1..rounds as usize).contains(&passed), "{passed} of {rounds} pass: the mutations reach too little");
}

fn kind(name: &str) -> Kind {
    *partita_testing::KINDS.iter().find(|kind| kind.name == name).expect("a kind")
}

#[test]
fn corpora() {
    survives(kind("corpus"), 2_000);
}

#[test]
fn tables_of_labels() {
    survives(kind("labels"), 1_000);
}

#[test]
fn models() {
    survives(kind("model"), 600);
}

#[test]
fn recipes() {
    survives(kind("recipe"), 5_000);
}

/// Banks are mutated in the tests of `synth`; here only the trial itself is tried.
#[test]
fn banks() {
    assert!(bank::passes(&bank::valid()));
}

/// What once broke something, or is likely to: each is tried as every kind.
#[test]
fn finds_are_replayed() {
    const FINDS: &[&[u8]] = &[
        b"",
        b"\0",
        b"\xFF\xFF\xFF\xFF",
        b"{}",
        b"path\n",
        b"path,path\na,\n",
        b"\xEF\xBB\xBFpath,genre\n\"a",
        b"steps = nan",
        b"steps = -9223372036854775808",
        b"learning_rate = inf",
        b"\x02\0\0\0\0\0\0\0{}",
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}",
    ];
    for find in FINDS {
        for passes in [bank::passes, corpus::passes, labels::passes, model::passes, recipe::passes] {
            passes(find);
        }
    }
}
