//! What is known of a file beside its notes: a row of a labels file, or the folders it lies in.
//! The columns are described in the crate's documentation.

use crate::names::Names;
use crate::{DatasetError, Split, label_paths, read_within};
use partita_encoding::Mood;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is known of one file; `None` and the default where nothing is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileLabels {
    pub(crate) genre: Option<String>,
    pub(crate) composer: Option<String>,
    pub(crate) mood: Option<Mood>,
    pub(crate) source: Option<Arc<str>>,
    pub(crate) license: Option<Arc<str>>,
    pub(crate) group: Option<String>,
    pub(crate) split: Option<Split>,
    pub(crate) has_beat: Option<bool>,
    pub(crate) tempo_is_real: Option<bool>,
}

impl FileLabels {
    /// From `genre/composer/…/file.mid`: the first folder is the genre, the second the composer, unless they only
    /// distribute files by their hashes.
    pub(crate) fn from_folders(path: &str) -> Self {
        let mut parts = path.split('/').rev();
        parts.next(); // the file
        let mut folders = parts.rev().take_while(|folder| !is_of_a_hash(folder)).map(str::to_owned);
        Self { genre: folders.next(), composer: folders.next(), ..Self::default() }
    }

    /// What is known here, and else what is known there.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            genre: self.genre.or(other.genre),
            composer: self.composer.or(other.composer),
            mood: self.mood.or(other.mood),
            source: self.source.or(other.source),
            license: self.license.or(other.license),
            group: self.group.or(other.group),
            split: self.split.or(other.split),
            has_beat: self.has_beat.or(other.has_beat),
            tempo_is_real: self.tempo_is_real.or(other.tempo_is_real),
        }
    }

    /// How much is known; of two equal pieces the better labelled one is kept.
    pub(crate) fn known(&self) -> usize {
        [
            self.genre.is_some(),
            self.composer.is_some(),
            self.mood.is_some(),
            self.source.is_some(),
            self.license.is_some(),
            self.tempo_is_real == Some(true),
        ]
        .into_iter()
        .filter(|known| *known)
        .count()
    }
}

/// Whether a folder's name is a hash, of MD5 or longer, or the digit that one begins with, as in Lakh's `a/a0/…`.
fn is_of_a_hash(folder: &str) -> bool {
    matches!(folder.len(), 1 | 32 | 40 | 64) && folder.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The longest labels file: some million rows.
const LABELS_BYTES_MAX: usize = 256 << 20;

/// The rows of a labels file by path.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    file: PathBuf,
    rows: HashMap<String, FileLabels>,
}

impl Labels {
    /// Reads a labels file.
    pub(crate) fn read(path: &Path) -> Result<Self, DatasetError> {
        let csv_error = |error: csv::Error| DatasetError::table(path, error);
        let bytes = read_within(path, LABELS_BYTES_MAX).map_err(DatasetError::io("read", path))?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let columns = Columns::new(path, reader.headers().map_err(csv_error)?)?;
        let mut rows = HashMap::new();
        let mut names = Names::default();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(csv_error)? {
            let row = Row { columns: &columns, record: &record };
            let name = row.path()?;
            if rows.insert(name.clone(), row.labels(&mut names)?).is_some() {
                return Err(row.problem("path", format!("{name:?} stands in an earlier row too: leave one of them")));
            }
        }
        Ok(Self { file: path.to_path_buf(), rows })
    }

    /// Gives each row the path of the file in `folder` that it means; see [`label_paths`].
    ///
    /// # Errors
    /// Where two rows mean one file, and where most rows mean none: then they are of other files, or written as nobody can
    /// guess.
    pub(crate) fn align(&mut self, files: &[&str], folder: &Path) -> Result<(), DatasetError> {
        let meant = label_paths::meant(self.rows.keys().map(String::as_str), files, folder);
        let meant: Vec<_> = meant.into_iter().map(|(row, file)| (row.to_owned(), file)).collect();
        for (row, file) in meant {
            if self.rows.contains_key(file) {
                return Err(self.mismatch(format!("{row:?} and another row both mean {file:?}: leave one of them")));
            }
            if let Some(labels) = self.rows.remove(&row) {
                self.rows.insert(file.to_owned(), labels);
            }
        }
        self.check_most_match(files, folder)
    }

    fn check_most_match(&self, files: &[&str], folder: &Path) -> Result<(), DatasetError> {
        let known: HashSet<&str> = files.iter().copied().collect();
        let stray = self.rows.keys().filter(|row| !known.contains(row.as_str())).min();
        let matched = files.iter().filter(|file| self.rows.contains_key(**file)).count();
        let unlabelled = files.iter().find(|file| !self.rows.contains_key(**file)).or(files.first());
        match (stray, unlabelled) {
            (Some(stray), Some(file)) if matched * 2 < self.rows.len() => Err(self.mismatch(format!(
                "only {matched} of its {} rows name a file in {}: it has {stray:?}, the folder has {file:?}; write paths \
                 as they are below the folder",
                self.rows.len(),
                folder.display()
            ))),
            _ => Ok(()),
        }
    }

    fn mismatch(&self, problem: String) -> DatasetError {
        DatasetError::LabelPaths { path: self.file.clone(), problem }
    }

    /// Takes the row of a file out.
    pub(crate) fn take(&mut self, path: &str) -> Option<FileLabels> {
        self.rows.remove(path)
    }

    /// The paths that were not taken, in order.
    pub(crate) fn rest(self) -> Vec<String> {
        let mut rest: Vec<_> = self.rows.into_keys().collect();
        rest.sort_unstable();
        rest
    }
}

/// Where each known column stands.
struct Columns {
    file: PathBuf,
    places: HashMap<String, usize>,
}

impl Columns {
    fn new(file: &Path, heading: &csv::StringRecord) -> Result<Self, DatasetError> {
        let name = |cell: &str| cell.trim_start_matches('\u{feff}').trim().to_owned();
        let places: HashMap<_, _> = heading.iter().enumerate().map(|(place, cell)| (name(cell), place)).collect();
        if places.contains_key("path") {
            return Ok(Self { file: file.to_path_buf(), places });
        }
        Err(DatasetError::Labels {
            path: file.to_path_buf(),
            line: 1,
            column: "path".into(),
            problem: "the heading does not name this column, which says what file a row is about".into(),
        })
    }
}

/// One row, which knows where it stands.
struct Row<'a> {
    columns: &'a Columns,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> Option<&str> {
        let place = *self.columns.places.get(column)?;
        self.record.get(place).map(str::trim).filter(|cell| !cell.is_empty())
    }

    fn text(&self, column: &str) -> Option<String> {
        self.cell(column).map(str::to_owned)
    }

    /// The cell as `read` makes it; where it makes nothing, an error that names `expected`.
    fn parsed<T>(
        &self,
        column: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, DatasetError> {
        let Some(cell) = self.cell(column) else { return Ok(None) };
        match read(cell) {
            Some(value) => Ok(Some(value)),
            None => Err(self.problem(column, format!("{cell:?} is not {expected}"))),
        }
    }

    fn problem(&self, column: &str, problem: String) -> DatasetError {
        let line = self.record.position().map_or(0, csv::Position::line);
        DatasetError::Labels { path: self.columns.file.clone(), line, column: column.into(), problem }
    }

    fn path(&self) -> Result<String, DatasetError> {
        self.text("path").ok_or_else(|| self.problem("path", "it is empty: name the row's file".into()))
    }

    fn labels(&self, names: &mut Names) -> Result<FileLabels, DatasetError> {
        Ok(FileLabels {
            genre: self.text("genre"),
            composer: self.text("composer"),
            mood: self.parsed("mood", "a mood, such as V+_A-, calm or 0.3,-0.5", mood)?,
            source: names.share(self.cell("source")),
            license: names.share(self.cell("license")),
            group: self.text("group"),
            split: self.parsed("split", "train, valid or test", |cell| cell.parse().ok())?,
            has_beat: self.parsed("beat_grid", "yes or no", yes_or_no)?,
            tempo_is_real: self.cell("tempo_source").map(|cell| cell == "file"),
        })
    }
}

pub(crate) fn yes_or_no(cell: &str) -> Option<bool> {
    match cell {
        "yes" | "1" | "true" => Some(true),
        "no" | "0" | "false" => Some(false),
        _ => None,
    }
}

/// A quadrant stands for its middle.
pub(crate) fn mood(cell: &str) -> Option<Mood> {
    let half = |sign: &u8| match sign {
        b'+' => Some(0.5),
        b'-' => Some(-0.5),
        _ => None,
    };
    match cell.as_bytes() {
        [b'V', valence, b'_', b'A', arousal] => Some(Mood { valence: half(valence)?, arousal: half(arousal)? }),
        _ => cell.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Result<Labels, DatasetError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, text).unwrap();
        Labels::read(&path)
    }

    /// Line, column and problem of the error that the text gives.
    fn error(text: impl AsRef<[u8]>) -> (u64, String, String) {
        match read(text) {
            Err(DatasetError::Labels { line, column, problem, .. }) => (line, column, problem),
            other => panic!("no labels error: {other:?}"),
        }
    }

    #[test]
    fn a_full_row() {
        let mut labels = read(
            "composer,path,mood,split,beat_grid,tempo_source,group,source,license,genre,title\n\
             bach,a/b.mid,V-_A+,valid,no,no_beat_grid,g1,\"here, or there\",MIT,classical,Fugue\n",
        )
        .unwrap();
        let expected = FileLabels {
            genre: Some("classical".into()),
            composer: Some("bach".into()),
            mood: Some(Mood { valence: -0.5, arousal: 0.5 }),
            source: Some("here, or there".into()),
            license: Some("MIT".into()),
            group: Some("g1".into()),
            split: Some(Split::Valid),
            has_beat: Some(false),
            tempo_is_real: Some(false),
        };
        assert_eq!(labels.take("a/b.mid"), Some(expected));
        assert_eq!(labels.take("a/b.mid"), None);
    }

    #[test]
    fn columns_and_cells_may_be_absent() {
        let mut labels = read("path,genre,split\na.mid,,\nb.mid,folk,test\n").unwrap();
        assert_eq!(labels.take("a.mid"), Some(FileLabels::default()));
        assert_eq!(labels.rest(), ["b.mid"]);
    }

    #[test]
    fn moods_are_quadrants_words_or_numbers() {
        let mut labels = read("path,mood\na,V+_A-\nb,tense\nc,\"0.3,-0.2\"\n").unwrap();
        let mut mood = |path| labels.take(path).unwrap().mood.unwrap();
        assert_eq!(mood("a"), Mood { valence: 0.5, arousal: -0.5 });
        assert_eq!(mood("b"), Mood { valence: -0.5, arousal: 0.5 });
        assert_eq!(mood("c"), Mood { valence: 0.3, arousal: -0.2 });
    }

    #[test]
    fn errors_name_line_and_column() {
        let place = |text| {
            let (line, column, _) = error(text);
            (line, column)
        };
        assert_eq!(place("file,genre\na.mid,folk\n"), (1, "path".into()));
        assert_eq!(place("path,split\na,train\nb,dev\n"), (3, "split".into()));
        assert_eq!(place("path,beat_grid\na,perhaps\n"), (2, "beat_grid".into()));
        assert_eq!(place("path,mood\na,V+_A-\nb,V+A-\n"), (3, "mood".into()));
        assert_eq!(place("path,genre\n,folk\n"), (2, "path".into()));
        assert_eq!(place("path,genre\na,folk\na,rock\n"), (3, "path".into()));
        assert_eq!(place("path,genre\na,folk,x\n"), (2, "3".into()));
        assert_eq!(error(b"path,genre\na,b\xE9b\n").1, "2"); // Latin-1
        assert_eq!(error("path,split\na,dev\n").2, "\"dev\" is not train, valid or test");
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_is_no_labels_file() {
        let error = Labels::read(Path::new("/dev/zero")).unwrap_err();
        assert!(matches!(error, DatasetError::Io { .. }) && error.to_string().contains("/dev/zero"), "{error}");
    }

    #[test]
    fn folders_are_genre_and_composer() {
        let labels = |path| {
            let FileLabels { genre, composer, .. } = FileLabels::from_folders(path);
            (genre, composer)
        };
        assert_eq!(labels("jazz/monk/early/a.mid"), (Some("jazz".into()), Some("monk".into())));
        assert_eq!(labels("jazz/a.mid"), (Some("jazz".into()), None));
        assert_eq!(labels("a.mid"), (None, None));
        assert_eq!(labels("0/0a1b.mid"), (None, None));
        assert_eq!(labels("jazz/9e107d9d372bb6826bd81d3542a419d6/a.mid"), (Some("jazz".into()), None));
        assert_eq!(labels("9e107d9d372bb6826bd81d3542a419d6/monk/a.mid"), (None, None));
        assert_eq!(labels("decade/beef/a.mid"), (Some("decade".into()), Some("beef".into())));
    }
}
