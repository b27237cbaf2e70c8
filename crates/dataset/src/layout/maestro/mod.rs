//! MAESTRO: performances in a folder a year, and a table of them, as CSV and as JSON.

mod json;

use crate::labels::FileLabels;
use crate::layout::survey::Survey;
use crate::layout::table::{Cells, Table};
use crate::layout::{Catalogue, Entry};
use crate::{DatasetError, Split};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Labels files by the table.
#[derive(Debug)]
pub(crate) struct Maestro {
    /// By path below the folder that is prepared.
    rows: HashMap<String, Row>,
    source: Arc<str>,
    license: Arc<str>,
}

/// What the table says of a performance.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    /// Below the table's folder.
    file: String,
    composer: Option<String>,
    split: Split,
}

impl Maestro {
    pub(crate) fn open(survey: &Survey) -> Result<Self, DatasetError> {
        let Some((path, folder)) = table(survey) else {
            let problem = "MAESTRO's table (maestro-v….csv or .json) is not in it: give the folder that holds it";
            return Err(DatasetError::Metadata { path: survey.folder().into(), problem: problem.into() });
        };
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let rows = if is_json { json::rows(&path)? } else { csv_rows(&path)? };
        let by_path = |row: Row| (format!("{folder}{}", row.file), row);
        Ok(Self {
            rows: rows.into_iter().map(by_path).collect(),
            source: "MAESTRO".into(),
            license: "CC BY-NC-SA 4.0".into(),
        })
    }
}

impl Catalogue for Maestro {
    fn entry(&mut self, path: &str) -> Entry {
        let row = self.rows.remove(path);
        let unlisted = row.is_none();
        let (composer, split) = row.map_or((None, None), |row| (row.composer, Some(row.split)));
        let labels = FileLabels {
            genre: Some("classical".into()),
            composer,
            source: Some(Arc::clone(&self.source)),
            license: Some(Arc::clone(&self.license)),
            split,
            has_beat: Some(false), // recorded from players without a metronome
            ..FileLabels::default()
        };
        Entry { labels, unlisted, choice: None }
    }

    fn missing(&mut self) -> Vec<String> {
        BTreeSet::from_iter(self.rows.drain().map(|(path, _)| path)).into_iter().collect()
    }
}

/// The table, the CSV before the JSON, and the path of its folder below the one that is prepared.
pub(crate) fn table(survey: &Survey) -> Option<(PathBuf, String)> {
    let ends = |ending: &'static str| move |name: &str| name.starts_with("maestro-v") && name.ends_with(ending);
    survey.table(ends(".csv")).or_else(|| survey.table(ends(".json")))
}

fn csv_rows(path: &Path) -> Result<Vec<Row>, DatasetError> {
    let mut table = Table::open(path, Cells::Commas, &["midi_filename", "canonical_composer", "split"])?;
    let mut rows = Vec::new();
    while table.advance()? {
        let split = table.required("split")?;
        rows.push(Row {
            file: table.required("midi_filename")?.to_owned(),
            composer: table.cell("canonical_composer").map(str::to_owned),
            split: split.parse().map_err(|_| table.problem("split", not_a_split(split)))?,
        });
    }
    Ok(rows)
}

fn not_a_split(cell: &str) -> String {
    format!("{cell:?} is not train, validation or test")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "canonical_composer,canonical_title,split,year,midi_filename,audio_filename,duration\n\
        Alban Berg,\"Sonata, Op. 1\",train,2018,2018/a.midi,2018/a.wav,698.6\n\
        Franz Liszt,Sonata,validation,2008,2008/b.midi,2008/b.wav,759.5\n";

    fn opened(name: &str, text: &str) -> Result<Maestro, DatasetError> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        Maestro::open(&Survey::of(home.path()))
    }

    #[test]
    fn rows_are_found_below_the_tables_folder() {
        let mut maestro = opened("maestro-v3.0.0/maestro-v3.0.0.csv", CSV).unwrap();
        let Entry { labels, unlisted, .. } = maestro.entry("maestro-v3.0.0/2018/a.midi");
        assert_eq!((labels.composer.as_deref(), labels.split), (Some("Alban Berg"), Some(Split::Train)));
        assert_eq!((labels.genre.as_deref(), labels.has_beat), (Some("classical"), Some(false)));
        assert!(!unlisted && maestro.entry("2008/b.midi").unlisted);
        assert_eq!(maestro.missing(), ["maestro-v3.0.0/2008/b.midi"]);
    }

    #[test]
    fn mistakes_are_named_with_line_and_column() {
        let error = |from: &str, to: &str| {
            let error = opened("maestro-v3.0.0.csv", &CSV.replace(from, to)).unwrap_err().to_string();
            error.split_once("maestro-v3.0.0.csv").unwrap().1.to_owned()
        };
        assert_eq!(error("validation", "dev"), ", line 3, column split: \"dev\" is not train, validation or test");
        assert_eq!(error("2008/b.midi", ""), ", line 3, column midi_filename: it is empty");
        assert!(error("split", "side").starts_with(", line 1, column split: the heading does not name this column"));
    }

    #[test]
    fn without_its_table_it_is_not_maestro() {
        let home = tempfile::tempdir().unwrap();
        let error = Maestro::open(&Survey::of(home.path())).unwrap_err().to_string();
        assert!(error.contains("MAESTRO's table") && error.contains("give the folder"), "{error}");
    }
}
