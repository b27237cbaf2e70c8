//! What every written file guarantees, whatever the score: on each channel a key is released before it is struck again,
//! and all tracks end together. Files are looked at as raw events, by another reader.

#![allow(clippy::unwrap_used)] // in the helpers of tests, which may fail as tests may

use std::collections::BTreeMap;

use midly::{MetaMessage, MidiMessage, Smf, TrackEventKind};
use partita_score::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Few keys and short times, so that much overlaps, begins together or abuts.
fn track(drums: bool) -> impl Strategy<Value = Track<Tick>> {
    let note = (0..60u32, 1..20u32, 60u8..63, 1u8..128).prop_map(|(onset, duration, pitch, velocity)| Note {
        onset: Tick(onset),
        duration: Tick(duration),
        pitch: Pitch::clamped(pitch),
        velocity: Velocity::clamped(velocity),
    });
    (0u8..4, vec(note, 0..20), vec((0..60u32, any::<bool>()), 0..3), 0..=u8::from(drums)).prop_map(
        |(program, notes, pedals, is_drum)| Track {
            notes,
            is_drum: is_drum == 1,
            sustains: pedals.into_iter().map(|(time, down)| Sustain { time: Tick(time), down }).collect(),
            ..Track::new(Program::clamped(program))
        },
    )
}

fn score(tracks: std::ops::Range<usize>) -> impl Strategy<Value = Score<Tick>> {
    (vec(track(true), tracks), 0..100u32).prop_map(|(tracks, end)| Score {
        tracks,
        end_of_track: Tick(end),
        ..Score::new(96)
    })
}

/// Ticks, channels and messages of all tracks, merged by time; at one tick, tracks are in the order of the file. As many
/// readers do, it takes no notice of ports.
fn merged(file: &[u8]) -> Vec<(u32, u8, MidiMessage)> {
    let mut merged = Vec::new();
    for track in Smf::parse(file).unwrap().tracks {
        let mut now = 0;
        for event in track {
            now += event.delta.as_int();
            if let TrackEventKind::Midi { channel, message } = event.kind {
                merged.push((now, channel.as_int(), message));
            }
        }
    }
    merged.sort_by_key(|event| event.0);
    merged
}

fn ends_of_tracks(file: &[u8]) -> Vec<u32> {
    let end = |track: Vec<midly::TrackEvent<'_>>| {
        assert_eq!(track.last().unwrap().kind, TrackEventKind::Meta(MetaMessage::EndOfTrack));
        track.iter().map(|event| event.delta.as_int()).sum()
    };
    Smf::parse(file).unwrap().tracks.into_iter().map(end).collect()
}

/// Fails unless each key of each channel goes on, off, on, off, and lasts.
fn assert_keys_alternate(file: &[u8]) {
    let mut down = BTreeMap::new();
    for (now, channel, message) in merged(file) {
        match message {
            MidiMessage::NoteOn { key, .. } => {
                assert_eq!(down.insert((channel, key), now), None, "tick {now}, channel {channel}, key {key}");
            }
            MidiMessage::NoteOff { key, .. } => {
                let onset = down.remove(&(channel, key));
                assert!(onset.is_some_and(|onset| onset < now), "tick {now}, channel {channel}, key {key}: {onset:?}");
            }
            _ => {}
        }
    }
    assert_eq!(down, BTreeMap::new());
}

/// Onset, pitch, velocity, program, is drum and duration of each note.
fn notes(score: &Score<Tick>) -> Vec<(u32, u8, u8, u8, bool, u32)> {
    let of_track = |track: &Track<Tick>| {
        let (program, is_drum) = (track.program.get(), track.is_drum);
        let values = move |note: &Note<Tick>| {
            (note.onset.0, note.pitch.get(), note.velocity.get(), program, is_drum, note.duration.0)
        };
        track.notes.iter().map(values).collect::<Vec<_>>()
    };
    let mut notes: Vec<_> = score.tracks.iter().flat_map(of_track).collect();
    notes.sort_unstable();
    notes
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_key_is_released_before_it_is_struck_again(score in score(0..40)) {
        assert_keys_alternate(&write(&score).unwrap());
    }

    #[test]
    fn fifteen_pitched_tracks_need_no_ports(tracks in vec(track(false), 0..16)) {
        let file = write(&Score { tracks, ..Score::new(96) }).unwrap();
        let tracks = Smf::parse(&file).unwrap().tracks;
        let is_port = |kind: &TrackEventKind<'_>| matches!(kind, TrackEventKind::Meta(MetaMessage::MidiPort(_)));
        prop_assert!(!tracks.iter().flatten().any(|event| is_port(&event.kind)));
    }

    #[test]
    fn all_tracks_end_together_at_the_end_of_the_piece(score in score(0..20)) {
        let last = score.tracks.iter().flat_map(|track| &track.sustains).map(|sustain| sustain.time).max();
        let end = score.end_of_track.max(score.end()).max(last.unwrap_or_default());
        let file = write(&score).unwrap();
        prop_assert!(ends_of_tracks(&file).iter().all(|&found| found == end.0));
        prop_assert_eq!(read(&file, &Limits::default()).unwrap().score.end_of_track, end);
    }

    /// One program in each track and fewer overlaps than free channels.
    #[test]
    fn while_channels_are_free_overlapping_notes_keep_their_length(mut track in track(false), depth in 1..5usize) {
        track.notes.truncate(depth);
        let score = Score { tracks: vec![track.clone(), Track::new(Program::clamped(9)), track], ..Score::new(96) };
        let again = read(&write(&score).unwrap(), &Limits::default()).unwrap().score;
        prop_assert_eq!(notes(&again), notes(&score));
    }

    /// More programs than channels, but at most fourteen notes at a time.
    #[test]
    fn notes_of_tracks_that_share_channels_keep_their_length(count in 16u8..60, duration in 1u32..15) {
        let (pitch, velocity) = (Pitch::clamped(60), Velocity::clamped(64));
        let note = |index: u8| Note { onset: Tick(index.into()), duration: Tick(duration), pitch, velocity };
        let track = |index| Track { notes: vec![note(index)], ..Track::new(Program::clamped(index)) };
        let score = Score { tracks: (0..count).map(track).collect(), ..Score::new(96) };
        let file = write(&score).unwrap();
        assert_keys_alternate(&file);
        prop_assert_eq!(notes(&read(&file, &Limits::default()).unwrap().score), notes(&score));
    }

    #[test]
    fn no_note_is_made_up_or_made_longer(score in score(0..40)) {
        let again = read(&write(&score).unwrap(), &Limits::default()).unwrap().score;
        let mut left = notes(&score);
        for found in notes(&again) {
            let longer = left.iter().position(|note| {
                (note.0, note.1, note.2, note.3, note.4) == (found.0, found.1, found.2, found.3, found.4) && note.5 >= found.5
            });
            prop_assert!(longer.is_some(), "{:?}", found);
            left.remove(longer.unwrap());
        }
    }
}
