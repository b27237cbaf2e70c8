//! The run's log: JSON lines, one an event.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use partita_dataset::read_within;
use serde::{Deserialize, Serialize};

use crate::error::TrainError;
use crate::event::Event;

/// Some millions of steps; what is longer is no log.
const LOG_BYTES_MAX: usize = 1 << 30;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Seconds of training so far, all sittings together.
    pub elapsed_s: f64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Appends to a run's log.
#[derive(Debug)]
pub(crate) struct RunLog {
    file: File,
    path: PathBuf,
}

impl RunLog {
    /// The log of `run`, without the lines after `step`: a resumed run takes those steps again. Also gives the seconds
    /// of training that the kept lines tell of, and in words what was found damaged.
    pub(crate) fn resume(run: &Path, step: u64) -> Result<(Self, f64, Option<String>), TrainError> {
        let path = path_of(run);
        let Lines { read, damaged } = read_lines(&path)?;
        let note = set_aside(run, &damaged)?;
        let kept: Vec<LogLine> = read.into_iter().filter(|line| step_of(&line.event) <= step).collect();
        let elapsed_s = kept.last().map_or(0.0, |line| line.elapsed_s);
        let text: String = kept.iter().map(line_text).collect();
        let fresh = partial_of(run);
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?; // or the old one would be gone before the new one is there
            fs::rename(&fresh, &path)
        };
        write().map_err(TrainError::io("write", &path))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(TrainError::io("open", &path))?;
        Ok((Self { file, path }, elapsed_s, note))
    }

    /// Appends one line.
    pub(crate) fn write(&mut self, line: &LogLine) -> Result<(), TrainError> {
        self.file.write_all(line_text(line).as_bytes()).map_err(TrainError::io("write", &self.path))
    }
}

/// The lines of a run's log, oldest first; damaged ones, and a last one cut off by a crash, are left out.
pub fn read_log(run: &Path) -> Result<Vec<LogLine>, TrainError> {
    Ok(read_lines(&path_of(run))?.read)
}

/// What a log holds.
#[derive(Default)]
struct Lines {
    read: Vec<LogLine>,
    /// Those that are none, without the last if it was cut off.
    damaged: Vec<Vec<u8>>,
}

fn read_lines(path: &Path) -> Result<Lines, TrainError> {
    let bytes = match read_within(path, LOG_BYTES_MAX) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lines::default()),
        bytes => bytes.map_err(TrainError::io("read", path))?,
    };
    let mut lines = Lines::default();
    for text in bytes.split_inclusive(|byte| *byte == b'\n') {
        match serde_json::from_slice(text) {
            Ok(line) => lines.read.push(line),
            Err(_) if text.ends_with(b"\n") => lines.damaged.push(text.to_owned()),
            Err(_) => {} // cut off
        }
    }
    Ok(lines)
}

/// Keeps damaged lines beside the log, which is written anew without them; what happened, in words.
fn set_aside(run: &Path, damaged: &[Vec<u8>]) -> Result<Option<String>, TrainError> {
    if damaged.is_empty() {
        return Ok(None);
    }
    let path = run.join("log.damaged");
    let file = OpenOptions::new().append(true).create(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(&damaged.concat()).and_then(|()| file.sync_all()));
    written.map_err(TrainError::io("write", &path))?;
    let lines = damaged.len();
    let lines = if lines == 1 { "1 damaged line".to_owned() } else { format!("{lines} damaged lines") };
    Ok(Some(format!("{lines} of log.jsonl, left out of it from now on, kept in {}", path.display())))
}

/// What the log is written to before it gets its name.
pub(crate) fn partial_of(run: &Path) -> PathBuf {
    path_of(run).with_extension("partial")
}

fn path_of(run: &Path) -> PathBuf {
    run.join("log.jsonl")
}

fn line_text(line: &LogLine) -> String {
    serde_json::to_string(line).expect("plain data is always JSON") + "\n"
}

/// The step that an event belongs to.
fn step_of(event: &Event) -> u64 {
    match event {
        Event::Started { step, .. }
        | Event::Validated { step, .. }
        | Event::Judged { step, .. }
        | Event::AdversarialValidated { step, .. }
        | Event::RollValidated { step, .. }
        | Event::ListenerValidated { step, .. } => *step,
        Event::Alarm { step, .. } | Event::JointPhase { step, .. } | Event::Saved { step } => *step,
        Event::Step(report) => report.step,
        Event::AdversarialStep(report) => report.step,
        Event::Baselines(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: u64) -> String {
        line_text(&LogLine { elapsed_s: step as f64, event: Event::Saved { step } })
    }

    fn steps(lines: &[LogLine]) -> Vec<u64> {
        lines.iter().map(|line| step_of(&line.event)).collect()
    }

    #[test]
    fn damaged_lines_are_kept_beside_the_log_and_told() {
        let home = tempfile::tempdir().unwrap();
        let strays = [&b"\xff\xfe stray\n"[..], b"\0\0\n", b"\n", b"{\"elapsed_s\":1}\n"].concat();
        let log =
            [line(1).as_bytes(), &strays, line(2).as_bytes(), line(3).as_bytes(), b"{\"elapsed_s\":4.0,\"ev"].concat();
        fs::write(path_of(home.path()), log).unwrap();
        assert_eq!(steps(&read_log(home.path()).unwrap()), [1, 2, 3]);
        let (mut log, elapsed_s, note) = RunLog::resume(home.path(), 2).unwrap();
        assert_eq!(elapsed_s, 2.0);
        assert!(note.unwrap().starts_with("4 damaged lines of log.jsonl"));
        assert_eq!(fs::read(home.path().join("log.damaged")).unwrap(), strays);
        log.write(&LogLine { elapsed_s: 3.0, event: Event::Saved { step: 9 } }).unwrap();
        assert_eq!(steps(&read_log(home.path()).unwrap()), [1, 2, 9]);
        // Once they are told, they are no more in the way.
        assert_eq!(RunLog::resume(home.path(), 9).unwrap().2, None);
    }

    #[test]
    fn a_log_that_was_cut_off_anywhere_or_overwritten_is_read() {
        let home = tempfile::tempdir().unwrap();
        let whole = [line(1), line(2), line(3)].concat().into_bytes();
        let first = line(1).len();
        for place in (0..whole.len()).step_by(3) {
            fs::write(path_of(home.path()), &whole[..place]).unwrap();
            let kept = steps(&read_log(home.path()).unwrap());
            assert!(kept.iter().eq([1, 2, 3].iter().take(kept.len())), "cut at {place}: {kept:?}");
            let mut damaged = whole.clone();
            damaged[place] = 0xff;
            fs::write(path_of(home.path()), damaged).unwrap();
            let (_, _, note) = RunLog::resume(home.path(), 3).unwrap();
            // The last line without its end may have been cut off.
            assert!(note.is_some() || place == whole.len() - 1 || place > 2 * first, "{place}");
        }
    }
}
