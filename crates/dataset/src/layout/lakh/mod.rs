//! The Lakh MIDI Dataset: `lmd_full/0/MD5.mid` and `lmd_matched/A/B/C/TRACK/MD5.mid`, where a track is one of the
//! Million Song Dataset.
//!
//! A track has several files; the one whose match has the best score, in `match_scores.json`, is taken, or the next
//! best if that cannot be kept. A file of `lmd_full` belongs to the track that it matches best. Genres are the
//! tracks', from a list such as tagtraum's or Top-MAGD.

mod genres;
mod id;
mod scores;

pub(crate) use genres::is_genre_list;

use crate::DatasetError;
use crate::labels::FileLabels;
use crate::layout::{Catalogue, Choice, Entry};
use genres::Genres;
use id::{Md5, TrackId};
use scores::Scores;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SCORES: &str = "match_scores.json";

/// Labels files by the track that they match.
#[derive(Debug)]
pub(crate) struct Lakh {
    scores: Option<Scores>,
    genres: Option<Genres>,
    source: Arc<str>,
    license: Arc<str>,
}

impl Lakh {
    /// With the list of genres, if there is one, and the scores, if they lie in `folder`, in a folder of it or beside it.
    pub(crate) fn open(folder: &Path, genres: Option<&Path>) -> Result<Self, DatasetError> {
        Ok(Self {
            scores: scores_file(folder).map(|path| Scores::read(&path)).transpose()?,
            genres: genres.map(Genres::read).transpose()?,
            source: "Lakh MIDI Dataset".into(),
            license: "CC BY 4.0".into(),
        })
    }

    /// The track of a file, and the file's rank among that track's.
    fn track(&self, place: Place) -> Option<(TrackId, u32)> {
        let scores = self.scores.as_ref();
        match place {
            Place { track: Some(track), file } => Some((track, scores.map_or(0, |scores| scores.rank(track, file)))),
            Place { track: None, file } => scores?.best_track(file),
        }
    }

    fn labels(&self) -> FileLabels {
        FileLabels {
            source: Some(Arc::clone(&self.source)),
            license: Some(Arc::clone(&self.license)),
            ..FileLabels::default()
        }
    }
}

impl Catalogue for Lakh {
    fn entry(&mut self, path: &str) -> Entry {
        let Some(place) = Place::of(path) else { return Entry::unlisted(FileLabels::from_folders(path)) };
        let Some((track, rank)) = self.track(place) else { return Entry::of(self.labels()) };
        let labels = FileLabels {
            genre: self.genres.as_ref().and_then(|genres| genres.of(track)),
            group: Some(track.to_string()),
            ..self.labels()
        };
        Entry { labels, choice: Some(Choice { work: track.to_string().into(), rank }), unlisted: false }
    }

    fn notes(&self) -> Vec<String> {
        let scores = self.scores.is_none().then(|| {
            format!(
                "{SCORES} is not there: files of lmd_full belong to no track, and of a track's files in lmd_matched the \
                 first by name is taken"
            )
        });
        let genres = self.genres.is_none().then(|| {
            "no genres: give a list of the tracks' genres (tagtraum's or Top-MAGD, unpacked) with --labels".to_owned()
        });
        scores.into_iter().chain(genres).collect()
    }
}

/// Whether a path could be one of the data set's.
pub(crate) fn fits(path: &str) -> bool {
    Place::of(path).is_some_and(|place| place.track.is_some() || is_in_its_folder(path))
}

/// In `lmd_full` a file lies in the folder of its first digit.
fn is_in_its_folder(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    folder.len() == 1 && name.starts_with(folder)
}

/// What a path says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// In `lmd_matched` only.
    track: Option<TrackId>,
    file: Md5,
}

impl Place {
    fn of(path: &str) -> Option<Self> {
        let mut parts = path.rsplit('/');
        let file = Md5::parse(parts.next()?.rsplit_once('.')?.0)?;
        Some(Self { track: parts.next().and_then(TrackId::parse), file })
    }
}

fn scores_file(folder: &Path) -> Option<PathBuf> {
    let places = [
        folder.join(SCORES),
        folder.join("lmd_matched").join(SCORES),
        std::path::absolute(folder).ok()?.parent()?.join(SCORES),
    ];
    places.into_iter().find(|place| place.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const ONE: &str = "TRAAAAA128F0000001";
    const TWO: &str = "TRAAAAB128F0000002";

    fn opened(scores: &str, genres: &str) -> Lakh {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("lmd_full")).unwrap();
        std::fs::write(home.path().join(SCORES), scores).unwrap();
        std::fs::write(home.path().join("genres.cls"), genres).unwrap();
        Lakh::open(&home.path().join("lmd_full"), Some(&home.path().join("genres.cls"))).unwrap()
    }

    fn both() -> Lakh {
        let scores = format!(r#"{{"{ONE}": {{"{A}": 0.6, "{B}": 0.7}}, "{TWO}": {{"{A}": 0.8}}}}"#);
        opened(&scores, &format!("# tagtraum\n{ONE}\tRock\tPop\n{TWO}\tJazz\n"))
    }

    fn told(entry: Entry) -> (Option<String>, Option<String>, Option<u32>) {
        (entry.labels.genre, entry.labels.group, entry.choice.map(|choice| choice.rank))
    }

    #[test]
    fn a_matched_file_has_the_rank_of_its_score() {
        let mut lakh = both();
        let mut entry = |track: &str, file: &str| told(lakh.entry(&format!("A/A/A/{track}/{file}.mid")));
        assert_eq!(entry(ONE, B), (Some("Rock".into()), Some(ONE.into()), Some(0)));
        assert_eq!(entry(ONE, A), (Some("Rock".into()), Some(ONE.into()), Some(1)));
        assert_eq!(entry(TWO, A), (Some("Jazz".into()), Some(TWO.into()), Some(0)));
    }

    #[test]
    fn a_file_of_the_full_set_belongs_to_the_track_that_it_matches_best() {
        let mut lakh = both();
        assert_eq!(told(lakh.entry(&format!("a/{A}.mid"))), (Some("Jazz".into()), Some(TWO.into()), Some(0)));
        assert_eq!(told(lakh.entry(&format!("b/{B}.mid"))), (Some("Rock".into()), Some(ONE.into()), Some(0)));
        let unmatched = lakh.entry("c/cccccccccccccccccccccccccccccccc.mid");
        assert_eq!(unmatched.labels.source.as_deref(), Some("Lakh MIDI Dataset"));
        assert_eq!(told(unmatched), (None, None, None));
        assert!(lakh.notes().is_empty());
    }

    #[test]
    fn without_tables_it_says_so_and_hashes_are_no_genres() {
        let home = tempfile::tempdir().unwrap();
        let mut lakh = Lakh::open(home.path(), None).unwrap();
        assert_eq!(told(lakh.entry(&format!("lmd_full/a/{A}.mid"))), (None, None, None));
        assert_eq!(told(lakh.entry(&format!("A/A/A/{ONE}/{A}.mid"))), (None, Some(ONE.into()), Some(0)));
        assert_eq!(lakh.notes().len(), 2);
    }
}
