//! Writes the files of an export.

use super::row::Row;
use super::{ExportReport, ExportedFile, file_name, table};
use crate::{Corpus, DatasetError, PieceId, Progress, Split, StagedDirectory};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

/// Rows of a group, at most; memory holds one group.
const GROUP_ROWS: usize = 256;
/// Notes of a group, roughly: eight bytes each.
const GROUP_NOTES: usize = 2_000_000;

pub(super) fn export(
    corpus: &Corpus,
    output: &Path,
    overwrite: bool,
    progress: &dyn Progress,
) -> Result<ExportReport, DatasetError> {
    check_output(output, overwrite)?;
    let staged = StagedDirectory::beside(output).map_err(DatasetError::io("create a folder beside", output))?;
    progress.begin(corpus.all().len() as u64);
    let mut report = ExportReport::default();
    for split in Split::ALL.into_iter().filter(|split| !corpus.pieces(*split).is_empty()) {
        report.files.push(write_split(corpus, split, staged.path(), progress)?);
    }
    let published = if overwrite { staged.replace() } else { staged.publish() };
    published.map_err(DatasetError::io("put the export at", output))?;
    Ok(report)
}

/// Only an export is ever replaced, and only when asked.
fn check_output(output: &Path, overwrite: bool) -> Result<(), DatasetError> {
    let path = output.to_path_buf();
    match output.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) if !overwrite => Err(DatasetError::Exists { path }),
        Ok(_) if is_export(output) => Ok(()),
        Ok(_) => Err(DatasetError::NotAnExport { path }),
    }
}

/// Whether a folder holds nothing but what an export writes.
fn is_export(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let ours = |name: &Path| Split::ALL.into_iter().any(|split| file_name(split) == name);
    entries.into_iter().all(|entry| entry.is_ok_and(|entry| ours(Path::new(&entry.file_name()))))
}

fn write_split(
    corpus: &Corpus,
    split: Split,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<ExportedFile, DatasetError> {
    let path = folder.join(file_name(split));
    let failed = |error: ParquetError| DatasetError::io("write", &path)(io_error(error));
    let file = File::create_new(&path).map_err(DatasetError::io("create", &path))?;
    let schema = table::schema().map_err(failed)?;
    let mut writer = SerializedFileWriter::new(BufWriter::new(file), schema, table::properties()).map_err(failed)?;
    let (mut rest, mut notes) = (corpus.pieces(split), 0);
    while !rest.is_empty() {
        let (group, later) = rest.split_at(group_length(corpus, rest));
        let row = |id: &PieceId| {
            if progress.is_cancelled() {
                return Err(DatasetError::Cancelled);
            }
            progress.advance();
            Row::of(corpus.piece(*id))
        };
        let rows: Vec<Row> = group.par_iter().map(row).collect::<Result<_, _>>()?;
        notes += rows.iter().map(|row| row.notes as u64).sum::<u64>();
        table::write_group(&mut writer, &rows).map_err(failed)?;
        rest = later;
    }
    writer.close().map_err(failed)?;
    let bytes = fs::metadata(&path).map_err(DatasetError::io("read", &path))?.len();
    Ok(ExportedFile {
        name: file_name(split).display().to_string(),
        pieces: corpus.pieces(split).len() as u64,
        notes,
        bytes,
    })
}

/// How many of the pieces, one at least, go into the next group.
fn group_length(corpus: &Corpus, pieces: &[PieceId]) -> usize {
    let mut notes = 0;
    let fits = |id: &&PieceId| {
        notes += corpus.piece(**id).note_count();
        notes <= GROUP_NOTES
    };
    pieces.iter().take(GROUP_ROWS).take_while(fits).count().max(1)
}

fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    }
}
