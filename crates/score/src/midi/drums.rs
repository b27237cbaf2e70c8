//! Which channels are drums.

/// Channel 10, and what GS and XG messages make of the others.
pub(super) struct Drums {
    /// One bit a channel.
    channels: u16,
}

/// MIDI channel 10.
pub(super) const DRUM_CHANNEL: u8 = 9;

impl Drums {
    pub(super) fn new() -> Self {
        Self { channels: 1 << DRUM_CHANNEL }
    }

    pub(super) fn contains(&self, channel: u8) -> bool {
        self.channels >> (channel & 15) & 1 == 1
    }

    /// Takes a system exclusive message (without its first byte); only those about drum parts matter.
    pub(super) fn system_exclusive(&mut self, data: &[u8]) {
        match *data {
            // Roland GS, "use for rhythm part". Block 0 is channel 10, blocks 1 to 9 channels 1 to 9.
            [0x41, _, 0x42, 0x12, 0x40, block @ 0x10..=0x1F, 0x15, map, ..] => {
                let channel = match block & 0x0F {
                    0 => DRUM_CHANNEL,
                    block @ 1..=9 => block - 1,
                    block => block,
                };
                self.set(channel, map != 0);
            }
            // Yamaha XG, "part mode".
            [0x43, 0x10..=0x1F, 0x4C, 0x08, part @ 0..=15, 0x07, mode, ..] => self.set(part, mode != 0),
            _ => {}
        }
    }

    fn set(&mut self, channel: u8, drums: bool) {
        let bit = 1 << channel;
        self.channels = if drums { self.channels | bit } else { self.channels & !bit };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gs_blocks_count_from_channel_10() {
        let mut drums = Drums::new();
        drums.system_exclusive(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 2, 0x7F, 0xF7]);
        assert!(drums.contains(9) && drums.contains(10) && !drums.contains(0));
        drums.system_exclusive(&[0x41, 0x10, 0x42, 0x12, 0x40, 0x10, 0x15, 0, 0, 0xF7]);
        assert!(!drums.contains(9));
    }
}
