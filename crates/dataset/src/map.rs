//! The only unsafe code of the crate: files as memory, and bytes as notes.
#![allow(unsafe_code)] // each block gives its reason

use memmap2::Mmap;
use partita_encoding::NoteEvent;
use std::fs::File;
use std::io;
use std::path::Path;

/// Bytes of a note in a shard.
pub(crate) const NOTE_BYTES: usize = 6;

/// Maps a file for reading.
pub(crate) fn map_file(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: a map is sound while nobody changes the file. A corpus is never changed in place: `prepare` builds a new
    // folder and renames it, which leaves the mapped files as they are until the last map is dropped.
    unsafe { Mmap::map(&file) }
}

/// A note as its bytes. It compiles only while a note is exactly these six bytes, which [`as_notes`] counts on.
pub(crate) const fn note_bytes(note: NoteEvent) -> [u8; NOTE_BYTES] {
    let NoteEvent { position, program, pitch, cents, duration, velocity } = note;
    [position, program, pitch, cents, duration, velocity]
}

/// The notes that lie in `bytes`, without a copy; bytes after the last whole note are left out.
pub(crate) fn as_notes(bytes: &[u8]) -> &[NoteEvent] {
    const { assert!(size_of::<NoteEvent>() == NOTE_BYTES && align_of::<NoteEvent>() == 1) }
    // SAFETY: `NoteEvent` is `repr(C)` with six `u8` fields and nothing else (see `note_bytes`), so it has the layout of
    // `[u8; 6]` and every bit pattern is one. Length and lifetime are those of `bytes`.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / NOTE_BYTES) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_are_notes_and_notes_are_bytes(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let back: Vec<u8> = as_notes(&bytes).iter().flat_map(|note| note_bytes(*note)).collect();
            prop_assert_eq!(&back[..], &bytes[..bytes.len() / NOTE_BYTES * NOTE_BYTES]);
        }
    }
}
