//! Opening a corpus: whole, damaged, and in its orders.

#![allow(clippy::unwrap_used)] // a test may fail

mod common;

use common::{melody, save};
use partita_dataset::{Corpus, DatasetError, PieceId, PrepareOptions, Split, prepare};
use std::fs;
use std::path::{Path, PathBuf};

/// A corpus of forty pieces below `home`.
fn forty(home: &Path) -> PathBuf {
    (0..40).for_each(|n| save(&home.join("midi"), &format!("{n:02}.mid"), &melody(n, 20 + n, 0)));
    let output = home.join("corpus");
    prepare(&PrepareOptions::new(home.join("midi"), &output), &()).expect("a corpus");
    output
}

#[test]
fn any_changed_byte_that_is_read_is_found() {
    let home = tempfile::tempdir().unwrap();
    let folder = forty(home.path());
    for name in ["shard-0000.bin", "index.jsonl"] {
        let path = folder.join(name);
        let whole = fs::read(&path).unwrap();
        for place in [0, 9, 20, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[place] ^= 4;
            fs::write(&path, damaged).unwrap();
            let error = Corpus::open(&folder).unwrap_err();
            assert!(matches!(&error, DatasetError::Corrupt { path: named, .. } if *named == path), "{error}");
        }
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(matches!(Corpus::open(&folder), Err(DatasetError::Corrupt { .. })));
        fs::write(&path, [&whole[..], b"\n"].concat()).unwrap();
        assert!(matches!(Corpus::open(&folder), Err(DatasetError::Corrupt { .. })));
        fs::write(&path, whole).unwrap();
    }
    assert!(Corpus::open(&folder).is_ok());
}

/// What reading all music of an open corpus says after `change` to its shard.
fn problem_while_open(change: impl Fn(&Path, Vec<u8>)) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    let folder = forty(home.path());
    let corpus = Corpus::open(&folder).unwrap();
    let shard = folder.join("shard-0000.bin");
    change(&shard, fs::read(&shard).unwrap());
    let error = corpus.all().find_map(|piece| piece.music().err());
    assert_eq!(corpus.forms().is_err(), error.is_some());
    error.map(|error| error.to_string())
}

#[test]
fn a_shard_that_is_cut_short_or_overwritten_while_it_is_open_gives_an_error() {
    let cut = problem_while_open(|shard, whole| {
        fs::File::options().write(true).open(shard).unwrap().set_len(whole.len() as u64 / 2).unwrap();
    });
    assert!(cut.unwrap().contains("shard-0000.bin is damaged: it was cut short after it was opened; prepare"));
    let overwritten = problem_while_open(|shard, whole| fs::write(shard, vec![0xFF; whole.len()]).unwrap());
    assert!(overwritten.unwrap().contains("00.mid: its first bar does not start at the first note"));
}

#[test]
fn a_corpus_stays_what_it_was_while_another_takes_its_place() {
    let home = tempfile::tempdir().unwrap();
    let folder = forty(home.path());
    let corpus = Corpus::open(&folder).unwrap();
    save(&home.path().join("midi"), "more.mid", &melody(99, 40, 0));
    let options = PrepareOptions::new(home.path().join("midi"), &folder);
    prepare(&PrepareOptions { overwrite: true, ..options }, &()).unwrap();
    assert_eq!(corpus.all().map(|piece| piece.music().unwrap().notes().len() as u64).sum::<u64>(), corpus.note_count());
    assert_eq!(Corpus::open(&folder).unwrap().all().len(), 41);
}

#[test]
fn a_corpus_that_a_killed_preparing_had_moved_aside_opens_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = forty(home.path());
    fs::create_dir(home.path().join(".corpus.old-aB3dE6")).unwrap();
    fs::rename(&folder, home.path().join(".corpus.old-aB3dE6/corpus")).unwrap();
    assert_eq!(Corpus::open(&folder).unwrap().all().len(), 40);
}

/// Changes a file and makes the manifest agree, as somebody would who means harm.
fn forge(folder: &Path, name: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) {
    use sha2::{Digest, Sha256};
    let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (path, manifest) = (folder.join(name), folder.join("manifest.json"));
    let old = fs::read(&path).unwrap();
    let new = change(old.clone());
    let text = fs::read_to_string(&manifest).unwrap();
    let text = text.replace(&hex(&old), &hex(&new)).replace(&format!(": {},", old.len()), &format!(": {},", new.len()));
    fs::write(manifest, text).unwrap();
    fs::write(path, new).unwrap();
}

fn problem(change: impl Fn(Vec<u8>) -> Vec<u8>, name: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let folder = forty(home.path());
    forge(&folder, name, change);
    Corpus::open(&folder).unwrap_err().to_string()
}

#[test]
fn a_forged_corpus_gives_an_error_and_no_panic() {
    let in_index = |from: &'static str, to: &'static str| {
        problem(move |bytes| String::from_utf8(bytes).unwrap().replacen(from, to, 1).into(), "index.jsonl")
    };
    assert!(in_index("\"shard\":0", "\"shard\":9").contains("00.mid lies outside the shards"));
    assert!(in_index("\"offset\":16", "\"offset\":18446744073709551615").contains("00.mid lies outside the shards"));
    assert!(in_index("\"notes\":20", "\"notes\":21").contains("notes, but"));
    assert!(in_index("\"split\":\"", "\"split\":\"no").contains("line"));
    let out_of_range = |mut shard: Vec<u8>| {
        *shard.last_mut().unwrap() = 32; // the velocity of the last note, whose classes end at 31
        shard
    };
    assert!(problem(out_of_range, "shard-0000.bin").contains("out of range"));
}

#[test]
fn another_versions_corpus_and_no_corpus_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let folder = forty(home.path());
    assert!(matches!(Corpus::open(home.path()), Err(DatasetError::NotACorpus { .. })));
    let manifest = folder.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"format_version\": 1", "\"format_version\": 2")).unwrap();
    let error = Corpus::open(&folder).unwrap_err().to_string();
    assert!(error.contains("format version 2, this program reads 1: prepare the corpus again"), "{error}");
}

#[test]
fn pieces_come_once_in_each_order_and_the_order_repeats() {
    let home = tempfile::tempdir().unwrap();
    let corpus = Corpus::open(&forty(home.path())).unwrap();
    let paths = |pieces: &[PieceId]| pieces.iter().map(|id| corpus.piece(*id).path().to_owned()).collect::<Vec<_>>();
    let in_order = paths(corpus.pieces(Split::Train));
    assert!(in_order.is_sorted());
    let shuffled = paths(&corpus.shuffled(Split::Train, 7, 0));
    assert_ne!(shuffled, in_order);
    assert_eq!(shuffled, paths(&corpus.shuffled(Split::Train, 7, 0)));
    assert_ne!(shuffled, paths(&corpus.shuffled(Split::Train, 7, 1)));
    let mut sorted = shuffled;
    sorted.sort();
    assert_eq!(sorted, in_order);
}

#[test]
fn the_fingerprint_is_that_of_the_content() {
    let (one, same, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    save(&other.path().join("midi"), "more.mid", &melody(99, 40, 0));
    let [one, same, other] = [one, same, other].map(|home| Corpus::open(&forty(home.path())).unwrap().fingerprint());
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn threads_share_a_corpus() {
    let home = tempfile::tempdir().unwrap();
    let corpus = Corpus::open(&forty(home.path())).unwrap();
    let notes = |split| corpus.pieces(split).iter().map(|id| corpus.piece(*id).note_count() as u64).sum::<u64>();
    let total: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = Split::ALL.map(|split| scope.spawn(move || notes(split))).into();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(total, corpus.note_count());
    assert_eq!(total, (0..40).map(|n| 20 + n).sum::<u64>());
}

#[test]
fn vocabulary_and_statistics_are_of_the_train_split() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    let mut labels = String::from("path,genre,composer,split\n");
    let mut add = |number: u32, genre: &str, composer: &str, split: &str| {
        save(&midi, &format!("{number}.mid"), &melody(number, 40, 0));
        labels += &format!("{number}.mid,{genre},{composer},{split}\n");
    };
    (0..8).for_each(|number| add(number, "jazz", "monk", "train"));
    (8..15).for_each(|number| add(number, "folk", "seven only", "train"));
    (15..30).for_each(|number| add(number, "rock", "unheard", "test"));
    let (path, output) = (home.path().join("labels.csv"), home.path().join("corpus"));
    fs::write(&path, labels).unwrap();
    prepare(&PrepareOptions { labels: Some(path), ..PrepareOptions::new(midi, &output) }, &()).unwrap();
    let corpus = Corpus::open(&output).unwrap();
    assert_eq!(corpus.vocabulary().genres, ["folk", "jazz"]);
    assert_eq!(corpus.vocabulary().composers, ["monk"]);
    assert_eq!(corpus.statistics().all.pieces, 15);
    assert_eq!(corpus.statistics().genre(Some("jazz")).metres, [("4/4".parse().unwrap(), 8)]);
    assert_eq!(corpus.forms().unwrap().genres.keys().collect::<Vec<_>>(), ["folk", "jazz"]);
    let records = corpus.condition_records().unwrap();
    let of_monk = records.iter().filter(|record| record.composer.as_deref() == Some("monk"));
    assert_eq!(
        (records.iter().len(), of_monk.count()),
        (15 + 4, 4),
        "a composer of the vocabulary has records besides"
    );
}
