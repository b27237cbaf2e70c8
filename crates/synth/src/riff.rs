//! RIFF: chunks one after the other, each of four letters, the body's length and the body (Microsoft and IBM 1991).

use crate::error::SynthError;

/// Bytes before a chunk's body.
const HEAD: usize = 8;

/// A chunk of a file.
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'a> {
    pub(crate) id: [u8; 4],
    /// Where the body starts in the file.
    pub(crate) start: usize,
    pub(crate) body: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn at(file: &'a [u8], start: usize, end: usize) -> Result<Self, SynthError> {
        let rest = file.get(start..end).unwrap_or_default();
        let Some((&[a, b, c, d, length @ ..], rest)) = rest.split_first_chunk::<HEAD>() else {
            return Err(fault(start, "the bank is cut off where a chunk must begin"));
        };
        let length = u32::from_le_bytes(length) as usize;
        let body = rest.get(..length).ok_or(fault(start, "a chunk claims more bytes than are left"))?;
        Ok(Self { id: [a, b, c, d], start: start + HEAD, body })
    }

    fn end(&self) -> usize {
        self.start + self.body.len()
    }

    /// The four letters that a list's body begins with; `None` of any other chunk.
    pub(crate) fn list_kind(&self) -> Option<&'a [u8; 4]> {
        self.body.first_chunk().filter(|_| &self.id == b"LIST")
    }

    /// The chunks in a list's body.
    pub(crate) fn inner(&self, file: &'a [u8]) -> Chunks<'a> {
        Chunks { file, next: self.start + 4, end: self.end() }
    }
}

pub(crate) fn fault(byte: usize, fault: &'static str) -> SynthError {
    SynthError::SoundFont { byte, fault }
}

/// The chunks of a stretch of a file, up to the first that is damaged.
pub(crate) struct Chunks<'a> {
    file: &'a [u8],
    next: usize,
    end: usize,
}

impl<'a> Chunks<'a> {
    /// The chunks from a place to the file's end.
    pub(crate) fn from(file: &'a [u8], start: usize) -> Self {
        Self { file, next: start, end: file.len() }
    }

    /// Where the chunk after this one begins. A byte that counts for none follows a body of odd length; some writers
    /// leave it out, so that where a chunk begins at once and none a byte later, it was.
    fn after(&self, chunk: &Chunk<'_>) -> usize {
        let (next, is_odd) = (chunk.end(), chunk.body.len() % 2 == 1);
        if is_odd && (self.is_chunk(next + 1) || !self.is_chunk(next)) { next + 1 } else { next }
    }

    fn is_chunk(&self, start: usize) -> bool {
        let chunk = Chunk::at(self.file, start, self.end);
        chunk.is_ok_and(|chunk| chunk.id.iter().all(|letter| (b' '..=b'~').contains(letter)))
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, SynthError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let chunk = Chunk::at(self.file, self.next, self.end);
        self.next = chunk.as_ref().map_or(self.end, |chunk| self.after(chunk));
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(file: &[u8]) -> Vec<[u8; 4]> {
        Chunks::from(file, 0).map(|chunk| chunk.unwrap().id).collect()
    }

    #[test]
    fn a_body_of_odd_length_is_padded_with_any_byte_or_with_none() {
        for pad in [&b"\0"[..], b"x", b""] {
            let file = [&b"odd \x03\0\0\0abc"[..], pad, b"next\0\0\0\0"].concat();
            assert_eq!(ids(&file), [*b"odd ", *b"next"], "padded with {pad:?}");
        }
    }

    #[test]
    fn the_last_chunk_may_lack_its_padding() {
        assert_eq!(ids(b"odd \x01\0\0\0a"), [*b"odd "]);
        assert_eq!(ids(b"odd \x01\0\0\0a\0"), [*b"odd "]);
    }

    #[test]
    fn a_damaged_chunk_is_told_once() {
        let mut chunks = Chunks::from(b"good\0\0\0\0bad \xFF\0\0\0", 0);
        assert!(chunks.next().unwrap().is_ok());
        assert!(chunks.next().unwrap().is_err());
        assert!(chunks.next().is_none());
    }
}
