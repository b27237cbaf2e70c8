//! What a SoundFont 2 bank consists of (SoundFont Technical Specification 2.04, sections 4 to 7), found and looked at
//! before the synthesizer reads it: it takes sizes and indices on trust, so one that lies could make it panic, or fill
//! the memory with zones that all claim the same generators. It also stops at chunks that it does not know, at padding
//! and at lists in another order; so it gets the chunks that it needs, written again in the usual order.

use std::io::{Cursor, Read};

use crate::error::SynthError;
use crate::riff::{Chunk, Chunks, fault};

/// Zones of presets or of instruments; their lists count them in 16 bits.
const ZONES_MAX: usize = 1 << 16;
/// No sample in use has a higher rate, in Hz.
const SAMPLE_RATE_HZ_MAX: u32 = 768_000;
/// What is kept of a bank's name, in bytes; the format allows as much.
const NAME_BYTES_MAX: usize = 256;
/// The chunks of the list pdta that are needed, in the usual order.
const PARAMETERS: [&[u8; 4]; 7] = [b"phdr", b"pbag", b"pgen", b"inst", b"ibag", b"igen", b"shdr"];

/// The parts of a bank that matter for playing; of several of one name the last counts.
pub(crate) struct Layout<'a> {
    name: &'a [u8],
    /// Samples of 16 bits; whole ones.
    samples: &'a [u8],
    /// In the order of [`PARAMETERS`].
    parameters: [Chunk<'a>; 7],
}

impl<'a> Layout<'a> {
    /// Finds the parts and checks sizes and indices.
    pub(crate) fn of(bank: &'a [u8]) -> Result<Self, SynthError> {
        if bank.len() < 12 || &bank[..4] != b"RIFF" || &bank[8..12] != b"sfbk" {
            return Err(fault(0, "this is no SoundFont 2 bank (RIFF, sfbk)"));
        }
        let Lists { info, samples, parameters } = Lists::of(bank)?;
        let (samples, parameters) = (inner(bank, &samples)?, inner(bank, &parameters)?);
        let parameters = chosen(&parameters)?;
        check_parameters(&parameters)?;
        Ok(Self { name: name(bank, info)?, samples: check_sample_data(&samples)?, parameters })
    }

    /// What the bank calls itself; may be empty.
    pub(crate) fn name(&self) -> String {
        let text = self.name.split(|&byte| byte == 0).next().unwrap_or_default();
        let text = String::from_utf8_lossy(&text[..text.len().min(NAME_BYTES_MAX)]);
        text.replace(char::is_control, " ").trim().to_owned()
    }

    /// The bank as every reader of the format takes it. The samples, which are most of it, are not copied.
    pub(crate) fn plain(&self) -> Result<impl Read, SynthError> {
        let chunk = |chunk: &Chunk<'_>| Ok([&head(&chunk.id, chunk.body.len())?[..], chunk.body].concat());
        let parameters = self.parameters.iter().map(chunk).collect::<Result<Vec<_>, SynthError>>()?.concat();
        let parameters = [list_head(b"pdta", parameters.len())?, parameters].concat();
        let samples = head(b"smpl", self.samples.len())?;
        let samples = [list_head(b"sdta", samples.len() + self.samples.len())?, samples].concat();
        let lists = [b"sfbk".to_vec(), list_head(b"INFO", 0)?, samples].concat();
        let start = [head(b"RIFF", lists.len() + self.samples.len() + parameters.len())?, lists].concat();
        Ok(Cursor::new(start).chain(self.samples).chain(Cursor::new(parameters)))
    }
}

/// The beginning of a chunk.
fn head(id: &[u8; 4], length: usize) -> Result<Vec<u8>, SynthError> {
    let length = u32::try_from(length).map_err(|_| fault(0, "the bank is longer than its format can say, 4 GiB"))?;
    Ok([&id[..], &length.to_le_bytes()].concat())
}

/// The beginning of a list of so many bytes of chunks.
fn list_head(kind: &[u8; 4], length: usize) -> Result<Vec<u8>, SynthError> {
    Ok([head(b"LIST", length.saturating_add(4))?, kind.to_vec()].concat())
}

/// The lists of a bank, in whatever order they stand.
struct Lists<'a> {
    /// What is told of the bank; playing does without.
    info: Option<Chunk<'a>>,
    samples: Chunk<'a>,
    parameters: Chunk<'a>,
}

impl<'a> Lists<'a> {
    fn of(bank: &'a [u8]) -> Result<Self, SynthError> {
        let (mut info, mut samples, mut parameters) = (None, None, None);
        for chunk in Chunks::from(bank, 12) {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                // What follows the bank, such as padding of a transfer, is of no interest.
                Err(_) if samples.is_some() && parameters.is_some() => break,
                Err(error) => return Err(error),
            };
            match chunk.list_kind() {
                Some(b"INFO") => info = Some(chunk),
                Some(b"sdta") => samples = Some(chunk),
                Some(b"pdta") => parameters = Some(chunk),
                _ => {}
            }
        }
        Ok(Self {
            info,
            samples: samples.ok_or(fault(12, "the list of samples, sdta, is missing"))?,
            parameters: parameters.ok_or(fault(12, "the list of presets and instruments, pdta, is missing"))?,
        })
    }
}

fn inner<'a>(bank: &'a [u8], list: &Chunk<'a>) -> Result<Vec<Chunk<'a>>, SynthError> {
    list.inner(bank).collect()
}

fn last<'a>(chunks: &[Chunk<'a>], id: &[u8; 4]) -> Option<Chunk<'a>> {
    chunks.iter().rev().find(|chunk| &chunk.id == id).copied()
}

fn name<'a>(bank: &'a [u8], info: Option<Chunk<'a>>) -> Result<&'a [u8], SynthError> {
    let chunks = info.map(|list| inner(bank, &list)).transpose()?.unwrap_or_default();
    Ok(last(&chunks, b"INAM").map_or(&[], |chunk| chunk.body))
}

/// The samples, without half a one at the end.
fn check_sample_data<'a>(chunks: &[Chunk<'a>]) -> Result<&'a [u8], SynthError> {
    let samples = last(chunks, b"smpl").ok_or(fault(12, "the bank has no samples (chunk smpl)"))?;
    match samples.body {
        [] | [_] => Err(fault(samples.start, "the bank has no samples (chunk smpl is empty)")),
        [b'O', b'g', b'g', b'S', ..] => Err(fault(samples.start, "the samples are compressed, as in SoundFont 3")),
        body => Ok(&body[..body.len() / 2 * 2]),
    }
}

fn chosen<'a>(chunks: &[Chunk<'a>]) -> Result<[Chunk<'a>; 7], SynthError> {
    let missing = fault(12, "one of the chunks phdr, pbag, pgen, inst, ibag, igen, shdr is missing");
    let found: Option<Vec<_>> = PARAMETERS.iter().map(|id| last(chunks, id)).collect();
    found.and_then(|found| found.try_into().ok()).ok_or(missing)
}

/// The records of `SIZE` bytes that a chunk lists, of which the last one only ends the list.
fn records<'a, const SIZE: usize>(chunk: &Chunk<'a>) -> Result<&'a [[u8; SIZE]], SynthError> {
    match chunk.body.as_chunks() {
        (records, []) if !records.is_empty() => Ok(records),
        _ => Err(fault(chunk.start, "a list of whole records, with one that ends it, must stand here")),
    }
}

fn check_parameters(chunks: &[Chunk<'_>; 7]) -> Result<(), SynthError> {
    let [presets, preset_zones, preset_generators, instruments, zones, generators, samples] = chunks;
    let presets_at = records::<38>(presets)?.iter().map(|record| u16_at(record, 24));
    rising(presets.start, presets_at, check_zones(preset_zones, preset_generators)?)?;
    let instruments_at = records::<22>(instruments)?.iter().map(|record| u16_at(record, 20));
    rising(instruments.start, instruments_at, check_zones(zones, generators)?)?;
    check_samples(samples)
}

/// How many zones there are.
fn check_zones(zones: &Chunk<'_>, generators: &Chunk<'_>) -> Result<usize, SynthError> {
    let bags = records::<4>(zones)?;
    if bags.len() > ZONES_MAX {
        return Err(fault(zones.start, "more than 65536 zones"));
    }
    rising(zones.start, bags.iter().map(|bag| u16_at(bag, 0)), records::<4>(generators)?.len())?;
    Ok(bags.len())
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
    for header in records::<46>(headers)? {
        let rate = u32::from_le_bytes([header[36], header[37], header[38], header[39]]);
        if rate > SAMPLE_RATE_HZ_MAX {
            return Err(fault(headers.start, "a sample of this list has a rate of more than 768 kHz"));
        }
    }
    Ok(())
}
