//! The manifest: what files a corpus consists of, with the length and SHA-256 of each.

use crate::digest::Digest;
use crate::{DatasetError, read_within};
use partita_encoding::VOCABULARY_VERSION;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// Version of the corpus' format; any change to the index, the shards or the manifest is a new one.
pub const FORMAT_VERSION: u32 = 1;

/// The manifest's name; a folder without it is no corpus.
pub(crate) const FILE: &str = "manifest.json";

/// A manifest is a few lines a shard; more than this is not one.
const BYTES_MAX: usize = 16 << 20;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) format: FormatName,
    pub(crate) format_version: u32,
    pub(crate) vocabulary_version: u32,
    pub(crate) pieces: u64,
    pub(crate) bars: u64,
    pub(crate) notes: u64,
    pub(crate) index: FileEntry,
    pub(crate) shards: Vec<FileEntry>,
    /// Files for people, which no program reads back.
    pub(crate) reports: Vec<FileEntry>,
}

/// Says what kind of folder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FormatName {
    #[serde(rename = "partita corpus")]
    PartitaCorpus,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: Digest,
}

impl FileEntry {
    /// The file's path; a name that would lead out of the corpus is an error.
    pub(crate) fn path_in(&self, folder: &Path) -> Result<PathBuf, DatasetError> {
        let mut parts = Path::new(&self.name).components();
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(name)), None) => Ok(folder.join(name)),
            _ => Err(DatasetError::corrupt(&folder.join(FILE), format!("{:?} is no file name", self.name))),
        }
    }
}

/// The versions alone, so that another version's manifest is recognised before anything else in it is read.
#[derive(Deserialize)]
struct Versions {
    #[allow(dead_code)] // its reading is the check
    format: FormatName,
    format_version: u32,
    vocabulary_version: u32,
}

impl Manifest {
    /// Length of all files together, without the manifest itself.
    pub(crate) fn bytes(&self) -> u64 {
        self.shards.iter().chain(&self.reports).chain([&self.index]).map(|file| file.bytes).sum()
    }

    /// Writes the manifest into `folder`.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), DatasetError> {
        let path = folder.join(FILE);
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| DatasetError::io("write", &path)(e.into()))?;
        text.push(b'\n');
        fs::write(&path, text).map_err(DatasetError::io("write", &path))
    }

    /// Reads the manifest of the corpus in `folder`, with the manifest's own digest.
    pub(crate) fn read(folder: &Path) -> Result<(Self, Digest), DatasetError> {
        let path = folder.join(FILE);
        let text = match read_within(&path, BYTES_MAX) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(DatasetError::NotACorpus { path: folder.to_path_buf() });
            }
            read => read.map_err(DatasetError::io("read", &path))?,
        };
        let damaged = |error: serde_json::Error| DatasetError::corrupt(&path, error.to_string());
        check_versions(folder, &serde_json::from_slice(&text).map_err(damaged)?)?;
        Ok((serde_json::from_slice(&text).map_err(damaged)?, Digest::of(&text)))
    }
}

fn check_versions(folder: &Path, versions: &Versions) -> Result<(), DatasetError> {
    let pairs = [
        ("format", versions.format_version, FORMAT_VERSION),
        ("vocabulary", versions.vocabulary_version, VOCABULARY_VERSION),
    ];
    match pairs.into_iter().find(|(_, found, expected)| found != expected) {
        Some((what, found, expected)) => {
            Err(DatasetError::Version { path: folder.to_path_buf(), what, found, expected })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let entry = FileEntry { name: "index.jsonl".into(), bytes: 3, sha256: Digest::of(b"abc") };
        Manifest {
            format: FormatName::PartitaCorpus,
            format_version: FORMAT_VERSION,
            vocabulary_version: VOCABULARY_VERSION,
            pieces: 1,
            bars: 2,
            notes: 3,
            index: entry.clone(),
            shards: vec![entry],
            reports: Vec::new(),
        }
    }

    /// The error of reading a manifest whose text was changed.
    fn error(from: &str, to: &str) -> DatasetError {
        let folder = tempfile::tempdir().unwrap();
        manifest().write(folder.path()).unwrap();
        let path = folder.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replace(from, to)).unwrap();
        Manifest::read(folder.path()).unwrap_err()
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        manifest().write(folder.path()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap().0, manifest());
    }

    #[test]
    fn other_versions_are_told_apart_from_damage() {
        let newer = |field| error(&format!("\"{field}\": 1"), &format!("\"{field}\": 999, \"new\": 0"));
        let version =
            |what| move |e: &DatasetError| matches!(e, DatasetError::Version { what: w, found: 999, .. } if *w == what);
        assert!(version("format")(&newer("format_version")));
        assert!(version("vocabulary")(&newer("vocabulary_version")));
        assert!(matches!(error("partita corpus", "other corpus"), DatasetError::Corrupt { .. }));
        assert!(matches!(error("\"bars\": 2", "\"bars\": -2"), DatasetError::Corrupt { .. }));
    }

    #[test]
    fn a_folder_without_manifest_is_no_corpus() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Manifest::read(folder.path()), Err(DatasetError::NotACorpus { .. })));
        assert!(matches!(Manifest::read(&folder.path().join("absent")), Err(DatasetError::NotACorpus { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_manifest_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.path().join(FILE)).unwrap();
        let error = Manifest::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains("manifest.json") && error.contains("bytes"), "{error}");
    }

    #[test]
    fn a_file_name_cannot_lead_out_of_the_corpus() {
        for name in ["../secret", "/etc/passwd", "a/b", "..", ""] {
            let entry = FileEntry { name: name.into(), bytes: 0, sha256: Digest::of(b"") };
            assert!(entry.path_in(Path::new("corpus")).is_err(), "{name}");
        }
    }
}
