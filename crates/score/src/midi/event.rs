//! Bytes of a track → events.

use super::cursor::Cursor;
use crate::error::Fault;

/// One event of a track.
pub(super) struct Event<'a> {
    /// Ticks since the event before.
    pub(super) delta: u32,
    /// Where the event starts, its delta included.
    pub(super) byte: usize,
    pub(super) message: Message<'a>,
}

/// What an event says. Channels are 0–15, data bytes 0–127.
#[derive(Debug, PartialEq)]
pub(super) enum Message<'a> {
    NoteOn {
        channel: u8,
        pitch: u8,
        velocity: u8,
    },
    NoteOff {
        channel: u8,
        pitch: u8,
    },
    Controller {
        channel: u8,
        number: u8,
        value: u8,
    },
    Program {
        channel: u8,
        program: u8,
    },
    Bend {
        channel: u8,
        value: i16,
    },
    Meta {
        kind: u8,
        data: &'a [u8],
    },
    SystemExclusive(&'a [u8]),
    /// A channel message of no use to a score (aftertouch).
    Other,
    /// A channel message with a data byte over 127.
    Bad,
    /// A system message that a file cannot hold.
    System,
}

/// The events of one track, in order.
pub(super) struct Events<'a> {
    cursor: Cursor<'a>,
    /// The last channel status, which a message may leave out. Meta events should cancel it; that many writers rely
    /// on its surviving them costs nothing to honour.
    running_status: Option<u8>,
}

impl<'a> Events<'a> {
    pub(super) fn new(cursor: Cursor<'a>) -> Self {
        Self { cursor, running_status: None }
    }

    /// Where the next event starts, or where the reading failed.
    pub(super) fn position(&self) -> usize {
        self.cursor.position()
    }

    /// The next event; `None` at the end of the data.
    pub(super) fn next(&mut self) -> Result<Option<Event<'a>>, Fault> {
        if self.cursor.is_at_end() {
            return Ok(None);
        }
        let byte = self.cursor.position();
        let delta = self.cursor.number()?;
        let message = self.message()?;
        Ok(Some(Event { delta, byte, message }))
    }

    fn message(&mut self) -> Result<Message<'a>, Fault> {
        let first = self.cursor.peek()?;
        let status =
            if first < 0x80 { self.running_status.ok_or(Fault::NoStatus(first))? } else { self.cursor.byte()? };
        match status {
            0x80..0xF0 => {
                self.running_status = Some(status);
                self.channel_message(status)
            }
            0xFF => {
                let kind = self.cursor.byte()?;
                Ok(Message::Meta { kind, data: self.block()? })
            }
            0xF0 | 0xF7 => Ok(Message::SystemExclusive(self.block()?)),
            _ => self.system_message(status),
        }
    }

    /// A length and as many bytes.
    fn block(&mut self) -> Result<&'a [u8], Fault> {
        let length = self.cursor.number()?;
        self.cursor.take(length)
    }

    fn channel_message(&mut self, status: u8) -> Result<Message<'a>, Fault> {
        let channel = status & 0x0F;
        let first = self.cursor.byte()?;
        let second = if matches!(status & 0xF0, 0xC0 | 0xD0) { 0 } else { self.cursor.byte()? };
        if first > 127 || second > 127 {
            return Ok(Message::Bad);
        }
        Ok(match status & 0xF0 {
            0x90 if second > 0 => Message::NoteOn { channel, pitch: first, velocity: second },
            0x80 | 0x90 => Message::NoteOff { channel, pitch: first },
            0xB0 => Message::Controller { channel, number: first, value: second },
            0xC0 => Message::Program { channel, program: first },
            0xE0 => Message::Bend { channel, value: (i16::from(second) << 7 | i16::from(first)) - 8192 },
            _ => Message::Other,
        })
    }

    /// Real-time and common messages have no place in a file; those with data take theirs along.
    fn system_message(&mut self, status: u8) -> Result<Message<'a>, Fault> {
        let data_bytes = match status {
            0xF2 => 2,
            0xF1 | 0xF3 => 1,
            _ => 0,
        };
        for _ in 0..data_bytes {
            if self.cursor.peek()? < 0x80 {
                self.cursor.byte()?;
            }
        }
        Ok(Message::System)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(bytes: &[u8]) -> Vec<Message<'_>> {
        let mut events = Events::new(Cursor::new(bytes, 0, bytes.len()));
        std::iter::from_fn(|| events.next().unwrap().map(|event| event.message)).collect()
    }

    #[test]
    fn running_status_survives_a_meta_event() {
        let on = Message::NoteOn { channel: 2, pitch: 60, velocity: 100 };
        let off = Message::NoteOff { channel: 2, pitch: 60 };
        let text = Message::Meta { kind: 1, data: b"a" };
        let bytes = [0, 0x92, 60, 100, 0, 0xFF, 1, 1, b'a', 5, 60, 0];
        assert_eq!(messages(&bytes), [on, text, off]);
    }

    #[test]
    fn bends_are_signed() {
        assert_eq!(messages(&[0, 0xE0, 0, 0x40]), [Message::Bend { channel: 0, value: 0 }]);
        assert_eq!(messages(&[0, 0xE0, 0, 0]), [Message::Bend { channel: 0, value: -8192 }]);
        assert_eq!(messages(&[0, 0xE0, 0x7F, 0x7F]), [Message::Bend { channel: 0, value: 8191 }]);
    }

    #[test]
    fn a_data_byte_first_is_a_fault() {
        let mut events = Events::new(Cursor::new(&[0, 60, 100], 0, 3));
        assert!(matches!(events.next(), Err(Fault::NoStatus(60))));
    }
}
