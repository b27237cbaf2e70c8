//! Ticks ⇄ bars through metre changes.

use crate::score::{Score, TimeSignature};
use crate::units::Tick;

/// The bars of a piece. Costs memory for each change of metre, not for each bar.
///
/// A change of metre in the middle of a bar ends that bar: a new one starts there. Where nothing is stated the
/// metre is 4/4 (Standard MIDI Files 1.0).
///
/// ```
/// use partita_score::{MeterMap, Tick, TimeSignature};
/// // Two bars of 4/4, then 3/8.
/// let change = TimeSignature { time: Tick(3840), numerator: 3, denominator: 8 };
/// let map = MeterMap::new(480, &[change]);
/// assert_eq!(map.bar_start(3), Tick(3840 + 720));
/// assert_eq!(map.bar_at(Tick(3839)), 1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeterMap {
    ticks_per_quarter: u16,
    /// The first starts at tick 0, bar 0.
    segments: Vec<Segment>,
}

/// A stretch of one metre.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Segment {
    start: u32,
    first_bar: u32,
    numerator: u8,
    denominator: u16,
}

/// One bar of a [`MeterMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeteredBar {
    /// Index from 0.
    pub index: u32,
    /// Its first tick.
    pub start: Tick,
    /// The first tick after it.
    pub end: Tick,
    /// Beats a bar. A bar that a change of metre cuts short keeps the metre's own.
    pub numerator: u8,
    /// What note a beat is: 1, 2, 4, 8, …
    pub denominator: u16,
}

impl MeterMap {
    /// The map of a piece. Changes may come in any order; of two at one tick the later holds. Metres with a
    /// numerator or denominator of 0 are ignored; `ticks_per_quarter` of 0 counts as 1.
    pub fn new(ticks_per_quarter: u16, time_signatures: &[TimeSignature<Tick>]) -> Self {
        let common = Segment { start: 0, first_bar: 0, numerator: 4, denominator: 4 };
        let mut map = Self { ticks_per_quarter: ticks_per_quarter.max(1), segments: vec![common] };
        let mut changes: Vec<_> = time_signatures.iter().filter(|s| s.numerator > 0 && s.denominator > 0).collect();
        changes.sort_by_key(|change| change.time);
        for change in changes {
            map.change(change);
        }
        map
    }

    fn change(&mut self, change: &TimeSignature<Tick>) {
        let last = self.segments[self.segments.len() - 1];
        let first_bar = if change.time.0 == last.start {
            self.segments.pop();
            last.first_bar
        } else {
            self.bar_after(&last, change.time.0)
        };
        let (numerator, denominator) = (change.numerator, change.denominator);
        self.segments.push(Segment { start: change.time.0, first_bar, numerator, denominator });
    }

    /// The bar that a change at `tick` begins.
    fn bar_after(&self, last: &Segment, tick: u32) -> u32 {
        let bar = self.bar_in(last, tick);
        bar.saturating_add(u32::from(self.start_in(last, bar) < u64::from(tick)))
    }

    /// The bar in which a tick lies, from 0.
    pub fn bar_at(&self, tick: Tick) -> u32 {
        self.bar_in(self.segment(|segment| segment.start <= tick.0), tick.0)
    }

    /// The first tick of a bar; the last tick there is for bars beyond it.
    pub fn bar_start(&self, bar: u32) -> Tick {
        let start = self.start_in(self.segment(|segment| segment.first_bar <= bar), bar);
        Tick(u32::try_from(start).unwrap_or(u32::MAX))
    }

    /// A bar, with its ends and metre.
    pub fn bar(&self, index: u32) -> MeteredBar {
        let segment = self.segment(|segment| segment.first_bar <= index);
        let (start, end) = (self.bar_start(index), self.bar_start(index.saturating_add(1)));
        MeteredBar { index, start, end, numerator: segment.numerator, denominator: segment.denominator }
    }

    /// The bars that begin before `end`.
    pub fn bars(&self, end: Tick) -> impl Iterator<Item = MeteredBar> + '_ {
        (0..).map(|index| self.bar(index)).take_while(move |bar| bar.start < end)
    }

    /// The metre in force at a tick, as numerator and denominator.
    pub fn metre(&self, tick: Tick) -> (u8, u16) {
        let segment = self.segment(|segment| segment.start <= tick.0);
        (segment.numerator, segment.denominator)
    }

    /// The last segment that has begun.
    fn segment(&self, has_begun: impl Fn(&Segment) -> bool) -> &Segment {
        &self.segments[self.segments.partition_point(has_begun).saturating_sub(1)]
    }

    /// A bar's length as a fraction of ticks; at least one tick.
    fn bar_ticks(&self, segment: &Segment) -> (u64, u64) {
        let ticks = 4 * u64::from(self.ticks_per_quarter) * u64::from(segment.numerator);
        let denominator = u64::from(segment.denominator);
        (ticks.max(denominator), denominator)
    }

    /// Bars start at the last tick not after their exact place.
    fn start_in(&self, segment: &Segment, bar: u32) -> u64 {
        let (ticks, denominator) = self.bar_ticks(segment);
        u64::from(segment.start) + u64::from(bar - segment.first_bar) * ticks / denominator
    }

    /// The last bar whose (rounded) start is not after `tick`.
    fn bar_in(&self, segment: &Segment, tick: u32) -> u32 {
        let (ticks, denominator) = self.bar_ticks(segment);
        let passed = u64::from(tick - segment.start) + 1;
        let bars = (passed * denominator).div_ceil(ticks) - 1;
        u32::try_from(u64::from(segment.first_bar) + bars).unwrap_or(u32::MAX)
    }
}

impl Score<Tick> {
    /// The piece's bars.
    pub fn meter_map(&self) -> MeterMap {
        MeterMap::new(self.ticks_per_quarter, &self.time_signatures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(ticks_per_quarter: u16, metres: &[(u32, u8, u16)]) -> MeterMap {
        let signature = |&(time, numerator, denominator)| TimeSignature { time: Tick(time), numerator, denominator };
        MeterMap::new(ticks_per_quarter, &metres.iter().map(signature).collect::<Vec<_>>())
    }

    #[test]
    fn bars_through_metre_changes() {
        // 3/4 (72 ticks a bar at 24), then 6/8 (72), then 5/16 (30).
        let map = map(24, &[(0, 3, 4), (144, 6, 8), (288, 5, 16)]);
        let starts: Vec<_> = map.bars(Tick(330)).map(|bar| bar.start.0).collect();
        assert_eq!(starts, [0, 72, 144, 216, 288, 318]);
        assert_eq!(map.bar(3), MeteredBar { index: 3, start: Tick(216), end: Tick(288), numerator: 6, denominator: 8 });
        assert_eq!(map.metre(Tick(287)), (6, 8));
    }

    #[test]
    fn a_change_within_a_bar_starts_a_new_bar() {
        let map = map(24, &[(24, 4, 4)]);
        assert_eq!([map.bar_start(0), map.bar_start(1), map.bar_start(2)], [Tick(0), Tick(24), Tick(120)]);
    }

    #[test]
    fn bars_of_broken_ticks_agree_with_their_starts() {
        // 7/64 at 10 ticks a quarter: 4.375 ticks a bar.
        let map = map(10, &[(3, 7, 64)]);
        assert_eq!([1, 2, 3, 4, 9].map(|bar| map.bar_start(bar).0), [3, 7, 11, 16, 38]);
        for bar in 1..100 {
            let start = map.bar_start(bar);
            assert_eq!((map.bar_at(start), map.bar_at(Tick(start.0 - 1))), (bar, bar - 1));
        }
    }

    #[test]
    fn bars_shorter_than_a_tick_last_one() {
        let map = map(1, &[(0, 1, 64)]);
        assert_eq!(map.bar_start(5), Tick(5));
        assert_eq!(map.bar_at(Tick(u32::MAX)), u32::MAX);
    }
}
