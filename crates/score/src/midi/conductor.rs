//! Meta events that hold for the whole piece: tempo, metre, key, markers.

use crate::score::{KeySignature, Marker, TempoChange, TimeSignature};
use crate::units::Tick;

/// What the meta events of all tracks say.
#[derive(Default)]
pub(super) struct Conductor {
    pub(super) tempos: Vec<TempoChange<Tick>>,
    pub(super) time_signatures: Vec<TimeSignature<Tick>>,
    pub(super) key_signatures: Vec<KeySignature<Tick>>,
    pub(super) markers: Vec<Marker<Tick>>,
}

/// A meta event with impossible contents.
pub(super) struct BadMeta;

impl Conductor {
    pub(super) fn tempo(&mut self, time: Tick, data: &[u8]) -> Result<(), BadMeta> {
        let &[a, b, c] = data else { return Err(BadMeta) };
        let microseconds_per_quarter = u32::from_be_bytes([0, a, b, c]);
        if microseconds_per_quarter == 0 {
            return Err(BadMeta);
        }
        self.tempos.push(TempoChange { time, microseconds_per_quarter });
        Ok(())
    }

    pub(super) fn time_signature(&mut self, time: Tick, data: &[u8]) -> Result<(), BadMeta> {
        let &[numerator, power, ..] = data else { return Err(BadMeta) };
        let denominator = 1u16.checked_shl(power.into()).ok_or(BadMeta)?;
        if numerator == 0 {
            return Err(BadMeta);
        }
        self.time_signatures.push(TimeSignature { time, numerator, denominator });
        Ok(())
    }

    pub(super) fn key_signature(&mut self, time: Tick, data: &[u8]) -> Result<(), BadMeta> {
        let &[sharps, minor @ (0 | 1), ..] = data else { return Err(BadMeta) };
        let sharps = i8::from_ne_bytes([sharps]);
        if !(-7..=7).contains(&sharps) {
            return Err(BadMeta);
        }
        self.key_signatures.push(KeySignature { time, sharps, minor: minor == 1 });
        Ok(())
    }

    /// Puts all in order; of several tempos, metres or keys at one tick the last holds.
    pub(super) fn sort(&mut self) {
        sort_changes(&mut self.tempos, |change| change.time);
        sort_changes(&mut self.time_signatures, |change| change.time);
        sort_changes(&mut self.key_signatures, |change| change.time);
        self.markers.sort_by_key(|marker| marker.time);
    }
}

fn sort_changes<C: Copy>(changes: &mut Vec<C>, time: impl Fn(&C) -> Tick) {
    changes.sort_by_key(&time);
    changes.dedup_by(|later, kept| {
        let same = time(later) == time(kept);
        if same {
            *kept = *later;
        }
        same
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_contents_are_refused() {
        let mut conductor = Conductor::default();
        assert!(conductor.tempo(Tick(0), &[0, 0, 0]).is_err());
        assert!(conductor.tempo(Tick(0), &[7]).is_err());
        assert!(conductor.time_signature(Tick(0), &[0, 2, 24, 8]).is_err());
        assert!(conductor.time_signature(Tick(0), &[4, 16, 24, 8]).is_err());
        assert!(conductor.key_signature(Tick(0), &[8, 0]).is_err());
        assert!(conductor.key_signature(Tick(0), &[1, 2]).is_err());
        assert!(conductor.tempos.is_empty() && conductor.time_signatures.is_empty());
    }

    #[test]
    fn the_last_change_at_a_tick_holds() {
        let mut conductor = Conductor::default();
        for (time, tempo) in [(9, 3), (0, 1), (0, 2)] {
            assert!(conductor.tempo(Tick(time), &[0, 0, tempo]).is_ok());
        }
        conductor.sort();
        let tempos: Vec<_> = conductor.tempos.iter().map(|t| (t.time.0, t.microseconds_per_quarter)).collect();
        assert_eq!(tempos, [(0, 2), (9, 3)]);
    }
}
