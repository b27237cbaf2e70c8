//! Which file a row of a labels file is about, where its path is not written as the folder writes it.
//!
//! Paths are compared in one form: `/` between folders, no `.` among them, Unicode in normal form C (macOS wrote D for
//! long). A path may also have folders in front that lead to the prepared one, absolute ones among them: the same for
//! all rows, and either ending in the prepared folder's name or standing before at least half of the rows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// A file, by its place among the files.
type FileNumber = usize;

/// The rows whose path is none of `files` but means one: `(row's path, file's path)`, in the order of the rows. A row that
/// could mean two files means none.
pub(crate) fn meant<'r, 'f>(
    rows: impl Iterator<Item = &'r str>,
    files: &[&'f str],
    folder: &Path,
) -> Vec<(&'r str, &'f str)> {
    let known: HashSet<&str> = files.iter().copied().collect();
    let (named, others): (HashSet<&str>, HashSet<&str>) = rows.partition(|row| known.contains(row));
    if others.is_empty() {
        return Vec::new();
    }
    let mut others: Vec<_> = others.into_iter().map(|row| (row, normal(row))).collect();
    others.sort_unstable();
    let by_form = by_form(files);
    let find = |form: &str| by_form.get(form).copied().flatten().map(|number| files[number]);
    // A file that a row names by its very path is not meant by another that only ends like it.
    let find_other = |form: &str| find(form).filter(|file| !named.contains(file));
    let with_prefix = others.iter().map(|(_, form)| form.as_str()).filter(|form| find(form).is_none());
    let prefix = prefix(with_prefix, &find_other, named.len() + others.len(), folder);
    let mean = |form: &str| {
        let behind = || find_other(form.strip_prefix(prefix.as_deref()?)?.strip_prefix('/')?);
        find(form).or_else(behind)
    };
    others.iter().filter_map(|(row, form)| Some((*row, mean(form)?))).collect()
}

/// The form in which paths are compared.
fn normal(path: &str) -> String {
    let folders = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    folders.collect::<Vec<_>>().join("/").nfc().collect()
}

/// The file of each form; none where two files have the same.
fn by_form(files: &[&str]) -> HashMap<String, Option<FileNumber>> {
    let mut by_form = HashMap::with_capacity(files.len());
    for (number, file) in files.iter().enumerate() {
        by_form.entry(normal(file)).and_modify(|known| *known = None).or_insert(Some(number));
    }
    by_form
}

/// The folders that stand before the files' paths in most rows.
fn prefix<'a, 'f>(
    forms: impl Iterator<Item = &'a str>,
    find: &impl Fn(&str) -> Option<&'f str>,
    rows: usize,
    folder: &Path,
) -> Option<String> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for form in forms {
        let slashes = form.match_indices('/').map(|(place, _)| place);
        for place in slashes.filter(|place| find(&form[place + 1..]).is_some()) {
            *votes.entry(&form[..place]).or_default() += 1;
        }
    }
    let (prefix, votes) = votes.into_iter().max_by_key(|(_, votes)| *votes)?;
    let name = std::path::absolute(folder).ok()?.file_name().map(|name| normal(&name.to_string_lossy()));
    let leads_to_folder = prefix.rsplit('/').next() == name.as_deref();
    (leads_to_folder || votes * 2 >= rows).then(|| prefix.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The file that each row means.
    fn meant_by<'a>(rows: &[&'a str], files: &[&'a str]) -> Vec<(&'a str, &'a str)> {
        meant(rows.iter().copied(), files, Path::new("/data/my midi"))
    }

    #[test]
    fn separators_dots_and_normal_forms_do_not_matter() {
        let decomposed = "cafe\u{301}/b.mid";
        let files = ["x/a.mid", decomposed, "c.mid"];
        let rows = ["x\\a.mid", "caf\u{e9}\\b.mid", "./c.mid"];
        assert_eq!(meant_by(&rows, &files), [("./c.mid", "c.mid"), (rows[1], decomposed), ("x\\a.mid", "x/a.mid")]);
        assert_eq!(meant_by(&["/x//a.mid"], &files), [("/x//a.mid", "x/a.mid")]);
    }

    #[test]
    fn what_is_written_alike_is_not_touched() {
        assert_eq!(meant_by(&["x\\a.mid", "b.mid"], &["x\\a.mid", "b.mid"]), []);
    }

    #[test]
    fn the_folder_in_front_may_be_absolute_or_of_another_machine() {
        for front in ["my midi/", "/data/my midi/", "../my midi/", "C:\\Users\\Ann\\my midi\\"] {
            let rows = [format!("{front}x/a.mid"), "none.mid".into(), "neither.mid".into()];
            let rows: Vec<_> = rows.iter().map(String::as_str).collect();
            assert_eq!(meant_by(&rows, &["x/a.mid", "b.mid"]), [(rows[0], "x/a.mid")], "{front}");
        }
        let rows = ["/mnt/songs/x/a.mid", "/mnt/songs/b.mid", "none.mid"];
        assert_eq!(meant_by(&rows, &["x/a.mid", "b.mid"]), [(rows[1], "b.mid"), (rows[0], "x/a.mid")]);
    }

    #[test]
    fn what_is_not_certain_means_nothing() {
        // One row of three that ends like a file.
        assert_eq!(meant_by(&["jazz/1.mid", "jazz/2.mid", "jazz/3.mid"], &["1.mid", "4.mid"]), []);
        // A file that another row names.
        assert_eq!(meant_by(&["x/1.mid", "old/x/1.mid"], &["x/1.mid"]), []);
        // Two files of one form.
        assert_eq!(meant_by(&[".\\caf\u{e9}.mid"], &["cafe\u{301}.mid", "caf\u{e9}.mid"]), []);
    }
}
