//! The findings of an earlier report, read back from the JSON document that stands beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::files::read_bytes;

/// A report's file, at most.
const REPORT_BYTES_MAX: usize = 64 << 20;

/// A kind of report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SavedKind {
    /// The command that writes it.
    pub(crate) command: &'static str,
    /// The name of its JSON document.
    pub(crate) file: &'static str,
    /// The version of its form that this program reads.
    pub(crate) version: u32,
}

/// Reads the findings of the report at `path`: its folder or its JSON document.
pub(crate) fn read_saved<T: DeserializeOwned>(path: &Path, kind: &SavedKind) -> Result<T> {
    let SavedKind { command, file, version } = *kind;
    let file: PathBuf = if path.is_dir() { path.join(file) } else { path.to_owned() };
    let bytes = read_bytes(&file, REPORT_BYTES_MAX)?;
    let document: Value = serde_json::from_slice(&bytes)
        .with_context(|| format!("read {}: no report that {command} wrote", file.display()))?;
    match document.get("format_version").and_then(Value::as_u64) {
        Some(found) if found == u64::from(version) => serde_json::from_value(document)
            .with_context(|| format!("read {}: the report is damaged; {command} again", file.display())),
        found => {
            let found = found.map_or("no version".to_owned(), |found| format!("version {found}"));
            Err(anyhow!("{} has {found}, and this program needs {version}; {command} again", file.display()))
        }
    }
}
