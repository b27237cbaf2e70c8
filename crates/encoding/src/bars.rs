//! Where the bars of a score lie, and which step of the grid a tick falls on.
//!
//! A bar follows its time signature. A signature that comes inside a bar ends that bar early; one within a step of a
//! bar line belongs to that line; one that repeats the metre in force changes nothing. Bars that the vocabulary
//! cannot name are split or rounded up by [`Metre::parts`], so that bar lines of the grid and of the score coincide
//! and only the last fraction of a step of such a bar is stretched.

use partita_score::{Score, Tick};

use crate::{EncodeError, EncodingLimits, Metre, STEPS_PER_QUARTER};

/// Parts of a tick in which bar lines are computed: bars of all metres down to 1/1024 then begin exactly, and a step
/// is a whole number of units too.
const UNITS_PER_TICK: u64 = 64 * STEPS_PER_QUARTER as u64;

/// One bar of the grid.
#[derive(Clone, Copy, Debug)]
struct LaidBar {
    /// Start in the score, in units.
    start: u64,
    /// Start on the grid.
    first_step: u32,
    metre: Metre,
}

/// The bars from the start of a score to its last note.
#[derive(Clone, Debug)]
pub(crate) struct BarLayout {
    bars: Vec<LaidBar>,
    units_per_step: u64,
}

/// A stretch of the score under one time signature.
struct Section {
    start: u64,
    numerator: u8,
    denominator: u16,
}

impl BarLayout {
    /// The bars that hold all onsets up to `last_onset`, with the one that it may be rounded up into.
    pub(crate) fn new(score: &Score<Tick>, last_onset: Tick, limits: &EncodingLimits) -> Result<Self, EncodeError> {
        let quarter = u64::from(score.ticks_per_quarter) * UNITS_PER_TICK;
        let units_per_step = quarter / u64::from(STEPS_PER_QUARTER);
        let mut layout = Self { bars: Vec::new(), units_per_step };
        let end = u64::from(last_onset.0) * UNITS_PER_TICK + units_per_step;
        let sections = sections(score);
        let mut start = 0;
        for (index, section) in sections.iter().enumerate() {
            let section_end = sections.get(index + 1).map_or(u64::MAX, |next| next.start);
            let length = (4 * quarter * u64::from(section.numerator) / u64::from(section.denominator)).max(1);
            while start <= end && start.saturating_add(units_per_step) <= section_end {
                let bar_end = (start + length).min(section_end);
                layout.push(section, start, bar_end - start, bar_end - start == length);
                if layout.bars.len() > limits.bars_max {
                    return Err(EncodeError::too_many_bars(limits));
                }
                start = bar_end;
            }
        }
        Ok(layout)
    }

    /// Appends one bar of the score, as one or more bars of the grid.
    fn push(&mut self, section: &Section, start: u64, length: u64, complete: bool) {
        let mut parts = Metre::parts(section.numerator, section.denominator);
        if !complete {
            cut_to(&mut parts, length.div_ceil(self.units_per_step));
        }
        let mut start = start;
        for metre in parts {
            let first_step = self.bars.last().map_or(0, |bar| bar.first_step + bar.metre.steps());
            self.bars.push(LaidBar { start, first_step, metre });
            start += u64::from(metre.steps()) * self.units_per_step;
        }
    }

    /// The nearest step to `tick`, within the bar it belongs to or at the start of the next.
    pub(crate) fn step(&self, tick: Tick) -> u32 {
        let time = u64::from(tick.0) * UNITS_PER_TICK;
        let next = self.bars.partition_point(|bar| bar.start <= time);
        let Some(bar) = next.checked_sub(1).and_then(|index| self.bars.get(index)) else { return 0 };
        let position = (time - bar.start + self.units_per_step / 2) / self.units_per_step;
        bar.first_step + position.min(u64::from(bar.metre.steps())) as u32
    }

    /// Length of `ticks` in steps, to the nearest.
    pub(crate) fn steps(&self, ticks: Tick) -> u32 {
        let units = u64::from(ticks.0) * UNITS_PER_TICK;
        u32::try_from((units + self.units_per_step / 2) / self.units_per_step).unwrap_or(u32::MAX)
    }

    /// First step and metre of each bar.
    pub(crate) fn bars(&self) -> impl Iterator<Item = (u32, Metre)> + '_ {
        self.bars.iter().map(|bar| (bar.first_step, bar.metre))
    }
}

/// The metre where none is stated.
const COMMON_TIME: Section = Section { start: 0, numerator: 4, denominator: 4 };

/// The changes of metre, 4/4 where none is stated at the start. Of several at one time the last counts.
fn sections(score: &Score<Tick>) -> Vec<Section> {
    let mut sections = vec![COMMON_TIME];
    for signature in &score.time_signatures {
        let start = u64::from(signature.time.0) * UNITS_PER_TICK;
        let (numerator, denominator) = (signature.numerator.max(1), signature.denominator.max(1));
        if sections.last().is_some_and(|last| last.start == start) {
            sections.pop();
        }
        let same = |last: &Section| (last.numerator, last.denominator) == (numerator, denominator);
        if !sections.last().is_some_and(same) {
            sections.push(Section { start, numerator, denominator });
        }
    }
    sections
}

/// Shortens the parts of a bar that a change of metre ended after `steps`.
fn cut_to(parts: &mut Vec<Metre>, steps: u64) {
    let mut left = steps;
    parts.retain_mut(|part| {
        let kept = left.min(u64::from(part.steps())) as u32;
        left -= u64::from(kept);
        if kept > 0 && kept < part.steps() {
            *part = Metre::of_steps(kept, part.denominator);
        }
        kept > 0
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_score::TimeSignature;

    fn layout(signatures: &[(u32, u8, u16)], ticks_per_quarter: u16, last_onset: u32) -> Vec<(u32, String)> {
        let score = Score {
            time_signatures: signatures
                .iter()
                .map(|&(time, numerator, denominator)| TimeSignature { time: Tick(time), numerator, denominator })
                .collect(),
            ..Score::new(ticks_per_quarter)
        };
        let layout = BarLayout::new(&score, Tick(last_onset), &EncodingLimits::default()).expect("within limits");
        layout.bars().map(|(step, metre)| (step, metre.to_string())).collect()
    }

    fn bars(expected: &[(u32, &str)]) -> Vec<(u32, String)> {
        expected.iter().map(|&(step, metre)| (step, metre.to_owned())).collect()
    }

    #[test]
    fn no_signature_is_common_time() {
        assert_eq!(layout(&[], 480, 1920), bars(&[(0, "4/4"), (48, "4/4")]));
    }

    #[test]
    fn a_change_inside_a_bar_ends_it() {
        assert_eq!(layout(&[(0, 4, 4), (480, 3, 4)], 480, 500), bars(&[(0, "1/4"), (12, "3/4")]));
    }

    #[test]
    fn a_change_within_a_step_of_a_bar_line_is_on_it() {
        let expected = bars(&[(0, "4/4"), (48, "3/4")]);
        assert_eq!(layout(&[(0, 4, 4), (1921, 3, 4)], 480, 1930), expected);
        assert_eq!(layout(&[(0, 4, 4), (1919, 3, 4)], 480, 1930), expected);
    }

    #[test]
    fn a_repeated_signature_changes_nothing() {
        assert_eq!(layout(&[(0, 4, 4), (500, 4, 4)], 480, 2000), bars(&[(0, "4/4"), (48, "4/4")]));
    }

    #[test]
    fn long_bars_are_split() {
        let expected = bars(&[(0, "5/4"), (60, "4/4"), (108, "5/4"), (168, "4/4")]);
        assert_eq!(layout(&[(0, 9, 4)], 480, 9 * 480), expected);
    }

    #[test]
    fn steps_are_the_nearest_whatever_the_division() {
        let three_eight = TimeSignature { time: Tick(0), numerator: 3, denominator: 8 };
        let score = Score { time_signatures: vec![three_eight], ..Score::new(5) };
        let layout = BarLayout::new(&score, Tick(100), &EncodingLimits::default()).expect("within limits");
        // A tick is 2.4 steps; bars of 18 steps begin at 7.5 ticks.
        assert_eq!([0, 1, 2, 7, 8].map(|tick| layout.step(Tick(tick))), [0, 2, 5, 17, 19]);
        assert_eq!(layout.steps(Tick(2)), 5);
    }
}
