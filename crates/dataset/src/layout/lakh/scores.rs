//! `match_scores.json`: for each track the files that match it, with how well: `{"TRACK": {"MD5": 0.7, …}, …}`.

use super::id::{Md5, TrackId};
use crate::DatasetError;
use crate::layout::table::open_bounded;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::io::BufReader;
use std::path::Path;

/// Bytes of the file, which has 7 MB. In memory a match takes about as many bytes as in the file.
const BYTES_MAX: u64 = 256 << 20;

/// All matches, file by file, the best of a file first.
#[derive(Debug)]
pub(super) struct Scores(Vec<Match>);

#[derive(Clone, Copy, Debug)]
struct Match {
    track: TrackId,
    file: Md5,
    score: f32,
    /// How many of the track's files match it better.
    rank: u32,
}

impl Scores {
    pub(super) fn read(path: &Path) -> Result<Self, DatasetError> {
        let mut matches = Vec::new();
        let mut reader = serde_json::Deserializer::from_reader(BufReader::new(open_bounded(path, BYTES_MAX)?));
        let read = Tracks(&mut matches).deserialize(&mut reader).and_then(|()| reader.end());
        read.map_err(|error| DatasetError::Metadata { path: path.to_path_buf(), problem: error.to_string() })?;
        let best = |one: &Match, other: &Match| other.score.total_cmp(&one.score);
        matches.sort_unstable_by(|a, b| a.track.cmp(&b.track).then(best(a, b)).then(a.file.cmp(&b.file)));
        for files in matches.chunk_by_mut(|a, b| a.track == b.track) {
            files.iter_mut().zip(0..).for_each(|(file, rank)| file.rank = rank);
        }
        matches.sort_unstable_by(|a, b| a.file.cmp(&b.file).then(best(a, b)).then(a.track.cmp(&b.track)));
        Ok(Self(matches))
    }

    /// How many of the track's files match it better; after all of them for one that is not among them.
    pub(super) fn rank(&self, track: TrackId, file: Md5) -> u32 {
        self.of(file).find(|other| other.track == track).map_or(u32::MAX, |found| found.rank)
    }

    /// The track that a file matches best, and the file's rank among that track's.
    pub(super) fn best_track(&self, file: Md5) -> Option<(TrackId, u32)> {
        self.of(file).next().map(|best| (best.track, best.rank))
    }

    fn of(&self, file: Md5) -> impl Iterator<Item = &Match> {
        let start = self.0.partition_point(|other| other.file < file);
        self.0[start..].iter().take_while(move |other| other.file == file)
    }
}

/// Takes the matches of all tracks as they are read.
struct Tracks<'a>(&'a mut Vec<Match>);

impl<'de> DeserializeSeed<'de> for Tracks<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Tracks<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the matches of each track of the Million Song Dataset")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut tracks: A) -> Result<(), A::Error> {
        while let Some(track) = tracks.next_key::<Cow<'_, str>>()? {
            let track = TrackId::parse(&track)
                .ok_or_else(|| A::Error::custom(format!("{track:?} is no track of the Million Song Dataset")))?;
            tracks.next_value_seed(Files { track, matches: self.0 })?;
        }
        Ok(())
    }
}

/// Takes the matches of one track.
struct Files<'a> {
    track: TrackId,
    matches: &'a mut Vec<Match>,
}

impl<'de> DeserializeSeed<'de> for Files<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Files<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the scores of a track's files by their MD5")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut files: A) -> Result<(), A::Error> {
        while let Some((file, score)) = files.next_entry::<Cow<'_, str>, f32>()? {
            let file = Md5::parse(&file).ok_or_else(|| A::Error::custom(format!("{file:?} is no MD5")))?;
            self.matches.push(Match { track: self.track, file, score, rank: 0 });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Scores, String> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("match_scores.json");
        std::fs::write(&path, text).unwrap();
        Scores::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn the_best_file_of_a_track_has_rank_zero() {
        let [one, other] = ["a", "b"].map(|digit| digit.repeat(32));
        let text =
            format!(r#"{{"TRAAAAA128F0000001": {{"{one}": 0.5, "{other}": 0.75}}, "TRAAAAA128F0000000": {{}}}}"#);
        let scores = read(&text).unwrap();
        let track = TrackId::parse("TRAAAAA128F0000001").unwrap();
        let [one, other, third] = [one, other, "c".repeat(32)].map(|file| Md5::parse(&file).unwrap());
        assert_eq!([other, one, third].map(|file| scores.rank(track, file)), [0, 1, u32::MAX]);
        assert_eq!(scores.best_track(one), Some((track, 1)));
        assert_eq!(scores.best_track(third), None);
    }

    #[test]
    fn what_is_something_else_is_an_error() {
        let error = |text: &str| read(text).err().unwrap();
        assert!(error("[]").contains("expected the matches of each track"));
        assert!(error(r#"{"x": {}}"#).contains("\"x\" is no track"));
        assert!(error(r#"{"TRAAAAA128F0000001": {"x": 1}}"#).contains("\"x\" is no MD5"));
        assert!(error(r#"{"TRAAAAA128F0000001": {}"#).contains("EOF"));
        assert!(error(r#"{"TRAAAAA128F0000001": [[[["#).contains("expected the scores"));
        assert!(error("{} {}").contains("trailing characters"));
    }
}
