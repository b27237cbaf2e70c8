//! From a folder of MIDI files to a corpus.
//!
//! Files are read and encoded on all threads, a batch at a time; what comes of them is collected in order. So the
//! corpus depends on the files and labels alone, and memory holds one batch of pieces, the labels, and a record a file:
//! less than 2 kB a file in all (49 MB for 21,918 files, 10 MB for 300 of them), however long the music is.

mod batch;
mod candidate;
mod cleaning;
mod collector;
mod files;
mod filling;
mod genres;
mod pulse;
mod rejection;
mod report;
mod sides;

pub use cleaning::Cleaning;
pub use filling::SIDE_PIECES_MIN;
pub use pulse::grid_of;
pub(crate) use rejection::Rejection;
pub use report::{GenreTotals, PrepareReport, SourceTotals};

use crate::parquet_files::{self, FoundRows, Rows};
use crate::{DatasetError, Layout, LayoutFound, SplitShares, StagedDirectory, layout, manifest, staged};
use collector::Collector;
use files::Found;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What to prepare, and how.
#[derive(Clone, Debug)]
pub struct PrepareOptions {
    /// Folder of MIDI files, at any depth.
    pub input: PathBuf,
    /// A labels file (see the [crate's documentation](crate#labels)); without one, files
    /// are labelled by their folders, `genre/composer/…`.
    pub labels: Option<PathBuf>,
    /// How the files lie; found out where it is not said.
    pub layout: Option<Layout>,
    /// The column of Parquet files that holds the MIDI files; one with a known name where it is not said.
    pub column: Option<String>,
    /// Where the corpus is to be.
    pub output: PathBuf,
    /// Whether a corpus there may be replaced. Anything else there never is.
    pub overwrite: bool,
    /// What part of the groups whose labels name no side goes to each.
    pub split: SplitShares,
    /// Threads to use; one a core without.
    pub threads: Option<NonZeroUsize>,
    /// What is too short, too long or too empty.
    pub cleaning: Cleaning,
}

impl PrepareOptions {
    /// Prepares `input` into `output`, all else by default.
    pub fn new(input: impl Into<PathBuf>, output: impl Into<PathBuf>) -> Self {
        Self {
            input: input.into(),
            labels: None,
            layout: None,
            column: None,
            output: output.into(),
            overwrite: false,
            split: SplitShares::default(),
            threads: None,
            cleaning: Cleaning::default(),
        }
    }
}

/// Watches the preparing, from any of its threads. `()` watches nothing.
pub trait Progress: Sync {
    /// The files were found, and lie so.
    fn found(&self, layout: &LayoutFound) {
        let _ = layout;
    }

    /// So many files are to be read.
    fn begin(&self, files: u64) {
        let _ = files;
    }

    /// One more file was read.
    fn advance(&self) {}

    /// Whether to stop; nothing is then written. Asked before each file.
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Progress for () {}

/// Prepares a corpus. It appears under its name when it is complete, or not at all.
///
/// # Errors
/// What is wrong with a single file goes into the corpus' report; an error is what concerns all of it.
pub fn prepare(options: &PrepareOptions, progress: &dyn Progress) -> Result<PrepareReport, DatasetError> {
    let output = &options.output;
    staged::sweep(output).map_err(DatasetError::io("tidy up beside", output))?;
    check_output(output, options.overwrite)?;
    let (layout, Found { mut files, lost }, mut rows) = find(options, progress)?;
    progress.found(&layout);
    let spellings = genres::unify(&mut files);
    let staged = StagedDirectory::beside(output).map_err(DatasetError::io("create a folder beside", output))?;
    progress.begin(files.len() as u64);
    let mut collector = Collector::new(staged.path(), layout)?;
    let threads = thread_pool(options.threads)?;
    let mut files = files.into_iter();
    loop {
        let batch = batch::next(&mut files, &mut collector, progress)?;
        if batch.is_empty() {
            break;
        }
        let candidates = match &mut rows {
            Some(rows) => batch::read_rows(&batch, rows, &threads, &options.cleaning, progress),
            None => threads.install(|| batch::read_files(&batch, options, progress)),
        };
        let candidates = candidates.ok_or(DatasetError::Cancelled)?;
        batch.iter().zip(candidates).try_for_each(|(file, candidate)| collector.take(file, candidate))?;
    }
    lost.iter().try_for_each(|(path, rejection)| collector.reject(path, rejection))?;
    let report = PrepareReport { spellings, ..collector.finish(&options.split)? };
    if report.kept == 0 {
        return Err(nothing_kept(options, report, staged.path()));
    }
    let published = if options.overwrite { staged.replace() } else { staged.publish() };
    published.map_err(DatasetError::io("put the corpus at", output))?;
    Ok(report)
}

/// The error of a folder of which nothing is worth keeping. The report of each file then goes beside the place of the corpus,
/// as `CORPUS.report.csv`.
fn nothing_kept(options: &PrepareOptions, totals: PrepareReport, staged: &Path) -> DatasetError {
    let path = options.input.clone();
    if totals.files == 0 {
        return DatasetError::NoFiles { path };
    }
    let mut report = options.output.clone().into_os_string();
    report.push(".report.csv");
    let report = PathBuf::from(report);
    match fs::rename(staged.join(report::FILES), &report) {
        Ok(()) => DatasetError::NothingKept { path, files: totals.files, reasons: totals.reasons, report },
        Err(error) => DatasetError::io("write", &report)(error),
    }
}

/// Finds out the layout, then all files and their labels.
fn find(options: &PrepareOptions, progress: &dyn Progress) -> Result<(LayoutFound, Found, Option<Rows>), DatasetError> {
    let mut opened = layout::open(&options.input, options.layout, options.labels.as_deref())?;
    let (labels, catalogue) = (opened.labels.as_deref(), opened.catalogue.as_mut());
    let (found, rows, mut notes) = if opened.layout == Layout::Parquet {
        let FoundRows { rows, lost, notes, music } =
            parquet_files::find(&options.input, options.column.as_deref(), progress)?;
        (files::of_rows(rows, lost, &options.input, labels, catalogue)?, Some(music), notes)
    } else {
        (files::find(&options.input, labels, catalogue)?, None, Vec::new())
    };
    notes.extend(opened.catalogue.notes());
    let layout = LayoutFound {
        layout: opened.layout,
        files: found.files.len() as u64,
        own_splits: opened.layout != Layout::Plain && found.files.iter().any(|file| file.labels.split.is_some()),
        notes,
    };
    Ok((layout, found, rows))
}

/// Only a corpus is ever replaced, and only when asked.
fn check_output(output: &Path, overwrite: bool) -> Result<(), DatasetError> {
    let path = output.to_path_buf();
    match output.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) if !overwrite => Err(DatasetError::Exists { path }),
        Ok(_) if output.join(manifest::FILE).is_file() => Ok(()),
        Ok(_) => Err(DatasetError::WouldDestroy { path }),
    }
}

fn thread_pool(threads: Option<NonZeroUsize>) -> Result<rayon::ThreadPool, DatasetError> {
    let threads = threads.map_or(0, NonZeroUsize::get);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| DatasetError::Threads { threads, problem: error.to_string() })
}
