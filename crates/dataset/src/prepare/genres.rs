//! Names of genres that differ only in writing: `Hip-Hop`, `hip hop` and `hip_hop` are one.

use crate::prepare::files::SourceFile;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use unicode_normalization::UnicodeNormalization;

/// Gives the genres that differ only in case, spaces, hyphens and underscores the name that most files have, or the first
/// by the alphabet of those. Tells which names became which.
pub(super) fn unify(files: &mut [SourceFile]) -> BTreeMap<String, BTreeSet<String>> {
    let mut spellings: HashMap<String, BTreeMap<String, u64>> = HashMap::new();
    for genre in files.iter().filter_map(|file| file.labels.genre.as_ref()) {
        *spellings.entry(essence(genre)).or_default().entry(genre.clone()).or_default() += 1;
    }
    let mut names: HashMap<String, String> = HashMap::new();
    let mut unified: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for counts in spellings.into_values().filter(|counts| counts.len() > 1) {
        let most = counts.values().max().copied();
        let Some(name) = counts.iter().find(|(_, files)| Some(**files) == most).map(|(name, _)| name.clone()) else {
            continue;
        };
        let others: BTreeSet<String> = counts.into_keys().filter(|other| *other != name).collect();
        names.extend(others.iter().map(|other| (other.clone(), name.clone())));
        unified.insert(name, others);
    }
    for genre in files.iter_mut().filter_map(|file| file.labels.genre.as_mut()) {
        if let Some(name) = names.get(genre.as_str()) {
            genre.clone_from(name);
        }
    }
    unified
}

/// What is left of a name without what spellings differ in; a name of nothing else is itself.
fn essence(name: &str) -> String {
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}' | '\u{2011}');
    let essence: String = name.nfc().filter(|c| !is_separator(*c)).flat_map(char::to_lowercase).collect();
    if essence.is_empty() { name.to_owned() } else { essence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::FileLabels;

    fn unified<const N: usize>(genres: [&str; N]) -> ([String; N], Vec<(String, Vec<String>)>) {
        let file = |genre: &str| SourceFile {
            labels: FileLabels { genre: Some(genre.into()), ..FileLabels::default() },
            ..SourceFile::default()
        };
        let mut files = genres.map(file);
        let told = unify(&mut files).into_iter().map(|(name, others)| (name, others.into_iter().collect())).collect();
        (files.map(|file| file.labels.genre.unwrap()), told)
    }

    #[test]
    fn spellings_become_the_commonest() {
        let (genres, told) = unified(["hip hop", "Hip-Hop", "hip_hop", "HipHop", "hip hop", "jazz", "hop"]);
        assert_eq!(genres, ["hip hop", "hip hop", "hip hop", "hip hop", "hip hop", "jazz", "hop"]);
        assert_eq!(told, [("hip hop".into(), ["Hip-Hop", "HipHop", "hip_hop"].map(String::from).into())]);
    }

    #[test]
    fn of_equally_common_spellings_the_first_stays() {
        assert_eq!(unified(["jazz", "Jazz", "JAZZ"]).0, ["JAZZ", "JAZZ", "JAZZ"]);
        assert_eq!(unified(["mu\u{301}sica", "m\u{fa}sica", "m\u{fa}sica"]).0, ["m\u{fa}sica"; 3]);
    }

    #[test]
    fn one_spelling_each_is_left_alone() {
        let (genres, told) = unified(["chinese_folk", "folk", "-", "_"]);
        assert_eq!(genres, ["chinese_folk", "folk", "-", "_"]);
        assert!(told.is_empty());
    }
}
