//! GiantMIDI-Piano: `Surname, Firstname, Title, ID.mid`, and a table of all works that were searched for.

use crate::labels::FileLabels;
use crate::layout::survey::Survey;
use crate::layout::table::{Cells, Table, has_column};
use crate::layout::{Catalogue, Entry};
use crate::{DatasetError, Split};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The table's column of file names, without their ending.
const NAME: &str = "audio_name";
/// How the table's own name begins.
const TABLE: &str = "full_music_pieces";
/// Characters of the ID.
const ID: usize = 11;

/// Labels files by their names and by the table, where it is there.
#[derive(Debug)]
pub(crate) struct GiantMidi {
    rows: Option<HashMap<String, Row>>,
    source: Arc<str>,
    license: Arc<str>,
}

#[derive(Debug)]
struct Row {
    composer: Option<String>,
    split: Option<Split>,
}

impl GiantMidi {
    /// With the table that was named, or with one that lies in the folder.
    pub(crate) fn open(survey: &Survey, table: Option<PathBuf>) -> Result<Self, DatasetError> {
        let found = || survey.table(|name| name.starts_with(TABLE) && name.ends_with(".csv")).map(|(path, _)| path);
        let rows = table.or_else(found).map(|path| rows(&path)).transpose()?;
        Ok(Self { rows, source: "GiantMIDI-Piano".into(), license: "CC BY 4.0".into() })
    }
}

impl Catalogue for GiantMidi {
    fn entry(&mut self, path: &str) -> Entry {
        let name = Name::of(path);
        let row = self.rows.as_mut().and_then(|rows| rows.remove(stem(path)));
        let unlisted = if self.rows.is_some() { row.is_none() } else { name.is_none() };
        let (composer, split) = row.map_or((None, None), |row| (row.composer, row.split));
        let labels = FileLabels {
            genre: Some("classical".into()),
            composer: composer.or_else(|| name.map(|name| full_name(name.firstname, name.surname))),
            source: Some(Arc::clone(&self.source)),
            license: Some(Arc::clone(&self.license)),
            split,
            has_beat: Some(false), // transcribed from recordings
            ..FileLabels::default()
        };
        Entry { labels, unlisted, choice: None }
    }

    fn notes(&self) -> Vec<String> {
        let without = "its table (full_music_pieces….csv) is not there: split by the hash of the notes".to_owned();
        if self.rows.is_none() { vec![without] } else { Vec::new() }
    }
}

/// Whether a labels file is the data set's table.
pub(crate) fn is_table(path: &Path) -> bool {
    has_column(path, Cells::Tabs, NAME)
}

/// Whether a path could be one of the data set's.
pub(crate) fn fits(path: &str) -> bool {
    Name::of(path).is_some()
}

/// The works that the table counts among the data set's, or all where it does not say.
fn rows(path: &Path) -> Result<HashMap<String, Row>, DatasetError> {
    let mut table = Table::open(path, Cells::Tabs, &[NAME])?;
    let mut rows = HashMap::new();
    while table.advance()? {
        let (Some(name), true) = (table.cell(NAME), table.cell("giant_midi_piano") != Some("0")) else { continue };
        let split = table.cell("split").map(|split| {
            split.parse().map_err(|_| table.problem("split", format!("{split:?} is not train, validation or test")))
        });
        let composer = table.cell("surname").map(|surname| full_name(table.cell("firstname").unwrap_or(""), surname));
        rows.insert(name.to_owned(), Row { composer, split: split.transpose()? });
    }
    Ok(rows)
}

fn full_name(firstname: &str, surname: &str) -> String {
    format!("{firstname} {surname}").trim().to_owned()
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// What a file's name says.
struct Name<'a> {
    surname: &'a str,
    firstname: &'a str,
}

impl<'a> Name<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let (rest, id) = stem(path).rsplit_once(", ")?;
        let (surname, rest) = rest.split_once(", ")?;
        let (firstname, _title) = rest.split_once(", ")?;
        let is_id = id.len() == ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        (is_id && !surname.is_empty()).then_some(Self { surname, firstname })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "midis/Liszt, Franz, Étude, in C, S.136, 0aB-_5678XY.mid";

    fn home(table: &str) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("full_music_pieces_youtube_similarity_pianosoloprob_split.csv");
        std::fs::write(&path, table).unwrap();
        (home, path)
    }

    #[test]
    fn a_name_tells_the_composer_and_that_no_beat_is_known() {
        let mut giant = GiantMidi::open(&Survey::default(), None).unwrap();
        let Entry { labels, unlisted, .. } = giant.entry(FILE);
        assert_eq!((labels.composer.as_deref(), labels.genre.as_deref()), (Some("Franz Liszt"), Some("classical")));
        assert_eq!((labels.has_beat, labels.split, unlisted), (Some(false), None, false));
        assert!(giant.entry("midis/somebody.mid").unlisted);
        assert_eq!(giant.notes().len(), 1);
    }

    #[test]
    fn the_table_gives_splits_and_does_not_mind_quotes() {
        let heading = "surname\tfirstname\tmusic\taudio_name\tgiant_midi_piano\tsplit\n";
        let row = "Liszt\tFerenc\t\"Étude\tLiszt, Franz, Étude, in C, S.136, 0aB-_5678XY\t1\tvalidation\n";
        let (folder, path) = home(&format!("{heading}{row}A\tB\tC\tA, B, C, 0123456789a\t0\t\n"));
        assert!(is_table(&path));
        let mut giant = GiantMidi::open(&Survey::of(folder.path()), None).unwrap();
        let Entry { labels, unlisted, .. } = giant.entry(FILE);
        assert_eq!((labels.composer.as_deref(), labels.split), (Some("Ferenc Liszt"), Some(Split::Valid)));
        assert!(!unlisted && giant.notes().is_empty());
        assert!(giant.entry("A, B, C, 0123456789a.mid").unlisted, "the table does not count it");
    }

    #[test]
    fn a_wrong_split_is_named_with_its_line() {
        let (folder, _) = home("audio_name\tsplit\nx\ttrain\ny\tdev\n");
        let error = GiantMidi::open(&Survey::of(folder.path()), None).unwrap_err().to_string();
        assert!(error.ends_with("line 3, column split: \"dev\" is not train, validation or test"), "{error}");
    }
}
