//! The part of preparing that runs in order, file by file, so that the corpus is the same whatever the threads did:
//! duplicates, shards, report and index.

use crate::content::ContentHash;
use crate::index::{self, Record};
use crate::manifest::{FORMAT_VERSION, FormatName, Manifest};
use crate::prepare::candidate::{Candidate, PieceHead};
use crate::prepare::files::SourceFile;
use crate::prepare::rejection::Rejection;
use crate::prepare::report::{FileReport, PrepareReport};
use crate::prepare::sides::{GroupId, Sides};
use crate::shard::{SHARD_BYTES_MAX, ShardWriter};
use crate::versions::{self, Sketch, Versions};
use crate::{DatasetError, LayoutFound, Split, SplitShares};
use partita_encoding::VOCABULARY_VERSION;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Gathers the files of a corpus. What it remembers of a file is its [`Kept`] record and its content's hash.
pub(crate) struct Collector {
    folder: PathBuf,
    shards: ShardWriter,
    files: FileReport,
    report: PrepareReport,
    kept: Vec<Kept>,
    /// One for each of `kept`.
    sketches: Vec<Option<Sketch>>,
    first_with: HashMap<ContentHash, u32>,
    /// The piece that was kept of each work of which there are several files.
    chosen: HashMap<Arc<str>, u32>,
    sides: Sides,
}

struct Kept {
    record: Record,
    group: GroupId,
    labelled: Option<Split>,
    lowest_pitch: Option<u8>,
}

impl Collector {
    pub(crate) fn new(folder: &Path, layout: LayoutFound) -> Result<Self, DatasetError> {
        Ok(Self {
            folder: folder.to_path_buf(),
            shards: ShardWriter::new(folder, SHARD_BYTES_MAX),
            files: FileReport::create(folder)?,
            report: PrepareReport { layout: Some(layout), ..PrepareReport::default() },
            kept: Vec::new(),
            sketches: Vec::new(),
            first_with: HashMap::new(),
            chosen: HashMap::new(),
            sides: Sides::default(),
        })
    }

    /// Takes the next file in order.
    pub(crate) fn take(
        &mut self,
        file: &SourceFile,
        candidate: Result<Candidate, Rejection>,
    ) -> Result<(), DatasetError> {
        match candidate {
            Ok(_) if self.leave_out_alternative(file)? => Ok(()),
            Ok(candidate) => self.keep(file, candidate),
            Err(rejection) => self.reject(&file.path, &rejection),
        }
    }

    /// Leaves a file out, and says so, if another one of its work is kept.
    pub(crate) fn leave_out_alternative(&mut self, file: &SourceFile) -> Result<bool, DatasetError> {
        let Some(choice) = &file.choice else { return Ok(false) };
        let Some(kept) = self.chosen.get(&choice.work) else { return Ok(false) };
        self.report.files += 1;
        self.report.duplicates += 1;
        self.files.alternative(&file.path, &choice.work, &self.kept[*kept as usize].record.path)?;
        Ok(true)
    }

    pub(crate) fn reject(&mut self, path: &str, rejection: &Rejection) -> Result<(), DatasetError> {
        self.report.files += 1;
        self.report.rejected += 1;
        *self.report.reasons.entry(rejection.kind()).or_default() += 1;
        self.files.rejected(path, rejection)
    }

    fn keep(&mut self, file: &SourceFile, candidate: Candidate) -> Result<(), DatasetError> {
        self.report.files += 1;
        let group = self.sides.group(file.labels.group.as_deref(), candidate.content, file.labels.split);
        if let Some(first) = self.first_with.get(&candidate.content) {
            return self.leave_out(file, &candidate, group, *first);
        }
        let number = self.kept.len() as u32;
        self.first_with.insert(candidate.content, number);
        self.choose(file, number);
        self.remark(file, &candidate)?;
        self.report.overlapping_notes += candidate.overlapping_notes as u64;
        let place = self.shards.push(&candidate.block)?;
        self.sketches.push(candidate.sketch);
        let PieceHead { grid, metre, conditions, difficulty, notes } = candidate.piece;
        let record = Record {
            path: file.path.as_str().into(),
            split: Split::Train, // decided when all groups are known
            group: file.labels.group.as_deref().map(Into::into),
            source: file.labels.source.clone(),
            license: file.labels.license.clone(),
            grid,
            metre,
            conditions,
            difficulty,
            notes,
            shard: place.shard,
            offset: place.offset,
        };
        self.kept.push(Kept { record, group, labelled: file.labels.split, lowest_pitch: candidate.lowest_pitch });
        Ok(())
    }

    fn leave_out(
        &mut self,
        file: &SourceFile,
        candidate: &Candidate,
        group: GroupId,
        first: u32,
    ) -> Result<(), DatasetError> {
        self.choose(file, first);
        let first = &self.kept[first as usize];
        self.sides.join(group, first.group);
        self.report.duplicates += 1;
        let lowest = |pitch: Option<u8>| i16::from(pitch.unwrap_or(0));
        let semitones = lowest(candidate.lowest_pitch) - lowest(first.lowest_pitch);
        self.files.duplicate(&file.path, &first.record.path, semitones)
    }

    /// Takes a kept piece for the file's work.
    fn choose(&mut self, file: &SourceFile, piece: u32) {
        self.chosen.extend(file.choice.as_ref().map(|choice| (Arc::clone(&choice.work), piece)));
    }

    /// Reports what there is to say of a kept file.
    fn remark(&mut self, file: &SourceFile, candidate: &Candidate) -> Result<(), DatasetError> {
        if !candidate.repairs.is_empty() {
            self.report.repaired += 1;
            self.files.repaired(&file.path, &candidate.repairs)?;
        }
        if let Some(strength) = candidate.contradiction {
            self.report.without_pulse += 1;
            let remark =
                format!("labelled as following a beat, but its notes do not (pulse {strength:.2}): taken by the clock");
            self.files.remark(&file.path, "no pulse", &remark)?;
        }
        if file.unlabelled {
            self.report.unlabelled += 1;
            self.files.remark(&file.path, "no labels", "no row of a table names it: labelled by where it lies")?;
        }
        Ok(())
    }

    /// Settles the sides, and writes all that is not written yet.
    pub(crate) fn finish(mut self, shares: &SplitShares) -> Result<PrepareReport, DatasetError> {
        self.join_versions()?;
        self.settle_sides(shares)?;
        let mut records: Vec<Record> = self.kept.into_iter().map(|kept| kept.record).collect();
        records.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.report.count_pieces(&records);
        let manifest = Manifest {
            format: FormatName::PartitaCorpus,
            format_version: FORMAT_VERSION,
            vocabulary_version: VOCABULARY_VERSION,
            pieces: self.report.kept,
            bars: self.report.bars,
            notes: self.report.notes,
            index: index::write(&self.folder, &records)?,
            shards: self.shards.finish()?,
            reports: vec![self.files.finish()?, self.report.write_sources(&self.folder)?],
        };
        manifest.write(&self.folder)?;
        self.report.bytes = manifest.bytes();
        Ok(self.report)
    }

    /// Puts the versions of a work on one side.
    fn join_versions(&mut self) -> Result<(), DatasetError> {
        for Versions { first, second, likeness } in versions::find(&std::mem::take(&mut self.sketches)) {
            let (first, second) = (&self.kept[first as usize], &self.kept[second as usize]);
            self.sides.join(first.group, second.group);
            self.report.versions += 1;
            let remark = format!("a version of {} (likeness {likeness:.2})", first.record.path);
            self.files.remark(&second.record.path, "version", &remark)?;
        }
        Ok(())
    }

    fn settle_sides(&mut self, shares: &SplitShares) -> Result<(), DatasetError> {
        self.report.filled = self.sides.settle(self.kept.iter().map(|kept| kept.group), shares);
        for kept in &mut self.kept {
            let side = self.sides.side(kept.group);
            kept.record.split = side;
            if let Some(labelled) = kept.labelled.filter(|labelled| *labelled != side) {
                self.report.moved += 1;
                let remark = format!("moved from {labelled} to {side}, where its group or a version of it is");
                self.files.remark(&kept.record.path, "moved", &remark)?;
            }
        }
        Ok(())
    }
}
