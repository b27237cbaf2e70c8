//! Shards: the files that hold the blocks, each at most [`SHARD_BYTES_MAX`] long.
//!
//! A shard is its 16-byte head ("PARTITA\0", the format's version and the vocabulary's, both `u32`, little endian) and
//! then blocks without gaps. Where each block starts stands in the index.

use crate::digest::DigestedFile;
use crate::manifest::{FORMAT_VERSION, FileEntry};
use crate::map::map_file;
use crate::{DatasetError, digest::Digest};
use memmap2::Mmap;
use partita_encoding::VOCABULARY_VERSION;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The longest a shard gets.
pub const SHARD_BYTES_MAX: u64 = 64 << 20;

const HEAD_BYTES: usize = 16;

fn head() -> [u8; HEAD_BYTES] {
    let mut head = *b"PARTITA\0________";
    head[8..12].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    head[12..].copy_from_slice(&VOCABULARY_VERSION.to_le_bytes());
    head
}

/// Where a block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) shard: u32,
    pub(crate) offset: u64,
}

/// Writes blocks one after another, starting a new shard when one is full.
pub(crate) struct ShardWriter {
    folder: PathBuf,
    bytes_max: u64,
    open: Option<(FileName, DigestedFile)>,
    done: Vec<FileEntry>,
}

type FileName = String;

impl ShardWriter {
    pub(crate) fn new(folder: &Path, bytes_max: u64) -> Self {
        Self { folder: folder.to_path_buf(), bytes_max, open: None, done: Vec::new() }
    }

    /// Appends a block and says where it is.
    pub(crate) fn push(&mut self, block: &[u8]) -> Result<Place, DatasetError> {
        if self.open.as_ref().is_some_and(|(_, file)| file.len() + block.len() as u64 > self.bytes_max) {
            self.close()?;
        }
        let (name, file) = match self.open.take() {
            Some(open) => open,
            None => self.start()?,
        };
        let (name, file) = self.open.insert((name, file));
        let place = Place { shard: self.done.len() as u32, offset: file.len() };
        file.write_all(block).map_err(DatasetError::io("write", &self.folder.join(name)))?;
        Ok(place)
    }

    fn start(&self) -> Result<(FileName, DigestedFile), DatasetError> {
        let name = format!("shard-{:04}.bin", self.done.len());
        let path = self.folder.join(&name);
        let mut file = DigestedFile::create(&path).map_err(DatasetError::io("create", &path))?;
        file.write_all(&head()).map_err(DatasetError::io("write", &path))?;
        Ok((name, file))
    }

    fn close(&mut self) -> Result<(), DatasetError> {
        if let Some((name, file)) = self.open.take() {
            let (bytes, sha256) = file.finish().map_err(DatasetError::io("write", &self.folder.join(&name)))?;
            self.done.push(FileEntry { name, bytes, sha256 });
        }
        Ok(())
    }

    /// Closes the last shard; the entries are in the shards' order.
    pub(crate) fn finish(mut self) -> Result<Vec<FileEntry>, DatasetError> {
        self.close()?;
        Ok(self.done)
    }
}

/// A shard as memory.
#[derive(Debug)]
pub(crate) struct Shard {
    map: Mmap,
    path: PathBuf,
}

impl Shard {
    /// Maps a shard, and makes sure that it is whole: length, digest and head.
    pub(crate) fn open(folder: &Path, entry: &FileEntry) -> Result<Self, DatasetError> {
        let path = entry.path_in(folder)?;
        let map = map_file(&path).map_err(DatasetError::io("open", &path))?;
        if map.len() as u64 != entry.bytes {
            return Err(DatasetError::corrupt(&path, format!("{} bytes instead of {}", map.len(), entry.bytes)));
        }
        if Digest::of(&map) != entry.sha256 {
            return Err(DatasetError::corrupt(&path, "its SHA-256 is not the manifest's"));
        }
        if !map.starts_with(&head()) {
            return Err(DatasetError::corrupt(&path, "it does not start as a shard does"));
        }
        Ok(Self { map, path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of a block, if they are all there.
    pub(crate) fn bytes(&self, offset: u64, len: u64) -> Option<&[u8]> {
        let start = usize::try_from(offset).ok().filter(|start| *start >= HEAD_BYTES)?;
        self.map.get(start..start.checked_add(usize::try_from(len).ok()?)?)
    }
}
