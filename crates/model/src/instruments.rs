//! Which programs may play.

use partita_encoding::{DRUMS, InstrumentSet, PROGRAMS};

/// Programs that may play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruments([bool; PROGRAMS]);

impl Instruments {
    /// Every program and the drums.
    pub const ALL: Self = Self([true; PROGRAMS]);

    /// Those that were asked for; all of them if none were.
    pub fn asked(set: Option<InstrumentSet>) -> Self {
        set.map_or(Self::ALL, Self::only)
    }

    /// Those of `set` only; all of them if it is empty.
    pub fn only(set: InstrumentSet) -> Self {
        let mut allowed = [false; PROGRAMS];
        for (program, allowed) in allowed.iter_mut().enumerate() {
            *allowed = if program == DRUMS as usize { set.drums } else { set.programs >> program & 1 == 1 };
        }
        if allowed.contains(&true) { Self(allowed) } else { Self::ALL }
    }

    /// Whether a program, or the drum kit, may play.
    pub(crate) fn allows(&self, program: u8) -> bool {
        self.0[program as usize]
    }

    /// The last that may play.
    pub(crate) fn highest(&self) -> u8 {
        self.0.iter().rposition(|allowed| *allowed).unwrap_or(0) as u8
    }
}
