//! Corpora: manifest, index and one shard in a row, each but the last behind its length in four bytes.

use std::fs;
use std::path::Path;

use partita_dataset::{Corpus, DatasetError, PrepareOptions, prepare};
use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MANIFEST: &str = "manifest.json";
const INDEX: &str = "index.jsonl";
const SHARD: &str = "shard-0000.bin";

/// A corpus of three pieces.
pub fn valid() -> Vec<u8> {
    let home = tempfile::tempdir().unwrap();
    let (midi, output) = (home.path().join("midi/folk"), home.path().join("corpus"));
    fs::create_dir_all(&midi).unwrap();
    for piece in 0..3 {
        fs::write(midi.join(format!("{piece}.mid")), partita_score::write(&melody(piece)).unwrap()).unwrap();
    }
    prepare(&PrepareOptions::new(home.path().join("midi"), &output), &()).unwrap();
    let read = |name: &str| fs::read(output.join(name)).unwrap();
    let behind_length = |bytes: Vec<u8>| [&(bytes.len() as u32).to_le_bytes()[..], &bytes].concat();
    [behind_length(read(MANIFEST)), behind_length(read(INDEX)), read(SHARD)].concat()
}

fn melody(number: u32) -> Score<Tick> {
    let note = |index: u32| Note {
        onset: Tick(index * 480),
        duration: Tick(480),
        pitch: Pitch::clamped((48 + (index * (number + 3)) % 23) as u8),
        velocity: Velocity::clamped(80),
    };
    let track = Track { notes: (0..24).map(note).collect(), ..Track::new(Program::clamped(0)) };
    Score { tracks: vec![track], ..Score::new(480) }
}

/// Opens the corpus in a folder of its own, the manifest's lengths and digests made right, and reads all that is in it.
pub fn passes(bytes: &[u8]) -> bool {
    let home = tempfile::tempdir().unwrap();
    let (manifest, rest) = behind_length(bytes);
    let (index, shard) = behind_length(rest);
    let write = |name: &str, bytes: &[u8]| fs::write(home.path().join(name), bytes).unwrap();
    write(MANIFEST, &vouched_for(manifest, index, shard).unwrap_or_else(|| manifest.to_vec()));
    write(INDEX, index);
    write(SHARD, shard);
    reads(home.path()).is_ok()
}

/// What stands behind its length, and what comes then; a length beyond the end means all there is.
fn behind_length(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.split_first_chunk() {
        Some((length, rest)) => rest.split_at(rest.len().min(u32::from_le_bytes(*length) as usize)),
        None => (bytes, &[]),
    }
}

/// The manifest with the length and digest that each file has, where it is one.
fn vouched_for(manifest: &[u8], index: &[u8], shard: &[u8]) -> Option<Vec<u8>> {
    let mut manifest: Value = serde_json::from_slice(manifest).ok()?;
    for (place, bytes) in [("/index", index), ("/shards/0", shard)] {
        let entry = manifest.pointer_mut(place)?.as_object_mut()?;
        let sum: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        entry.insert("bytes".to_owned(), json!(bytes.len()));
        entry.insert("sha256".to_owned(), json!(sum));
    }
    serde_json::to_vec(&manifest).ok()
}

fn reads(folder: &Path) -> Result<(), DatasetError> {
    let corpus = Corpus::open(folder)?;
    corpus.forms()?;
    corpus.condition_records()?;
    for piece in corpus.all() {
        let music = piece.music()?;
        assert_eq!(music.bars().map(|bar| bar.notes.len()).sum::<usize>(), music.notes().len());
    }
    Ok(())
}
