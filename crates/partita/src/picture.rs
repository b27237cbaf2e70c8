//! Pieces as pictures: an encoded piece made ready for [`RollPicture`].

use std::ops::RangeInclusive;

use partita_encoding::{
    DRUMS, EncodedBar, EncodedPiece, Grid, Metre, NoteEvent, STEPS_PER_QUARTER, duration_steps, general_midi,
    velocity_of_class,
};

use crate::plot::roll::{RollBar, RollNote, RollPart, RollPicture};

/// The piano roll of `piece`, or of some of its bars (counted from 1; those that it lacks are left out).
pub(crate) fn roll_of(piece: &EncodedPiece, title: &str, bars: Option<RangeInclusive<u32>>) -> RollPicture {
    let shown = bars.unwrap_or(1..=u32::MAX);
    let mut picture = RollPicture {
        title: title.to_owned(),
        subtitle: subtitle(piece),
        bars: Vec::new(),
        parts: piece.conditions.instruments.unwrap_or_default().iter().map(part).collect(),
    };
    let mut start = 0.0;
    for (number, bar) in (1..).zip(&piece.bars).filter(|(number, _)| shown.contains(number)) {
        let length = quarters(bar.metre.steps());
        picture.bars.push(RollBar { number, start, length, beat: beat(piece.grid, bar.metre) });
        add_notes(&mut picture.parts, bar, start);
        start += length;
    }
    picture.parts.retain(|part| !part.notes.is_empty());
    picture
}

fn part(program: u8) -> RollPart {
    RollPart {
        name: general_midi::name(program).to_owned(),
        program: (program != DRUMS).then_some(program),
        notes: Vec::new(),
    }
}

fn add_notes(parts: &mut [RollPart], bar: &EncodedBar, start: f64) {
    for note in &bar.notes {
        let program = (note.program != DRUMS).then_some(note.program);
        if let Some(part) = parts.iter_mut().find(|part| part.program == program) {
            part.notes.push(roll_note(note, start));
        }
    }
}

fn roll_note(note: &NoteEvent, bar_start: f64) -> RollNote {
    RollNote {
        onset: bar_start + quarters(u32::from(note.position)),
        duration: quarters(duration_steps(note.duration)),
        pitch: note.pitch,
        velocity: velocity_of_class(note.velocity),
    }
}

fn quarters(steps: u32) -> f64 {
    f64::from(steps) / f64::from(STEPS_PER_QUARTER)
}

/// The length of a beat in quarters: three of the metre's units in compound metres, half a second without beats.
fn beat(grid: Grid, metre: Metre) -> f64 {
    let unit = 4.0 / f64::from(metre.denominator);
    let compound = metre.denominator >= 8 && metre.numerator > 3 && metre.numerator.is_multiple_of(3);
    match grid {
        Grid::Time => 1.0,
        Grid::Beat => unit * if compound { 3.0 } else { 1.0 },
    }
}

/// What is known of the piece, in a few words.
fn subtitle(piece: &EncodedPiece) -> String {
    let conditions = &piece.conditions;
    let clock = (piece.grid == Grid::Time).then(|| "bars of 2 s".to_owned());
    let metre = piece.bars.first().filter(|_| clock.is_none()).map(|bar| bar.metre.to_string());
    let known = [
        conditions.genre.clone(),
        conditions.key.map(|key| key.to_string()),
        clock.or(metre),
        conditions.qpm.map(|qpm| format!("{qpm:.0} qpm")),
    ];
    known.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use partita_encoding::{BarConditions, CENTS_ZERO, Conditions, InstrumentSet};

    use super::*;

    fn piece() -> EncodedPiece {
        let note = |position, program| NoteEvent {
            position,
            program,
            pitch: 60,
            cents: CENTS_ZERO,
            duration: 11,
            velocity: 20,
        };
        let bar = |notes| EncodedBar { metre: Metre::new(6, 8).unwrap(), notes, conditions: BarConditions::default() };
        let instruments = InstrumentSet::from_iter([0, DRUMS]);
        EncodedPiece {
            grid: Grid::Beat,
            bars: vec![bar(vec![note(6, 0)]), bar(vec![note(0, 0), note(12, DRUMS)])],
            conditions: Conditions { instruments: Some(instruments), qpm: Some(90.0), ..Conditions::default() },
        }
    }

    #[test]
    fn notes_stand_in_quarters_from_the_first_bar_shown() {
        let all = roll_of(&piece(), "a", None);
        let onsets: Vec<f64> = all.parts[0].notes.iter().map(|note| note.onset).collect();
        assert_eq!(onsets, [0.5, 3.0]);
        assert_eq!(all.parts[1].program, None);
        assert_eq!(all.subtitle, "6/8 · 90 qpm");
        let second = roll_of(&piece(), "a", Some(2..=9));
        assert_eq!(second.bars, [RollBar { number: 2, start: 0.0, length: 3.0, beat: 1.5 }]);
        assert_eq!(second.parts[1].notes[0].onset, 1.0);
    }
}
