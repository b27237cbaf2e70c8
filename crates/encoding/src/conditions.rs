//! What a piece can be asked to be; any part may be absent.

use serde::{Deserialize, Serialize};

use crate::bar_conditions::fill_bars;
use crate::key_profile::key_of_bars;
use crate::mood_model::mood_of_bars;
use crate::{EncodedBar, Grid, InstrumentSet, Key, Mood};

/// A bar's own conditions, as classes; `None` where not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct BarConditions {
    /// Class of note onsets a quarter, below [`crate::DENSITIES`].
    pub density: Option<u8>,
    /// Class of the mean number of notes sounding, below [`crate::POLYPHONIES`].
    pub polyphony: Option<u8>,
}

/// The conditions of a whole piece. The metre belongs to each bar, and bars have [`BarConditions`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// As labelled.
    pub genre: Option<String>,
    /// Composer, artist or performer, as labelled.
    pub composer: Option<String>,
    /// Quarters a minute; `None` when unknown or without a beat.
    pub qpm: Option<f32>,
    /// From the notes, by profile correlation.
    pub key: Option<Key>,
    /// Labelled, or computed from the notes.
    pub mood: Option<Mood>,
    /// The programs that play.
    pub instruments: Option<InstrumentSet>,
}

impl Conditions {
    /// Computes from the notes what they tell: each bar's density and polyphony, and the key, mood and instruments
    /// where these are absent. What is given stays. The mood takes the tempo from `qpm`, so set that first.
    pub fn fill_from_notes(&mut self, bars: &mut [EncodedBar], grid: Grid) {
        fill_bars(bars);
        self.instruments = self.instruments.or_else(|| Some(InstrumentSet::of_bars(bars)));
        self.key = self.key.or_else(|| key_of_bars(bars));
        self.mood = self.mood.or_else(|| mood_of_bars(bars, grid, self.key, self.qpm));
    }
}
