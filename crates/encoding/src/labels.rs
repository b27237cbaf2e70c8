//! The genres and composers that a corpus or a model knows.

use serde::{Deserialize, Serialize};

use crate::nearest::nearest;

/// Names of genres and composers; the place of a name in its list is its class.
///
/// ```
/// use partita_encoding::LabelVocabulary;
/// let labels = LabelVocabulary::new(["jazz", "folk"], ["Bill Evans"]);
/// assert_eq!(label_names(&labels), ["folk", "jazz"]);
/// assert_eq!(labels.genre_id("jazz"), Some(1));
/// assert_eq!(labels.nearest_genres("jaz", 1), ["jazz"]);
/// # fn label_names(labels: &LabelVocabulary) -> &[String] { &labels.genres }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelVocabulary {
    /// Genres by class.
    pub genres: Vec<String>,
    /// Composers, artists and performers by class.
    pub composers: Vec<String>,
}

impl LabelVocabulary {
    /// The vocabulary of these names: sorted, each once.
    pub fn new<G, C>(genres: impl IntoIterator<Item = G>, composers: impl IntoIterator<Item = C>) -> Self
    where
        G: Into<String>,
        C: Into<String>,
    {
        Self { genres: sorted(genres), composers: sorted(composers) }
    }

    /// The class of a genre, as spelt; failing that, whatever its case, with spaces, hyphens or underscores.
    pub fn genre_id(&self, name: &str) -> Option<usize> {
        id(&self.genres, name)
    }

    /// The class of a composer, as spelt; failing that, whatever its case, with spaces, hyphens or underscores.
    pub fn composer_id(&self, name: &str) -> Option<usize> {
        id(&self.composers, name)
    }

    /// Up to `count` known genres, nearest to an unknown one first.
    pub fn nearest_genres(&self, name: &str, count: usize) -> Vec<&str> {
        nearest(name, self.genres.iter().map(String::as_str), count)
    }

    /// Up to `count` known composers, nearest to an unknown one first.
    pub fn nearest_composers(&self, name: &str, count: usize) -> Vec<&str> {
        nearest(name, self.composers.iter().map(String::as_str), count)
    }
}

fn sorted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn id(names: &[String], name: &str) -> Option<usize> {
    names.iter().position(|known| known == name).or_else(|| {
        let plain = plain(name);
        names.iter().position(|known| self::plain(known) == plain)
    })
}

/// A name without case and with one kind of space: labels come from folders, where "Bill Evans" is `bill_evans`.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace(['_', '-'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_spelling_goes_before_other_case() {
        let labels = LabelVocabulary { genres: vec!["Jazz".into(), "jazz".into()], composers: vec![] };
        assert_eq!(labels.genre_id("jazz"), Some(1));
        assert_eq!(labels.genre_id("JAZZ"), Some(0));
        assert_eq!(labels.genre_id("polka"), None);
        assert_eq!(labels.composer_id("jazz"), None);
        let folders = LabelVocabulary::new(["film"], ["bill_evans"]);
        assert_eq!(folders.composer_id("Bill Evans"), Some(0));
        assert_eq!(folders.composer_id("Gil Evans"), None);
    }
}
