//! What a piece can be asked to be; any part may be absent.

/// Valence and arousal, each −1 to 1 (Russell 1980).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mood {
    /// Unpleasant to pleasant.
    pub valence: f32,
    /// Calm to excited.
    pub arousal: f32,
}

/// Key: tonic pitch class and mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Pitch class, C = 0.
    pub tonic: u8,
    /// True for minor.
    pub minor: bool,
}

impl Key {
    /// 0–11 major, 12–23 minor.
    pub const fn class(self) -> u8 {
        self.tonic + if self.minor { 12 } else { 0 }
    }
}

/// A bar's metre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Metre {
    /// Beats a bar.
    pub numerator: u8,
    /// 2, 4, 8 or 16.
    pub denominator: u8,
}

/// Programs asked for or present: bit `p` for program `p`, and the drum kit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InstrumentSet {
    /// One bit a General MIDI program.
    pub programs: u128,
    /// Whether the drum kit plays.
    pub drums: bool,
}

/// A bar's own conditions, as classes; `None` where not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BarConditions {
    /// Class of note onsets a quarter, below [`crate::DENSITIES`].
    pub density: Option<u8>,
    /// Class of the mean number of notes sounding, below [`crate::POLYPHONIES`].
    pub polyphony: Option<u8>,
}

/// The conditions of a whole piece. The metre belongs to each bar, and bars have [`BarConditions`].
#[derive(Clone, Debug, Default, PartialEq)]
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
