//! The hidden names beside a place: `.NAME.partial-XXXXXX` for what is being built, `.NAME.old-XXXXXX` for what is being
//! replaced.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Letters and digits at the end of a hidden name, as `tempfile` draws them.
const DRAWN: usize = 6;

/// What a hidden folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A folder in the making.
    Partial,
    /// Holds, under its own name, the folder whose place is being taken.
    Old,
}

impl Purpose {
    const ALL: [Self; 2] = [Self::Partial, Self::Old];

    const fn infix(self) -> &'static str {
        match self {
            Self::Partial => ".partial-",
            Self::Old => ".old-",
        }
    }
}

/// A new hidden folder in `parent`, with the permissions that any new folder gets.
pub(super) fn create(parent: &Path, name: &OsStr, purpose: Purpose) -> io::Result<TempDir> {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(purpose.infix());
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).rand_bytes(DRAWN);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777)); // less the user's umask
    builder.tempdir_in(parent)
}

/// The hidden folders of `name` in `parent` for one purpose, the last changed first.
pub(super) fn list(parent: &Path, name: &OsStr, purpose: Purpose) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if is_of(&entry.file_name(), name, purpose) && entry.file_type()?.is_dir() {
            found.push((entry.metadata()?.modified().ok(), entry.path()));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The names that hidden folders in `parent` belong to, each once; those that are UTF-8.
pub(super) fn names(parent: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(parent)? {
        let hidden = entry?.file_name();
        names.extend(hidden.to_str().and_then(name_of).map(str::to_owned));
    }
    Ok(names)
}

fn is_of(hidden: &OsStr, name: &OsStr, purpose: Purpose) -> bool {
    let drawn = (hidden.as_encoded_bytes().strip_prefix(b"."))
        .and_then(|rest| rest.strip_prefix(name.as_encoded_bytes()))
        .and_then(|rest| rest.strip_prefix(purpose.infix().as_bytes()));
    drawn.is_some_and(is_drawn)
}

fn name_of(hidden: &str) -> Option<&str> {
    let (front, drawn) = hidden.split_at_checked(hidden.len().checked_sub(DRAWN)?)?;
    let front = front.strip_prefix('.').filter(|_| is_drawn(drawn.as_bytes()))?;
    let name = Purpose::ALL.into_iter().find_map(|purpose| front.strip_suffix(purpose.infix()))?;
    (!name.is_empty()).then_some(name)
}

fn is_drawn(end: &[u8]) -> bool {
    end.len() == DRAWN && end.iter().all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_names_are_recognised_and_others_left_alone() {
        let is_of = |hidden: &str, purpose| is_of(OsStr::new(hidden), OsStr::new("my.old-corpus"), purpose);
        assert!(is_of(".my.old-corpus.old-aB3dE6", Purpose::Old));
        assert!(is_of(".my.old-corpus.partial-aB3dE6", Purpose::Partial));
        assert!(!is_of(".my.old-corpus.partial-aB3dE6", Purpose::Old));
        assert_eq!(name_of(".my.old-corpus.old-aB3dE6"), Some("my.old-corpus"));
        let others =
            ["my.old-corpus.old-aB3dE6", ".my.old-corpus.old-aB3d", ".my.old-corpus.old-a.3dE6", "..old-aB3dE6", ""];
        for other in others {
            assert!(!is_of(other, Purpose::Old), "{other}");
            assert_eq!(name_of(other), None, "{other}");
        }
    }
}
