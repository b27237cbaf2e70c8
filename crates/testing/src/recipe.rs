//! Recipes of training.

use partita_train::Recipe;

/// The default recipe, every key written out.
pub fn valid() -> Vec<u8> {
    Recipe::default().to_toml().into_bytes()
}

/// Reads a recipe, which must be the same when it is written and read again.
pub fn passes(bytes: &[u8]) -> bool {
    let Some(recipe) = std::str::from_utf8(bytes).ok().and_then(|text| Recipe::from_toml(text).ok()) else {
        return false;
    };
    let again = Recipe::from_toml(&recipe.to_toml()).expect("what was read can be written");
    assert_eq!(again.first_difference(&recipe), None);
    recipe.scaled(0.25);
    true
}
