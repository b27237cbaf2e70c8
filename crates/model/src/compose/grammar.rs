//! Which classes are valid next: the rules that every encoded piece keeps, so that no invalid event can be written.

use partita_encoding::{CENTS_ZERO, DRUMS, InstrumentSet, NoteEvent, duration_steps};

use crate::layout::{BAR_LINE, Field};

/// The state of the bar being written.
#[derive(Clone, Debug)]
pub(crate) struct Grammar {
    /// What may play.
    pub(crate) instruments: InstrumentSet,
    /// Length of the bar in steps.
    pub(crate) steps: u32,
    /// Steps from the bar's start to the piece's end: no note lasts longer.
    pub(crate) steps_left: u32,
    /// Whether the bar may take one more note.
    pub(crate) room: bool,
    /// Whether the bar must not stay empty.
    pub(crate) must_sound: bool,
    /// The note before in this bar.
    pub(crate) last: Option<NoteEvent>,
}

impl Grammar {
    /// Whether `class` may be the next note's `field`, given the fields before it in `note`. Notes of a bar are sorted
    /// by position, program and pitch, without two equal.
    pub(crate) fn allows(&self, field: Field, note: &NoteEvent, class: u8) -> bool {
        match field {
            Field::Position if class == BAR_LINE => self.last.is_some() || !self.must_sound,
            Field::Position => self.room && self.position_allowed(class),
            Field::Program => self.instruments.contains(class) && self.program_allowed(note.position, class),
            Field::Pitch => self.last_with(note.position, note.program).is_none_or(|last| class > last.pitch),
            Field::Cents => note.program != DRUMS || class == CENTS_ZERO,
            Field::Duration if note.program == DRUMS => class == 0,
            Field::Duration => u32::from(note.position) + duration_steps(class) <= self.steps_left,
            Field::Velocity => true,
        }
    }

    fn position_allowed(&self, position: u8) -> bool {
        let after_last = match self.last {
            None => true,
            Some(last) if position == last.position => {
                last.pitch < 127 || self.instruments.iter().any(|program| program > last.program)
            }
            Some(last) => position > last.position,
        };
        after_last && u32::from(position) < self.steps
    }

    fn program_allowed(&self, position: u8, program: u8) -> bool {
        match self.last.filter(|last| last.position == position) {
            None => true,
            Some(last) => program > last.program || program == last.program && last.pitch < 127,
        }
    }

    /// The note before, if it has the same position and program.
    fn last_with(&self, position: u8, program: u8) -> Option<NoteEvent> {
        self.last.filter(|last| last.position == position && last.program == program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: NoteEvent =
        NoteEvent { position: 12, program: 3, pitch: 60, cents: CENTS_ZERO, duration: 5, velocity: 9 };

    fn open(instruments: InstrumentSet, steps: u32, last: Option<NoteEvent>) -> Grammar {
        Grammar { instruments, steps, steps_left: 400, room: true, must_sound: false, last }
    }

    fn allowed(grammar: &Grammar, field: Field, note: NoteEvent) -> Vec<u8> {
        (0..field.classes() as u8).filter(|&class| grammar.allows(field, &note, class)).collect()
    }

    #[test]
    fn notes_come_in_order_and_within_the_bar() {
        let grammar = open(InstrumentSet::ALL, 36, Some(LAST));
        let positions: Vec<u8> = (12..36).chain([BAR_LINE]).collect();
        assert_eq!(allowed(&grammar, Field::Position, LAST), positions);
        assert_eq!(allowed(&grammar, Field::Program, LAST), (3..=DRUMS).collect::<Vec<_>>());
        assert_eq!(allowed(&grammar, Field::Pitch, LAST), (61..=127).collect::<Vec<_>>());
        assert_eq!(allowed(&grammar, Field::Pitch, NoteEvent { program: 4, ..LAST }).len(), 128);
        let full = Grammar { room: false, ..grammar };
        assert_eq!(allowed(&full, Field::Position, LAST), [BAR_LINE]);
    }

    #[test]
    fn drums_are_short_and_in_tune_and_others_may_be_left_out() {
        let instruments = InstrumentSet { programs: 1 << 3, drums: true };
        let top = NoteEvent { program: DRUMS, pitch: 127, ..LAST };
        let grammar = open(instruments, 48, Some(top));
        assert_eq!(allowed(&grammar, Field::Position, top)[0], 13);
        assert_eq!(allowed(&grammar, Field::Program, NoteEvent { position: 13, ..top }), [3, DRUMS]);
        assert_eq!(allowed(&grammar, Field::Duration, top), [0]);
        assert_eq!(allowed(&grammar, Field::Cents, top), [CENTS_ZERO]);
    }

    #[test]
    fn the_last_bar_sounds_and_ends_with_the_piece() {
        let empty = Grammar { must_sound: true, steps_left: 48, ..open(InstrumentSet::ALL, 48, None) };
        assert!(!empty.allows(Field::Position, &LAST, BAR_LINE));
        let begun = Grammar { last: Some(LAST), ..empty };
        assert!(begun.allows(Field::Position, &LAST, BAR_LINE));
        let durations = allowed(&begun, Field::Duration, NoteEvent { position: 36, ..LAST });
        assert_eq!(durations, (0..12).collect::<Vec<_>>());
    }
}
