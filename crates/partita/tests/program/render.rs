//! `partita render`.

use std::fs;

use crate::stage::{Stage, tune};

/// A WAV file's channels, rate and bits, as its header has them.
fn format(wav: &[u8]) -> (u16, u32, u16) {
    assert!(wav.starts_with(b"RIFF") && &wav[8..16] == b"WAVEfmt ", "{:?}", &wav[..16]);
    let u16_at = |at: usize| u16::from_le_bytes([wav[at], wav[at + 1]]);
    (u16_at(22), u32::from_le_bytes(wav[24..28].try_into().unwrap()), u16_at(34))
}

fn with_tune() -> Stage {
    let stage = Stage::new();
    stage.write("tune.mid", &tune(1, 2, 0));
    stage
}

#[test]
fn a_file_becomes_sound_with_the_bank_that_is_always_there() {
    let stage = with_tune();
    let report = stage.json(&["render", "tune.mid", "--soundfont", "builtin"]);
    let wav = fs::read(stage.path("tune.wav")).unwrap();
    assert_eq!(format(&wav), (2, 44_100, 16));
    assert_eq!((&report["path"], &report["soundfont"]), (&"tune.wav".into(), &"builtin".into()));
    assert_eq!((&report["sample_rate_hz"], &report["channels"]), (&44_100.into(), &2.into()));
    assert_eq!(report["soundfont_sha256"].as_str().unwrap().len(), 64);
    // Six quarters at 96 a minute, and what the last note takes to fade.
    let seconds = report["seconds"].as_f64().unwrap();
    assert!((3.75..10.0).contains(&seconds), "{seconds} s");
    assert_eq!(wav.len(), 44 + 4 * (seconds * 44_100.0).round() as usize);
    assert!((0.01..1.0).contains(&report["peak"].as_f64().unwrap()), "{report}");
}

#[test]
fn the_same_command_gives_the_same_bytes() {
    let stage = with_tune();
    for name in ["a.wav", "b.wav"] {
        stage.json(&["render", "tune.mid", "-o", name, "--soundfont", "builtin"]);
    }
    assert!(fs::read(stage.path("a.wav")).unwrap() == fs::read(stage.path("b.wav")).unwrap());
}

#[test]
fn rate_channels_and_samples_are_as_asked() {
    let stage = with_tune();
    let report = stage.json(&[
        "render",
        "tune.mid",
        "-o",
        "clip.WAV",
        "--soundfont",
        "builtin",
        "--mono",
        "--rate",
        "16000",
        "--float",
        "--dry",
    ]);
    let (channels, rate, bits) = format(&fs::read(stage.path("clip.WAV")).unwrap());
    assert_eq!((channels, rate, bits), (1, 16_000, 32));
    assert_eq!((&report["channels"], &report["sample_rate_hz"]), (&1.into(), &16_000.into()));
}

#[test]
fn normalising_reaches_its_peak() {
    let stage = with_tune();
    let report = stage.json(&["render", "tune.mid", "-o", "loud.wav", "--soundfont", "builtin", "--normalize"]);
    assert!((report["peak"].as_f64().unwrap() - 0.891).abs() < 1e-4, "{report}");
}

#[test]
fn an_ending_means_a_file_and_none_a_folder() {
    let stage = with_tune();
    for (output, path) in [("sounds", "sounds/tune.wav"), ("a.b/", "a.b/tune.wav"), ("new/clip.wav", "new/clip.wav")] {
        let report = stage.json(&["render", "tune.mid", "-o", output, "--soundfont", "builtin"]);
        assert_eq!(report["path"], path);
        assert!(stage.path(path).is_file());
    }
}

#[test]
fn people_read_the_same_facts() {
    let stage = with_tune();
    let outcome = stage.run(&["render", "tune.mid", "--soundfont", "builtin"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    for fact in ["tune.wav", "stereo, 44100 Hz", "dB of full scale", "builtin"] {
        assert!(outcome.stdout.contains(fact), "no {fact:?} in {outcome:?}");
    }
}

#[test]
fn wrong_use_is_told_before_anything_is_written() {
    let stage = with_tune();
    stage.run(&["render", "tune.mid", "-o", "tune.mp3"]).assert_error(2, &["tune.mp3 is no WAV file", ".wav"]);
    assert_eq!(stage.run(&["render", "tune.mid", "--rate", "3"]).code, 2);
    assert_eq!(stage.names("."), ["tune.mid"]);
}

#[test]
fn broken_files_are_said_by_name() {
    let stage = with_tune();
    stage.write("bad.sf2", b"no bank").write("bad.mid", b"no music");
    let bank = stage.run(&["render", "tune.mid", "--soundfont", "bad.sf2"]);
    bank.assert_error(1, &["read bad.sf2: byte 0", "give a SoundFont 2 bank"]);
    stage.run(&["render", "tune.mid", "--soundfont", "gone.sf2"]).assert_error(1, &["gone.sf2", "check the name"]);
    stage.run(&["render", "bad.mid", "--soundfont", "builtin"]).assert_error(1, &["bad.mid"]);
    assert_eq!(stage.names("."), ["bad.mid", "bad.sf2", "tune.mid"]);
}

/// The loops of the piano's samples are one sample long, and its rates beyond all others.
#[test]
fn a_bank_that_breaks_the_synthesizer_is_one_line() {
    let stage = with_tune();
    let mut bank = partita_synth::builtin_bank();
    let headers = bank.windows(4).rposition(|window| window == b"shdr").unwrap() + 8;
    let end = bank.len() - 46;
    for header in (headers..end).step_by(46) {
        bank.copy_within(header + 20..header + 24, header + 28);
        let start = u32::from_le_bytes(bank[header + 20..header + 24].try_into().unwrap());
        bank[header + 32..header + 36].copy_from_slice(&(start + 1).to_le_bytes());
        bank[header + 36..header + 40].copy_from_slice(&768_000_u32.to_le_bytes());
    }
    stage.write("bad.sf2", &bank);
    let broken = stage.run(&["render", "tune.mid", "--soundfont", "bad.sf2"]);
    broken.assert_error(1, &["breaks the synthesizer", "use another bank"]);
    assert_eq!(stage.names("."), ["bad.sf2", "tune.mid"]);
}
