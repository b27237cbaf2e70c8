//! Damaged and malicious files: no panic, no runaway memory, and an error or repair that names the place.

#![allow(clippy::unwrap_used)] // in the helpers of tests, which may fail as tests may

use partita_score::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// A file of one-track chunks with the given events; end-of-track events are the caller's.
fn file(division: [u8; 2], tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\x01\0".to_vec();
    bytes.push(tracks.len() as u8);
    bytes.extend(division);
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(*track);
    }
    bytes
}

const DIVISION: [u8; 2] = [0, 96];
/// Middle C for a quarter, then the end of the track.
const ONE_NOTE: [u8; 12] = [0, 0x90, 60, 64, 96, 0x80, 60, 0, 0, 0xFF, 0x2F, 0];

fn reading(bytes: &[u8]) -> Reading {
    read(bytes, &Limits::default()).unwrap()
}

fn error(bytes: &[u8]) -> ReadError {
    read(bytes, &Limits::default()).unwrap_err()
}

fn note_times(score: &Score<Tick>) -> Vec<(u32, u32)> {
    score.tracks.iter().flat_map(|track| &track.notes).map(|note| (note.onset.0, note.duration.0)).collect()
}

#[test]
fn a_faultless_file_needs_no_repair() {
    let reading = reading(&file(DIVISION, &[&ONE_NOTE]));
    assert_eq!((note_times(&reading.score), reading.repairs), (vec![(0, 96)], vec![]));
}

#[test]
fn no_midi_data_is_named_for_what_it_is() {
    for (bytes, kind) in [
        (&b""[..], "empty"),
        (b"<!DOCTYPE html>", "HTML"),
        (b"\x1F\x8B\x08", "gzip"),
        (b"PK\x03\x04", "ZIP"),
        (b"Rar!\x1A", "RAR"),
        (b"404 not found", "plain text"),
        (b"RIFF\0\0\0\0WAVE\xFF", "RIFF"),
        (b"\0\xFF\x80", "not MIDI"),
    ] {
        assert!(matches!(error(bytes), ReadError::NotMidi { looks_like, .. } if looks_like.contains(kind)), "{kind}");
    }
}

#[test]
fn cut_headers_and_missing_tracks_are_errors() {
    assert_eq!(error(b"MThd\0\0\0\x06\0\x01"), ReadError::HeaderCutOff { byte: 0 });
    assert_eq!(error(b"MThd\0\0\0\x06\0\x01\0\x01\x60MTrk\0\0\0\0"), ReadError::HeaderCutOff { byte: 0 });
    assert_eq!(error(&file(DIVISION, &[])), ReadError::NoTracks { byte: 14 });
}

#[test]
fn damage_before_the_first_note_names_track_event_and_byte() {
    let error = error(&file(DIVISION, &[&[0, 0xFF, 1, 0, 0, 60, 64]]));
    assert_eq!(error, ReadError::Damaged { track: 0, event: 1, byte: 27, fault: Fault::NoStatus(60) });
    assert!(error.to_string().starts_with("track 0, event 1, byte 27: data byte 0x3C"));
}

#[test]
fn damage_after_a_note_keeps_the_note() {
    let reading = reading(&file(DIVISION, &[&[0, 0x90, 60, 64, 96, 0x80, 60, 0, 0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F]]));
    assert_eq!(note_times(&reading.score), [(0, 96)]);
    let fault = Fault::LongEvent((1 << 28) - 1);
    assert!(reading.repairs.contains(&Repair::CutTrack { track: 0, event: 2, byte: 37, fault }));
}

#[test]
fn a_truncated_track_keeps_what_came_before() {
    let whole = file(DIVISION, &[&ONE_NOTE]);
    let reading = reading(&whole[..whole.len() - 6]);
    assert_eq!(note_times(&reading.score), [(0, 1)]);
    assert!(reading.repairs.contains(&Repair::UnclosedNotes { track: 0, count: 1 }));
}

#[test]
fn unclosed_notes_end_with_the_track() {
    let reading = reading(&file(DIVISION, &[&[0, 0x90, 60, 64, 96, 0xFF, 0x2F, 0]]));
    assert_eq!(note_times(&reading.score), [(0, 96)]);
}

#[test]
fn a_missing_note_off_does_not_drag_later_notes() {
    let bytes = [0, 0x90, 60, 64, 10, 60, 64, 5, 60, 0, 5, 60, 64, 5, 60, 0, 75, 0xFF, 0x2F, 0];
    assert_eq!(note_times(&reading(&file(DIVISION, &[&bytes])).score), [(0, 10), (10, 10), (20, 80)]);
}

#[test]
fn overlapping_notes_of_one_key_end_in_the_order_of_their_beginnings() {
    let bytes = [0, 0x90, 60, 64, 10, 60, 64, 10, 60, 0, 10, 60, 0, 0, 0xFF, 0x2F, 0];
    assert_eq!(note_times(&reading(&file(DIVISION, &[&bytes])).score), [(0, 20), (10, 20)]);
}

#[test]
fn zero_length_notes_last_a_tick() {
    let reading = reading(&file(DIVISION, &[&[0, 0x90, 60, 64, 0, 60, 0, 0, 0xFF, 0x2F, 0]]));
    assert_eq!(note_times(&reading.score), [(0, 1)]);
    assert_eq!(reading.repairs, [Repair::ZeroLengthNotes { track: 0, count: 1 }]);
}

#[test]
fn data_bytes_over_127_cost_only_their_message() {
    let bytes = [0, 0x90, 60, 200, 0, 0x90, 62, 64, 96, 0x80, 62, 0, 0, 0xFF, 0x2F, 0];
    let reading = reading(&file(DIVISION, &[&bytes]));
    assert_eq!(note_times(&reading.score), [(0, 96)]);
    assert_eq!(reading.repairs, [Repair::BadMessages { track: 0, count: 1, byte: 22 }]);
}

#[test]
fn a_stale_tail_with_tracks_of_another_piece_is_no_music() {
    let mut bytes = file(DIVISION, &[&ONE_NOTE]);
    let length = bytes.len();
    bytes.extend([0, 0, 1, 2, 3]);
    bytes.extend(&file(DIVISION, &[&ONE_NOTE])[14..]);
    let reading = reading(&bytes);
    assert_eq!(note_times(&reading.score), [(0, 96)]);
    assert_eq!(reading.repairs, [Repair::ExtraBytes { byte: length, bytes: 5 + 8 + ONE_NOTE.len() }]);
}

#[test]
fn wrappers_and_prefixes_are_seen_through() {
    let bare = file(DIVISION, &[&ONE_NOTE]);
    let mut rmid = b"RIFF\0\0\0\0RMIDdata".to_vec();
    rmid.extend((bare.len() as u32).to_le_bytes());
    rmid.extend(&bare);
    rmid.extend(b"LIST\x04\0\0\0INFO");
    assert_eq!(reading(&rmid), reading(&bare));
    let macbinary = [&[0; 128][..], &bare].concat();
    assert_eq!(reading(&macbinary).repairs, [Repair::Prefix { bytes: 128 }]);
}

#[test]
fn patterns_of_format_2_follow_each_other() {
    let mut bytes = file(DIVISION, &[&ONE_NOTE, &ONE_NOTE]);
    bytes[9] = 2;
    assert_eq!(note_times(&reading(&bytes).score), [(0, 96), (96, 96)]);
}

#[test]
fn seconds_of_film_frames_are_exact() {
    // 25 frames of 40 ticks: 96 ticks are 0.096 s.
    let score = reading(&file([0xE7, 40], &[&ONE_NOTE])).score.to_seconds();
    assert_eq!(score.tracks[0].notes[0].duration, Second(0.096));
}

fn programs(score: &Score<Tick>) -> Vec<u8> {
    score.tracks.iter().map(|track| track.program.get()).collect()
}

#[test]
fn a_channel_set_up_in_another_chunk_keeps_its_program() {
    let setup = [0, 0xC0, 33, 0, 0xFF, 0x2F, 0];
    assert_eq!(programs(&reading(&file(DIVISION, &[&setup, &ONE_NOTE])).score), [33]);
    assert_eq!(programs(&reading(&file(DIVISION, &[&ONE_NOTE, &setup])).score), [33]);
}

#[test]
fn of_programs_at_one_tick_a_chunks_own_counts_and_later_ones_hold_for_all() {
    // A quartet that a notation program wrote to one channel.
    let part = |program: u8| [&[0, 0xC0, program][..], &ONE_NOTE].concat();
    assert_eq!(programs(&reading(&file(DIVISION, &[&part(40), &part(42)])).score), [40, 42]);
    // Notes at 0 and 96; another chunk sets the program at 50.
    let two = [0, 0xC0, 40, 0, 0x90, 60, 64, 96, 60, 0, 0, 60, 64, 96, 60, 0, 0, 0xFF, 0x2F, 0];
    let change = [50, 0xC0, 7, 0, 0xFF, 0x2F, 0];
    assert_eq!(programs(&reading(&file(DIVISION, &[&two, &change])).score), [40, 7]);
}

#[test]
fn a_bend_range_and_bends_of_another_chunk_hold() {
    let range_of_an_octave = [0, 0xB0, 101, 0, 0, 100, 0, 0, 6, 12, 0, 0xFF, 0x2F, 0];
    let bend = [48, 0xE0, 0, 96, 0, 0xFF, 0x2F, 0];
    for chunks in [[&range_of_an_octave[..], &ONE_NOTE, &bend], [&bend, &ONE_NOTE, &range_of_an_octave]] {
        let score = reading(&file(DIVISION, &chunks)).score;
        assert_eq!(score.tracks[0].pitch_bends, [PitchBend { time: Tick(48), cents: 600.0 }]);
    }
}

#[test]
fn a_channel_is_the_same_in_format_0_and_in_format_1() {
    // Bend range and a bend while a note sounds, in one chunk and in two.
    let one =
        [0, 0xB0, 101, 0, 0, 100, 0, 0, 6, 12, 0, 0x90, 60, 64, 48, 0xE0, 0, 96, 48, 0x80, 60, 0, 0, 0xFF, 0x2F, 0];
    let setup = [0, 0xB0, 101, 0, 0, 100, 0, 0, 6, 12, 0, 0xFF, 0x2F, 0];
    let played = [0, 0x90, 60, 64, 48, 0xE0, 0, 96, 48, 0x80, 60, 0, 0, 0xFF, 0x2F, 0];
    assert_eq!(reading(&file(DIVISION, &[&one])).score, reading(&file(DIVISION, &[&setup, &played])).score);
}

#[test]
fn ports_have_channels_of_their_own() {
    let on_port = |port: u8, rest: &[u8]| [&[0, 0xFF, 0x21, 1, port][..], rest, &ONE_NOTE].concat();
    let [first, second] = [on_port(0, &[0, 0xC0, 73, 0, 0xE0, 0, 96]), on_port(1, &[])];
    let score = reading(&file(DIVISION, &[&first, &second])).score;
    assert_eq!(programs(&score), [73, 0]);
    assert_eq!(score.tracks[1].pitch_bends, []);
}

#[test]
fn a_bank_of_kits_in_another_chunk_makes_drums_from_the_next_program_on() {
    let xg_on = [0, 0xF0, 8, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7, 0, 0xB1, 0, 127, 0, 0xFF, 0x2F, 0];
    let note = |at: u8| [at, 0x91, 36, 64, 10, 36, 0];
    let kit = [&note(0)[..], &note(5), &[5, 0xC1, 40], &note(0), &[0, 0xFF, 0x2F, 0]].concat();
    let score = reading(&file(DIVISION, &[&xg_on, &kit])).score;
    let parts: Vec<_> = score.tracks.iter().map(|track| (track.is_drum, track.notes.len())).collect();
    assert_eq!(parts, [(false, 2), (true, 1)]);
}

#[test]
fn a_pedal_in_another_chunk_of_the_channel_holds_too() {
    let pedal = [0, 0xB0, 64, 127, 96, 64, 0, 0, 0xFF, 0x2F, 0];
    let [one, other] = [4, 5].map(|program| [&[0, 0xC0, program][..], &ONE_NOTE].concat());
    for score in
        [file(DIVISION, &[&ONE_NOTE, &pedal]), file(DIVISION, &[&pedal, &one, &other])].map(|f| reading(&f).score)
    {
        for track in score.tracks {
            let moves: Vec<_> = track.sustains.iter().map(|sustain| (sustain.time.0, sustain.down)).collect();
            assert_eq!(moves, [(0, true), (96, false)]);
        }
    }
}

#[test]
fn a_channel_shared_by_very_many_chunks_gives_each_its_own_bends() {
    let bends =
        [&[0, 0x90, 60, 64, 0, 0xE0, 0, 96][..], &[1, 0, 0, 1, 0, 96].repeat(500), &[0, 0xFF, 0x2F, 0]].concat();
    let mut chunks = vec![&ONE_NOTE[..]; 100];
    chunks.push(&bends);
    let score = reading(&file(DIVISION, &chunks)).score;
    let bends: Vec<_> = score.tracks.iter().map(|track| track.pitch_bends.len()).collect();
    assert_eq!((bends[0], bends[100]), (0, 1001));
}

#[test]
fn the_end_of_track_is_kept() {
    let bytes = [&ONE_NOTE[..8], &[100, 0xFF, 0x2F, 0]].concat();
    assert_eq!(reading(&file(DIVISION, &[&ONE_NOTE, &bytes])).score.end_of_track, Tick(196));
    // A note of no length is given a tick, also at the end.
    let bytes = [10, 0x90, 60, 64, 0, 60, 0, 0, 0xFF, 0x2F, 0];
    assert_eq!(reading(&file(DIVISION, &[&bytes])).score.end_of_track, Tick(11));
}

#[test]
fn a_program_change_makes_another_track() {
    let bytes = [0, 0x90, 60, 64, 9, 60, 0, 0, 0xC0, 7, 0, 0x90, 62, 64, 9, 62, 0, 0, 0xFF, 0x2F, 0];
    let score = reading(&file(DIVISION, &[&bytes])).score;
    assert_eq!(programs(&score), [0, 7]);
}

/// The limit holds at `allowed` and the error comes one below.
fn assert_limit(bytes: &[u8], amount: Amount, allowed: u64, limits: impl Fn(u64) -> Limits) {
    assert!(read(bytes, &limits(allowed)).is_ok(), "{amount} at the limit");
    let found = read(bytes, &limits(allowed - 1)).unwrap_err();
    assert!(
        matches!(found, ReadError::Limit { amount: a, limit, .. } if a == amount && limit == allowed - 1),
        "{amount} one past it: {found:?}"
    );
}

#[test]
fn each_amount_is_limited() {
    let bytes = file(DIVISION, &[&ONE_NOTE, &ONE_NOTE]);
    let d = Limits::default;
    let length = bytes.len() as u64;
    assert_limit(&bytes, Amount::FileBytes, length, |n| Limits { file_bytes: n as usize, ..d() });
    assert_limit(&bytes, Amount::FileTracks, 2, |n| Limits { file_tracks: n as usize, ..d() });
    assert_limit(&bytes, Amount::Tracks, 2, |n| Limits { tracks: n as usize, ..d() });
    assert_limit(&bytes, Amount::Events, 4, |n| Limits { events: n as usize, ..d() });
    assert_limit(&bytes, Amount::Notes, 2, |n| Limits { notes: n as usize, ..d() });
    assert_limit(&bytes, Amount::Ticks, 96, |n| Limits { ticks: n as u32, ..d() });
}

#[test]
fn ticks_never_pass_32_bits() {
    let delta = [0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 1, 0];
    let bytes = file(DIVISION, &[&delta.repeat(17)]);
    let limits = Limits { ticks: u32::MAX, ..Limits::default() };
    assert!(matches!(read(&bytes, &limits), Err(ReadError::Limit { amount: Amount::Ticks, .. })));
}

#[test]
fn long_texts_are_shortened_between_characters() {
    let name = "Klavier ♫";
    let mut track = vec![0, 0xFF, 3, name.len() as u8];
    track.extend(name.as_bytes());
    track.extend(ONE_NOTE);
    let bytes = file(DIVISION, &[&track]);
    let read_with = |text_bytes| read(&bytes, &Limits { text_bytes, ..Limits::default() }).unwrap();
    let exact = read_with(name.len());
    assert_eq!((exact.score.tracks[0].name.as_str(), exact.repairs), (name, vec![]));
    let short = read_with(name.len() - 1);
    assert_eq!(short.score.tracks[0].name, "Klavier ");
    assert_eq!(short.repairs, [Repair::LongText { track: 0, count: 1, byte: 22 }]);
}

/// Failing inputs are printed in their smallest form, and become tests of their own, not files beside the tests.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, &Limits::default());
    }

    #[test]
    fn random_events_never_panic_and_are_written_back(division in any::<[u8; 2]>(), format in 0u8..3,
                                                       events in vec(any::<u8>(), 0..300)) {
        let mut bytes = file(division, &[&events, &events]);
        bytes[9] = format;
        if let Ok(reading) = read(&bytes, &Limits::default()) {
            let once = read(&write(&reading.score).unwrap(), &Limits::default()).unwrap().score;
            prop_assert!(once.note_count() <= reading.score.note_count() && once.end() <= reading.score.end());
            prop_assert_eq!(once.end_of_track, reading.score.end_of_track);
        }
    }

    #[test]
    fn mutated_files_never_panic(changes in vec((0usize..200, any::<u8>()), 1..12), cut in 0usize..200) {
        let events: Vec<u8> = [&[0, 0xC0, 5, 0, 0xE0, 1, 80, 0, 0xB0, 64, 127][..], &ONE_NOTE[..8]].concat().repeat(3);
        let mut bytes = file(DIVISION, &[&events, &ONE_NOTE]);
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        bytes.truncate(bytes.len().saturating_sub(cut / 4));
        if let Ok(reading) = read(&bytes, &Limits::default()) {
            reading.score.fold_sustain().to_seconds().to_ticks();
        }
    }
}
