//! The names nearest to one that is unknown, for error messages.

/// Up to `count` of `names`, nearest to `wanted` first; case does not count, and names are also near when a word of one
/// is near to a word of the other ("evans" to "Bill Evans", "Frederic Chopin" to "chopin"). The measure is the optimal string alignment distance: letters inserted,
/// left out, replaced or swapped with a neighbour.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let wanted = wanted.trim().to_lowercase();
    let mut ranked: Vec<_> = names.into_iter().map(|name| (distance(&wanted, name), name)).collect();
    ranked.sort_by_key(|&(distance, _)| distance);
    ranked.truncate(count);
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// Edits to the whole name, or one more than those between the two nearest words.
fn distance(wanted: &str, name: &str) -> usize {
    let name = name.to_lowercase();
    let between = |word: &str| words(&name).map(|other| strsim::osa_distance(word, other) + 1).min();
    let nearest_words = words(wanted).filter_map(between).min();
    nearest_words.unwrap_or(usize::MAX).min(strsim::osa_distance(wanted, &name))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
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
        assert_eq!(nearest("Frederic Chopin", names, 1), ["Chopin"]);
        assert_eq!(nearest("", names, 9).len(), 5);
    }
}
