//! What the grid makes of pick-ups, silences, doubled notes, drums, bends and pedals, and where its limits are.

use partita_encoding::{
    CENTS_ZERO, DRUMS, EncodeError, EncodedPiece, EncodingLimits, Grid, Hints, TempoTrust, decode, encode,
};
use partita_score::{
    Note, Pitch, PitchBend, Program, Score, Sustain, TempoChange, Tick, TimeSignature, Track, Velocity,
};

/// 12 ticks a quarter, so that a tick is a step.
fn score(tracks: Vec<Track<Tick>>, signatures: &[(u32, u8, u16)]) -> Score<Tick> {
    Score {
        tracks,
        time_signatures: signatures
            .iter()
            .map(|&(time, numerator, denominator)| TimeSignature { time: Tick(time), numerator, denominator })
            .collect(),
        ..Score::new(12)
    }
}

/// A piano track of notes given as onset, duration and pitch.
fn piano(notes: &[(u32, u32, u8)]) -> Track<Tick> {
    Track {
        notes: notes
            .iter()
            .map(|&(onset, duration, pitch)| Note {
                onset: Tick(onset),
                duration: Tick(duration),
                pitch: Pitch::clamped(pitch),
                velocity: Velocity::clamped(80),
            })
            .collect(),
        ..Track::new(Program::clamped(0))
    }
}

fn piece(score: &Score<Tick>, grid: Grid) -> EncodedPiece {
    encode(score, grid, &Hints::default(), &EncodingLimits::default()).expect("a valid score")
}

/// A bar's metre, and the position, pitch and duration class of each note.
type Bar = (String, Vec<(u8, u8, u8)>);

fn bars(piece: &EncodedPiece) -> Vec<Bar> {
    let notes = |bar: &partita_encoding::EncodedBar| {
        bar.notes.iter().map(|note| (note.position, note.pitch, note.duration)).collect()
    };
    piece.bars.iter().map(|bar| (bar.metre.to_string(), notes(bar))).collect()
}

#[test]
fn a_pick_up_becomes_a_bar_whose_notes_start_late() {
    let score = score(vec![piano(&[(0, 12, 60), (12, 36, 62), (48, 36, 64)])], &[(0, 1, 4), (12, 3, 4)]);
    let metre = || "3/4".to_owned();
    let expected = vec![(metre(), vec![(24, 60, 11)]), (metre(), vec![(0, 62, 31 - 4)]), (metre(), vec![(0, 64, 27)])];
    assert_eq!(bars(&piece(&score, Grid::Beat)), expected);
}

#[test]
fn alternating_metres_are_no_pick_up() {
    let score = score(vec![piano(&[(0, 12, 60), (36, 12, 62), (84, 12, 64)])], &[(0, 3, 4), (36, 4, 4), (84, 3, 4)]);
    let metres: Vec<_> = piece(&score, Grid::Beat).bars.iter().map(|bar| bar.metre.to_string()).collect();
    assert_eq!(metres, ["3/4", "4/4", "3/4"]);
}

#[test]
fn silent_bars_at_both_ends_are_cut() {
    // Two silent bars, one with a note held over the next two, and a time signature after them.
    let score = score(vec![piano(&[(100, 120, 60)])], &[(0, 4, 4), (480, 3, 4)]);
    assert_eq!(bars(&piece(&score, Grid::Beat)), [("4/4".to_owned(), vec![(4, 60, 41)])]);
}

#[test]
fn a_metre_of_one_beat_throughout_becomes_common_time() {
    let score = score(vec![piano(&[(12, 12, 60), (60, 12, 62)])], &[(0, 1, 4)]);
    let metre = || "4/4".to_owned();
    assert_eq!(bars(&piece(&score, Grid::Beat)), [(metre(), vec![(12, 60, 11)]), (metre(), vec![(12, 62, 11)])]);
}

#[test]
fn tracks_of_one_program_merge_and_keep_the_longest_note() {
    let score = score(vec![piano(&[(0, 6, 60)]), piano(&[(0, 12, 60), (12, 12, 64)])], &[]);
    assert_eq!(bars(&piece(&score, Grid::Beat))[0].1, [(0, 60, 11), (12, 64, 11)]);
}

#[test]
fn a_note_struck_again_ends_there() {
    let score = score(vec![piano(&[(0, 40, 60), (26, 12, 60)])], &[]);
    // 26 steps have no class: the longest class within them is 24 steps.
    assert_eq!(bars(&piece(&score, Grid::Beat))[0].1, [(0, 60, 23), (26, 60, 11)]);
}

#[test]
fn drums_last_one_step_and_come_last() {
    let drums = Track { is_drum: true, ..piano(&[(0, 48, 36)]) };
    let piece = piece(&score(vec![drums, piano(&[(0, 12, 60)])], &[]), Grid::Beat);
    let notes: Vec<_> = piece.bars[0].notes.iter().map(|note| (note.program, note.duration)).collect();
    assert_eq!(notes, [(0, 11), (DRUMS, 0)]);
    assert_eq!(piece.conditions.instruments.map(|set| set.to_string()).as_deref(), Some("Acoustic Grand Piano, Drums"));
}

#[test]
fn overlapping_notes_of_different_bends_get_tracks_of_their_own() {
    let bent = Track { pitch_bends: vec![PitchBend { time: Tick(0), cents: -22.6 }], ..piano(&[(0, 24, 64)]) };
    let piece = piece(&score(vec![piano(&[(12, 24, 60)]), bent], &[]), Grid::Beat);
    let cents: Vec<_> = piece.bars[0].notes.iter().map(|note| note.cents).collect();
    assert_eq!(cents, [CENTS_ZERO - 5, CENTS_ZERO]);
    let tracks = decode(&piece, 100.0).tracks;
    let bends: Vec<_> = tracks.iter().map(|track| track.pitch_bends.as_slice()).collect();
    assert_eq!(bends, [&[PitchBend { time: Tick(0), cents: -25.0 }][..], &[]]);
}

#[test]
fn the_pedal_counts_on_the_clock_and_not_on_the_beat() {
    let pedal = |time, down| Sustain { time: Tick(time), down };
    let track = Track { sustains: vec![pedal(0, true), pedal(24, false)], ..piano(&[(0, 6, 60), (36, 6, 62)]) };
    let score = score(vec![track], &[]);
    let first_duration = |grid| piece(&score, grid).bars[0].notes[0].duration;
    assert_eq!(first_duration(Grid::Beat), 5);
    // 24 ticks at the standard's 120 quarters a minute are a second: 24 steps.
    assert_eq!(first_duration(Grid::Time), 23);
}

#[test]
fn the_clock_follows_the_tempo_and_starts_with_the_first_note() {
    let mut score = score(vec![piano(&[(12, 12, 60), (24, 12, 62), (36, 12, 64)])], &[(0, 3, 4)]);
    let tempo = |time, microseconds_per_quarter| TempoChange { time: Tick(time), microseconds_per_quarter };
    score.tempos = vec![tempo(0, 500_000), tempo(24, 2_000_000)];
    let piece = encode(
        &score,
        Grid::Time,
        &Hints { tempo: TempoTrust::Trusted, ..Hints::default() },
        &EncodingLimits::default(),
    )
    .expect("a valid score");
    assert_eq!(piece.conditions.qpm, None);
    // Half a second, then two seconds.
    assert_eq!(
        bars(&piece),
        [("4/4".to_owned(), vec![(0, 60, 11), (12, 62, 31)]), ("4/4".to_owned(), vec![(12, 64, 31)])]
    );
}

#[test]
fn amounts_are_taken_at_their_limit_and_refused_one_past_it() {
    let limits = EncodingLimits { notes_max: 2, bars_max: 3 };
    let encode = |notes: &[(u32, u32, u8)], grid| {
        encode(&score(vec![piano(notes)], &[]), grid, &Hints::default(), &limits).map(|piece| piece.bars.len())
    };
    for grid in [Grid::Beat, Grid::Time] {
        assert_eq!(encode(&[(0, 1, 60), (100, 1, 60)], grid), Ok(3));
        assert!(matches!(encode(&[(0, 1, 60), (144, 1, 60)], grid), Err(EncodeError::Limit { what: "bars", .. })));
        let three = [(0, 1, 60), (1, 1, 61), (2, 1, 62)];
        assert!(matches!(encode(&three, grid), Err(EncodeError::Limit { what: "notes", .. })));
    }
    assert_eq!(encode(&[], Grid::Beat), Err(EncodeError::Empty));
}

#[test]
fn time_at_its_extremes_is_refused_or_encoded() {
    for ticks_per_quarter in [0, 1, 32_767] {
        for time in [0, u32::MAX] {
            let mut score = score(vec![piano(&[(time, u32::MAX, 60)])], &[(0, 255, 1), (u32::MAX, 1, 32_768)]);
            score.ticks_per_quarter = ticks_per_quarter;
            for grid in [Grid::Beat, Grid::Time] {
                match encode(&score, grid, &Hints::default(), &EncodingLimits::default()) {
                    Ok(piece) => assert_eq!(piece.bars.len(), 1),
                    Err(error) => assert!(ticks_per_quarter == 0 || matches!(error, EncodeError::Limit { .. })),
                }
            }
        }
    }
}
