//! The index: one JSON line a piece, in the order of the paths, with all that is known of it and where its block lies.

use crate::digest::DigestedFile;
use crate::manifest::FileEntry;
use crate::names::Names;
use crate::{DatasetError, Difficulty, Split};
use partita_encoding::{Conditions, Grid, Metre};
use serde::{Deserialize, Serialize};
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
    /// The commonest.
    pub(crate) metre: Metre,
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
            record.source = names.share(record.source.take());
            record.license = names.share(record.license.take());
            Ok(record)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_encoding::{InstrumentSet, Key, Mood};

    fn record() -> Record {
        Record {
            path: "jazz/Bösendorfer, no. 2.mid".into(),
            split: Split::Valid,
            group: Some("g".into()),
            source: Some("here".into()),
            license: None,
            grid: Grid::Time,
            metre: Metre { numerator: 7, denominator: 8 },
            conditions: Conditions {
                genre: Some("jazz".into()),
                composer: None,
                qpm: Some(0.1 + 131.7),
                key: Some(Key { tonic: 2, minor: true }),
                mood: Some(Mood { valence: -0.3, arousal: 0.1 }),
                instruments: Some([0, 33, 128].into_iter().collect::<InstrumentSet>()),
            },
            difficulty: Difficulty { bars: 2, tracks: 3, polyphony: 1.1, i_temporal: 0.3, ..Difficulty::default() },
            notes: 17,
            shard: 1,
            offset: 1 << 33,
        }
    }

    fn line(record: &Record) -> String {
        serde_json::to_string(record).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let records = [record(), Record { group: None, source: None, grid: Grid::Beat, ..record() }];
        let entry = write(folder.path(), &records).unwrap();
        let bytes = std::fs::read(folder.path().join(&entry.name)).unwrap();
        assert_eq!(read(Path::new(FILE), &bytes).unwrap(), records);
        assert_eq!(entry.sha256, crate::digest::Digest::of(&bytes));
    }

    #[test]
    fn a_damaged_line_is_named() {
        let text = format!("{}\n{}\n", line(&record()), line(&record()).replace("\"notes\":17", "\"notes\":-17"));
        let error = read(Path::new("index"), text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("index is damaged: line 2: invalid value"), "{error}");
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let refused = |field: &str, damage: fn(&mut Record)| {
            let mut record = record();
            damage(&mut record);
            let error = record.check().unwrap_err();
            assert!(error.starts_with(field), "{error}");
        };
        assert_eq!(record().check(), Ok(()));
        refused("bars", |record| record.difficulty.bars = 0);
        refused("bars or notes", |record| record.notes = 0);
        refused("difficulty", |record| record.difficulty.polyphony = f32::NAN);
        refused("qpm", |record| record.conditions.qpm = Some(0.0));
        refused("mood", |record| record.conditions.mood = Some(Mood { valence: 0.0, arousal: 1.1 }));
        refused("key", |record| record.conditions.key = Some(Key { tonic: 12, minor: false }));
    }
}
