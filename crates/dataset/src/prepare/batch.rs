//! Some files at a time: taken off the list, and read and encoded on all threads.

use crate::DatasetError;
use crate::parquet_files::Rows;
use crate::prepare::candidate::Candidate;
use crate::prepare::collector::Collector;
use crate::prepare::files::SourceFile;
use crate::prepare::rejection::Rejection;
use crate::prepare::{Cleaning, PrepareOptions, Progress};
use rayon::prelude::*;

/// Files read between two steps of collecting.
const FILES: usize = 256;
/// Bytes of rows read before they are encoded.
const ROW_BYTES: usize = 64 << 20;

/// The next files to read: alternatives of what is kept already are not.
pub(super) fn next(
    files: &mut impl Iterator<Item = SourceFile>,
    collector: &mut Collector,
    progress: &dyn Progress,
) -> Result<Vec<SourceFile>, DatasetError> {
    let mut batch = Vec::with_capacity(FILES);
    while batch.len() < FILES {
        let Some(file) = files.next() else { break };
        if collector.leave_out_alternative(&file)? {
            progress.advance();
        } else {
            batch.push(file);
        }
    }
    Ok(batch)
}

/// What comes of each file; `None` where the preparing is to stop.
pub(super) fn read_files(
    batch: &[SourceFile],
    options: &PrepareOptions,
    progress: &dyn Progress,
) -> Option<Vec<Result<Candidate, Rejection>>> {
    let read = |file| {
        if progress.is_cancelled() {
            return None;
        }
        let candidate = Candidate::of_file(&options.input, file, &options.cleaning);
        progress.advance();
        Some(candidate)
    };
    batch.par_iter().map(read).collect()
}

/// What comes of each row; `None` where the preparing is to stop. Rows are read one after another, some of them at a
/// time, and encoded on all threads.
pub(super) fn read_rows(
    batch: &[SourceFile],
    rows: &mut Rows,
    threads: &rayon::ThreadPool,
    cleaning: &Cleaning,
    progress: &dyn Progress,
) -> Option<Vec<Result<Candidate, Rejection>>> {
    let mut candidates = Vec::with_capacity(batch.len());
    while candidates.len() < batch.len() {
        let rest = &batch[candidates.len()..];
        let contents = next_contents(rest, rows, cleaning.midi.file_bytes);
        let encode = |(file, content): (&SourceFile, Result<Vec<u8>, Rejection>)| {
            if progress.is_cancelled() {
                return None;
            }
            progress.advance();
            Some(content.and_then(|bytes| Candidate::of_bytes(&bytes, file, cleaning)))
        };
        let encoded: Option<Vec<_>> = threads.install(|| rest.par_iter().zip(contents).map(encode).collect());
        candidates.extend(encoded?);
    }
    Some(candidates)
}

/// The MIDI files of the next rows, of one at least.
fn next_contents(files: &[SourceFile], rows: &mut Rows, bytes_max: usize) -> Vec<Result<Vec<u8>, Rejection>> {
    let (mut contents, mut bytes) = (Vec::new(), 0);
    for file in files {
        let content = file.row.map_or(Err(Rejection::Missing), |row| rows.read(row, bytes_max));
        bytes += content.as_ref().map_or(0, Vec::len);
        contents.push(content);
        if bytes > ROW_BYTES {
            break;
        }
    }
    contents
}
