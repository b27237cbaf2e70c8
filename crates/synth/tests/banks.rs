//! Banks as other writers lay them out: the same music must come out, whatever stands between the parts that matter.

#![expect(clippy::unwrap_used, reason = "a test may end wherever something unexpected happens")]

use std::sync::LazyLock;

use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
use partita_synth::{Audio, RenderOptions, SoundFont, SynthLimits, builtin_bank, render};

static BANK: LazyLock<Vec<u8>> = LazyLock::new(builtin_bank);
static SOUND: LazyLock<Audio> = LazyLock::new(|| played(&BANK));

/// A bank taken apart into its lists, and those into their chunks.
struct Parts {
    lists: Vec<(Vec<u8>, Vec<Named>)>,
}

/// A chunk's four letters and its body.
type Named = (Vec<u8>, Vec<u8>);

impl Parts {
    fn builtin() -> Self {
        let lists = chunks(&BANK[12..]).into_iter().map(|(_, body)| (body[..4].to_vec(), chunks(&body[4..])));
        Self { lists: lists.collect() }
    }

    fn list(&mut self, kind: &[u8; 4]) -> &mut Vec<Named> {
        &mut self.lists.iter_mut().find(|(name, _)| name == kind).unwrap().1
    }

    fn push(mut self, kind: &[u8; 4], id: &[u8; 4], body: &[u8]) -> Self {
        self.list(kind).push((id.to_vec(), body.to_vec()));
        self
    }

    fn insert(mut self, kind: &[u8; 4], id: &[u8; 4], body: &[u8]) -> Self {
        self.list(kind).insert(0, (id.to_vec(), body.to_vec()));
        self
    }

    fn without(mut self, kind: &[u8; 4], id: &[u8; 4]) -> Self {
        self.list(kind).retain(|(name, _)| name != id);
        self
    }

    /// The bank, with `pad` after each body of odd length.
    fn padded(&self, pad: &[u8]) -> Vec<u8> {
        let mut file = b"sfbk".to_vec();
        for (kind, chunks) in &self.lists {
            let inner: Vec<u8> = chunks.iter().flat_map(|(id, body)| chunk(id, body, pad)).collect();
            file.extend(chunk(b"LIST", &[&kind[..], &inner].concat(), pad));
        }
        chunk(b"RIFF", &file, pad)
    }

    fn bank(&self) -> Vec<u8> {
        self.padded(b"\0")
    }
}

/// Chunks of even length.
fn chunks(mut bytes: &[u8]) -> Vec<Named> {
    let mut chunks = Vec::new();
    while !bytes.is_empty() {
        let (body, rest) = bytes[8..].split_at(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize);
        chunks.push((bytes[..4].to_vec(), body.to_vec()));
        bytes = rest;
    }
    chunks
}

fn chunk(id: &[u8], body: &[u8], pad: &[u8]) -> Vec<u8> {
    let pad = if body.len() % 2 == 1 { pad } else { &[] };
    [id, &(body.len() as u32).to_le_bytes(), body, pad].concat()
}

fn played(bank: &[u8]) -> Audio {
    let note = Note { onset: Tick(0), duration: Tick(240), pitch: Pitch::clamped(60), velocity: Velocity::clamped(90) };
    let track = Track { notes: vec![note], ..Track::new(Program::clamped(0)) };
    let score = Score { tracks: vec![track], ..Score::new(480) };
    let bank = SoundFont::read(bank, &SynthLimits::default()).unwrap();
    render(&score, &bank, &RenderOptions { fade_seconds_max: 0.5, ..RenderOptions::default() }).unwrap()
}

fn refusal(bank: &[u8]) -> String {
    SoundFont::read(bank, &SynthLimits::default()).unwrap_err().to_string()
}

fn assert_plays_as_ever(bank: &[u8], what: &str) {
    assert!(played(bank) == *SOUND, "{what}: other sound");
}

#[test]
fn a_bank_taken_apart_is_put_together_again() {
    assert!(Parts::builtin().bank() == *BANK);
}

#[test]
fn chunks_of_odd_length_are_padded_or_not() {
    let lists = [b"INFO", b"sdta", b"pdta"];
    for pad in [&b"\0"[..], b"\xFF", b"P", b""] {
        for kind in lists {
            // At the end of its list and before other chunks.
            assert_plays_as_ever(&Parts::builtin().push(kind, b"sm24", b"odd").padded(pad), "odd at the end");
            assert_plays_as_ever(&Parts::builtin().insert(kind, b"sm24", b"odd").padded(pad), "odd at the start");
        }
    }
}

#[test]
fn sample_data_of_24_bits_and_an_odd_length_plays() {
    let mut parts = Parts::builtin();
    let samples = parts.list(b"sdta")[0].1.len() / 2;
    let low_bytes = vec![7; samples | 1];
    assert_plays_as_ever(&parts.push(b"sdta", b"sm24", &low_bytes).bank(), "24 bits");
}

#[test]
fn half_a_sample_at_the_end_is_left_out() {
    let mut parts = Parts::builtin();
    parts.list(b"sdta")[0].1.push(9);
    assert_plays_as_ever(&parts.bank(), "half a sample");
}

#[test]
fn what_is_not_known_is_passed_over() {
    for kind in [b"INFO", b"sdta", b"pdta"] {
        for body in [&b""[..], b"a remark", &[0xFF; 4001]] {
            assert_plays_as_ever(&Parts::builtin().insert(kind, b"DMOD", body).bank(), "an unknown chunk first");
            assert_plays_as_ever(&Parts::builtin().push(kind, b"\xFF?? ", body).bank(), "an unknown chunk last");
        }
    }
    let mut parts = Parts::builtin();
    for place in 0..=3 {
        parts.lists.insert(place * 2, (b"xtra".to_vec(), vec![(b"odd ".to_vec(), vec![1, 2, 3])]));
    }
    assert_plays_as_ever(&parts.bank(), "unknown lists between the known ones");
    let junk = chunk(b"JUNK", &[1; 27], b"\0");
    let inserted = [&BANK[..12], &junk, &BANK[12..], b"what a transfer appended"].concat();
    assert_plays_as_ever(&inserted, "chunks that are no lists");
}

#[test]
fn lists_and_chunks_stand_in_any_order() {
    let mut parts = Parts::builtin();
    for _ in 0..3 {
        parts.lists.rotate_left(1);
        parts.list(b"pdta").rotate_left(2);
        assert_plays_as_ever(&parts.bank(), "rotated");
    }
    parts.lists.swap(0, 1);
    parts.list(b"pdta").reverse();
    assert_plays_as_ever(&parts.bank(), "reversed");
}

#[test]
fn what_playing_does_without_may_be_absent() {
    let bank = Parts::builtin().without(b"pdta", b"pmod").without(b"pdta", b"imod").bank();
    assert_plays_as_ever(&bank, "no modulators");
    let bank = Parts::builtin().without(b"INFO", b"ifil").without(b"INFO", b"isng").without(b"INFO", b"INAM").bank();
    assert_plays_as_ever(&bank, "an empty INFO");
    let mut parts = Parts::builtin();
    parts.lists.remove(0);
    assert_plays_as_ever(&parts.bank(), "no INFO");
    assert_eq!(SoundFont::read(&parts.bank(), &SynthLimits::default()).unwrap().name(), "");
}

#[test]
fn informations_of_unusual_length_do_no_harm() {
    let parts = Parts::builtin().without(b"INFO", b"ifil").without(b"INFO", b"INAM");
    let bank = parts.insert(b"INFO", b"ifil", &[2, 0]).insert(b"INFO", b"INAM", "Für\nElise\0rest".as_bytes()).bank();
    assert_plays_as_ever(&bank, "a short version, a name of odd length");
    assert_eq!(SoundFont::read(&bank, &SynthLimits::default()).unwrap().name(), "Für Elise");
}

#[test]
fn what_playing_needs_is_missed_by_name() {
    for (kind, id) in [(b"sdta", b"smpl"), (b"pdta", b"phdr"), (b"pdta", b"igen"), (b"pdta", b"shdr")] {
        let error = refusal(&Parts::builtin().without(kind, id).bank());
        assert!(error.contains(str::from_utf8(id).unwrap()), "{error}");
    }
    for (list, name) in [(1, "sdta"), (2, "pdta")] {
        let mut parts = Parts::builtin();
        parts.lists.remove(list);
        let error = refusal(&parts.bank());
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn samples_that_are_compressed_or_not_there_are_said() {
    let mut parts = Parts::builtin();
    parts.list(b"sdta")[0].1[..4].copy_from_slice(b"OggS");
    assert!(refusal(&parts.bank()).contains("compressed, as in SoundFont 3"));
    parts.list(b"sdta")[0].1.clear();
    assert!(refusal(&parts.bank()).contains("no samples"));
    parts.list(b"sdta")[0].1 = vec![0; 100];
    assert!(refusal(&parts.bank()).contains("beyond the end of the samples"));
}
