//! Seconds for scores without beats, and the tempo of those with.

use partita_score::{Score, Tick};

/// Microseconds a quarter where a file states no tempo, by the MIDI standard.
const DEFAULT_MICROSECONDS_PER_QUARTER: u32 = 500_000;

/// Whether the tempo of a score is a fact of the music.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TempoTrust {
    /// The tempo is real, and so is a lone 120.
    Trusted,
    /// The tempo was assumed by a converter, or there is no beat.
    Untrusted,
    /// Real unless the score states none or nothing but one tempo of 120, which converters write when they know none.
    #[default]
    Judged,
}

/// The median tempo of the score in quarters a minute, each weighted by the time it is in force up to `end`; `None`
/// where it is not to be trusted.
pub(crate) fn median_qpm(score: &Score<Tick>, end: Tick, trust: TempoTrust) -> Option<f32> {
    let lone_default =
        matches!(score.tempos.as_slice(), [only] if only.microseconds_per_quarter == DEFAULT_MICROSECONDS_PER_QUARTER);
    if score.tempos.is_empty() || trust == TempoTrust::Untrusted || (trust == TempoTrust::Judged && lone_default) {
        return None;
    }
    let mut held: Vec<(u32, u64)> = tempo_spans(score, end).collect();
    held.sort_unstable();
    let total: u64 = held.iter().map(|&(_, weight)| weight).sum();
    let mut passed = 0;
    let median = held.iter().find(|&&(_, weight)| {
        passed += weight;
        2 * passed >= total
    })?;
    Some(60e6 / median.0 as f32)
}

/// Microseconds a quarter and microseconds × ticks a quarter in force, of each tempo up to `end`.
fn tempo_spans(score: &Score<Tick>, end: Tick) -> impl Iterator<Item = (u32, u64)> + '_ {
    score.tempos.iter().enumerate().map(move |(index, tempo)| {
        // The first tempo also covers what comes before it: a late first tempo is a late event, not a change.
        let start = if index == 0 { 0 } else { tempo.time.0.min(end.0) };
        let stop = score.tempos.get(index + 1).map_or(end.0, |next| next.time.0.min(end.0));
        let ticks = u64::from(stop.saturating_sub(start));
        (tempo.microseconds_per_quarter.max(1), ticks * u64::from(tempo.microseconds_per_quarter))
    })
}

/// Ticks to steps of [`crate::Grid::Time`], exactly, through all changes of tempo.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// Tick and elapsed time (in microseconds × ticks a quarter) at each change, and the tempo from there.
    changes: Vec<(u32, u128, u32)>,
    ticks_per_quarter: u128,
}

impl Clock {
    pub(crate) fn new(score: &Score<Tick>) -> Self {
        let mut changes = vec![(0, 0, DEFAULT_MICROSECONDS_PER_QUARTER)];
        for tempo in &score.tempos {
            let Some(&(tick, elapsed, microseconds)) = changes.last() else { continue };
            let passed = u128::from(tempo.time.0.saturating_sub(tick)) * u128::from(microseconds);
            changes.push((tempo.time.0.max(tick), elapsed + passed, tempo.microseconds_per_quarter));
        }
        Self { changes, ticks_per_quarter: u128::from(score.ticks_per_quarter) }
    }

    /// The nearest step to `tick`.
    pub(crate) fn step(&self, tick: Tick) -> u32 {
        self.nearest_step(self.elapsed(tick))
    }

    /// Steps from one tick to a later one, to the nearest.
    pub(crate) fn steps(&self, from: Tick, to: Tick) -> u32 {
        self.nearest_step(self.elapsed(to).saturating_sub(self.elapsed(from)))
    }

    fn elapsed(&self, tick: Tick) -> u128 {
        let index = self.changes.partition_point(|&(start, ..)| start <= tick.0).max(1) - 1;
        self.changes.get(index).map_or(0, |&(start, elapsed, microseconds)| {
            elapsed + u128::from(tick.0 - start) * u128::from(microseconds)
        })
    }

    fn nearest_step(&self, elapsed: u128) -> u32 {
        let second = 1_000_000 * self.ticks_per_quarter;
        let steps = (elapsed * u128::from(crate::STEPS_PER_SECOND) + second / 2) / second;
        u32::try_from(steps).unwrap_or(u32::MAX)
    }
}
