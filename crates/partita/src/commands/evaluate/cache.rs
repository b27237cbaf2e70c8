//! Work that need not be done twice: results by the content of what they were made from. Losing the cache loses only time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_dataset::read_within;
use sha2::{Digest, Sha256};

use crate::interrupt::Writing;

/// Bytes of a digest, which stands before each entry's content.
const DIGEST: usize = 32;
/// Pieces and clips of one set are some megabytes; what is longer is none of ours, and made anew.
const ENTRY_BYTES_MAX: usize = 1 << 30;

/// A folder of results.
pub(in crate::commands) struct Cache {
    folder: PathBuf,
}

/// What a result was made from, in 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    /// The key of some parts, in order; their lengths count, so that no two lists of parts run together.
    pub(super) fn of(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(hexadecimal(&digest.finalize()))
    }
}

/// SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub(in crate::commands) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Cache {
    /// The cache in a folder, which is made if it is not there.
    pub(in crate::commands) fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("make the cache {}", folder.display()))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The result under `key`; else that of `make`, which is kept. A damaged entry is made anew.
    pub(super) fn get_or_make(&self, key: &Key, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let path = self.path(key);
        if let Some(content) = read_within(&path, ENTRY_BYTES_MAX).ok().and_then(intact) {
            return Ok(content);
        }
        let content = make()?;
        self.keep(&path, &content).with_context(|| format!("keep a result in {}", path.display()))?;
        Ok(content)
    }

    /// Entries are spread over 256 folders by their first two digits.
    fn path(&self, Key(key): &Key) -> PathBuf {
        self.folder.join(&key[..2]).join(&key[2..])
    }

    /// Written beside its place first, so that an entry is whole or absent. It need not outlive a power failure: the digest
    /// would show the damage.
    fn keep(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let _writing = Writing::begin();
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        let scratch = tempfile::NamedTempFile::new_in(folder)?;
        fs::write(scratch.path(), [&Sha256::digest(content)[..], content].concat())?;
        scratch.persist(path)?;
        Ok(())
    }
}

/// The content of an entry, if it is what its digest says.
fn intact(entry: Vec<u8>) -> Option<Vec<u8>> {
    let (digest, content) = entry.split_at_checked(DIGEST)?;
    (digest == &Sha256::digest(content)[..]).then(|| content.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_made_once_and_again_when_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let key = Key::of(&[b"piece", b"bank"]);
        let unmade = || Err(anyhow::anyhow!("made twice"));
        assert_eq!(cache.get_or_make(&key, || Ok(b"sound".to_vec())).unwrap(), b"sound");
        assert_eq!(cache.get_or_make(&key, unmade).unwrap(), b"sound");
        let path = cache.path(&key);
        for damage in [&b"short"[..], &[7; 40]] {
            fs::write(&path, damage).unwrap();
            assert!(cache.get_or_make(&key, unmade).is_err());
        }
        assert_eq!(cache.get_or_make(&key, || Ok(vec![])).unwrap(), b"");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Key::of(&[b"ab", b"c"]), Key::of(&[b"a", b"bc"]));
        assert_eq!(sha256(b"abc")[..16], *"ba7816bf8f01cfea");
    }
}
