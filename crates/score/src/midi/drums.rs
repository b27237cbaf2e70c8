//! Which channels are drums.

use super::channel::ChannelMessage;
use super::shared_channel::PlayedChannel;
use std::collections::BTreeMap;

/// MIDI channel 10.
pub(super) const DRUM_CHANNEL: u8 = 9;

/// Channel 10, what GS and XG messages make of the others, and which banks are kits.
#[derive(Default)]
pub(super) struct Drums {
    /// By port: one bit a channel. A port that no message speaks of has [`DRUM_CHANNEL`].
    ports: BTreeMap<u8, u16>,
    gs: bool,
    xg: bool,
    gm2: bool,
    /// The banks of the file can be those of kits; see [`banks_may_be_kits`].
    pub(super) banks_may_be_kits: bool,
}

/// What an unconfigured port has.
const CHANNEL_10_ONLY: u16 = 1 << DRUM_CHANNEL;

/// Bank select, most significant byte: kits of GM2, melodic sounds of GM2, sound effect kits and drum kits of XG. On GS
/// instruments 127 holds the sounds of the MT-32.
const GM2_KITS: u8 = 120;
const GM2_MELODIC: u8 = 121;
const XG_EFFECT_KITS: u8 = 126;
const XG_KITS: u8 = 127;

/// Programs that are a kit on both GM2 and XG instruments: standard, room, power, electronic, analog, jazz, brush,
/// orchestra; and 1, XG's second standard kit.
const KIT_PROGRAMS: [u8; 9] = [0, 1, 8, 16, 24, 25, 32, 40, 48];

/// Whether the banks of kits can mean kits in a file that does not say for which system it is. Many files select bank
/// 127 for melodic sounds. It can be kits if no program is selected from it that is no kit, if channel 10 selects no
/// other bank, and if some part does without it: there are keyboards that write one bank for all parts.
pub(super) fn banks_may_be_kits(channels: &[PlayedChannel]) -> bool {
    let mut some_part_without = false;
    for channel in channels {
        let is_channel_10 = channel.id.channel == DRUM_CHANNEL;
        let (mut bank, mut has_kit) = (None, false);
        for change in &channel.changes {
            match (change.message, bank) {
                (ChannelMessage::Controller { number: 0, value }, _) => bank = Some(value),
                (ChannelMessage::Program(program), Some(GM2_KITS | XG_KITS)) if KIT_PROGRAMS.contains(&program) => {
                    has_kit = true;
                }
                (ChannelMessage::Program(_), Some(GM2_KITS | XG_KITS)) => return false,
                (ChannelMessage::Program(_), Some(_)) if is_channel_10 => return false,
                _ => {}
            }
        }
        some_part_without |= !is_channel_10 && !has_kit;
    }
    some_part_without
}

impl Drums {
    /// Whether a channel plays drums with a program of a bank.
    ///
    /// A bank of kits counts where the file says for which system it is, or where that it means kits fits the rest.
    pub(super) fn contains(&self, port: u8, channel: u8, bank: u8) -> bool {
        let by_channel = self.ports.get(&port).unwrap_or(&CHANNEL_10_ONLY) >> (channel & 15) & 1 == 1;
        match bank {
            GM2_MELODIC if self.gm2 => false,
            GM2_KITS => by_channel || self.gm2 || self.banks_may_be_kits,
            XG_EFFECT_KITS => by_channel || self.xg,
            XG_KITS => by_channel || self.xg || (self.banks_may_be_kits && !self.gs),
            _ => by_channel,
        }
    }

    /// Takes a system exclusive message to a port (without its first byte); only those about drums matter.
    pub(super) fn system_exclusive(&mut self, port: u8, data: &[u8]) {
        match *data {
            // Roland GS, "use for rhythm part". Block 0 is channel 10, blocks 1 to 9 channels 1 to 9.
            [0x41, _, 0x42, 0x12, 0x40, block @ 0x10..=0x1F, 0x15, map, ..] => {
                let channel = match block & 0x0F {
                    0 => DRUM_CHANNEL,
                    block @ 1..=9 => block - 1,
                    block => block,
                };
                self.set(port, channel, map != 0);
            }
            // Yamaha XG, "part mode".
            [0x43, 0x10..=0x1F, 0x4C, 0x08, part @ 0..=15, 0x07, mode, ..] => self.set(port, part, mode != 0),
            [0x41, _, 0x42, 0x12, 0x40, 0x00, 0x7F, ..] => self.gs = true,
            [0x43, 0x10..=0x1F, 0x4C, 0x00, 0x00, 0x7E, ..] => self.xg = true,
            [0x7E, _, 0x09, 0x03, ..] => self.gm2 = true,
            _ => {}
        }
    }

    fn set(&mut self, port: u8, channel: u8, drums: bool) {
        let channels = self.ports.entry(port).or_insert(CHANNEL_10_ONLY);
        let bit = 1 << channel;
        *channels = if drums { *channels | bit } else { *channels & !bit };
    }
}

#[cfg(test)]
mod tests {
    use super::super::shared_channel::{Change, ChannelId, Line};
    use super::*;
    use crate::units::Tick;

    const GS_RESET: [u8; 10] = [0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7];
    const XG_ON: [u8; 8] = [0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7];
    const GM2_ON: [u8; 5] = [0x7E, 0x7F, 9, 3, 0xF7];

    fn drums(messages: &[&[u8]]) -> Drums {
        let mut drums = Drums { banks_may_be_kits: true, ..Drums::default() };
        messages.iter().for_each(|message| drums.system_exclusive(0, message));
        drums
    }

    #[test]
    fn gs_blocks_count_from_channel_10() {
        let mut drums = drums(&[&[0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 2, 0x7F, 0xF7]]);
        let contains = |drums: &Drums, channel| drums.contains(0, channel, 0);
        assert!(contains(&drums, 9) && contains(&drums, 10) && !contains(&drums, 0));
        assert!(drums.contains(1, 9, 0) && !drums.contains(1, 10, 0), "the other port was not spoken of");
        drums.system_exclusive(0, &[0x41, 0x10, 0x42, 0x12, 0x40, 0x10, 0x15, 0, 0, 0xF7]);
        assert!(!contains(&drums, 9));
    }

    #[test]
    fn banks_are_kits_where_the_system_says_so() {
        let xg = Drums { banks_may_be_kits: false, ..drums(&[&XG_ON]) };
        assert!(xg.contains(0, 3, 127) && xg.contains(0, 3, 126) && !xg.contains(0, 3, 64));
        let gm2 = drums(&[&GM2_ON]);
        assert!(gm2.contains(0, 3, 120) && !gm2.contains(0, 3, 126));
        assert!(!gm2.contains(0, 9, 121) && gm2.contains(0, 9, 0));
        // Bank 127 of GS is the MT-32; an instrument that is XG too knows it as kits.
        assert!(!drums(&[&GS_RESET]).contains(0, 3, 127));
        assert!(drums(&[&GS_RESET, &XG_ON]).contains(0, 3, 127));
        assert!(drums(&[]).contains(0, 9, 121), "sequencers write 121 for all channels");
    }

    /// A channel that selects banks and programs, and has a note.
    fn channel(channel: u8, selected: &[(u8, u8)]) -> PlayedChannel {
        let messages = selected.iter().flat_map(|&(bank, program)| {
            [ChannelMessage::Controller { number: 0, value: bank }, ChannelMessage::Program(program)]
        });
        let change = |message| Change { time: Tick(0), chunk: 0, notes_before: 0, message };
        let lines = vec![Line { chunk: 0, channel: 0, byte: 0, notes: Vec::new() }];
        let id = ChannelId { port: 0, channel };
        PlayedChannel { id, changes: messages.map(change).collect(), lines }
    }

    #[test]
    fn without_a_system_the_rest_of_the_file_must_fit() {
        let fits = |channels: &[PlayedChannel]| banks_may_be_kits(channels);
        assert!(fits(&[channel(0, &[]), channel(10, &[(127, 0)])]));
        assert!(fits(&[channel(0, &[(0, 5)]), channel(9, &[(127, 8)]), channel(10, &[(120, 25)])]));
        assert!(!fits(&[channel(0, &[]), channel(9, &[(0, 0)]), channel(10, &[(127, 0)])]), "channel 10 has bank 0");
        assert!(!fits(&[channel(0, &[]), channel(1, &[(127, 4)]), channel(10, &[(127, 0)])]), "4 is no kit");
        assert!(!fits(&[channel(0, &[(127, 0)]), channel(9, &[(127, 0)])]), "all parts have it");
    }
}
