//! What becomes of pieces as a model writes them, whose notes may overlap on a key and sound longer than the piece.

use std::collections::BTreeMap;

use partita_encoding::{
    CENTS_ZERO, Conditions, EncodedBar, EncodedPiece, Grid, Metre, NoteEvent, Step, TICKS_PER_QUARTER, decode,
    duration_steps, to_steps,
};
use partita_score::{Limits, Score, Tick, TimeUnit, read, write};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Few keys and any durations, so that much overlaps.
fn bar() -> impl Strategy<Value = EncodedBar> {
    let key = (0u8..36, prop_oneof![Just(0u8), Just(40), Just(128)], 60u8..62);
    btree_map(key, (0u8..48, 8u8..12), 0..12).prop_map(|notes| {
        let note = |((position, program, pitch), (duration, cents))| NoteEvent {
            position,
            program,
            pitch,
            cents: if program == 128 { CENTS_ZERO } else { cents },
            duration: if program == 128 { 0 } else { duration },
            velocity: 20,
        };
        let metre = Metre { numerator: 3, denominator: 4 };
        EncodedBar { metre, notes: notes.into_iter().map(note).collect(), conditions: Default::default() }
    })
}

fn piece() -> impl Strategy<Value = EncodedPiece> {
    (vec(bar(), 1..6), prop_oneof![Just(Grid::Beat), Just(Grid::Time)]).prop_map(|(bars, grid)| EncodedPiece {
        grid,
        bars,
        conditions: Conditions::default(),
    })
}

fn steps(piece: &EncodedPiece) -> u32 {
    piece.bars.iter().map(|bar| bar.metre.steps()).sum()
}

/// Onsets and ends by key and instrument.
fn sounding<T: TimeUnit>(score: &Score<T>, ticks: impl Fn(T) -> u32) -> BTreeMap<(bool, u8, u8), Vec<(u32, u32)>> {
    let mut sounding: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for track in &score.tracks {
        for note in &track.notes {
            let key = (track.is_drum, track.program.get(), note.pitch.get());
            let onset = ticks(note.onset);
            sounding.entry(key).or_default().push((onset, onset + ticks(note.duration)));
        }
    }
    sounding.values_mut().for_each(|notes| notes.sort_unstable());
    sounding
}

fn keys(bar: &EncodedBar) -> Vec<(u8, u8, u8)> {
    bar.notes.iter().map(|note| (note.position, note.program, note.pitch)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_decoded_key_is_released_before_it_is_struck_again(piece in piece()) {
        for notes in sounding(&to_steps(&piece), |step: Step| step.0).values() {
            prop_assert!(notes.iter().all(|(onset, end)| onset < end));
            prop_assert!(notes.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{:?}", notes);
        }
    }

    #[test]
    fn trimming_only_shortens_and_keeps_every_note_within_the_piece(piece in piece()) {
        let mut trimmed = piece.clone();
        trimmed.trim_notes();
        let end = steps(&piece);
        let mut start = 0;
        for (bar, before) in trimmed.bars.iter().zip(&piece.bars) {
            prop_assert_eq!(keys(bar), keys(before));
            for (note, before) in bar.notes.iter().zip(&before.notes) {
                prop_assert!(note.duration <= before.duration);
                prop_assert!(start + u32::from(note.position) + duration_steps(note.duration) <= end);
            }
            start += bar.metre.steps();
        }
        let mut twice = trimmed.clone();
        twice.trim_notes();
        prop_assert_eq!(twice, trimmed);
    }

    #[test]
    fn a_trimmed_piece_ends_with_its_last_bar_and_a_file_keeps_it(mut piece in piece()) {
        piece.trim_notes();
        let score = decode(&piece, 120.0);
        prop_assert_eq!(score.end_of_track, Tick(steps(&piece) * u32::from(TICKS_PER_QUARTER) / 12));
        let file = write(&score).expect("a decoded piece can be written");
        let again = read(&file, &Limits::default()).expect("what was written can be read").score;
        prop_assert_eq!(again.end_of_track, score.end_of_track);
        let ticks = |tick: Tick| tick.0;
        prop_assert_eq!(sounding(&again, ticks), sounding(&score, ticks));
    }
}

#[test]
fn a_long_note_ends_at_the_longest_class_before_the_next() {
    let note =
        |position, duration| NoteEvent { position, program: 0, pitch: 60, cents: CENTS_ZERO, duration, velocity: 20 };
    let bar = |notes| EncodedBar { metre: Metre::COMMON_TIME, notes, conditions: Default::default() };
    let mut piece = EncodedPiece {
        grid: Grid::Beat,
        bars: vec![bar(vec![note(0, 40)]), bar(vec![note(5, 3), note(5, 7), note(40, 30)])],
        conditions: Conditions::default(),
    };
    piece.trim_notes();
    let durations: Vec<_> = piece.bars.iter().flat_map(|bar| &bar.notes).map(|n| duration_steps(n.duration)).collect();
    // 53 steps are no class: 48 are. Of two at once the longer stays; the last ends with the bar.
    assert_eq!(durations, [48, 8, 8]);
}
