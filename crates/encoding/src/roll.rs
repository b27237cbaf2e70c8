//! The binary piano roll: the paper's M ∈ {0, 1}^{128 × T}.

use partita_score::{Score, Tick, Track};

use crate::{DRUMS, EncodeError, EncodedBar, EncodingLimits, POSITIONS, STEPS_PER_QUARTER, duration_steps};

/// Quarters in the longest bar of the vocabulary.
const QUARTERS_PER_BAR_MAX: u64 = POSITIONS as u64 / STEPS_PER_QUARTER as u64;

/// What a set bit of a roll says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RollMode {
    /// The pitch is struck at this step.
    Onset,
    /// The pitch sounds at this step.
    #[default]
    Frame,
    /// This is the last step that the pitch sounds.
    Offset,
}

/// A binary matrix of 128 pitches by time: one `u128` a step, bit `p` for pitch `p`.
///
/// ```
/// use partita_encoding::{PianoRoll, RollMode};
/// // C4 for two steps, E4 for the second of them.
/// let roll = PianoRoll::from_notes([(0, 2, 60), (1, 1, 64)], RollMode::Frame, 4);
/// assert_eq!(roll.len(), 2);
/// assert!(roll.get(1, 60) && roll.get(1, 64) && !roll.get(0, 64));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PianoRoll {
    columns: Vec<u128>,
    mode: RollMode,
    steps_per_quarter: u16,
}

impl PianoRoll {
    /// The pitched tracks of a score on a grid of `steps_per_quarter` (0 counts as 1). A note begins at the nearest
    /// step and lasts at least one.
    ///
    /// # Errors
    /// [`EncodeError::Limit`] when the roll would be longer than [`EncodingLimits::bars_max`] bars of eight quarters.
    pub fn of_score(
        score: &Score<Tick>,
        mode: RollMode,
        steps_per_quarter: u16,
        limits: &EncodingLimits,
    ) -> Result<Self, EncodeError> {
        Self::of_tracks(score, |track| !track.is_drum, mode, steps_per_quarter, limits)
    }

    /// The tracks of a score that `chosen` picks, otherwise as [`PianoRoll::of_score`].
    pub(crate) fn of_tracks(
        score: &Score<Tick>,
        chosen: impl Fn(&Track<Tick>) -> bool,
        mode: RollMode,
        steps_per_quarter: u16,
        limits: &EncodingLimits,
    ) -> Result<Self, EncodeError> {
        let (rate, division) = (u64::from(steps_per_quarter.max(1)), u64::from(score.ticks_per_quarter.max(1)));
        let step = |tick: u64| (2 * tick * rate + division) / (2 * division);
        let steps_max = (limits.bars_max as u64).saturating_mul(QUARTERS_PER_BAR_MAX * rate);
        let mut notes = Vec::new();
        for note in score.tracks.iter().filter(|track| chosen(track)).flat_map(|track| &track.notes) {
            let (onset, end) = (step(note.onset.0.into()), step(u64::from(note.onset.0) + u64::from(note.duration.0)));
            if end > steps_max {
                return Err(EncodeError::too_many_bars(limits));
            }
            notes.push((onset as u32, end.saturating_sub(onset) as u32, note.pitch.get()));
        }
        Ok(Self::from_notes(notes, mode, steps_per_quarter))
    }

    /// The pitched notes of encoded bars, at [`STEPS_PER_QUARTER`].
    pub fn of_bars(bars: &[EncodedBar], mode: RollMode) -> Self {
        Self::of_bars_with(bars, |program| program != DRUMS, mode)
    }

    /// The notes of encoded bars whose program `chosen` picks, as long as the bars are.
    pub(crate) fn of_bars_with(bars: &[EncodedBar], chosen: impl Fn(u8) -> bool, mode: RollMode) -> Self {
        let mut start = 0;
        let mut notes = Vec::new();
        for bar in bars {
            notes.extend(
                bar.notes
                    .iter()
                    .filter(|note| chosen(note.program))
                    .map(|note| (start + u32::from(note.position), duration_steps(note.duration), note.pitch)),
            );
            start += bar.metre.steps();
        }
        let mut roll = Self::from_notes(notes, mode, STEPS_PER_QUARTER as u16);
        roll.resize(start as usize);
        roll
    }

    /// The roll of notes given as onset and duration in steps, and pitch (0–127, else left out).
    ///
    /// Memory grows with the end of the last note: take care where notes come from a file.
    pub fn from_notes(notes: impl IntoIterator<Item = (u32, u32, u8)>, mode: RollMode, steps_per_quarter: u16) -> Self {
        let in_range = notes.into_iter().filter(|&(.., pitch)| pitch < 128);
        let ends =
            in_range.map(|(onset, duration, pitch)| (pitch, onset as usize, onset as usize + duration.max(1) as usize));
        let mut notes: Vec<_> = ends.collect();
        notes.sort_unstable();
        let mut roll = Self { columns: Vec::new(), mode, steps_per_quarter: steps_per_quarter.max(1) };
        roll.resize(notes.iter().map(|&(.., end)| end).max().unwrap_or(0));
        let mut filled = (0, 0);
        for (pitch, onset, end) in notes {
            // What an earlier note of the pitch has set already is passed over, so that each step is set once.
            let from = if filled.0 == pitch { onset.max(filled.1) } else { onset };
            filled = (pitch, end.max(from));
            let steps = match mode {
                RollMode::Onset => onset..onset + 1,
                RollMode::Frame => from.min(end)..end,
                RollMode::Offset => end - 1..end,
            };
            roll.columns[steps].iter_mut().for_each(|column| *column |= 1 << pitch);
        }
        roll
    }

    /// Cuts the roll, or adds silence, to a length in steps.
    pub fn resize(&mut self, steps: usize) {
        self.columns.resize(steps, 0);
    }

    /// The columns: one `u128` a step.
    pub fn columns(&self) -> &[u128] {
        &self.columns
    }

    /// T, the length in steps.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether the roll has no steps.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Whether a pitch is set at a step; false outside the roll.
    pub fn get(&self, step: usize, pitch: u8) -> bool {
        pitch < 128 && self.columns.get(step).is_some_and(|column| column >> pitch & 1 == 1)
    }

    /// What a set bit says.
    pub fn mode(&self) -> RollMode {
        self.mode
    }

    /// Steps to a quarter note, at least 1.
    pub fn steps_per_quarter(&self) -> u16 {
        self.steps_per_quarter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_mark_start_sound_and_end() {
        let set = |mode| {
            let roll = PianoRoll::from_notes([(1, 3, 60), (2, 0, 62)], mode, 4);
            let steps = |pitch| (0..roll.len()).filter(|&step| roll.get(step, pitch)).collect::<Vec<_>>();
            (steps(60), steps(62))
        };
        assert_eq!(set(RollMode::Onset), (vec![1], vec![2]));
        assert_eq!(set(RollMode::Frame), (vec![1, 2, 3], vec![2]));
        assert_eq!(set(RollMode::Offset), (vec![3], vec![2]));
    }

    #[test]
    fn bars_make_a_roll_of_their_length() {
        let mut bar = EncodedBar {
            metre: crate::Metre::COMMON_TIME,
            notes: Vec::new(),
            conditions: crate::BarConditions::default(),
        };
        assert_eq!(PianoRoll::of_bars(&[bar.clone(), bar.clone()], RollMode::Frame).len(), 96);
        let drum = crate::NoteEvent { position: 3, program: DRUMS, pitch: 36, cents: 10, duration: 0, velocity: 9 };
        bar.notes = vec![drum];
        let roll = PianoRoll::of_bars(&[bar], RollMode::Frame);
        assert!(roll.columns().iter().all(|&column| column == 0), "drums are no pitches");
    }
}
