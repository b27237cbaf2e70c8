//! Where the track chunks lie, also where their stated lengths are wrong.

use crate::repair::Repair;

/// One `MTrk` chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TrackChunk {
    /// Where its events start.
    pub(super) start: usize,
    /// The length that its header states.
    pub(super) declared: u32,
    /// Where its events end at the latest: by its length if that holds, else at the next `MTrk` or the end of the
    /// input.
    pub(super) end: usize,
    /// Another chunk, or the end of the input, follows where the stated length says.
    pub(super) length_holds: bool,
}

/// Walks the chunks after the header.
pub(super) struct Chunks<'a> {
    bytes: &'a [u8],
    position: usize,
    declared_tracks: usize,
    found_tracks: usize,
}

impl<'a> Chunks<'a> {
    pub(super) fn new(bytes: &'a [u8], position: usize, declared_tracks: usize) -> Self {
        Self { bytes, position, declared_tracks, found_tracks: 0 }
    }

    /// The next track; what is no track is skipped.
    pub(super) fn next(&mut self, repairs: &mut Vec<Repair>) -> Option<TrackChunk> {
        while self.position < self.bytes.len() {
            let at = self.position;
            let name = self.bytes.get(at..at + 4).unwrap_or_default();
            match word(self.bytes, at + 4) {
                Some(declared) if name == b"MTrk" => {
                    let chunk = self.track(at + 8, declared);
                    self.position = chunk.end;
                    self.found_tracks += 1;
                    return Some(chunk);
                }
                Some(declared) if self.starts_chunk(at) => {
                    self.position = at + 8 + declared as usize;
                    repairs.push(Repair::UnknownChunk { byte: at, name: [name[0], name[1], name[2], name[3]] });
                }
                _ => self.skip_to_track(repairs),
            }
        }
        None
    }

    /// The end-of-track event of the track that `next` gave stands right before `position`. The next chunk is looked
    /// for there, if the length is no guide to it.
    pub(super) fn track_ended(&mut self, chunk: &TrackChunk, position: usize) {
        if !chunk.length_holds || self.bytes[position..].starts_with(b"MTrk") {
            self.position = position;
        }
    }

    /// Skips bytes that are no chunk. Tracks beyond them count only while some are missing: programs that write a
    /// short file over a long one leave such tails, with tracks of another piece.
    fn skip_to_track(&mut self, repairs: &mut Vec<Repair>) {
        let is_complete = self.declared_tracks > 0 && self.found_tracks >= self.declared_tracks;
        let next = if is_complete { None } else { find(self.bytes, b"MTrk", self.position + 1) };
        let next = next.unwrap_or(self.bytes.len());
        repairs.push(Repair::ExtraBytes { byte: self.position, bytes: next - self.position });
        self.position = next;
    }

    fn fits(&self, start: usize, length: u32) -> bool {
        start.checked_add(length as usize).is_some_and(|end| end <= self.bytes.len())
    }

    fn track(&self, start: usize, declared: u32) -> TrackChunk {
        if self.fits(start, declared) {
            let end = start + declared as usize;
            if end == self.bytes.len() || self.starts_chunk(end) {
                return TrackChunk { start, declared, end, length_holds: true };
            }
        }
        let end = find(self.bytes, b"MTrk", start).unwrap_or(self.bytes.len());
        TrackChunk { start, declared, end, length_holds: false }
    }

    /// A track, or four printable characters and a length that fits.
    fn starts_chunk(&self, at: usize) -> bool {
        match (self.bytes.get(at..at + 4), word(self.bytes, at + 4)) {
            (Some(b"MTrk"), Some(_)) => true,
            (Some(name), Some(length)) => {
                name.iter().all(|byte| (0x20..0x7F).contains(byte)) && self.fits(at + 8, length)
            }
            _ => false,
        }
    }
}

/// The big-endian number of four bytes at `at`.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}

/// Where `name` first stands at or after `from`.
pub(super) fn find(bytes: &[u8], name: &[u8; 4], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(4).position(|window| window == name).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracks(bytes: &[u8]) -> (Vec<(usize, usize)>, Vec<Repair>) {
        let (mut chunks, mut repairs) = (Chunks::new(bytes, 0, 1), Vec::new());
        let tracks = std::iter::from_fn(|| chunks.next(&mut repairs).map(|t| (t.start, t.end))).collect();
        (tracks, repairs)
    }

    #[test]
    fn a_length_of_four_gigabytes_ends_with_the_input() {
        assert_eq!(tracks(b"MTrk\xFF\xFF\xFF\xFFabc"), (vec![(8, 11)], vec![]));
    }

    #[test]
    fn a_wrong_length_ends_at_the_next_track() {
        assert_eq!(tracks(b"MTrk\0\0\0\x02abcMTrk\0\0\0\x01d").0, [(8, 11), (19, 20)]);
        assert_eq!(tracks(b"MTrk\0\0\0\x09abcMTrk\0\0\0\x02de").0, [(8, 11), (19, 21)]);
    }

    #[test]
    fn alien_chunks_and_loose_bytes_are_reported() {
        let (tracks, repairs) = tracks(b"XFIH\0\0\0\x01aMTrk\0\0\0\x01b\0\0\0");
        assert_eq!(tracks, [(17, 21)]);
        assert_eq!(repairs, [Repair::UnknownChunk { byte: 0, name: *b"XFIH" }]);
    }
}
