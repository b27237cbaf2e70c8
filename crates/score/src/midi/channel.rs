//! What a channel remembers between its notes: bank, program, bend, tuning and pedal.

/// A message that changes how a channel sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelMessage {
    Program(u8),
    /// −8192 to 8191.
    Bend(i16),
    Controller {
        number: u8,
        value: u8,
    },
}

/// The state of one channel.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    /// The last program change, with the bank that was selected then.
    pub(super) program: u8,
    pub(super) program_bank: u8,
    pub(super) pedal_down: bool,
    /// Most significant byte; it takes effect with the next program change.
    bank: u8,
    /// −8192 to 8191.
    bend: i16,
    bend_range_cents: f32,
    fine_tuning_cents: f32,
    coarse_tuning_cents: f32,
    /// The registered parameter (RPN) that data entry sets; 0x3FFF selects none.
    parameter: u16,
    /// The value being set, as two data bytes.
    entry: [u8; 2],
}

/// No registered parameter.
const NO_PARAMETER: u16 = 0x3FFF;
const BEND_RANGE: u16 = 0;
const FINE_TUNING: u16 = 1;
const COARSE_TUNING: u16 = 2;

impl Default for Channel {
    fn default() -> Self {
        Self {
            program: 0,
            program_bank: 0,
            pedal_down: false,
            bank: 0,
            bend: 0,
            bend_range_cents: 200.0,
            fine_tuning_cents: 0.0,
            coarse_tuning_cents: 0.0,
            parameter: NO_PARAMETER,
            entry: [0; 2],
        }
    }
}

impl Channel {
    /// How far the channel sounds from the written pitch.
    pub(super) fn cents(&self) -> f32 {
        bend_cents(self.bend, self.bend_range_cents) + self.fine_tuning_cents + self.coarse_tuning_cents
    }

    pub(super) fn take(&mut self, message: ChannelMessage) {
        match message {
            ChannelMessage::Program(program) => (self.program, self.program_bank) = (program, self.bank),
            ChannelMessage::Bend(bend) => self.bend = bend,
            ChannelMessage::Controller { number, value } => self.control(number, value),
        }
    }

    /// Takes a controller, one of [`is_heeded`].
    fn control(&mut self, number: u8, value: u8) {
        match number {
            0 => self.bank = value,
            6 => self.enter([value, self.entry[1]]),
            38 => self.enter([self.entry[0], value]),
            64 => self.pedal_down = value >= 64,
            // A non-registered parameter is selected: data entry no longer means ours.
            98 | 99 => self.select(NO_PARAMETER),
            100 => self.select(self.parameter & 0x3F80 | u16::from(value)),
            101 => self.select(self.parameter & 0x7F | u16::from(value) << 7),
            121 => self.reset(),
            _ => {}
        }
    }

    /// Reset All Controllers leaves bank, program and tuning alone (MIDI RP-015).
    fn reset(&mut self) {
        self.bend = 0;
        self.pedal_down = false;
        self.select(NO_PARAMETER);
    }

    fn select(&mut self, parameter: u16) {
        self.parameter = parameter;
        self.entry = if parameter == BEND_RANGE { [0, 0] } else { [64, 0] };
    }

    fn enter(&mut self, entry: [u8; 2]) {
        self.entry = entry;
        let [coarse, fine] = entry.map(f32::from);
        match self.parameter {
            BEND_RANGE => self.bend_range_cents = coarse * 100.0 + fine,
            FINE_TUNING => self.fine_tuning_cents = (coarse * 128.0 + fine - 8192.0) / 81.92,
            COARSE_TUNING => self.coarse_tuning_cents = (coarse - 64.0) * 100.0,
            _ => {}
        }
    }
}

/// Whether a controller changes anything that a score keeps.
pub(super) fn is_heeded(number: u8) -> bool {
    matches!(number, 0 | 6 | 38 | 64 | 98..=101 | 121)
}

/// Cents of a bend of −8192 to 8191 at a range given in cents.
pub(super) fn bend_cents(bend: i16, range_cents: f32) -> f32 {
    f32::from(bend) / 8192.0 * range_cents
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controlled(controls: &[(u8, u8)]) -> Channel {
        let mut channel = Channel::default();
        controls.iter().for_each(|&(number, value)| channel.control(number, value));
        channel
    }

    #[test]
    fn half_a_bend_is_a_semitone_until_the_range_is_set() {
        let mut channel = Channel::default();
        channel.take(ChannelMessage::Bend(4096));
        assert_eq!(channel.cents(), 100.0);
        [(101, 0), (100, 0), (6, 12)].iter().for_each(|&(number, value)| channel.control(number, value));
        assert_eq!(channel.cents(), 600.0);
    }

    #[test]
    fn fine_tuning_is_a_hundredth_of_a_semitone() {
        // 0x60 0x00 is 4096 above the middle: half of 100 cents.
        assert_eq!(controlled(&[(101, 0), (100, 1), (6, 0x60), (38, 0)]).cents(), 50.0);
    }

    #[test]
    fn a_null_parameter_protects_the_range() {
        let mut channel = controlled(&[(101, 0), (100, 0), (101, 127), (100, 127), (6, 24)]);
        channel.take(ChannelMessage::Bend(-8192));
        assert_eq!(channel.cents(), -200.0);
    }

    #[test]
    fn a_bank_takes_effect_with_the_next_program() {
        let mut channel = controlled(&[(0, 127)]);
        assert_eq!(channel.program_bank, 0);
        channel.take(ChannelMessage::Program(8));
        assert_eq!((channel.program, channel.program_bank), (8, 127));
    }
}
