//! What the chunks of a file say of one channel and play on it.
//!
//! A channel belongs to the file and not to a chunk: files set up all channels in a chunk of its own, bend a part in
//! one chunk that sounds in another, or write two hands in two chunks with the pedal in one. What chunks say of a
//! channel is therefore gathered first and put in order of time once all have been read.

use super::channel::ChannelMessage;
use crate::score::Note;
use crate::units::Tick;
use std::collections::BTreeMap;

/// Which channel: those of different ports are different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ChannelId {
    /// Meta event 0x21; 0 where there is none.
    pub(super) port: u8,
    /// 0–15.
    pub(super) channel: u8,
}

/// A message that changes how a channel sounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) time: Tick,
    /// The `MTrk` chunk that says so.
    pub(super) chunk: u32,
    /// How many notes the chunk has begun on the channel before.
    pub(super) notes_before: u32,
    pub(super) message: ChannelMessage,
}

/// The notes of one chunk on one channel, in the order in which they begin.
pub(super) struct Line {
    pub(super) chunk: u32,
    /// Index of the channel.
    pub(super) channel: u32,
    /// Where in the file the first note is.
    pub(super) byte: usize,
    pub(super) notes: Vec<Note<Tick>>,
}

/// All channels that the chunks read so far have named.
#[derive(Default)]
pub(super) struct SharedChannels {
    ids: BTreeMap<ChannelId, u32>,
    /// By index: what was said, in file order.
    changes: Vec<Vec<Change>>,
}

impl SharedChannels {
    /// The index of a channel, which is new if it has not been named before.
    pub(super) fn index(&mut self, id: ChannelId) -> u32 {
        let changes = &mut self.changes;
        *self.ids.entry(id).or_insert_with(|| {
            changes.push(Vec::new());
            (changes.len() - 1) as u32
        })
    }

    pub(super) fn push(&mut self, channel: u32, change: Change) {
        if let Some(changes) = self.changes.get_mut(channel as usize) {
            changes.push(change);
        }
    }

    /// The channels that have notes, with all that was said of them in the order in which it takes effect.
    pub(super) fn into_played(self, mut lines: Vec<Line>) -> Vec<PlayedChannel> {
        let mut channels: Vec<(u32, ChannelId)> = self.ids.into_iter().map(|(id, index)| (index, id)).collect();
        channels.sort_unstable();
        lines.sort_by_key(|line| line.channel);
        let mut lines = lines.into_iter().peekable();
        let mut played = Vec::new();
        for ((index, id), changes) in channels.into_iter().zip(self.changes) {
            let lines: Vec<_> = std::iter::from_fn(|| lines.next_if(|line| line.channel == index)).collect();
            if !lines.is_empty() {
                played.push(PlayedChannel::new(id, changes, lines));
            }
        }
        played
    }
}

/// A channel that has notes.
pub(super) struct PlayedChannel {
    pub(super) id: ChannelId,
    /// In the order in which they take effect: by time; at one tick those of chunks without notes on the channel, which
    /// set it up, come first, then the others in file order.
    pub(super) changes: Vec<Change>,
    /// In file order; not empty.
    pub(super) lines: Vec<Line>,
}

impl PlayedChannel {
    fn new(id: ChannelId, mut changes: Vec<Change>, lines: Vec<Line>) -> Self {
        // What one chunk says is in order already.
        if changes.first().map(|first| first.chunk) != changes.last().map(|last| last.chunk) {
            changes.sort_by_cached_key(|change| (change.time, has_notes(&lines, change.chunk)));
        }
        Self { id, changes, lines }
    }

    /// Whether a chunk plays on the channel.
    pub(super) fn has_notes(&self, chunk: u32) -> bool {
        has_notes(&self.lines, chunk)
    }
}

fn has_notes(lines: &[Line], chunk: u32) -> bool {
    lines.binary_search_by_key(&chunk, |line| line.chunk).is_ok()
}
