//! Sets of instruments.

use serde::{Deserialize, Serialize};

use crate::{DRUMS, EncodedBar};

/// Programs asked for or present: bit `p` for program `p`, and the drum kit. Written out as a list of programs, the
/// drum kit being [`DRUMS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Vec<u8>", from = "Vec<u8>")]
pub struct InstrumentSet {
    /// One bit a General MIDI program.
    pub programs: u128,
    /// Whether the drum kit plays.
    pub drums: bool,
}

impl InstrumentSet {
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
