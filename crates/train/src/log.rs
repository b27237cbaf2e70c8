//! The run's log: JSON lines, one an event.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::TrainError;
use crate::event::Event;

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
    /// of training that the kept lines tell of.
    pub(crate) fn resume(run: &Path, step: u64) -> Result<(Self, f64), TrainError> {
        let path = path_of(run);
        let kept: Vec<LogLine> = read_log(run)?.into_iter().filter(|line| step_of(&line.event) <= step).collect();
        let elapsed_s = kept.last().map_or(0.0, |line| line.elapsed_s);
        let text: String = kept.iter().map(line_text).collect();
        let fresh = path.with_extension("partial");
        fs::write(&fresh, text).map_err(TrainError::io("write", &fresh))?;
        fs::rename(&fresh, &path).map_err(TrainError::io("write", &path))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(TrainError::io("open", &path))?;
        Ok((Self { file, path }, elapsed_s))
    }

    /// Appends one line.
    pub(crate) fn write(&mut self, line: &LogLine) -> Result<(), TrainError> {
        self.file.write_all(line_text(line).as_bytes()).map_err(TrainError::io("write", &self.path))
    }
}

/// The lines of a run's log, oldest first; a last line cut off by a crash is left out.
pub fn read_log(run: &Path) -> Result<Vec<LogLine>, TrainError> {
    let path = path_of(run);
    let Ok(file) = File::open(&path) else { return Ok(Vec::new()) };
    let mut lines = Vec::new();
    for text in BufReader::new(file).lines() {
        let text = text.map_err(TrainError::io("read", &path))?;
        lines.extend(serde_json::from_str::<LogLine>(&text));
    }
    Ok(lines)
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
