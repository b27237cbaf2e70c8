//! Sets of instruments.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{DRUMS, EncodedBar, general_midi};

/// Programs asked for or present: bit `p` for program `p`, and the drum kit.
///
/// As text, names with commas between them; read as [`general_midi::program`] does. Serialized as a list of programs,
/// the drum kit being [`DRUMS`].
/// ```
/// use partita_encoding::{DRUMS, InstrumentSet};
/// let trio: InstrumentSet = "piano, double bass, drums".parse()?;
/// assert_eq!(trio.iter().collect::<Vec<_>>(), [0, 32, DRUMS]);
/// assert_eq!(trio.to_string(), "Acoustic Grand Piano, Acoustic Bass, Drums");
/// # Ok::<(), partita_encoding::ParseInstrumentsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Vec<u8>", from = "Vec<u8>")]
pub struct InstrumentSet {
    /// One bit a General MIDI program.
    pub programs: u128,
    /// Whether the drum kit plays.
    pub drums: bool,
}

impl InstrumentSet {
    /// Every program and the drum kit.
    pub const ALL: Self = Self { programs: u128::MAX, drums: true };

    /// The instruments that play in `bars`.
    pub fn of_bars(bars: &[EncodedBar]) -> Self {
        bars.iter().flat_map(|bar| &bar.notes).map(|note| note.program).collect()
    }

    /// Adds a program or, from [`DRUMS`] on, the drum kit.
    pub const fn insert(&mut self, program: u8) {
        if program < DRUMS { self.programs |= 1 << program } else { self.drums = true }
    }

    /// Whether a program, or the drum kit for [`DRUMS`], is in the set.
    pub const fn contains(&self, program: u8) -> bool {
        if program < DRUMS { self.programs >> program & 1 == 1 } else { self.drums && program == DRUMS }
    }

    /// The programs in ascending order, the drum kit last as [`DRUMS`].
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<> {
        let set = *self;
        (0..=DRUMS).filter(move |&program| set.contains(program))
    }

    /// How many instruments there are, the drum kit counting as one.
    pub const fn len(&self) -> usize {
        self.programs.count_ones() as usize + self.drums as usize
    }

    /// How alike two line-ups are: the share of the instruments of either that are in both (Jaccard's index); 1 for two
    /// empty sets.
    pub fn likeness(self, other: Self) -> f64 {
        let both = Self { programs: self.programs & other.programs, drums: self.drums & other.drums };
        let either = Self { programs: self.programs | other.programs, drums: self.drums | other.drums };
        if either.is_empty() { 1.0 } else { both.len() as f64 / either.len() as f64 }
    }

    /// Whether nothing plays.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl FromIterator<u8> for InstrumentSet {
    fn from_iter<I: IntoIterator<Item = u8>>(programs: I) -> Self {
        let mut set = Self::default();
        programs.into_iter().for_each(|program| set.insert(program));
        set
    }
}

impl From<InstrumentSet> for Vec<u8> {
    fn from(set: InstrumentSet) -> Self {
        set.iter().collect()
    }
}

impl From<Vec<u8>> for InstrumentSet {
    fn from(programs: Vec<u8>) -> Self {
        programs.into_iter().collect()
    }
}

impl fmt::Display for InstrumentSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(general_midi::name).collect();
        f.write_str(&names.join(", "))
    }
}

/// A name in the list is no instrument.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{name}\" is not an instrument: did you mean {}? General MIDI names, short ones such as piano, bass or drums, and program numbers from 0 to 127 are known", .nearest.join(", "))]
pub struct ParseInstrumentsError {
    /// The name as given.
    pub name: String,
    /// Known names, the nearest first.
    pub nearest: Vec<&'static str>,
}

impl FromStr for InstrumentSet {
    type Err = ParseInstrumentsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',')
            .map(|name| {
                general_midi::program(name).ok_or_else(|| ParseInstrumentsError {
                    name: name.trim().to_owned(),
                    nearest: general_midi::nearest_names(name, 3),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: InstrumentSet = [127, 0, DRUMS, 0].into_iter().collect();
        assert_eq!((set.len(), set.contains(0), set.contains(1), set.contains(DRUMS)), (3, true, false, true));
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 127, DRUMS]);
        assert!(InstrumentSet::default().is_empty());
        assert_eq!(set.to_string().parse(), Ok(set));
        assert_eq!(serde_json::to_string(&set).expect("serializes"), "[0,127,128]");
    }

    #[test]
    fn likeness_is_the_share_in_both() {
        let set = |programs: &[u8]| programs.iter().copied().collect::<InstrumentSet>();
        assert_eq!(set(&[0, 32, DRUMS]).likeness(set(&[0, 33, DRUMS])), 0.5);
        assert_eq!(set(&[]).likeness(set(&[])), 1.0);
        assert_eq!(set(&[0]).likeness(set(&[])), 0.0);
    }

    #[test]
    fn an_unknown_instrument_is_named_with_near_ones() {
        let error = "piano,vibrafone".parse::<InstrumentSet>().expect_err("no such instrument");
        assert_eq!(error.name, "vibrafone");
        assert!(error.to_string().contains("Vibraphone"), "{error}");
        assert!("".parse::<InstrumentSet>().is_err());
    }
}
