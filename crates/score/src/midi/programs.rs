//! Which instrument each note has.

use super::channel::{Channel, ChannelMessage};
use super::drums::Drums;
use super::shared_channel::{Change, ChannelId, PlayedChannel};
use crate::score::Note;
use crate::units::Tick;
use std::collections::BTreeMap;

/// What a channel sounds with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instrument {
    pub(super) program: u8,
    pub(super) is_drum: bool,
}

impl Instrument {
    /// What a channel in this state sounds with.
    pub(super) fn of(state: &Channel, id: ChannelId, drums: &Drums) -> Self {
        Self { program: state.program, is_drum: drums.contains(id.port, id.channel, state.program_bank) }
    }
}

/// The program changes of one channel.
///
/// The last one before a note counts, whichever chunk it stands in. Of changes at one tick a chunk's own counts for
/// its notes: chunks that share a channel, each with a program of its own from the start, are parts that some program
/// wrote to one channel. Else it is the last one before the note in file order.
pub(super) struct Programs {
    initial: Instrument,
    /// In the order of [`PlayedChannel::changes`].
    all: Vec<ProgramChange>,
    /// By chunk, in the order of the chunk.
    own: BTreeMap<u32, Vec<OwnChange>>,
}

struct ProgramChange {
    /// Time, whether its chunk has notes on the channel, and the chunk.
    order: (Tick, bool, u32),
    instrument: Instrument,
}

struct OwnChange {
    time: Tick,
    notes_before: u32,
    instrument: Instrument,
}

impl Programs {
    pub(super) fn of(channel: &PlayedChannel, drums: &Drums) -> Self {
        let mut state = Channel::default();
        let initial = Instrument::of(&state, channel.id, drums);
        let mut programs = Self { initial, all: Vec::new(), own: BTreeMap::new() };
        for change in &channel.changes {
            state.take(change.message);
            if matches!(change.message, ChannelMessage::Program(_)) {
                let instrument = Instrument::of(&state, channel.id, drums);
                programs.push(change, instrument, channel.has_notes(change.chunk));
            }
        }
        programs
    }

    fn push(&mut self, change: &Change, instrument: Instrument, has_notes: bool) {
        let &Change { time, chunk, notes_before, .. } = change;
        self.all.push(ProgramChange { order: (time, has_notes, chunk), instrument });
        if has_notes {
            self.own.entry(chunk).or_default().push(OwnChange { time, notes_before, instrument });
        }
    }

    /// The instrument of each of the notes that a chunk has on the channel. Costs a search only where a program changes.
    pub(super) fn of_notes<'a>(&'a self, chunk: u32, notes: &'a [Note<Tick>]) -> impl Iterator<Item = Instrument> + 'a {
        let own = self.own.get(&chunk).map_or(&[][..], Vec::as_slice);
        let (mut own_passed, mut all_passed) = (0, 0);
        notes.iter().zip(0u32..).map(move |(note, number)| {
            while own.get(own_passed).is_some_and(|change| change.notes_before <= number) {
                own_passed += 1;
            }
            let here = (note.onset, true, chunk);
            if self.all.get(all_passed).is_some_and(|change| change.order < here) {
                all_passed += self.all[all_passed..].partition_point(|change| change.order < here);
            }
            let last = |passed: usize| passed.checked_sub(1);
            let own = last(own_passed).and_then(|last| own.get(last));
            let any = last(all_passed).and_then(|last| self.all.get(last));
            match (own, any) {
                (Some(own), Some(any)) if any.order.0 > own.time && own.time != note.onset => any.instrument,
                (Some(own), _) => own.instrument,
                (None, Some(any)) => any.instrument,
                (None, None) => self.first_of_later_chunk(here).unwrap_or(self.initial),
            }
        })
    }

    /// Before anything else was set, a program that a later chunk sets at the same tick counts too.
    fn first_of_later_chunk(&self, here: (Tick, bool, u32)) -> Option<Instrument> {
        let later = self.all.get(self.all.partition_point(|change| change.order <= here))?;
        (later.order.0 == here.0).then_some(later.instrument)
    }
}
