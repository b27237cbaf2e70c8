//! Shards: the files that hold the blocks, each at most [`SHARD_BYTES_MAX`] long.
//!
//! A shard is its 16-byte head ("PARTITA\0", the format's version and the vocabulary's, both `u32`, little endian) and
//! then blocks without gaps. Where each block starts stands in the index.

use crate::DatasetError;
use crate::digest::{Digest, DigestedFile};
use crate::manifest::{FORMAT_VERSION, FileEntry};
use partita_encoding::VOCABULARY_VERSION;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
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

/// A shard, open for reading.
#[derive(Debug)]
pub(crate) struct Shard {
    file: File,
    bytes: u64,
    path: PathBuf,
}

impl Shard {
    /// Opens a shard, and makes sure that it is whole: length, digest and head.
    pub(crate) fn open(folder: &Path, entry: &FileEntry) -> Result<Self, DatasetError> {
        let path = entry.path_in(folder)?;
        let file = File::open(&path).map_err(DatasetError::io("open", &path))?;
        let bytes = file.metadata().map_err(DatasetError::io("read", &path))?.len();
        if bytes != entry.bytes {
            return Err(DatasetError::corrupt(&path, format!("{bytes} bytes instead of {}", entry.bytes)));
        }
        if Digest::of_reader(&file).map_err(DatasetError::io("read", &path))? != entry.sha256 {
            return Err(DatasetError::corrupt(&path, "its SHA-256 is not the manifest's"));
        }
        let mut start = [0; HEAD_BYTES];
        read_exact_at(&file, &mut start, 0).map_err(DatasetError::io("read", &path))?;
        if start != head() {
            return Err(DatasetError::corrupt(&path, "it does not start as a shard does"));
        }
        Ok(Self { file, bytes, path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a block can lie there.
    pub(crate) fn holds(&self, offset: u64, len: u64) -> bool {
        offset >= HEAD_BYTES as u64 && offset.checked_add(len).is_some_and(|end| end <= self.bytes)
    }

    /// The bytes of a block that the shard [holds](Self::holds).
    pub(crate) fn read(&self, offset: u64, len: u64) -> Result<Vec<u8>, DatasetError> {
        let mut block = vec![0; len as usize];
        match read_exact_at(&self.file, &mut block, offset) {
            Ok(()) => Ok(block),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(DatasetError::corrupt(&self.path, "it was cut short after it was opened"))
            }
            Err(error) => Err(DatasetError::io("read", &self.path)(error)),
        }
    }
}

/// Fills `bytes` from `offset` on, whatever other threads read of the file meanwhile.
#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => (bytes, offset) = (&mut bytes[read..], offset + read as u64),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn full_shards_are_closed_and_blocks_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = ShardWriter::new(folder.path(), 40);
        let blocks = [vec![1; 12], vec![2; 12], vec![3; 1], vec![4; 100], vec![5; 24]];
        let places: Vec<_> = blocks.iter().map(|block| writer.push(block).unwrap()).collect();
        let entries = writer.finish().unwrap();
        assert_eq!(
            places.iter().map(|place| (place.shard, place.offset)).collect::<Vec<_>>(),
            [(0, 16), (0, 28), (1, 16), (2, 16), (3, 16)]
        );
        let shards: Vec<_> = entries.iter().map(|entry| Shard::open(folder.path(), entry).unwrap()).collect();
        for (block, place) in blocks.iter().zip(places) {
            assert_eq!(&shards[place.shard as usize].read(place.offset, block.len() as u64).unwrap(), block);
        }
    }

    #[test]
    fn a_shard_that_changed_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = ShardWriter::new(folder.path(), SHARD_BYTES_MAX);
        writer.push(&[7; 60]).unwrap();
        let entry = writer.finish().unwrap().remove(0);
        let path = folder.path().join(&entry.name);
        let whole = fs::read(&path).unwrap();
        let problem = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            Shard::open(folder.path(), &entry).unwrap_err().to_string()
        };
        assert!(problem(&whole[..70]).contains("70 bytes instead of 76"));
        let mut changed = whole.clone();
        changed[40] ^= 1;
        assert!(problem(&changed).contains("SHA-256"));
    }

    #[test]
    fn no_block_lies_in_the_head_or_past_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = ShardWriter::new(folder.path(), SHARD_BYTES_MAX);
        writer.push(&[7; 10]).unwrap();
        let shard = Shard::open(folder.path(), &writer.finish().unwrap()[0]).unwrap();
        assert!(shard.holds(16, 10));
        for (offset, len) in [(15, 1), (16, 11), (27, 0), (u64::MAX, 1), (16, u64::MAX)] {
            assert!(!shard.holds(offset, len), "{offset}, {len}");
        }
    }
}
