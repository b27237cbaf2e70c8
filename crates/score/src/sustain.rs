//! The sustain pedal, folded into the notes that it holds.

use crate::score::{Note, Score, Sustain, Track};
use crate::units::Tick;

impl Score<Tick> {
    /// The same piece without pedals: a note that is released while the pedal is down lasts until the pedal is
    /// lifted, or its key is struck again, or the track's last note ends. No note gets shorter. Drums only lose their
    /// pedals.
    ///
    /// The pedal counts as it stands after all its moves at the tick of the release (as in Hawthorne et al. 2018,
    /// "Onsets and Frames", section 3).
    pub fn fold_sustain(&self) -> Self {
        let mut folded = self.clone();
        folded.tracks.iter_mut().for_each(fold_track);
        folded
    }
}

fn fold_track(track: &mut Track<Tick>) {
    let moves = moves(std::mem::take(&mut track.sustains));
    if track.is_drum || moves.is_empty() {
        return;
    }
    let track_end = track.notes.iter().map(end).max().unwrap_or_default();
    let mut struck_next = [u64::MAX; 128];
    for note in track.notes.iter_mut().rev() {
        let struck_next = &mut struck_next[usize::from(note.pitch.get())];
        let lifted = pedal_lift(&moves, end(note)).unwrap_or(track_end);
        let held = lifted.min(*struck_next).saturating_sub(note.onset.0.into());
        note.duration = note.duration.max(Tick(u32::try_from(held).unwrap_or(u32::MAX)));
        *struck_next = note.onset.0.into();
    }
    track.notes.sort_unstable_by_key(|note| (note.onset, note.pitch, note.duration, note.velocity));
}

/// The moves that change the pedal: down and up by turns.
fn moves(mut sustains: Vec<Sustain<Tick>>) -> Vec<Sustain<Tick>> {
    let mut is_down = false;
    sustains.retain(|sustain| std::mem::replace(&mut is_down, sustain.down) != sustain.down);
    sustains
}

fn end(note: &Note<Tick>) -> u64 {
    u64::from(note.onset.0) + u64::from(note.duration.0)
}

/// When the pedal next lets go of a note released at `release`; `None` for never. At once if the pedal is up.
fn pedal_lift(moves: &[Sustain<Tick>], release: u64) -> Option<u64> {
    let (before, after) = moves.split_at(moves.partition_point(|sustain| u64::from(sustain.time.0) <= release));
    if before.last().is_none_or(|last| !last.down) {
        return Some(release);
    }
    after.first().map(|lifted| lifted.time.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Pitch, Program, Velocity};

    fn folded(notes: &[(u32, u32, u8)], pedals: &[(u32, bool)]) -> Vec<(u32, u32)> {
        let note = |&(onset, duration, pitch)| Note {
            onset: Tick(onset),
            duration: Tick(duration),
            pitch: Pitch::clamped(pitch),
            velocity: Velocity::clamped(64),
        };
        let mut track = Track {
            notes: notes.iter().map(note).collect(),
            sustains: pedals.iter().map(|&(time, down)| Sustain { time: Tick(time), down }).collect(),
            ..Track::new(Program::clamped(0))
        };
        fold_track(&mut track);
        track.notes.iter().map(|note| (note.onset.0, note.duration.0)).collect()
    }

    #[test]
    fn the_pedal_holds_until_it_is_lifted() {
        assert_eq!(folded(&[(0, 10, 60), (20, 10, 62)], &[(5, true), (100, false)]), [(0, 100), (20, 80)]);
    }

    #[test]
    fn a_key_struck_again_ends_the_held_note() {
        assert_eq!(folded(&[(0, 10, 60), (50, 10, 60)], &[(0, true), (100, false)]), [(0, 50), (50, 50)]);
    }

    #[test]
    fn a_pedal_up_at_the_release_holds_nothing_and_a_new_one_down_does() {
        assert_eq!(folded(&[(0, 10, 60)], &[(0, true), (10, false)]), [(0, 10)]);
        assert_eq!(folded(&[(0, 10, 60)], &[(0, true), (10, false), (10, true), (30, false)]), [(0, 30)]);
    }

    #[test]
    fn a_pedal_changed_at_one_tick_lets_go_and_moves_that_change_nothing_do_not() {
        let pedals = [(0, true), (5, true), (20, false), (20, true), (30, true), (40, false)];
        assert_eq!(folded(&[(0, 10, 60), (22, 1, 62)], &pedals), [(0, 20), (22, 18)]);
    }

    #[test]
    fn a_pedal_never_lifted_holds_to_the_last_end() {
        assert_eq!(folded(&[(0, 10, 60), (30, 20, 64)], &[(0, true)]), [(0, 50), (30, 20)]);
    }
}
