//! A position in the input that cannot leave its bounds.

use crate::error::Fault;

/// Reads forward through `bytes[..end]`; positions are offsets in the whole input.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    /// From `start` up to `end`, both clipped to the input.
    pub(super) fn new(bytes: &'a [u8], start: usize, end: usize) -> Self {
        let end = end.min(bytes.len());
        Self { bytes: &bytes[..end], position: start.min(end) }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.position == self.bytes.len()
    }

    pub(super) fn peek(&self) -> Result<u8, Fault> {
        self.bytes.get(self.position).copied().ok_or(Fault::CutOff)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        let byte = self.peek()?;
        self.position += 1;
        Ok(byte)
    }

    /// A variable-length number: seven bits a byte, at most four bytes.
    pub(super) fn number(&mut self) -> Result<u32, Fault> {
        let mut value = 0;
        for _ in 0..4 {
            let byte = self.byte()?;
            value = value << 7 | u32::from(byte & 0x7F);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Fault::LongNumber)
    }

    /// The next `length` bytes.
    pub(super) fn take(&mut self, length: u32) -> Result<&'a [u8], Fault> {
        let left = &self.bytes[self.position..];
        let taken = usize::try_from(length).ok().and_then(|n| left.get(..n)).ok_or(Fault::LongEvent(length))?;
        self.position += taken.len();
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_to_four_bytes() {
        let number = |bytes: &[u8]| Cursor::new(bytes, 0, bytes.len()).number();
        assert_eq!(number(&[0x7F]), Ok(127));
        assert_eq!(number(&[0x81, 0x00]), Ok(128));
        assert_eq!(number(&[0xFF, 0xFF, 0xFF, 0x7F]), Ok((1 << 28) - 1));
        assert_eq!(number(&[0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), Err(Fault::LongNumber));
        assert_eq!(number(&[0xFF]), Err(Fault::CutOff));
    }

    #[test]
    fn taking_more_than_is_left_is_a_fault_and_moves_nothing() {
        let mut cursor = Cursor::new(&[1, 2, 3], 1, 9);
        assert_eq!(cursor.take(3), Err(Fault::LongEvent(3)));
        assert_eq!(cursor.take(2), Ok(&[2, 3][..]));
        assert!(cursor.is_at_end());
    }
}
