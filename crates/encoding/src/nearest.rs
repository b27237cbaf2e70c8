//! The names nearest to one that is unknown, for error messages.

/// Up to `count` of `names`, nearest to `wanted` first; case does not count, and a name is also near when one of its
/// words is ("evans" is near "Bill Evans"). The measure is the optimal string alignment distance: letters inserted,
/// left out, replaced or swapped with a neighbour.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let wanted = wanted.trim().to_lowercase();
    let mut ranked: Vec<_> = names.into_iter().map(|name| (distance(&wanted, name), name)).collect();
    ranked.sort_by_key(|&(distance, _)| distance);
    ranked.truncate(count);
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// Edits to the whole name, or one more than those to its nearest word.
fn distance(wanted: &str, name: &str) -> usize {
    let name = name.to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let to_words = words.map(|word| strsim::osa_distance(wanted, word) + 1).min();
    to_words.unwrap_or(usize::MAX).min(strsim::osa_distance(wanted, &name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_and_parts_of_names_find_the_name() {
        let names = ["Bill Evans", "Chopin", "Schumann", "Schubert", "Art Tatum"];
        assert_eq!(nearest("evans", names, 1), ["Bill Evans"]);
        assert_eq!(nearest("Shcubert", names, 2), ["Schubert", "Schumann"]);
        assert_eq!(nearest("CHOPIN", names, 1), ["Chopin"]);
        assert_eq!(nearest("", names, 9).len(), 5);
    }
}
