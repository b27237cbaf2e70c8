//! Whether bytes are laid out as a SoundFont 2 bank (SoundFont Technical Specification 2.04, sections 4 to 7), looked at
//! before the synthesizer reads them: it takes sizes and indices on trust, so one that lies could make it panic, or fill
//! the memory with zones that all claim the same generators.

use crate::error::SynthError;

/// Zones of presets or of instruments; their lists count them in 16 bits.
const ZONES_MAX: usize = 1 << 16;
/// No sample in use has a higher rate, in Hz.
const SAMPLE_RATE_HZ_MAX: u32 = 768_000;

/// Checks sizes and indices. What lies beyond the three lists is of no interest.
pub(crate) fn check(bank: &[u8]) -> Result<(), SynthError> {
    if bank.len() < 12 || &bank[..4] != b"RIFF" || &bank[8..12] != b"sfbk" {
        return Err(fault(0, "this is no SoundFont 2 bank (RIFF, sfbk)"));
    }
    let mut start = 12;
    for kind in [b"INFO", b"sdta", b"pdta"] {
        let list = Chunk::at(bank, start, bank.len())?;
        if &list.id != b"LIST" || list.body.len() < 4 || &list.body[..4] != kind {
            return Err(fault(start, "the lists INFO, sdta and pdta must follow each other here"));
        }
        let chunks = chunks(bank, start + 12, list.end())?;
        if kind == b"pdta" {
            check_parameters(&chunks)?;
        }
        start = list.end();
    }
    Ok(())
}

fn fault(byte: usize, fault: &'static str) -> SynthError {
    SynthError::SoundFont { byte, fault }
}

/// A chunk: four letters, the body's length, the body.
struct Chunk<'a> {
    id: [u8; 4],
    /// Where the body starts in the bank.
    start: usize,
    body: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn at(bank: &'a [u8], start: usize, end: usize) -> Result<Self, SynthError> {
        let rest = bank.get(start..end).unwrap_or_default();
        let Some((&[a, b, c, d, length @ ..], rest)) = rest.split_first_chunk::<8>() else {
            return Err(fault(start, "the bank is cut off where a chunk must begin"));
        };
        let length = u32::from_le_bytes(length) as usize;
        let body = rest.get(..length).ok_or(fault(start, "a chunk claims more bytes than are left"))?;
        Ok(Self { id: [a, b, c, d], start: start + 8, body })
    }

    fn end(&self) -> usize {
        self.start + self.body.len()
    }

    /// The body's records of `SIZE` bytes, of which the last one only ends the list.
    fn records<const SIZE: usize>(&self) -> Result<&'a [[u8; SIZE]], SynthError> {
        match self.body.as_chunks() {
            (records, []) if !records.is_empty() => Ok(records),
            _ => Err(fault(self.start, "a list of whole records, with one that ends it, must stand here")),
        }
    }
}

fn chunks(bank: &[u8], mut start: usize, end: usize) -> Result<Vec<Chunk<'_>>, SynthError> {
    let mut chunks = Vec::new();
    while start < end {
        let chunk = Chunk::at(bank, start, end)?;
        start = chunk.end();
        chunks.push(chunk);
    }
    Ok(chunks)
}

fn check_parameters(chunks: &[Chunk<'_>]) -> Result<(), SynthError> {
    // The synthesizer takes the last of several chunks of one name.
    let find = |id: &[u8; 4]| {
        let found = chunks.iter().rev().find(|chunk| &chunk.id == id);
        found.ok_or(fault(0, "one of the chunks phdr, pbag, pgen, inst, ibag, igen, shdr is missing"))
    };
    for [headers, zones, generators] in [[b"phdr", b"pbag", b"pgen"], [b"inst", b"ibag", b"igen"]] {
        let (headers, zones, generators) = (find(headers)?, find(zones)?, find(generators)?);
        let bags = zones.records::<4>()?;
        if bags.len() > ZONES_MAX {
            return Err(fault(zones.start, "more than 65536 zones"));
        }
        let first_generators = bags.iter().map(|bag| u16::from_le_bytes([bag[0], bag[1]]));
        rising(zones.start, first_generators, generators.records::<4>()?.len())?;
        match headers.id[0] {
            b'p' => rising(headers.start, headers.records::<38>()?.iter().map(|r| u16_at(r, 24)), bags.len())?,
            _ => rising(headers.start, headers.records::<22>()?.iter().map(|r| u16_at(r, 20)), bags.len())?,
        }
    }
    check_samples(find(b"shdr")?)
}

fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

/// Each record names where its part of the next list begins; the next record's begins where it ends.
fn rising(byte: usize, firsts: impl Iterator<Item = u16>, count: usize) -> Result<(), SynthError> {
    let mut previous = 0;
    for first in firsts.map(usize::from) {
        if first < previous || first >= count {
            return Err(fault(byte, "the indices of this list do not rise, or point beyond their target"));
        }
        previous = first;
    }
    Ok(())
}

fn check_samples(headers: &Chunk<'_>) -> Result<(), SynthError> {
    for header in headers.records::<46>()? {
        let rate = u32::from_le_bytes([header[36], header[37], header[38], header[39]]);
        if rate > SAMPLE_RATE_HZ_MAX {
            return Err(fault(headers.start, "a sample of this list has a rate of more than 768 kHz"));
        }
    }
    Ok(())
}
