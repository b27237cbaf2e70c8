//! The block: one piece's bars and notes as they lie in a shard.
//!
//! | bytes | what |
//! |---|---|
//! | 8 a bar | number of the bar's first note in the piece (`u32`, little endian), metre's numerator and denominator, density class, polyphony class (255: none) |
//! | 6 a note | position, program, pitch, cents, duration, velocity: the classes of [`NoteEvent`] |
//!
//! How many of each there are stands in the index. A bar's notes end where the next bar's begin.

use partita_encoding::{
    BarConditions, CENTS, DENSITIES, DURATIONS, EncodedBar, Metre, NoteEvent, PITCHES, POLYPHONIES, PROGRAMS,
    VELOCITIES,
};

const BAR_BYTES: usize = 8;
const NOTE_BYTES: usize = 6;
const NO_CLASS: u8 = u8::MAX;

/// One bar of a piece's [`Music`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BarView<'a> {
    /// Gives the bar's length in steps.
    pub metre: Metre,
    /// Density and polyphony classes.
    pub conditions: BarConditions,
    /// Sorted by position, program (drums last), pitch.
    pub notes: &'a [NoteEvent],
}

/// Bytes of a block of so many bars and notes.
pub(crate) fn block_len(bars: u32, notes: u32) -> u64 {
    u64::from(bars) * BAR_BYTES as u64 + u64::from(notes) * NOTE_BYTES as u64
}

/// The block of a piece.
pub(crate) fn write_block(bars: &[EncodedBar]) -> Vec<u8> {
    let notes: usize = bars.iter().map(|bar| bar.notes.len()).sum();
    let mut bytes = Vec::with_capacity(bars.len() * BAR_BYTES + notes * NOTE_BYTES);
    let mut first_note = 0_u32;
    for bar in bars {
        bytes.extend(first_note.to_le_bytes());
        bytes.extend([bar.metre.numerator, bar.metre.denominator]);
        bytes.extend([bar.conditions.density, bar.conditions.polyphony].map(|class| class.unwrap_or(NO_CLASS)));
        first_note += bar.notes.len() as u32;
    }
    bytes.extend(bars.iter().flat_map(|bar| &bar.notes).flat_map(|note| note_bytes(*note)));
    bytes
}

const fn note_bytes(note: NoteEvent) -> [u8; NOTE_BYTES] {
    let NoteEvent { position, program, pitch, cents, duration, velocity } = note;
    [position, program, pitch, cents, duration, velocity]
}

const fn note(bytes: [u8; NOTE_BYTES]) -> NoteEvent {
    let [position, program, pitch, cents, duration, velocity] = bytes;
    NoteEvent { position, program, pitch, cents, duration, velocity }
}

/// The bars and notes of a prepared piece, as they were encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Music {
    bars: Vec<Bar>,
    notes: Vec<NoteEvent>,
}

/// A bar without its notes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bar {
    first_note: u32,
    metre: Metre,
    conditions: BarConditions,
}

impl Music {
    /// Reads the block of `bars` bars that fills `bytes`: every note is in a bar, every class in its range, and every bar in
    /// order; else the error says what is wrong.
    pub(crate) fn read(bytes: &[u8], bars: u32) -> Result<Self, String> {
        let (bars, notes) = bytes.split_at_checked(bars as usize * BAR_BYTES).ok_or("it is shorter than its bars")?;
        let music = Self {
            bars: bars.as_chunks().0.iter().map(bar).collect(),
            notes: notes.as_chunks().0.iter().map(|bytes| note(*bytes)).collect(),
        };
        music.check()?;
        Ok(music)
    }

    /// Number of bars, at least one.
    pub fn bar_count(&self) -> usize {
        self.bars.len()
    }

    /// Bar `index`, from 0.
    ///
    /// # Panics
    /// With an index of [`bar_count`](Self::bar_count) or more, as a slice would.
    pub fn bar(&self, index: usize) -> BarView<'_> {
        let Bar { first_note, metre, conditions } = self.bars[index];
        BarView { metre, conditions, notes: &self.notes[first_note as usize..self.first_note(index + 1)] }
    }

    /// The bars in order.
    pub fn bars(&self) -> impl ExactSizeIterator<Item = BarView<'_>> {
        (0..self.bar_count()).map(|index| self.bar(index))
    }

    /// All notes, bar after bar.
    pub fn notes(&self) -> &[NoteEvent] {
        &self.notes
    }

    fn first_note(&self, bar: usize) -> usize {
        self.bars.get(bar).map_or(self.notes.len(), |bar| bar.first_note as usize)
    }

    fn check(&self) -> Result<(), String> {
        if self.bars.is_empty() || self.first_note(0) != 0 {
            return Err("its first bar does not start at the first note".into());
        }
        for index in 0..self.bars.len() {
            let (first, end) = (self.first_note(index), self.first_note(index + 1));
            if first > end || end > self.notes.len() {
                return Err(format!("bar {} has notes {first} to {end} of {}", index + 1, self.notes.len()));
            }
            check_bar(&self.bar(index)).map_err(|problem| format!("bar {}: {problem}", index + 1))?;
        }
        Ok(())
    }
}

fn bar(bytes: &[u8; BAR_BYTES]) -> Bar {
    let [a, b, c, d, numerator, denominator, density, polyphony] = *bytes;
    let class = |byte: u8| (byte != NO_CLASS).then_some(byte);
    Bar {
        first_note: u32::from_le_bytes([a, b, c, d]),
        metre: Metre { numerator, denominator },
        conditions: BarConditions { density: class(density), polyphony: class(polyphony) },
    }
}

fn check_bar(bar: &BarView<'_>) -> Result<(), String> {
    let Metre { numerator, denominator } = bar.metre;
    let Some(metre) = Metre::new(numerator, denominator) else {
        return Err(format!("there is no metre {numerator}/{denominator}"));
    };
    let BarConditions { density, polyphony } = bar.conditions;
    if density.is_some_and(|class| usize::from(class) >= DENSITIES)
        || polyphony.is_some_and(|class| usize::from(class) >= POLYPHONIES)
    {
        return Err(format!("no class of density {density:?} or polyphony {polyphony:?}"));
    }
    if let Some(note) = bar.notes.iter().find(|note| !in_range(note, metre.steps())) {
        return Err(format!("{note:?} is out of range"));
    }
    if !bar.notes.is_sorted_by(|a, b| place(a) < place(b)) {
        return Err("its notes are not in order".into());
    }
    Ok(())
}

fn in_range(note: &NoteEvent, steps: u32) -> bool {
    let below = |class: u8, classes: usize| usize::from(class) < classes;
    u32::from(note.position) < steps
        && below(note.program, PROGRAMS)
        && below(note.pitch, PITCHES)
        && below(note.cents, CENTS)
        && below(note.duration, DURATIONS)
        && below(note.velocity, VELOCITIES)
}

/// What orders the notes of a bar, and tells them apart.
fn place(note: &NoteEvent) -> (u8, u8, u8) {
    (note.position, note.program, note.pitch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any bar that encoding could give.
    fn bars() -> impl Strategy<Value = Vec<EncodedBar>> {
        let metre = prop::sample::select(vec![(4, 4), (3, 8), (7, 16), (2, 2), (8, 4)])
            .prop_map(|(numerator, denominator)| Metre { numerator, denominator });
        let class = |classes: usize| 0..classes as u8;
        let note = (0..21_u8, class(PROGRAMS), class(PITCHES), class(CENTS), class(DURATIONS), class(VELOCITIES));
        let notes = prop::collection::vec(note, 0..20).prop_map(|notes| {
            let event = |(position, program, pitch, cents, duration, velocity)| NoteEvent {
                position: position % 18,
                program,
                pitch,
                cents,
                duration,
                velocity,
            };
            let mut notes: Vec<_> = notes.into_iter().map(event).collect();
            notes.sort_unstable();
            notes.dedup_by_key(|note| place(note));
            notes
        });
        let conditions = (prop::option::of(class(DENSITIES)), prop::option::of(class(POLYPHONIES)))
            .prop_map(|(density, polyphony)| BarConditions { density, polyphony });
        let bar =
            (metre, notes, conditions).prop_map(|(metre, notes, conditions)| EncodedBar { metre, notes, conditions });
        prop::collection::vec(bar, 1..8)
    }

    fn note_count(bars: &[EncodedBar]) -> u32 {
        bars.iter().map(|bar| bar.notes.len() as u32).sum()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bars in bars()) {
            let bytes = write_block(&bars);
            prop_assert_eq!(bytes.len() as u64, block_len(bars.len() as u32, note_count(&bars)));
            let music = Music::read(&bytes, bars.len() as u32).unwrap();
            prop_assert_eq!(music.bar_count(), bars.len());
            for (view, bar) in music.bars().zip(&bars) {
                prop_assert_eq!((view.metre, view.conditions, view.notes), (bar.metre, bar.conditions, &bar.notes[..]));
            }
        }

        #[test]
        fn damage_is_found_or_does_no_harm(bars in bars(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = write_block(&bars);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if let Ok(music) = Music::read(&bytes, bars.len() as u32) {
                prop_assert_eq!(music.bars().map(|bar| bar.notes.len()).sum::<usize>(), music.notes().len());
                prop_assert!(music.bars().all(|bar| bar.notes.iter().all(|note| in_range(note, bar.metre.steps()))));
            }
        }
    }

    /// One bar of 3/4 with two notes, after `damage` to its bytes.
    fn damaged(damage: impl Fn(&mut Vec<u8>)) -> Result<(), String> {
        let note = |position| NoteEvent { position, program: 0, pitch: 60, cents: 10, duration: 3, velocity: 20 };
        let metre = Metre { numerator: 3, denominator: 4 };
        let bar = EncodedBar { metre, notes: vec![note(0), note(35)], conditions: BarConditions::default() };
        let mut bytes = write_block(&[bar]);
        damage(&mut bytes);
        Music::read(&bytes, 1).map(|_| ())
    }

    #[test]
    fn every_kind_of_damage_is_found() {
        assert_eq!(damaged(|_| ()), Ok(()));
        let found = |problem: &str, place: usize, byte: u8| {
            let error = damaged(|bytes| bytes[place] = byte).unwrap_err();
            assert!(error.contains(problem), "byte {place}: {error}");
        };
        found("first bar", 0, 1);
        found("no metre 0/4", 4, 0);
        found("no metre 3/3", 5, 3);
        found("no class", 6, DENSITIES as u8);
        found("no class", 7, POLYPHONIES as u8);
        found("out of range", 14, 36); // a position past the bar's 36 steps
        for (field, classes) in [(1, PROGRAMS), (2, PITCHES), (3, CENTS), (4, DURATIONS), (5, VELOCITIES)] {
            found("out of range", 14 + field, classes as u8);
        }
        found("not in order", 8, 35); // both notes at one place
    }
}
