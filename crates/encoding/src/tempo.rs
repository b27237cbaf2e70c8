//! The tempo of a score, as far as it is one.

use partita_score::{DEFAULT_MICROSECONDS_PER_QUARTER, Score, Tick};

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

#[cfg(test)]
mod tests {
    use super::*;
    use partita_score::TempoChange;

    fn qpm(tempos: &[(u32, u32)], trust: TempoTrust) -> Option<f32> {
        let score = Score {
            tempos: tempos
                .iter()
                .map(|&(time, microseconds_per_quarter)| TempoChange { time: Tick(time), microseconds_per_quarter })
                .collect(),
            ..Score::new(100)
        };
        median_qpm(&score, Tick(1000), trust)
    }

    #[test]
    fn the_median_weighs_seconds_not_beats() {
        // 600 ticks at 240 are 1.5 s; 400 at 60 are 4 s.
        assert_eq!(qpm(&[(0, 250_000), (600, 1_000_000)], TempoTrust::Judged), Some(60.0));
        assert_eq!(qpm(&[(0, 250_000), (980, 1_000_000), (5000, 9)], TempoTrust::Judged), Some(240.0));
    }

    #[test]
    fn a_lone_120_is_no_tempo_unless_trusted() {
        assert_eq!(qpm(&[(0, 500_000)], TempoTrust::Judged), None);
        assert_eq!(qpm(&[(0, 500_000)], TempoTrust::Trusted), Some(120.0));
        assert_eq!(qpm(&[(0, 400_000)], TempoTrust::Judged), Some(150.0));
        assert_eq!(qpm(&[(0, 400_000)], TempoTrust::Untrusted), None);
        assert_eq!(qpm(&[], TempoTrust::Trusted), None);
    }
}
