//! The index: one JSON line a piece, in the order of the paths, with all that is known of it and where its block lies.

use crate::digest::DigestedFile;
use crate::manifest::FileEntry;
use crate::{DatasetError, Difficulty, Split};
use partita_encoding::{Conditions, Grid};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// The index' name.
pub(crate) const FILE: &str = "index.jsonl";

/// What the corpus knows of a piece. Fields that are not known are left out of the line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) path: Box<str>,
    pub(crate) split: Split,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) license: Option<Arc<str>>,
    #[serde(with = "GridName")]
    pub(crate) grid: Grid,
    pub(crate) conditions: Conditions,
    pub(crate) difficulty: Difficulty,
    pub(crate) notes: u32,
    pub(crate) shard: u32,
    pub(crate) offset: u64,
}

/// [`Grid`] as the index writes it.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Grid", rename_all = "lowercase")]
enum GridName {
    Beat,
    Time,
}

impl Record {
    /// Whether every class is in its range; else what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        let within = |value: f32, low: f32, high: f32| (low..=high).contains(&value);
        let Difficulty { bars, tracks, polyphony, i_temporal, onset_density, pitch_class_entropy } = self.difficulty;
        let Conditions { qpm, key, mood, .. } = self.conditions;
        let measures = [polyphony, i_temporal, onset_density, pitch_class_entropy];
        let rules = [
            (bars > 0 && self.notes > 0, "bars or notes"),
            (tracks > 0, "tracks"),
            (measures.iter().all(|measure| within(*measure, 0.0, f32::MAX)), "difficulty"),
            (qpm.is_none_or(|qpm| qpm > 0.0 && qpm.is_finite()), "qpm"),
            (key.is_none_or(|key| key.tonic < 12), "key"),
            (mood.is_none_or(|mood| [mood.valence, mood.arousal].iter().all(|part| within(*part, -1.0, 1.0))), "mood"),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, field)) => Err(format!("{field} of {:?} out of range", self.path)),
            None => Ok(()),
        }
    }
}

/// Keeps one copy of each name, since sources and licences repeat from piece to piece.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashSet<Arc<str>>,
}

impl Names {
    pub(crate) fn share(&mut self, name: Option<impl AsRef<str> + Into<Arc<str>>>) -> Option<Arc<str>> {
        let name = name?;
        if let Some(known) = self.known.get(name.as_ref()) {
            return Some(Arc::clone(known));
        }
        let name = name.into();
        self.known.insert(Arc::clone(&name));
        Some(name)
    }

    fn share_all(&mut self, record: &mut Record) {
        for name in [&mut record.source, &mut record.license] {
            *name = self.share(name.take());
        }
    }
}

/// Writes the index into `folder`.
pub(crate) fn write(folder: &Path, records: &[Record]) -> Result<FileEntry, DatasetError> {
    let path = folder.join(FILE);
    let mut file = DigestedFile::create(&path).map_err(DatasetError::io("create", &path))?;
    for record in records {
        let mut line = serde_json::to_vec(record).map_err(|e| DatasetError::io("write", &path)(e.into()))?;
        line.push(b'\n');
        file.write_all(&line).map_err(DatasetError::io("write", &path))?;
    }
    let (bytes, sha256) = file.finish().map_err(DatasetError::io("write", &path))?;
    Ok(FileEntry { name: FILE.into(), bytes, sha256 })
}

/// Reads an index from its bytes; `path` is for errors.
pub(crate) fn read(path: &Path, bytes: &[u8]) -> Result<Vec<Record>, DatasetError> {
    let mut names = Names::default();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .enumerate()
        .map(|(number, line)| {
            let damaged = |problem: String| DatasetError::corrupt(path, format!("line {}: {problem}", number + 1));
            let mut record: Record = serde_json::from_slice(line).map_err(|error| damaged(error.to_string()))?;
            record.check().map_err(damaged)?;
            names.share_all(&mut record);
            Ok(record)
        })
        .collect()
}
