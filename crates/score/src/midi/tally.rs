//! Small repairs, counted by kind while a track is read.

use crate::repair::Repair;

/// How often, and where first.
#[derive(Default)]
pub(super) struct Tally {
    count: usize,
    first_byte: usize,
}

impl Tally {
    pub(super) fn count(&mut self, byte: usize) {
        if self.count == 0 {
            self.first_byte = byte;
        }
        self.count += 1;
    }
}

/// What was mended in one track.
#[derive(Default)]
pub(super) struct Tallies {
    pub(super) bad_messages: Tally,
    pub(super) system_messages: Tally,
    pub(super) bad_meta: Tally,
    pub(super) long_texts: Tally,
    pub(super) unclosed_notes: usize,
    pub(super) zero_length_notes: usize,
    pub(super) stray_note_offs: usize,
}

impl Tallies {
    /// One repair for each kind that there was.
    pub(super) fn report(&self, track: usize, repairs: &mut Vec<Repair>) {
        let found = [
            self.bad_messages.repair(|count, byte| Repair::BadMessages { track, count, byte }),
            self.system_messages.repair(|count, byte| Repair::SystemMessages { track, count, byte }),
            self.bad_meta.repair(|count, byte| Repair::BadMeta { track, count, byte }),
            self.long_texts.repair(|count, byte| Repair::LongText { track, count, byte }),
            some(self.unclosed_notes, |count| Repair::UnclosedNotes { track, count }),
            some(self.zero_length_notes, |count| Repair::ZeroLengthNotes { track, count }),
            some(self.stray_note_offs, |count| Repair::StrayNoteOffs { track, count }),
        ];
        repairs.extend(found.into_iter().flatten());
    }
}

impl Tally {
    fn repair(&self, make: impl Fn(usize, usize) -> Repair) -> Option<Repair> {
        some(self.count, |count| make(count, self.first_byte))
    }
}

fn some(count: usize, make: impl Fn(usize) -> Repair) -> Option<Repair> {
    (count > 0).then(|| make(count))
}
