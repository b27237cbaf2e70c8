//! Ticks ⇄ quarters ⇄ seconds through tempo changes.

use crate::score::{Score, TempoChange};
use crate::units::{Quarter, Second, Tick};

/// Where no tempo is stated: 120 quarters a minute (Standard MIDI Files 1.0).
pub const DEFAULT_MICROSECONDS_PER_QUARTER: u32 = 500_000;

/// The tempo of a piece at every moment.
///
/// ```
/// use partita_score::{Second, TempoChange, TempoMap, Tick};
/// // 120 quarters a minute, then from the second quarter on 60.
/// let slower = TempoChange { time: Tick(960), microseconds_per_quarter: 1_000_000 };
/// let map = TempoMap::new(480, &[slower]);
/// assert_eq!(map.seconds(Tick(960 + 480)), Second(2.0));
/// assert_eq!(map.tick_at_seconds(Second(2.0)), Tick(1440));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TempoMap {
    ticks_per_quarter: u32,
    /// The first starts at tick 0.
    segments: Vec<Segment>,
}

/// A stretch of one tempo.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Segment {
    start: u32,
    microseconds_per_quarter: u32,
    /// Microseconds × ticks_per_quarter from the start of the piece to this one's: whole, so that no error adds up.
    /// (2³² ticks of 2²⁴ microseconds fit.)
    elapsed: u64,
}

impl TempoMap {
    /// The map of a piece. Changes may come in any order; of two at one tick the later holds.
    ///
    /// `ticks_per_quarter` of 0 counts as 1.
    pub fn new(ticks_per_quarter: u16, tempos: &[TempoChange<Tick>]) -> Self {
        let mut changes: Vec<_> = tempos.iter().collect();
        changes.sort_by_key(|change| change.time);
        let mut map = Self::constant(ticks_per_quarter);
        for change in changes {
            map.change(change.time, change.microseconds_per_quarter);
        }
        map
    }

    /// The map of a piece whose tempo changes, in order, are timed in seconds; each falls on the nearest tick.
    pub fn from_seconds(ticks_per_quarter: u16, tempos: &[TempoChange<Second>]) -> Self {
        let mut map = Self::constant(ticks_per_quarter);
        for change in tempos {
            let earliest = map.segments[map.segments.len() - 1].start;
            map.change(Tick(map.tick_at_seconds(change.time).0.max(earliest)), change.microseconds_per_quarter);
        }
        map
    }

    fn constant(ticks_per_quarter: u16) -> Self {
        let default = Segment { start: 0, microseconds_per_quarter: DEFAULT_MICROSECONDS_PER_QUARTER, elapsed: 0 };
        Self { ticks_per_quarter: u32::from(ticks_per_quarter.max(1)), segments: vec![default] }
    }

    /// Appends a change, not earlier than the last one.
    fn change(&mut self, time: Tick, microseconds_per_quarter: u32) {
        let last = self.segments[self.segments.len() - 1];
        if last.start == time.0 {
            self.segments.pop();
        }
        self.segments.push(Segment { start: time.0, microseconds_per_quarter, elapsed: last.elapsed_at(time.0) });
    }

    /// Quarters from the start; does not depend on tempo.
    pub fn quarters(&self, tick: Tick) -> Quarter {
        Quarter(f64::from(tick.0) / f64::from(self.ticks_per_quarter))
    }

    /// The tick nearest to a time in quarters; times before the start give 0.
    pub fn tick_at_quarters(&self, quarters: Quarter) -> Tick {
        Tick((quarters.0 * f64::from(self.ticks_per_quarter)).round() as u32)
    }

    /// Seconds from the start.
    pub fn seconds(&self, tick: Tick) -> Second {
        Second(self.segment(|segment| segment.start <= tick.0).elapsed_at(tick.0) as f64 / self.elapsed_per_second())
    }

    /// The tick nearest to a time in seconds; times before the start give 0.
    pub fn tick_at_seconds(&self, seconds: Second) -> Tick {
        let elapsed = seconds.0 * self.elapsed_per_second();
        let segment = self.segment(|segment| segment.elapsed as f64 <= elapsed);
        let ticks = (elapsed - segment.elapsed as f64) / f64::from(segment.microseconds_per_quarter.max(1));
        Tick((f64::from(segment.start) + ticks).round() as u32)
    }

    /// Quarters a minute at a tick.
    pub fn qpm(&self, tick: Tick) -> f64 {
        let segment = self.segment(|segment| segment.start <= tick.0);
        60e6 / f64::from(segment.microseconds_per_quarter.max(1))
    }

    fn elapsed_per_second(&self) -> f64 {
        1e6 * f64::from(self.ticks_per_quarter)
    }

    /// The last segment that has begun.
    fn segment(&self, has_begun: impl Fn(&Segment) -> bool) -> &Segment {
        &self.segments[self.segments.partition_point(has_begun).saturating_sub(1)]
    }
}

impl Segment {
    fn elapsed_at(&self, tick: u32) -> u64 {
        let ticks = u64::from(tick.saturating_sub(self.start));
        self.elapsed.saturating_add(ticks * u64::from(self.microseconds_per_quarter))
    }
}

impl Score<Tick> {
    /// The piece's tempo at every moment.
    pub fn tempo_map(&self) -> TempoMap {
        TempoMap::new(self.ticks_per_quarter, &self.tempos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(tempos: &[(u32, u32)]) -> TempoMap {
        let change = |&(time, microseconds_per_quarter)| TempoChange { time: Tick(time), microseconds_per_quarter };
        TempoMap::new(96, &tempos.iter().map(change).collect::<Vec<_>>())
    }

    #[test]
    fn seconds_through_three_tempos() {
        // 2 quarters of 0.5 s, 1 of 0.25 s, then 2 s each.
        let map = map(&[(192, 250_000), (288, 2_000_000)]);
        let seconds = |tick| map.seconds(Tick(tick)).0;
        assert_eq!([seconds(0), seconds(96), seconds(192), seconds(240)], [0.0, 0.5, 1.0, 1.125]);
        assert_eq!([seconds(288), seconds(384), seconds(432)], [1.25, 3.25, 4.25]);
        for tick in [0, 1, 95, 191, 192, 193, 287, 288, 289, 100_000, u32::MAX] {
            assert_eq!(map.tick_at_seconds(map.seconds(Tick(tick))), Tick(tick));
        }
        assert_eq!([map.qpm(Tick(191)), map.qpm(Tick(192)), map.qpm(Tick(288))], [120.0, 240.0, 30.0]);
    }

    #[test]
    fn a_tempo_at_the_start_replaces_the_default_and_the_last_of_one_tick_holds() {
        let map = map(&[(0, 9), (0, 1_000_000)]);
        assert_eq!(map.seconds(Tick(96)), Second(1.0));
    }

    #[test]
    fn times_out_of_range_are_clipped() {
        let map = map(&[]);
        assert_eq!(map.tick_at_seconds(Second(-1.0)), Tick(0));
        assert_eq!(map.tick_at_seconds(Second(f64::NAN)), Tick(0));
        assert_eq!(map.tick_at_quarters(Quarter(1e300)), Tick(u32::MAX));
        assert_eq!(map.quarters(Tick(144)), Quarter(1.5));
    }
}
