//! Soundfonts that lie: whatever the bytes, loading and playing end with sound or with an error, and soon.

#![expect(clippy::unwrap_used, reason = "a test may end wherever something unexpected happens")]

use std::sync::LazyLock;

use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
use partita_synth::{Amount, RenderOptions, SoundFont, SynthError, SynthLimits, builtin_bank, render};

static BANK: LazyLock<Vec<u8>> = LazyLock::new(builtin_bank);

fn read(bytes: &[u8]) -> Result<SoundFont, SynthError> {
    SoundFont::read(bytes, &SynthLimits::default())
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

/// Where a chunk's body starts.
fn body(id: &[u8; 4]) -> usize {
    BANK.windows(4).rposition(|window| window == id).unwrap() + 8
}

/// The bank with some bytes replaced.
fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut bank = BANK.clone();
    bank[at..at + bytes.len()].copy_from_slice(bytes);
    bank
}

/// A few notes at the edges of what can be played.
fn score() -> Score<Tick> {
    let note = |(index, pitch): (u32, u8)| Note {
        onset: Tick(index * 10),
        duration: Tick(100),
        pitch: Pitch::clamped(pitch),
        velocity: Velocity::clamped(127),
    };
    let notes: Vec<_> = (0..).zip([0, 60, 127]).map(note).collect();
    let piano = Track { notes: notes.clone(), ..Track::new(Program::clamped(0)) };
    let drums = Track { is_drum: true, ..piano.clone() };
    Score { tracks: vec![piano, drums], ..Score::new(480) }
}

#[test]
fn what_is_no_bank_is_said() {
    for bytes in [&b""[..], b"RIFF", b"MThd\0\0\0\x06\0\x01\0\x01\0\x60", b"RIFF\0\0\0\0sfbk"] {
        let error = refusal(bytes);
        assert!(error.starts_with("byte ") && error.contains("give a SoundFont 2 bank"), "{error}");
    }
}

#[test]
fn a_bank_cut_off_anywhere_is_refused() {
    for kept in (0..BANK.len()).step_by(BANK.len() / 60).chain(BANK.len() - 60..BANK.len()) {
        assert!(read(&BANK[..kept]).is_err(), "the first {kept} bytes pass as a bank");
    }
}

#[test]
fn a_chunk_that_claims_too_much_is_refused_before_memory_is_taken() {
    for id in [b"INAM", b"smpl", b"phdr", b"shdr"] {
        let error = refusal(&with(body(id) - 4, &u32::MAX.to_le_bytes()));
        assert!(error.contains("claims more bytes than are left"), "{error}");
    }
}

#[test]
fn indices_that_fall_or_point_beyond_are_refused() {
    for (place, value) in [(body(b"ibag") + 40, 65_535_u16), (body(b"pbag") + 8, 0), (body(b"phdr") + 38 + 24, 40_000)]
    {
        let error = refusal(&with(place, &value.to_le_bytes()));
        assert!(error.contains("do not rise, or point beyond"), "{error}");
    }
}

#[test]
fn a_sample_rate_out_of_the_world_is_refused() {
    let error = refusal(&with(body(b"shdr") + 36, &(-5_i32).to_le_bytes()));
    assert!(error.contains("768 kHz"), "{error}");
}

#[test]
fn a_missing_list_is_named() {
    assert!(refusal(&with(body(b"pgen") - 8, b"none")).contains("pgen"));
    assert!(refusal(&with(body(b"pdta") - 8, b"none")).contains("pdta"));
}

#[test]
fn banks_beyond_the_limits_are_refused() {
    let limits = SynthLimits { soundfont_bytes: 1000, ..SynthLimits::default() };
    let error = SoundFont::read(&BANK, &limits).unwrap_err();
    assert!(matches!(error, SynthError::Limit { amount: Amount::SoundfontBytes, limit: 1000, .. }), "{error}");
    let limits = SynthLimits { voices_per_key: 3, ..SynthLimits::default() };
    let error = SoundFont::read(&BANK, &limits).unwrap_err();
    assert!(matches!(error, SynthError::Limit { amount: Amount::VoicesPerKey, limit: 3, .. }), "{error}");
}

/// Numbers that look random and are the same every time.
fn numbers(mut state: u32) -> impl FnMut() -> usize {
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize
    }
}

/// Tries a damaged bank as the program would; whether it still plays.
fn plays(bank: &[u8]) -> bool {
    let options = RenderOptions { fade_seconds_max: 0.1, ..RenderOptions::default() };
    let played = read(bank).and_then(|soundfont| render(&score(), &soundfont, &options));
    played.is_ok_and(|audio| audio.frames() > 0)
}

#[test]
fn damaged_parameters_never_panic_through() {
    let parameters = body(b"phdr")..BANK.len();
    let mut random = numbers(1);
    let damaged = (0..120).map(|_| {
        let mut bank = BANK.clone();
        for _ in 0..20 {
            bank[parameters.start + random() % parameters.len()] = random() as u8;
        }
        plays(&bank)
    });
    let played = damaged.filter(|plays| *plays).count();
    assert!((1..120).contains(&played), "{played} of 120 played");
}

#[test]
fn damage_of_every_kind_never_panics_through() {
    let (mut random, mut played) = (numbers(7), 0);
    // Where the structure is: the samples between are most of the bank, and any of them will do.
    let structure: Vec<usize> = (0..body(b"smpl")).chain(body(b"pdta") - 8..BANK.len()).collect();
    for round in 0..150 {
        let mut bank = BANK.clone();
        let at = structure[random() % structure.len()];
        let length = (1 + random() % 64).min(bank.len() - at);
        match round % 5 {
            0 => bank[at] ^= 1 << (random() % 8),
            1 => bank[at..at + length].fill(0),
            2 => bank[at..at + length].fill(0xFF),
            3 => drop(bank.drain(at..at + length)),
            _ => drop(bank.splice(at..at, BANK[at..at + length].to_vec())),
        }
        played += usize::from(plays(&bank));
    }
    assert!((1..150).contains(&played), "{played} of 150 played");
}

#[test]
fn a_loop_outside_of_its_sample_breaks_nothing_but_the_rendering() {
    // The piano's samples, played at an impossible rate over a loop of one sample: the synthesizer runs off the end.
    let mut bank = BANK.clone();
    let first = body(b"shdr");
    for sample in 0..6 {
        let header = first + 46 * sample;
        let start: [u8; 4] = bank[header + 20..header + 24].try_into().unwrap();
        let after = (u32::from_le_bytes(start) + 1).to_le_bytes();
        bank[header + 28..header + 32].copy_from_slice(&start);
        bank[header + 32..header + 36].copy_from_slice(&after);
        bank[header + 36..header + 40].copy_from_slice(&768_000_u32.to_le_bytes());
    }
    let mut score = score();
    score.tracks[0].notes.iter_mut().for_each(|note| note.duration = Tick(9000));
    let error = render(&score, &read(&bank).unwrap(), &RenderOptions::default()).unwrap_err();
    assert!(matches!(error, SynthError::Broken { .. }), "{error}");
}
