//! Notes that have begun and not ended: one queue for each key of each channel.

/// Which note of which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoteId {
    pub(super) line: u32,
    pub(super) note: u32,
}

/// First-in-first-out queues, kept as linked lists in one vector so that 2048 queues cost no 2048 allocations.
pub(super) struct OpenNotes {
    /// First and last link of each queue; `NONE` where it is empty.
    queues: Vec<[u32; 2]>,
    links: Vec<Link>,
    /// First link of the list of unused ones.
    unused: u32,
    open: usize,
}

struct Link {
    id: NoteId,
    next: u32,
}

const NONE: u32 = u32::MAX;
const KEYS: usize = 16 * 128;

impl OpenNotes {
    pub(super) fn new() -> Self {
        Self { queues: vec![[NONE; 2]; KEYS], links: Vec::new(), unused: NONE, open: 0 }
    }

    /// A note begins.
    pub(super) fn push(&mut self, channel: u8, pitch: u8, id: NoteId) {
        let link = self.link(id);
        let [first, last] = &mut self.queues[key(channel, pitch)];
        match self.links.get_mut(*last as usize) {
            Some(last) => last.next = link,
            None => *first = link,
        }
        *last = link;
        self.open += 1;
    }

    /// The note that began first on this key ends.
    pub(super) fn pop(&mut self, channel: u8, pitch: u8) -> Option<NoteId> {
        let [first, last] = &mut self.queues[key(channel, pitch)];
        let at = *first;
        let link = self.links.get_mut(at as usize)?;
        *first = link.next;
        if link.next == NONE {
            *last = NONE;
        }
        link.next = self.unused;
        self.unused = at;
        self.open -= 1;
        Some(link.id)
    }

    /// All notes that are left end.
    pub(super) fn drain(&mut self, mut end: impl FnMut(u8, u8, NoteId)) {
        for key in 0..KEYS {
            if self.open == 0 {
                break;
            }
            let (channel, pitch) = ((key / 128) as u8, (key % 128) as u8);
            while let Some(id) = self.pop(channel, pitch) {
                end(channel, pitch, id);
            }
        }
        self.links.clear();
        self.unused = NONE;
    }

    fn link(&mut self, id: NoteId) -> u32 {
        let link = Link { id, next: NONE };
        match self.links.get_mut(self.unused as usize) {
            Some(reused) => {
                let at = self.unused;
                self.unused = reused.next;
                *reused = link;
                at
            }
            None => {
                self.links.push(link);
                (self.links.len() - 1) as u32
            }
        }
    }
}

fn key(channel: u8, pitch: u8) -> usize {
    usize::from(channel & 15) * 128 + usize::from(pitch & 127)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_begun_ends_first() {
        let mut open = OpenNotes::new();
        let id = |note| NoteId { line: 0, note };
        (0..3).for_each(|note| open.push(0, 60, id(note)));
        open.push(1, 60, id(9));
        assert_eq!(open.pop(0, 60), Some(id(0)));
        open.push(0, 60, id(3));
        assert_eq!([open.pop(0, 60), open.pop(0, 60)], [Some(id(1)), Some(id(2))]);
        let mut left = Vec::new();
        open.drain(|_, _, id| left.push(id.note));
        assert_eq!(left, [3, 9]);
        assert_eq!(open.pop(0, 60), None);
    }
}
