//! Lists of the tracks' genres, as tagtraum and the makers of Top-MAGD give them: a line a track, its parts apart by
//! tabs: the track, its genre, and perhaps a second genre, which is not used. Lines that begin with `#` are remarks.

use super::id::TrackId;
use crate::DatasetError;
use crate::layout::table::open_bounded;
use crate::names::Names;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// Bytes of a list. The longest, of 422,714 tracks, has 12 MB.
const BYTES_MAX: u64 = 64 << 20;
/// Bytes that are looked at to tell a list of genres from a labels file.
const HEAD_BYTES: u64 = 64 << 10;

/// The genre of each track.
#[derive(Debug)]
pub(super) struct Genres(HashMap<TrackId, Arc<str>>);

impl Genres {
    pub(super) fn read(path: &Path) -> Result<Self, DatasetError> {
        let mut lines = csv::ReaderBuilder::new()
            .delimiter(b'\t')
            .quoting(false)
            .comment(Some(b'#'))
            .has_headers(false)
            .flexible(true)
            .from_reader(open_bounded(path, BYTES_MAX)?);
        let (mut genres, mut names) = (HashMap::new(), Names::default());
        let mut line = csv::StringRecord::new();
        while lines.read_record(&mut line).map_err(|error| DatasetError::table(path, error))? {
            let cell = |place: usize| line.get(place).map(str::trim).filter(|cell| !cell.is_empty());
            let problem = |column: u8, problem: String| DatasetError::Labels {
                path: path.to_path_buf(),
                line: line.position().map_or(0, csv::Position::line),
                column: column.to_string(),
                problem,
            };
            let track = cell(0).unwrap_or("");
            let track = TrackId::parse(track).ok_or_else(|| {
                problem(1, format!("{track:?} is no track of the Million Song Dataset, such as TRAAAAK128F9318786"))
            })?;
            let genre = names.share(cell(1)).ok_or_else(|| problem(2, "the genre is missing".into()))?;
            genres.entry(track).or_insert(genre);
        }
        Ok(Self(genres))
    }

    pub(super) fn of(&self, track: TrackId) -> Option<String> {
        self.0.get(&track).map(|genre| genre.to_string())
    }
}

/// Whether a file looks like a list of genres: its first line that is no remark begins with a track.
pub(crate) fn is_genre_list(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let lines = BufReader::new(file.take(HEAD_BYTES)).lines().map_while(Result::ok);
    let first = lines.into_iter().find(|line| !line.starts_with('#') && !line.trim().is_empty());
    first.is_some_and(|line| line.split('\t').next().and_then(TrackId::parse).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(bool, Genres), DatasetError> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("genres.cls");
        std::fs::write(&path, text).unwrap();
        Genres::read(&path).map(|genres| (is_genre_list(&path), genres))
    }

    #[test]
    fn remarks_second_genres_and_names_of_two_words_are_read() {
        let (is_list, genres) =
            read("# by votes\n#\nTRAAAAK128F9318786\tNew Age\tWorld\nTRAAAAV128F421A322\tPop_Rock\n").unwrap();
        let genre = |track| genres.of(TrackId::parse(track).unwrap());
        assert!(is_list);
        assert_eq!(genre("TRAAAAK128F9318786").as_deref(), Some("New Age"));
        assert_eq!(genre("TRAAAAV128F421A322").as_deref(), Some("Pop_Rock"));
        assert_eq!(genre("TRAAAAW128F429D538"), None);
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let error = |text| read(text).unwrap_err().to_string();
        assert!(error("TRAAAAK128F9318786\n").ends_with("line 1, column 2: the genre is missing"));
        assert!(error("TRAAAAK128F9318786\tRap\ntrack\tRap\n").contains("line 2, column 1: \"track\" is no track"));
    }

    #[test]
    fn a_labels_file_is_no_list_of_genres() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("labels.csv");
        std::fs::write(&path, "path,genre\na.mid,folk\n").unwrap();
        assert!(!is_genre_list(&path));
        assert!(!is_genre_list(home.path()));
    }
}
