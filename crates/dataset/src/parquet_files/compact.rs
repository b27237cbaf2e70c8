//! Thrift's compact protocol, as far as it takes to check headers before they are believed.

use super::Unreadable;
use std::io::Read;

/// Structures within each other.
const DEPTH_MAX: u8 = 16;
/// Fields with a number below this are looked at.
const FIELDS: usize = 16;

/// Types of the compact protocol.
mod kind {
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const MAP: u8 = 11;
    pub(super) const STRUCT: u8 = 12;
}

/// The numbers in a structure, by field; truth values are 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers([Option<i64>; FIELDS]);

impl Numbers {
    /// The number in a field.
    pub(super) fn get(&self, field: usize) -> Option<i64> {
        self.0.get(field).copied().flatten()
    }

    fn set(&mut self, field: i16, value: i64) {
        if let Some(place) = usize::try_from(field).ok().and_then(|field| self.0.get_mut(field)) {
            *place = Some(value);
        }
    }
}

/// What a field of a structure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) number: i16,
    kind: u8,
}

impl Field {
    pub(super) fn is_struct(self) -> bool {
        self.kind == kind::STRUCT
    }

    pub(super) fn is_list(self) -> bool {
        self.kind == kind::LIST
    }
}

/// Reads values in order. It holds nothing of what it skips.
pub(super) struct Compact<R> {
    reader: R,
}

impl<R: Read> Compact<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader }
    }

    /// The next field of a structure; `None` at its end. `last` is the number of the field before, 0 at first.
    pub(super) fn field(&mut self, last: i16) -> Result<Option<Field>, Unreadable> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        let number = match i16::from(head >> 4) {
            0 => i16::try_from(self.number()?).map_err(|_| damaged())?,
            step => last.checked_add(step).ok_or_else(damaged)?,
        };
        Ok(Some(Field { number, kind: head & 15 }))
    }

    /// The numbers of a structure; whatever else is in it is skipped.
    pub(super) fn numbers(&mut self) -> Result<Numbers, Unreadable> {
        self.structure(0)
    }

    /// A field's value into `numbers`, if it is a number, and else skips it.
    pub(super) fn take(&mut self, field: Field, numbers: &mut Numbers) -> Result<(), Unreadable> {
        self.take_at(field, numbers, 0)
    }

    /// Elements of a list of structures.
    pub(super) fn list_of_structs(&mut self) -> Result<usize, Unreadable> {
        let (size, kind) = self.list_head()?;
        if kind == kind::STRUCT { Ok(size) } else { Err(damaged()) }
    }

    fn structure(&mut self, depth: u8) -> Result<Numbers, Unreadable> {
        let (mut numbers, mut last) = (Numbers::default(), 0);
        while let Some(field) = self.field(last)? {
            last = field.number;
            self.take_at(field, &mut numbers, depth)?;
        }
        Ok(numbers)
    }

    fn take_at(&mut self, field: Field, numbers: &mut Numbers, depth: u8) -> Result<(), Unreadable> {
        match field.kind {
            kind::TRUE => numbers.set(field.number, 1),
            kind::FALSE => numbers.set(field.number, 0),
            kind::I16..=kind::I64 => numbers.set(field.number, self.number()?),
            other => self.skip(other, depth)?,
        }
        Ok(())
    }

    fn skip(&mut self, kind: u8, depth: u8) -> Result<(), Unreadable> {
        let depth = depth + 1;
        if depth > DEPTH_MAX {
            return Err(Unreadable(format!("its headers nest more than {DEPTH_MAX} levels deep")));
        }
        match kind {
            // In a list a truth value takes a byte of its own.
            kind::TRUE | kind::FALSE | kind::BYTE => self.byte().map(|_| ()),
            kind::I16..=kind::I64 => self.number().map(|_| ()),
            kind::DOUBLE => self.discard(8),
            kind::BINARY => self.size().and_then(|bytes| self.discard(bytes)),
            kind::LIST | kind::SET => {
                let (size, element) = self.list_head()?;
                (0..size).try_for_each(|_| self.skip(element, depth))
            }
            kind::MAP => match self.size()? {
                0 => Ok(()),
                size => {
                    let kinds = self.byte()?;
                    (0..size).try_for_each(|_| self.skip(kinds >> 4, depth).and_then(|()| self.skip(kinds & 15, depth)))
                }
            },
            kind::STRUCT => self.structure(depth).map(|_| ()),
            _ => Err(damaged()),
        }
    }

    fn list_head(&mut self) -> Result<(usize, u8), Unreadable> {
        let head = self.byte()?;
        let size = if head >> 4 == 15 { self.size()? as usize } else { usize::from(head >> 4) };
        Ok((size, head & 15))
    }

    fn size(&mut self) -> Result<u64, Unreadable> {
        self.varint().and_then(|size| if size <= u64::from(u32::MAX) { Ok(size) } else { Err(damaged()) })
    }

    /// A whole number, in zigzag form.
    fn number(&mut self) -> Result<i64, Unreadable> {
        self.varint().map(|coded| (coded >> 1).cast_signed() ^ -(coded & 1).cast_signed())
    }

    fn varint(&mut self) -> Result<u64, Unreadable> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(value);
            }
        }
        Err(damaged())
    }

    fn byte(&mut self) -> Result<u8, Unreadable> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte).map_err(|_| damaged())?;
        Ok(byte[0])
    }

    fn discard(&mut self, bytes: u64) -> Result<(), Unreadable> {
        let skipped = std::io::copy(&mut self.reader.by_ref().take(bytes), &mut std::io::sink())?;
        if skipped == bytes { Ok(()) } else { Err(damaged()) }
    }
}

fn damaged() -> Unreadable {
    Unreadable("a header of it is cut short or damaged".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_all_else_is_skipped() {
        let bytes = [
            0x15, 0x05, // 1: i32 -3
            0x18, 0x02, b'a', b'b', // 2: binary
            0x19, 0x25, 0x02, 0x04, // 3: list of two i32
            0x1c, 0x11, 0x00, // 4: structure with a truth value
            0x21, // 6: true
            0x1b, 0x01, 0x58, 0x02, 0x01, b'x', // 7: map of an i32 to a binary
            0x00,
        ];
        let numbers = Compact::new(&bytes[..]).numbers().unwrap();
        assert_eq!([1, 2, 3, 4, 6, 7].map(|field| numbers.get(field)), [Some(-3), None, None, None, Some(1), None]);
    }

    #[test]
    fn what_never_ends_is_an_error() {
        assert!(Compact::new(&[0x1c; 1000][..]).numbers().unwrap_err().0.contains("levels deep"));
        assert!(Compact::new(&[0x15, 0xff, 0xff][..]).numbers().is_err());
        assert!(Compact::new(&[0x18, 0xff, 0xff, 0xff, 0x7f, 0][..]).numbers().is_err());
        assert!(Compact::new(&[0x19, 0xf2, 0xff, 0xff, 0xff, 0x7f][..]).numbers().is_err());
    }
}
