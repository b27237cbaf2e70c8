//! Laws: writing and reading gives the same score; units of time convert back and forth.

#![allow(clippy::unwrap_used)] // in the helpers of tests, which may fail as tests may

use partita_score::*;
use proptest::collection::vec;
use proptest::prelude::*;

const TICKS: u32 = 20_000;

fn notes() -> impl Strategy<Value = Vec<Note<Tick>>> {
    vec((0..TICKS, 1..2000u32, 0u8..128, 1u8..128), 1..60).prop_map(|raw| {
        let note = |(onset, duration, pitch, velocity)| Note {
            onset: Tick(onset),
            duration: Tick(duration),
            pitch: Pitch::clamped(pitch),
            velocity: Velocity::clamped(velocity),
        };
        raw.into_iter().map(note).collect()
    })
}

/// The notes sorted, each ended where its key is struck again, one for each onset and key. Track `index` of `tracks` has
/// keys of its own, since tracks may share a channel.
fn canonical(mut notes: Vec<Note<Tick>>, index: usize, tracks: usize) -> Vec<Note<Tick>> {
    for note in &mut notes {
        let key = usize::from(note.pitch.get()) % (128 / tracks) * tracks + index;
        note.pitch = Pitch::clamped(key as u8);
    }
    notes.sort_by_key(|note| (note.pitch, note.onset));
    notes.dedup_by_key(|note| (note.pitch, note.onset));
    for i in 1..notes.len() {
        let (next, note) = (notes[i], &mut notes[i - 1]);
        if note.pitch == next.pitch {
            note.duration = note.duration.min(Tick(next.onset.0 - note.onset.0));
        }
    }
    notes.sort_by_key(|note| (note.onset, note.pitch));
    notes
}

/// Bends that change something, in whole steps of the default range.
fn pitch_bends() -> impl Strategy<Value = Vec<PitchBend<Tick>>> {
    vec((0..TICKS, -8192i16..8192), 0..8).prop_map(|mut raw| {
        raw.sort_unstable();
        raw.dedup_by_key(|bend| bend.0);
        let mut before = 0;
        raw.retain(|bend| std::mem::replace(&mut before, bend.1) != bend.1);
        let bend = |(time, step)| PitchBend { time: Tick(time), cents: f32::from(step) / 8192.0 * 200.0 };
        raw.into_iter().map(bend).collect()
    })
}

fn sustains() -> impl Strategy<Value = Vec<Sustain<Tick>>> {
    vec(0..TICKS, 0..8).prop_map(|mut times| {
        times.sort_unstable();
        times.iter().enumerate().map(|(i, &time)| Sustain { time: Tick(time), down: i % 2 == 0 }).collect()
    })
}

fn track() -> impl Strategy<Value = Track<Tick>> {
    let program = (0u8..128).prop_map(Program::clamped);
    (".{0,20}", program, any::<bool>(), notes(), pitch_bends(), sustains()).prop_map(
        |(name, program, is_drum, notes, pitch_bends, sustains)| Track {
            name,
            program,
            is_drum,
            notes,
            pitch_bends,
            sustains,
        },
    )
}

/// Distinct times, sorted.
fn times() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::btree_set(0..TICKS, 0..6).prop_map(|times| times.into_iter().collect())
}

fn tempos() -> impl Strategy<Value = Vec<TempoChange<Tick>>> {
    (times(), vec(1u32..1 << 24, 6)).prop_map(|(times, tempos)| {
        let change = |(time, microseconds_per_quarter)| TempoChange { time: Tick(time), microseconds_per_quarter };
        times.into_iter().zip(tempos).map(change).collect()
    })
}

fn time_signatures() -> impl Strategy<Value = Vec<TimeSignature<Tick>>> {
    (times(), vec((1u8..=255, 0u8..16), 6)).prop_map(|(times, metres)| {
        let signature =
            |(time, (numerator, power))| TimeSignature { time: Tick(time), numerator, denominator: 1u16 << power };
        times.into_iter().zip(metres).map(signature).collect()
    })
}

fn key_signatures() -> impl Strategy<Value = Vec<KeySignature<Tick>>> {
    (times(), vec((-7i8..=7, any::<bool>()), 6)).prop_map(|(times, keys)| {
        let signature = |(time, (sharps, minor))| KeySignature { time: Tick(time), sharps, minor };
        times.into_iter().zip(keys).map(signature).collect()
    })
}

/// A score that a file can hold as it is.
fn score(max_tracks: usize) -> impl Strategy<Value = Score<Tick>> {
    let conductor = (tempos(), time_signatures(), key_signatures(), (times(), vec(".{1,12}", 6)));
    (1u16..0x8000, vec(track(), 0..max_tracks), conductor, 2000..9000u32).prop_map(
        |(ticks_per_quarter, mut tracks, (tempos, time_signatures, key_signatures, (times, texts)), rest)| {
            let count = tracks.len();
            for (index, track) in tracks.iter_mut().enumerate() {
                track.notes = canonical(std::mem::take(&mut track.notes), index, count);
            }
            let marker = |(time, text)| Marker { time: Tick(time), text };
            let markers = times.into_iter().zip(texts).map(marker).collect();
            let end_of_track = Tick(TICKS + rest);
            let changes = Score { tempos, time_signatures, key_signatures, markers, ..Score::new(ticks_per_quarter) };
            Score { tracks, end_of_track, ..changes }
        },
    )
}

/// Failing inputs are printed in their smallest form, and become tests of their own, not files beside the tests.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Onset, end, pitch, velocity, program, and whether it is a drum.
type Described = (u32, u32, u8, u8, u8, bool);

fn described_notes(track: &Track<Tick>) -> impl Iterator<Item = Described> + '_ {
    let (program, is_drum) = (track.program.get(), track.is_drum);
    let ends = |n: &Note<Tick>| (n.onset.0, n.onset.0 + n.duration.0, n.pitch.get(), n.velocity.get());
    track
        .notes
        .iter()
        .map(ends)
        .map(move |(onset, end, pitch, velocity)| (onset, end, pitch, velocity, program, is_drum))
}

/// The notes of a file as midly sees them, with the plainest pairing there is.
fn notes_by_midly(bytes: &[u8]) -> Vec<Described> {
    use midly::{MidiMessage, TrackEventKind};
    let mut notes = Vec::new();
    for track in midly::Smf::parse(bytes).unwrap().tracks {
        let (mut now, mut program, mut open) = (0, 0, Vec::new());
        for event in track {
            now += event.delta.as_int();
            let TrackEventKind::Midi { channel, message } = event.kind else { continue };
            match message {
                MidiMessage::ProgramChange { program: new } => program = new.as_int(),
                MidiMessage::NoteOn { key, vel } => open.push((now, key, vel)),
                MidiMessage::NoteOff { key, .. } => {
                    let first = open.iter().position(|note| note.1 == key).unwrap();
                    let (onset, key, vel) = open.remove(first);
                    notes.push((onset, now, key.as_int(), vel.as_int(), program, channel.as_int() == 9));
                }
                _ => {}
            }
        }
        assert_eq!(open, []);
    }
    notes.sort_unstable();
    notes
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn reading_what_was_written_gives_the_score(score in score(5)) {
        let reading = read(&write(&score).unwrap(), &Limits::default()).unwrap();
        prop_assert_eq!(reading.repairs, []);
        prop_assert_eq!(reading.score, score);
    }

    #[test]
    fn another_reader_finds_the_same_notes(score in score(20)) {
        let mut ours: Vec<_> = score.tracks.iter().flat_map(described_notes).collect();
        ours.sort_unstable();
        prop_assert_eq!(notes_by_midly(&write(&score).unwrap()), ours);
    }

    #[test]
    fn quarters_and_back(score in score(3)) {
        prop_assert_eq!(score.to_quarters().to_ticks(), score);
    }

    #[test]
    fn bars_tile_the_piece(score in score(1), tick in 0..TICKS) {
        let map = score.meter_map();
        let bar = map.bar(map.bar_at(Tick(tick)));
        prop_assert!(bar.start.0 <= tick && tick < bar.end.0);
        prop_assert_eq!(map.bar_at(bar.end), bar.index + 1);
    }
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn more_tracks_than_channels_come_back_too(score in score(60)) {
        prop_assert_eq!(read(&write(&score).unwrap(), &Limits::default()).unwrap().score, score);
    }
}

proptest! {
    #![proptest_config(cases(200))]

    /// A tick must be longer than a float's error, hence tempos and divisions within reason.
    #[test]
    fn seconds_and_back(mut score in score(3), ticks_per_quarter in 24u16..2000) {
        score.ticks_per_quarter = ticks_per_quarter;
        score.tempos.iter_mut().for_each(|tempo| tempo.microseconds_per_quarter = tempo.microseconds_per_quarter.max(10_000));
        prop_assert_eq!(score.to_seconds().to_ticks(), score);
    }
}

#[test]
fn a_pause_too_long_for_one_delta_is_bridged() {
    let mut track = Track::new(Program::clamped(0));
    let (pitch, velocity) = (Pitch::clamped(60), Velocity::clamped(64));
    track.notes.push(Note { onset: Tick(3_000_000_000), duration: Tick(500_000_000), pitch, velocity });
    let score = Score { tracks: vec![track], end_of_track: Tick(4_000_000_000), ..Score::new(96) };
    assert_eq!(read(&write(&score).unwrap(), &Limits::default()).unwrap().score, score);
}

#[test]
fn a_wide_bend_keeps_its_cents() {
    let mut track = Track::new(Program::clamped(40));
    let (pitch, velocity) = (Pitch::clamped(60), Velocity::clamped(64));
    track.notes.push(Note { onset: Tick(0), duration: Tick(96), pitch, velocity });
    track.pitch_bends =
        [(0, 1100.0), (10, -23.5), (20, 0.0)].map(|(t, cents)| PitchBend { time: Tick(t), cents }).to_vec();
    let score = Score { tracks: vec![track], ..Score::new(96) };
    let read = read(&write(&score).unwrap(), &Limits::default()).unwrap().score;
    for (found, wanted) in read.tracks[0].pitch_bends.iter().zip(&score.tracks[0].pitch_bends) {
        assert!((found.cents - wanted.cents).abs() < 0.1, "{found:?} {wanted:?}");
    }
}

#[test]
fn seventeen_programs_each_sound_on_their_notes() {
    let velocity = Velocity::clamped(64);
    let part = |program: u8| {
        let mut track = Track::new(Program::clamped(program));
        let pitch = Pitch::clamped(60 + program);
        track.notes = (0..4).map(|i| Note { onset: Tick(100 * i), duration: Tick(50), pitch, velocity }).collect();
        track
    };
    let file = write(&Score { tracks: (0..17).map(part).collect(), ..Score::new(96) }).unwrap();
    // Programs 0 and 15 share the first channel, so each sets it again before each of its notes.
    let count = |needle: &[u8]| file.windows(needle.len()).filter(|window| window == &needle).count();
    assert_eq!([count(&[0xC0, 0]), count(&[0xC0, 15]), count(&[0xC2, 2])], [4, 4, 1]);
}

fn one_note(onset: u32, duration: u32) -> Score<Tick> {
    let mut track = Track::new(Program::clamped(0));
    let (pitch, velocity) = (Pitch::clamped(60), Velocity::clamped(64));
    track.notes.push(Note { onset: Tick(onset), duration: Tick(duration), pitch, velocity });
    Score { tracks: vec![track], end_of_track: Tick(onset.saturating_add(duration)), ..Score::new(96) }
}

#[test]
fn what_a_file_cannot_hold_is_an_error() {
    let fault = |change: fn(&mut Score<Tick>)| {
        let mut score = one_note(0, 1);
        change(&mut score);
        write(&score).unwrap_err().to_string()
    };
    assert_eq!(write(&one_note(7, 0)), Err(WriteError::ZeroDuration { track: 0, note: 0, tick: 7 }));
    assert_eq!(write(&one_note(u32::MAX, 1)), Err(WriteError::TooLate { track: 0, note: 0, tick: u32::MAX }));
    assert!(fault(|s| s.ticks_per_quarter = 0).starts_with("0 ticks a quarter note"));
    assert!(fault(|s| s.ticks_per_quarter = 0x8000).starts_with("32768 ticks a quarter note"));
    assert!(fault(|s| s.tempos.push(TempoChange { time: Tick(5), microseconds_per_quarter: 0 })).contains("tick 5"));
    assert!(
        fault(|s| s.time_signatures.push(TimeSignature { time: Tick(0), numerator: 4, denominator: 3 }))
            .contains("4/3")
    );
    assert!(
        fault(|s| s.key_signatures.push(KeySignature { time: Tick(0), sharps: 8, minor: false })).contains("8 sharps")
    );
    assert!(fault(|s| s.tracks[0].pitch_bends.push(PitchBend { time: Tick(0), cents: 2e4 })).contains("20000 cents"));
    assert!(fault(|s| s.tracks = vec![Track::new(Program::clamped(0)); 65_535]).contains("65535 tracks"));
}
