//! Rolls of groups of instruments, one over another: what a convolutional critic looks at.

use partita_score::{Score, Tick};

use crate::{DRUMS, EncodeError, EncodedBar, EncodingLimits, PianoRoll, RollMode};

/// Groups of instruments that share a roll, in the order of the rolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrackGroup {
    /// The drum kit; pitches are drum sounds.
    Drums,
    /// General MIDI programs 32–39.
    Bass,
    /// General MIDI programs 0–7, harpsichord and clavinet included.
    Piano,
    /// General MIDI programs 24–31.
    Guitar,
    /// Bowed and plucked strings, solo and ensemble: General MIDI programs 40–46 and 48–51.
    Strings,
    /// All the others: mallets, organs, timpani, voices, winds, synthesizers, effects and the rest.
    Other,
}

impl TrackGroup {
    /// All groups, in the order of the rolls.
    pub const ALL: [TrackGroup; 6] = [Self::Drums, Self::Bass, Self::Piano, Self::Guitar, Self::Strings, Self::Other];

    /// The group of a program, or of the drum kit for [`DRUMS`].
    pub const fn of_program(program: u8) -> Self {
        match program {
            DRUMS.. => Self::Drums,
            32..=39 => Self::Bass,
            0..=7 => Self::Piano,
            24..=31 => Self::Guitar,
            40..=46 | 48..=51 => Self::Strings,
            _ => Self::Other,
        }
    }
}

/// A binary tensor of six groups by 128 pitches by time; all rolls are equally long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultiTrackRoll {
    rolls: [PianoRoll; 6],
}

impl MultiTrackRoll {
    /// The rolls of a score; see [`PianoRoll::of_score`].
    ///
    /// # Errors
    /// [`EncodeError::Limit`] when the rolls would be longer than [`EncodingLimits::bars_max`] bars of eight quarters.
    pub fn of_score(
        score: &Score<Tick>,
        mode: RollMode,
        steps_per_quarter: u16,
        limits: &EncodingLimits,
    ) -> Result<Self, EncodeError> {
        let group = |track: &partita_score::Track<Tick>| {
            TrackGroup::of_program(if track.is_drum { DRUMS } else { track.program.get() })
        };
        let roll =
            |wanted| PianoRoll::of_tracks(score, |track| group(track) == wanted, mode, steps_per_quarter, limits);
        let [drums, bass, piano, guitar, strings, other] = TrackGroup::ALL.map(roll);
        Ok(Self::equally_long([drums?, bass?, piano?, guitar?, strings?, other?]))
    }

    /// The rolls of encoded bars, at [`crate::STEPS_PER_QUARTER`].
    pub fn of_bars(bars: &[EncodedBar], mode: RollMode) -> Self {
        let roll = |wanted| PianoRoll::of_bars_with(bars, |program| TrackGroup::of_program(program) == wanted, mode);
        Self { rolls: TrackGroup::ALL.map(roll) }
    }

    fn equally_long(mut rolls: [PianoRoll; 6]) -> Self {
        let steps = rolls.iter().map(PianoRoll::len).max().unwrap_or(0);
        rolls.iter_mut().for_each(|roll| roll.resize(steps));
        Self { rolls }
    }

    /// The roll of one group.
    pub fn group(&self, group: TrackGroup) -> &PianoRoll {
        &self.rolls[group as usize]
    }

    /// The rolls in the order of [`TrackGroup::ALL`].
    pub fn rolls(&self) -> &[PianoRoll; 6] {
        &self.rolls
    }

    /// T, the length in steps.
    pub fn len(&self) -> usize {
        self.rolls[0].len()
    }

    /// Whether the rolls have no steps.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BarConditions, CENTS_ZERO, Metre, NoteEvent};

    #[test]
    fn each_program_is_in_one_group_in_its_place() {
        for (index, group) in TrackGroup::ALL.into_iter().enumerate() {
            assert_eq!(group as usize, index);
            assert!((0..=DRUMS).any(|program| TrackGroup::of_program(program) == group));
        }
        assert_eq!(TrackGroup::of_program(47), TrackGroup::Other, "timpani");
        assert_eq!(TrackGroup::of_program(33), TrackGroup::Bass);
    }

    #[test]
    fn notes_land_in_the_roll_of_their_group() {
        let note =
            |program, pitch| NoteEvent { position: 5, program, pitch, cents: CENTS_ZERO, duration: 1, velocity: 9 };
        let bar = EncodedBar {
            metre: Metre::COMMON_TIME,
            notes: vec![note(0, 60), note(33, 40), note(DRUMS, 36)],
            conditions: BarConditions::default(),
        };
        let roll = MultiTrackRoll::of_bars(&[bar], RollMode::Frame);
        assert_eq!(roll.len(), 48);
        let set = |group| roll.group(group).columns().iter().map(|column| column.count_ones()).sum::<u32>();
        assert_eq!(TrackGroup::ALL.map(set), [2, 2, 2, 0, 0, 0]);
        assert!(roll.group(TrackGroup::Bass).get(6, 40));
    }
}
