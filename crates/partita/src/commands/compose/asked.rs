//! What a piece is asked to be.

use anyhow::Result;
use clap::Args;
use partita_encoding::{
    BarConditions, Conditions, Form, InstrumentSet, Key, LabelVocabulary, Metre, Mood, density_class, polyphony_class,
};

use crate::failure::WrongUse;

/// Known names that an error suggests.
const SUGGESTIONS: usize = 13;

/// Wishes; any of them may be absent.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Asked {
    /// A genre that the model knows
    #[arg(long)]
    pub(crate) genre: Option<String>,
    /// A composer, artist or performer that the model knows
    #[arg(long, value_name = "NAME")]
    pub(crate) composer: Option<String>,
    /// Quarter notes a minute, 20 to 400
    #[arg(long, value_name = "QPM")]
    pub(crate) tempo: Option<f32>,
    /// Such as 'D minor' or 'Bb major'
    #[arg(long)]
    pub(crate) key: Option<Key>,
    /// happy, calm, sad, tense, or valence and arousal from -1 to 1, such as 0.3,-0.5
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) mood: Option<Mood>,
    /// General MIDI names or families, and drums, with commas between: piano,bass,drums
    #[arg(long, value_name = "LIST")]
    pub(crate) instruments: Option<InstrumentSet>,
    /// Such as 4/4 or 6/8
    #[arg(long)]
    pub(crate) metre: Option<Metre>,
    /// Notes begun in a quarter, all instruments together
    #[arg(long, value_name = "N")]
    pub(crate) density: Option<f32>,
    /// Pitched notes sounding at once, on average
    #[arg(long, value_name = "N")]
    pub(crate) polyphony: Option<f32>,
    /// Length of the piece
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=512))]
    pub(crate) bars: u32,
    /// Which bars come back: 'usual' as in the genre, 'free' none, or a letter a section, such as AABA, with ' for a
    /// variation, such as ABA'
    #[arg(long, value_name = "FORM", default_value = "usual")]
    pub(crate) form: Form,
}

impl Asked {
    /// Nothing but a genre and a length.
    pub(crate) fn of_genre(genre: Option<String>, bars: u32) -> Self {
        Self { genre, bars, ..Self::default() }
    }

    /// The wishes for the piece as a whole, labels as the model spells them.
    pub(super) fn conditions(&self, labels: &LabelVocabulary) -> Conditions {
        let named = |name: &Option<String>, id: &dyn Fn(&str) -> Option<usize>, names: &[String]| {
            name.as_deref().and_then(id).map(|id| names[id].clone())
        };
        Conditions {
            genre: named(&self.genre, &|name| labels.genre_id(name), &labels.genres),
            composer: named(&self.composer, &|name| labels.composer_id(name), &labels.composers),
            qpm: self.tempo,
            key: self.key,
            mood: self.mood,
            instruments: self.instruments,
        }
    }

    /// The wishes for every bar.
    pub(crate) fn bar_conditions(&self) -> BarConditions {
        BarConditions { density: self.density.map(density_class), polyphony: self.polyphony.map(polyphony_class) }
    }

    /// Refuses what the model does not know, naming what it does, and numbers out of range.
    pub(crate) fn check(&self, labels: &LabelVocabulary) -> Result<()> {
        if let Some(name) = self.genre.as_deref().filter(|name| labels.genre_id(name).is_none()) {
            let known = labels.nearest_genres(name, SUGGESTIONS.max(labels.genres.len()));
            return Err(unknown("genre", name, &known, labels.genres.len()));
        }
        if let Some(name) = self.composer.as_deref().filter(|name| labels.composer_id(name).is_none()) {
            let known = labels.nearest_composers(name, SUGGESTIONS);
            return Err(unknown("composer", name, &known, labels.composers.len()));
        }
        if let Form::Sections(sections) = &self.form
            && sections.len() > self.bars as usize
        {
            let message = format!("a form of {} sections needs as many bars, not {}", sections.len(), self.bars);
            return Err(WrongUse(message).into());
        }
        in_range("tempo", self.tempo, 20.0, 400.0)?;
        in_range("density", self.density, 0.0, 100.0)?;
        in_range("polyphony", self.polyphony, 0.0, 100.0)
    }
}

fn unknown(what: &str, name: &str, known: &[&str], count: usize) -> anyhow::Error {
    let rest = if known.len() < count { format!(" … ({count} in all)") } else { String::new() };
    WrongUse(format!("the model knows no {what} {name:?}; it knows {}{rest}", known.join(", "))).into()
}

fn in_range(what: &str, value: Option<f32>, least: f32, most: f32) -> Result<()> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(WrongUse(format!("--{what} is {value}; it must lie between {least} and {most}")).into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_known() {
        let labels = LabelVocabulary::new(["jazz", "rock", "folk"], ["Bill Evans"]);
        let asked = Asked { genre: Some("jaz".into()), ..Asked::default() };
        let error = asked.check(&labels).unwrap_err();
        assert!(error.is::<WrongUse>() && error.to_string().contains("it knows jazz, "), "{error}");
        let asked = Asked { genre: Some("Jazz".into()), composer: Some("Evans".into()), ..Asked::default() };
        assert!(asked.check(&labels).unwrap_err().to_string().contains("Bill Evans"));
    }

    #[test]
    fn a_form_needs_a_bar_for_each_section() {
        let asked = |bars| Asked { form: "AABA".parse().unwrap(), ..Asked::of_genre(None, bars) };
        assert!(asked(3).check(&LabelVocabulary::default()).unwrap_err().is::<WrongUse>());
        assert!(asked(4).check(&LabelVocabulary::default()).is_ok());
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let labels = LabelVocabulary::default();
        for asked in [
            Asked { tempo: Some(5.0), ..Asked::default() },
            Asked { density: Some(f32::NAN), ..Asked::default() },
            Asked { polyphony: Some(-1.0), ..Asked::default() },
        ] {
            assert!(asked.check(&labels).unwrap_err().is::<WrongUse>());
        }
    }
}
