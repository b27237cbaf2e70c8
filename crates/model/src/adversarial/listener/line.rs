//! What is told of a line: of what one program plays in a window.

use partita_encoding::NoteEvent;

/// Grid steps of a quarter and of its parts.
const QUARTER: u8 = partita_encoding::STEPS_PER_QUARTER as u8;
const EIGHTH: u8 = QUARTER / 2;
const TRIPLET: u8 = QUARTER / 3;
const SIXTEENTH: u8 = QUARTER / 4;
/// Semitones; what is wider is a leap.
const FIFTH: u8 = 7;

/// The statistics of a line, each with its mean and standard deviation in real music: 1,481 windows of up to four bars of
/// training pieces, all groups of instruments together. Velocities and durations are classes of the encoding.
pub(super) const OF_LINE: [(&str, f32, f32); 22] = [
    ("pitch", 57.0, 14.0),
    ("spread of pitches", 6.0, 4.0),
    ("kinds of pitches a note", 0.36, 0.25),
    ("velocity", 22.0, 4.7),
    ("spread of velocities", 1.7, 2.0),
    ("step from velocity to velocity", 1.8, 2.3),
    ("kinds of velocities", 4.2, 4.5),
    ("duration", 8.8, 8.6),
    ("spread of durations", 4.0, 3.5),
    ("kinds of durations", 4.7, 4.4),
    ("notes at once", 1.8, 1.0),
    ("on a quarter", 0.54, 0.27),
    ("on an eighth", 0.79, 0.27),
    ("between sixteenths", 0.11, 0.24),
    ("on a triplet", 0.04, 0.12),
    ("interval from top note to top note", 4.4, 4.2),
    ("intervals of 0", 0.28, 0.31),
    ("intervals of more than a fifth", 0.17, 0.23),
    ("widest interval", 12.0, 10.0),
    ("notes shared with the bar before", 0.23, 0.30),
    ("onsets shared with the bar before", 0.62, 0.31),
    ("notes shared with the bar before that", 0.27, 0.33),
];

/// The statistics of [`OF_LINE`] of the notes of each bar, of one program; `None` where there is nothing to tell, as of the
/// intervals of one note. At least one note sounds.
pub(super) fn statistics_of_line(bars: &[Vec<NoteEvent>]) -> [Option<f32>; OF_LINE.len()] {
    let notes: Vec<&NoteEvent> = bars.iter().flatten().collect();
    let each = |of: fn(&NoteEvent) -> u8| -> Vec<f32> { notes.iter().map(|note| f32::from(of(note))).collect() };
    let (pitches, velocities, durations) = (each(|n| n.pitch), each(|n| n.velocity), each(|n| n.duration));
    let share = |is: fn(u8) -> bool| mean(notes.iter().map(|note| f32::from(u8::from(is(note.position)))));
    let tops = top_notes(bars);
    let intervals: Vec<u8> = tops.windows(2).map(|pair| pair[0].abs_diff(pair[1])).collect();
    let of_intervals = |of: fn(u8) -> f32| mean(intervals.iter().map(|interval| of(*interval)));
    let onsets: Vec<Vec<u8>> = bars.iter().map(|bar| sorted(bar.iter().map(|note| note.position))).collect();
    let placed: Vec<Vec<(u8, u8)>> =
        bars.iter().map(|bar| sorted(bar.iter().map(|note| (note.position, note.pitch)))).collect();
    [
        mean(pitches.iter().copied()),
        deviation(&pitches),
        Some(kinds(&notes, |note| note.pitch) / notes.len() as f32),
        mean(velocities.iter().copied()),
        deviation(&velocities),
        mean(velocities.windows(2).map(|pair| (pair[0] - pair[1]).abs())),
        Some(kinds(&notes, |note| note.velocity)),
        mean(durations.iter().copied()),
        deviation(&durations),
        Some(kinds(&notes, |note| note.duration)),
        Some(notes.len() as f32 / tops.len() as f32),
        share(|position| position.is_multiple_of(QUARTER)),
        share(|position| position.is_multiple_of(EIGHTH)),
        share(|position| !position.is_multiple_of(SIXTEENTH)),
        share(|position| position.is_multiple_of(TRIPLET) && !position.is_multiple_of(QUARTER)),
        of_intervals(f32::from),
        of_intervals(|interval| f32::from(u8::from(interval == 0))),
        of_intervals(|interval| f32::from(u8::from(interval > FIFTH))),
        intervals.iter().max().map(|widest| f32::from(*widest)),
        mean_likeness(&placed, 1),
        mean_likeness(&onsets, 1),
        mean_likeness(&placed, 2),
    ]
}

/// The highest note of each onset, in their order.
fn top_notes(bars: &[Vec<NoteEvent>]) -> Vec<u8> {
    let of_bar = |bar: &Vec<NoteEvent>| -> Vec<u8> {
        bar.chunk_by(|a, b| a.position == b.position)
            .filter_map(|together| together.iter().map(|note| note.pitch).max())
            .collect()
    };
    bars.iter().flat_map(of_bar).collect()
}

fn kinds(notes: &[&NoteEvent], of: impl Fn(&NoteEvent) -> u8) -> f32 {
    sorted(notes.iter().map(|note| of(note))).len() as f32
}

/// In order, each once.
fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// How much of either is in both (Jaccard's index), on average over bars and those `lag` bars before; silent pairs left out.
fn mean_likeness<T: Ord>(bars: &[Vec<T>], lag: usize) -> Option<f32> {
    let likeness = |(before, bar): (&Vec<T>, &Vec<T>)| {
        let both = bar.iter().filter(|value| before.binary_search(value).is_ok()).count();
        let either = before.len() + bar.len() - both;
        (either > 0).then(|| both as f32 / either as f32)
    };
    mean(bars.iter().zip(bars.iter().skip(lag)).filter_map(likeness))
}

/// `None` of nothing.
pub(super) fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f32)
}

fn deviation(values: &[f32]) -> Option<f32> {
    let center = mean(values.iter().copied())?;
    mean(values.iter().map(|value| (value - center).powi(2))).map(f32::sqrt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_encoding::CENTS_ZERO;

    fn note(position: u8, pitch: u8, velocity: u8) -> NoteEvent {
        NoteEvent { position, program: 0, pitch, cents: CENTS_ZERO, duration: 5, velocity }
    }

    fn told(bars: &[Vec<NoteEvent>], name: &str) -> Option<f32> {
        let place = OF_LINE.iter().position(|(of, ..)| *of == name).unwrap();
        statistics_of_line(bars)[place]
    }

    #[test]
    fn a_line_is_told_by_its_notes_and_their_places() {
        // A chord on the first beat, then an octave up on an off-beat eighth; the same again; then a note a triplet later.
        let bar = vec![note(0, 60, 20), note(0, 64, 20), note(6, 76, 26)];
        let bars = [bar.clone(), bar, vec![note(4, 76, 20)]];
        let expected = [
            ("pitch", (60.0 + 64.0 + 76.0) * 2.0 / 7.0 + 76.0 / 7.0),
            ("kinds of pitches a note", 3.0 / 7.0),
            ("step from velocity to velocity", 4.0),
            ("kinds of velocities", 2.0),
            ("notes at once", 7.0 / 5.0),
            ("on a quarter", 4.0 / 7.0),
            ("on an eighth", 6.0 / 7.0),
            ("between sixteenths", 1.0 / 7.0),
            ("on a triplet", 1.0 / 7.0),
            ("interval from top note to top note", 9.0),
            ("intervals of 0", 0.25),
            ("intervals of more than a fifth", 0.75),
            ("widest interval", 12.0),
            ("notes shared with the bar before", 0.5),
            ("onsets shared with the bar before", 0.5),
            ("notes shared with the bar before that", 0.0),
        ];
        for (name, value) in expected {
            let found = told(&bars, name).unwrap();
            assert!((found - value).abs() < 1e-5, "{name}: {found} for {value}");
        }
    }

    #[test]
    fn of_one_note_there_are_no_intervals_and_of_one_bar_no_bar_before() {
        let bars = [vec![note(0, 60, 20)]];
        for name in
            ["interval from top note to top note", "step from velocity to velocity", "notes shared with the bar before"]
        {
            assert_eq!(told(&bars, name), None, "{name}");
        }
        assert_eq!(told(&bars, "spread of pitches"), Some(0.0));
    }
}
