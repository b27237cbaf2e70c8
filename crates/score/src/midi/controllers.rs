//! Bends and pedal moves of a channel → its parts.

use super::channel::{Channel, ChannelMessage};
use super::drums::Drums;
use super::parts::Part;
use super::programs::Instrument;
use super::shared_channel::{Change, ChannelId};
use crate::units::Tick;
use std::collections::BTreeMap;

/// A chunk that plays on a channel.
pub(super) struct Player {
    chunk: u32,
    /// Its parts, by instrument.
    pub(super) parts: BTreeMap<Instrument, usize>,
    /// When it last set the program itself.
    set_program: Option<Tick>,
    /// The part that plays now.
    playing: Option<usize>,
}

impl Player {
    pub(super) fn new(chunk: u32) -> Self {
        Self { chunk, parts: BTreeMap::new(), set_program: None, playing: None }
    }

    /// As for notes, a chunk's own program counts before that of another at the same tick.
    fn set_program(&mut self, change: &Change, instrument: Instrument) {
        if change.chunk == self.chunk {
            self.set_program = Some(change.time);
        } else if self.set_program == Some(change.time) {
            return;
        }
        self.playing = self.parts.get(&instrument).copied();
    }
}

/// Gives each part the bends and pedal moves that come while its channel has its instrument, whichever chunk they stand
/// in. What chunks are given of each other's is taken from `shared_changes`; once that is used up, each has its own.
pub(super) fn follow(
    parts: &mut [Part],
    mut players: Vec<Player>,
    id: ChannelId,
    mut changes: Vec<Change>,
    drums: &Drums,
    shared_changes: &mut usize,
) {
    let instrument = |state: &Channel| Instrument::of(state, id, drums);
    let shared = changes.len().saturating_mul(players.len() - 1);
    if let Some(left) = shared_changes.checked_sub(shared) {
        *shared_changes = left;
        return play(parts, &mut players, &changes, instrument);
    }
    changes.sort_by_key(|change| change.chunk);
    for own in changes.chunk_by(|a, b| a.chunk == b.chunk) {
        if let Ok(player) = players.binary_search_by_key(&own[0].chunk, |player| player.chunk) {
            play(parts, &mut players[player..=player], own, instrument);
        }
    }
}

fn play(parts: &mut [Part], players: &mut [Player], changes: &[Change], instrument: impl Fn(&Channel) -> Instrument) {
    let mut state = Channel::default();
    let initial = instrument(&state);
    players.iter_mut().for_each(|player| player.playing = player.parts.get(&initial).copied());
    // Parts whose pedal is down: a lifted pedal also lets go of what an instrument before has played.
    let mut pedalled: Vec<usize> = Vec::new();
    for change in changes {
        let pedal_was_down = state.pedal_down;
        state.take(change.message);
        if pedal_was_down && !state.pedal_down {
            pedalled.drain(..).for_each(|part| parts[part].set_pedal(change.time, false));
        }
        if matches!(change.message, ChannelMessage::Program(_)) {
            players.iter_mut().for_each(|player| player.set_program(change, instrument(&state)));
        }
        for part in players.iter().filter_map(|player| player.playing) {
            parts[part].set_cents(change.time, state.cents());
            if state.pedal_down && !parts[part].has_pedal_down() {
                parts[part].set_pedal(change.time, true);
                pedalled.push(part);
            }
        }
    }
}
