//! A temporary folder to run the program in, and the music to put there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use partita_score::{Note, Pitch, Program, Score, TempoChange, Tick, TimeSignature, Track, Velocity};
use serde_json::Value;
use tempfile::TempDir;

/// A folder that the program runs in and that goes with the test.
pub(crate) struct Stage {
    folder: TempDir,
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, its folders too.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Names in a folder, sorted, hidden ones too.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program, about to run in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_partita"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(self.command(arguments).output().unwrap())
    }

    /// Runs with `--json`; it must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let outcome = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(outcome.code, 0, "{outcome:?}");
        serde_json::from_str(&outcome.stdout).unwrap()
    }
}

impl Outcome {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails unless the program ended with `code`, printed no result and one line that holds all `parts`.
    pub(crate) fn assert_error(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stdout, "");
        assert!(self.stderr.starts_with("partita: "), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in {self:?}");
        }
    }
}

/// Steps between the notes of a tune; tunes of different seeds are different, in every key.
fn intervals(seed: u32) -> impl Iterator<Item = i16> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        [-4, -2, -1, 0, 1, 2, 3, 5][(state >> 29) as usize]
    })
}

/// A tune of `bars` bars of 3/4 at 96 quarters a minute, for violin and drums, `semitones` above its own key.
pub(crate) fn tune(seed: u32, bars: u32, semitones: i16) -> Vec<u8> {
    let mut pitch: i16 = 62;
    let onsets = (0..bars * 3).map(|quarter| Tick(quarter * 480));
    let melody = onsets.clone().zip(intervals(seed)).map(|(onset, interval)| {
        pitch = if (50..76).contains(&(pitch + interval)) { pitch + interval } else { 62 };
        note(onset, (pitch + semitones) as u8)
    });
    let parts = vec![
        part("Fiddle & bow", 40, false, melody.collect()),
        part("", 0, true, onsets.step_by(3).map(|onset| note(onset, 36)).collect()),
    ];
    let score = Score {
        tracks: parts,
        tempos: vec![TempoChange { time: Tick(0), microseconds_per_quarter: 625_000 }],
        time_signatures: vec![TimeSignature { time: Tick(0), numerator: 3, denominator: 4 }],
        ..Score::new(480)
    };
    partita_score::write(&score).unwrap()
}

fn note(onset: Tick, pitch: u8) -> Note<Tick> {
    Note { onset, duration: Tick(480), pitch: Pitch::clamped(pitch), velocity: Velocity::clamped(90) }
}

fn part(name: &str, program: u8, is_drum: bool, notes: Vec<Note<Tick>>) -> Track<Tick> {
    let program = Program::clamped(program);
    Track { name: name.to_owned(), program, is_drum, notes, pitch_bends: vec![], sustains: vec![] }
}

/// A scale of D minor, up and down, of eight bars; the file states no tempo, metre or key.
pub(crate) fn d_minor_scale() -> Vec<u8> {
    const SCALE: [u8; 12] = [62, 64, 65, 67, 69, 70, 69, 67, 65, 64, 61, 62];
    let quarters = (0..32_u32).map(|quarter| note(Tick(quarter * 480), SCALE[quarter as usize % SCALE.len()]));
    bare(quarters.collect())
}

/// Two hundred notes whose onsets fall anywhere between the beats (by the golden ratio, which falls most evenly).
pub(crate) fn free_performance() -> Vec<u8> {
    let onset = |index: u32| Tick((f64::from(index) * 480.0 * 0.618_033_988_75) as u32);
    bare((0..200).map(|index| note(onset(index), 60 + (index % 7) as u8)).collect())
}

/// A file of a piano's notes and nothing else.
fn bare(notes: Vec<Note<Tick>>) -> Vec<u8> {
    let score = Score { tracks: vec![part("", 0, false, notes)], ..Score::new(480) };
    partita_score::write(&score).unwrap()
}

/// What makes a training run a matter of a second.
pub(crate) const QUICK: &[&str] = &[
    "--recipe",
    "tiny",
    "--set",
    "events_per_passage=64",
    "--set",
    "events_per_replica=128",
    "--set",
    "evaluate_passages=8",
];

/// A folder with MIDI files of two genres and the corpus made of them.
pub(crate) fn with_corpus() -> Stage {
    let stage = Stage::new();
    for seed in 1..=40 {
        let genre = ["folk", "jazz"][seed as usize % 2];
        stage.write(&format!("midi/{genre}/{seed}.mid"), &tune(seed, 16, 0));
    }
    stage.json(&["prepare", "midi", "-o", "corpus"]);
    stage
}

/// A corpus of two genres with six pieces on each side of the split: enough to judge by.
pub(crate) fn with_even_corpus() -> Stage {
    let stage = Stage::new();
    let mut labels = "path,genre,composer,split,tempo_source\n".to_owned();
    for seed in 0..36 {
        let (genre, split) = (["folk", "jazz"][seed % 2], ["train", "valid", "test"][seed / 2 % 3]);
        stage.write(&format!("midi/{seed}.mid"), &tune(seed as u32, 16, 0));
        labels.push_str(&format!("{seed}.mid,{genre},Anon,{split},file\n"));
    }
    stage.write("labels.csv", labels.as_bytes());
    stage.json(&["prepare", "midi", "--labels", "labels.csv", "-o", "corpus"]);
    stage
}

/// The first corpus with a model in `run`, which has hardly learned anything.
pub(crate) fn trained() -> Stage {
    let stage = with_corpus();
    stage.json(&[&["train", "corpus", "-o", "run", "--set", "steps=2"], QUICK].concat());
    stage
}

/// Whether the file starts like a picture of the kind its ending says.
pub(crate) fn is_picture(path: &Path) -> bool {
    let bytes = fs::read(path).unwrap();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => bytes.starts_with(b"<svg ") && bytes.ends_with(b"</svg>\n"),
        _ => bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xaeB`\x82"),
    }
}
