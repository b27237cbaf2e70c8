//! Which of the sixteen MIDI channels each track is given.

use super::drums::DRUM_CHANNEL;
use crate::score::Track;
use crate::units::Tick;

/// Pitched channels: 1–9 and 11–16.
pub(super) const PITCHED_CHANNELS: [u8; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];

/// A channel, 0–15, for each track: drums have channel 10 (number 9); a pitched track has its own while there are
/// enough, then tracks of one program share, then programs do. [`crate::write`] and players go by it.
pub fn channels(tracks: &[Track<Tick>]) -> Vec<u8> {
    let pitched = tracks.iter().filter(|track| !track.is_drum).count();
    let share_by_program = pitched > PITCHED_CHANNELS.len();
    let mut slots: Vec<u8> = Vec::new();
    let mut slot_of = |program: u8| match slots.iter().position(|&taken| share_by_program && taken == program) {
        Some(slot) => slot,
        None => {
            slots.push(program);
            slots.len() - 1
        }
    };
    let channel = |track: &Track<Tick>| match track.is_drum {
        true => DRUM_CHANNEL,
        false => PITCHED_CHANNELS[slot_of(track.program.get()) % PITCHED_CHANNELS.len()],
    };
    tracks.iter().map(channel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Program;

    fn channels_of(programs: impl IntoIterator<Item = u8>) -> Vec<u8> {
        channels(&programs.into_iter().map(|program| Track::new(Program::clamped(program))).collect::<Vec<_>>())
    }

    #[test]
    fn fifteen_tracks_have_channels_of_their_own_and_pass_over_the_drums() {
        assert_eq!(channels_of([0; 15]), PITCHED_CHANNELS);
    }

    #[test]
    fn more_tracks_share_by_program_and_then_by_turns() {
        assert_eq!(channels_of([5; 16]), [0; 16]);
        assert_eq!(channels_of(0..17)[15..], [0, 1]);
    }

    #[test]
    fn drums_are_on_channel_10() {
        let drums = Track { is_drum: true, ..Track::new(Program::clamped(7)) };
        assert_eq!(channels(&[Track::new(Program::clamped(7)), drums]), [0, 9]);
    }
}
