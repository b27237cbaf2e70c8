//! The ADL Piano MIDI dataset: `genre/subgenre/artist/title.mid`.

use crate::labels::FileLabels;
use crate::layout::{Catalogue, Entry};
use std::path::Path;
use std::sync::Arc;

/// Its first folders; what is in the last is of no known genre.
const GENRES: [&str; 18] = [
    "Ambient",
    "Blues",
    "Children",
    "Classical",
    "Country",
    "Electronic",
    "Folk",
    "Jazz",
    "Latin",
    "Pop",
    "Rap",
    "Reggae",
    "Religious",
    "Rock",
    "Soul",
    "Soundtracks",
    "World",
    UNKNOWN,
];
const UNKNOWN: &str = "Unknown";
/// The name that its archive unpacks to.
const FOLDER: &str = "adl-piano-midi";

/// Labels files by the third and fourth folder above them.
#[derive(Debug)]
pub(crate) struct AdlPiano {
    source: Option<Arc<str>>,
}

impl AdlPiano {
    /// The source is named where the folder is; its genres alone anybody may have chosen.
    pub(crate) fn new(folder: &Path) -> Self {
        let named = |path: &Path| {
            let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase());
            name.is_some_and(|name| name.starts_with(FOLDER))
        };
        let is_here = named(&std::path::absolute(folder).unwrap_or_default()) || folder.join(FOLDER).is_dir();
        Self { source: is_here.then(|| "ADL Piano MIDI".into()) }
    }
}

impl Catalogue for AdlPiano {
    fn entry(&mut self, path: &str) -> Entry {
        let Some((genre, artist)) = genre_and_artist(path) else {
            return Entry::unlisted(FileLabels::from_folders(path));
        };
        Entry::of(FileLabels {
            genre: (genre != UNKNOWN).then(|| genre.to_owned()),
            composer: Some(artist.to_owned()),
            source: self.source.clone(),
            ..FileLabels::default()
        })
    }
}

/// Whether a path could be one of the data set's.
pub(crate) fn fits(path: &str) -> bool {
    genre_and_artist(path).is_some_and(|(genre, _)| GENRES.contains(&genre))
}

fn genre_and_artist(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.rsplit('/').skip(1);
    let artist = parts.next()?;
    parts.next()?;
    Some((parts.next()?, artist))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subgenre_is_no_composer_and_the_unknown_no_genre() {
        let mut adl = AdlPiano::new(Path::new("x/adl-piano-midi"));
        let Entry { labels, .. } = adl.entry("Jazz/Ragtime/Scott Joplin/The Entertainer.mid");
        assert_eq!((labels.genre.as_deref(), labels.composer.as_deref()), (Some("Jazz"), Some("Scott Joplin")));
        assert_eq!(labels.source.as_deref(), Some("ADL Piano MIDI"));
        assert_eq!(adl.entry("adl-piano-midi/Unknown/x/Somebody/Song.mid").labels.genre, None);
    }

    #[test]
    fn a_file_elsewhere_is_labelled_by_its_folders() {
        let entry = AdlPiano::new(Path::new("midi")).entry("Jazz/Song.mid");
        assert!(entry.unlisted);
        assert_eq!((entry.labels.genre.as_deref(), entry.labels.source), (Some("Jazz"), None));
    }
}
