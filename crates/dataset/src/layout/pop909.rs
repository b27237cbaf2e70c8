//! POP909: a folder a song, `001/001.mid`, with the arrangement's earlier versions in `001/versions/`.

use crate::DatasetError;
use crate::labels::FileLabels;
use crate::layout::survey::Survey;
use crate::layout::table::{Cells, Table};
use crate::layout::{Catalogue, Choice, Entry};
use std::collections::HashMap;
use std::sync::Arc;

/// Its list of songs comes as a spreadsheet; saved as CSV, under this name, it gives the artists.
const TABLE: &str = "index.csv";

/// Labels the files of a song alike.
#[derive(Debug)]
pub(crate) struct Pop909 {
    artists: HashMap<String, String>,
    source: Arc<str>,
    license: Arc<str>,
}

impl Pop909 {
    pub(crate) fn open(survey: &Survey) -> Result<Self, DatasetError> {
        let mut artists = HashMap::new();
        if let Some((path, _)) = survey.table(|name| name == TABLE) {
            let mut table = Table::open(&path, Cells::Commas, &["song_id"])?;
            while table.advance()? {
                let (song, artist) = (table.required("song_id")?, table.cell("artist"));
                artists.extend(artist.map(|artist| (format!("{song:0>3}"), artist.to_owned())));
            }
        }
        Ok(Self { artists, source: "POP909".into(), license: "MIT".into() })
    }
}

impl Catalogue for Pop909 {
    fn entry(&mut self, path: &str) -> Entry {
        let Some(File { song, rank }) = File::of(path) else {
            return Entry::unlisted(FileLabels::from_folders(path));
        };
        let labels = FileLabels {
            genre: Some("pop".into()),
            composer: self.artists.get(song).cloned(),
            source: Some(Arc::clone(&self.source)),
            license: Some(Arc::clone(&self.license)),
            group: Some(format!("POP909 {song}")),
            ..FileLabels::default()
        };
        Entry { labels, choice: Some(Choice { work: format!("song {song}").into(), rank }), unlisted: false }
    }
}

/// Whether a path could be one of the data set's.
pub(crate) fn fits(path: &str) -> bool {
    File::of(path).is_some()
}

/// A file of a song.
struct File<'a> {
    song: &'a str,
    /// 0 for the arrangement itself, its latest version next.
    rank: u32,
}

impl<'a> File<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let mut parts = path.rsplit('/');
        let stem = parts.next()?.rsplit_once('.')?.0;
        let folder = parts.next()?;
        if folder == stem && is_song(folder) {
            return Some(Self { song: folder, rank: 0 });
        }
        let song = parts.next().filter(|song| folder == "versions" && is_song(song))?;
        let version: u16 = stem.strip_prefix(song)?.strip_prefix("-v")?.parse().ok()?;
        Some(Self { song, rank: 1 + u32::from(u16::MAX - version) })
    }
}

fn is_song(folder: &str) -> bool {
    folder.len() == 3 && folder.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrangement_comes_before_its_versions_and_the_latest_of_these_first() {
        let rank = |path| File::of(path).unwrap().rank;
        assert_eq!(rank("POP909/001/001.mid"), 0);
        assert!(0 < rank("001/versions/001-v2.mid"));
        assert!(rank("001/versions/001-v2.mid") < rank("001/versions/001-v1.mid"));
        for other in ["001.mid", "001/002.mid", "1/1.mid", "001/versions/002-v1.mid", "001/versions/001-vx.mid"] {
            assert!(!fits(other), "{other}");
        }
    }

    #[test]
    fn artists_are_known_where_the_list_of_songs_is_saved_as_csv() {
        let home = tempfile::tempdir().unwrap();
        let composer = |survey: &Survey| Pop909::open(survey).unwrap().entry("POP909/007/007.mid").labels.composer;
        assert_eq!(composer(&Survey::of(home.path())), None);
        std::fs::write(home.path().join("index.csv"), "song_id,name,artist\n7,Song,Singer\n").unwrap();
        assert_eq!(composer(&Survey::of(home.path())).as_deref(), Some("Singer"));
        std::fs::write(home.path().join("index.csv"), "name,artist\nSong,Singer\n").unwrap();
        let error = Pop909::open(&Survey::of(home.path())).unwrap_err().to_string();
        assert!(error.contains("index.csv, line 1, column song_id: the heading does not name"), "{error}");
    }
}
