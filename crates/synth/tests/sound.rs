//! Scores played with the built-in bank: where, how high and how loud they sound.

#![expect(clippy::unwrap_used, reason = "a test may end wherever something unexpected happens")]

use partita_score::{Note, Pitch, PitchBend, Program, Score, Sustain, TempoChange, Tick, Track, Velocity};
use partita_synth::{
    Amount, Audio, RenderOptions, SAMPLE_RATE_HZ, SampleFormat, SoundFont, SynthError, SynthLimits, render,
    render_watched, write_wav,
};
use std::f64::consts::PI;
use std::ops::ControlFlow;
use std::sync::LazyLock;

static BUILTIN: LazyLock<SoundFont> = LazyLock::new(|| SoundFont::builtin().unwrap());
const DRY: RenderOptions = RenderOptions {
    effects: false,
    fade_seconds_max: 6.0,
    limits: SynthLimits { seconds: 60, voices: 128, soundfont_bytes: 1 << 24, voices_per_key: 1 << 16 },
};

fn note(onset: u32, duration: u32, pitch: u8) -> Note<Tick> {
    let (onset, duration) = (Tick(onset), Tick(duration));
    Note { onset, duration, pitch: Pitch::clamped(pitch), velocity: Velocity::clamped(100) }
}

/// At 120 quarters a minute and 480 ticks a quarter: 960 ticks a second.
fn score(program: u8, notes: &[Note<Tick>]) -> Score<Tick> {
    let track = Track { notes: notes.to_vec(), ..Track::new(Program::clamped(program)) };
    Score { tracks: vec![track], ..Score::new(480) }
}

fn play(score: &Score<Tick>) -> Audio {
    render(score, &BUILTIN, &DRY).unwrap()
}

fn frames(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE_HZ)) as usize
}

fn first_sound(samples: &[f32]) -> usize {
    samples.iter().position(|sample| sample.abs() > 1e-5).unwrap()
}

fn loudness(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
}

/// How strong a frequency is (Goertzel 1958), with a Hann window.
fn strength(samples: &[f32], hz: f64) -> f64 {
    let turn = 2.0 * (2.0 * PI * hz / f64::from(SAMPLE_RATE_HZ)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for (index, &sample) in samples.iter().enumerate() {
        let window = (PI * index as f64 / samples.len() as f64).sin().powi(2);
        (last, before) = (window * f64::from(sample) + turn * last - before, last);
    }
    last * last + before * before - turn * last * before
}

/// The strongest frequency within 30 cents of the one expected, to a cent.
fn pitch_cents_off(samples: &[f32], hz: f64) -> i32 {
    let at = |cents: i32| strength(samples, hz * (f64::from(cents) / 1200.0).exp2());
    (-30..=30).max_by(|&a, &b| at(a).total_cmp(&at(b))).unwrap()
}

#[test]
fn onsets_are_within_half_a_block_of_their_place_through_tempo_changes() {
    // Onsets at 0.5 s, then after a quarter at 60 qpm and one at 90 qpm: 1.5 s and 2.166667 s.
    let tempo = |time, microseconds_per_quarter| TempoChange { time: Tick(time), microseconds_per_quarter };
    let tempos = vec![tempo(480, 1_000_000), tempo(960, 666_667)];
    for (tick, seconds) in [(480, 0.5), (960, 1.5), (1440, 2.166_667)] {
        // A square lead begins without delay.
        let score = Score { tempos: tempos.clone(), ..score(80, &[note(tick, 240, 69)]) };
        let onset = first_sound(&play(&score).channels()[0]);
        let off = onset as i64 - frames(seconds) as i64;
        assert!((-32..=40).contains(&off), "the onset at {seconds} s is {off} samples off");
    }
}

#[test]
fn before_the_first_note_there_is_silence() {
    let audio = play(&score(0, &[note(960, 480, 60)]));
    assert!(audio.channels().iter().all(|samples| samples[..frames(0.999)].iter().all(|sample| *sample == 0.0)));
    assert!(audio.peak() > 0.01);
}

#[test]
fn a4_has_440_hz_in_every_family() {
    for program in [0, 4, 11, 19, 24, 33, 40, 48, 56, 65, 71, 73, 80, 89, 99, 106] {
        let audio = play(&score(program, &[note(0, 1920, 69)]));
        let off = pitch_cents_off(&audio.channels()[0][frames(0.4)..frames(1.4)], 440.0);
        // Ensembles of two voices beat; vibrato sways.
        assert!(off.abs() <= 8, "program {program} is {off} cents off");
    }
}

#[test]
fn every_key_has_its_pitch() {
    for pitch in [28, 41, 42, 53, 54, 65, 66, 77, 78, 89, 90, 100] {
        let audio = play(&score(16, &[note(0, 1440, pitch)]));
        let hz = 440.0 * ((f64::from(pitch) - 69.0) / 12.0).exp2();
        let off = pitch_cents_off(&audio.channels()[0][frames(0.2)..frames(1.4)], hz);
        assert!(off.abs() <= 1, "key {pitch} is {off} cents off");
    }
}

#[test]
fn bends_change_the_pitch() {
    let mut bent = score(80, &[note(0, 1920, 69)]);
    bent.tracks[0].pitch_bends = vec![PitchBend { time: Tick(480), cents: 300.0 }];
    let audio = play(&bent);
    let off = pitch_cents_off(&audio.channels()[0][frames(0.6)..frames(1.6)], 523.251);
    assert!(off.abs() <= 9, "{off} cents off");
}

#[test]
fn every_program_sounds_about_as_loud_as_the_others() {
    for program in 0..128 {
        let audio = play(&score(program, &[note(0, 960, 64)]));
        let loud = loudness(&audio.channels()[0][..frames(0.9)]);
        assert!((0.002..0.2).contains(&loud), "program {program} has {loud}");
        assert!(audio.seconds() < 5.0, "program {program} sounds for {} s", audio.seconds());
    }
}

#[test]
fn every_drum_of_general_midi_sounds() {
    for key in 35..=81 {
        let mut drum = score(0, &[note(0, 120, key)]);
        drum.tracks[0].is_drum = true;
        let peak = play(&drum).peak();
        assert!((0.02..0.9).contains(&peak), "drum {key} has a peak of {peak}");
    }
}

#[test]
fn the_pedal_holds_a_note_and_lets_it_go() {
    let after_the_key = |sustains: &[(u32, bool)]| {
        let mut held = score(16, &[note(0, 240, 60), note(1920, 240, 84)]);
        held.tracks[0].sustains = sustains.iter().map(|&(time, down)| Sustain { time: Tick(time), down }).collect();
        let audio = play(&held);
        loudness(&audio.channels()[0][frames(1.3)..frames(1.9)])
    };
    assert_eq!(after_the_key(&[]), 0.0);
    assert!(after_the_key(&[(0, true)]) > 0.01);
    assert_eq!(after_the_key(&[(0, true), (600, false)]), 0.0);
}

#[test]
fn the_same_score_gives_the_same_bytes() {
    let score = score(48, &[note(0, 480, 60), note(240, 480, 67)]);
    let file =
        || write_wav(&render(&score, &BUILTIN, &RenderOptions::default()).unwrap(), SampleFormat::Pcm16).unwrap();
    assert!(file() == file());
}

#[test]
fn effects_add_to_the_sound() {
    let score = score(0, &[note(0, 480, 60)]);
    let wet = render(&score, &BUILTIN, &RenderOptions::default()).unwrap();
    assert!(wet.channels()[0] != play(&score).channels()[0] && wet.seconds() > play(&score).seconds());
}

#[test]
fn a_score_that_is_too_long_is_refused_before_it_costs_anything() {
    let error = render(&score(0, &[note(u32::MAX - 500, 480, 60)]), &BUILTIN, &DRY).unwrap_err();
    assert!(matches!(error, SynthError::Limit { amount: Amount::Seconds, limit: 60, .. }), "{error}");
    assert!(error.to_string().contains("cut the piece, or check its tempo"));
}

#[test]
fn a_watcher_can_break_off() {
    let score = score(0, &[note(0, 9600, 60)]);
    let mut calls = Vec::new();
    let stopped = render_watched(&score, &BUILTIN, &DRY, &mut |progress| {
        calls.push(progress);
        if progress.seconds > 2.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(SynthError::Stopped { seconds }) if (2.0..3.0).contains(&seconds)));
    assert!(calls.len() > 3 && calls.iter().all(|progress| progress.seconds_total == 10.0));
}

#[test]
fn a_score_without_notes_is_no_sound() {
    assert_eq!(play(&Score::new(480)).peak(), 0.0);
}

#[test]
fn hundreds_of_notes_at_once_keep_to_the_voices() {
    let notes: Vec<_> = (0..128).flat_map(|pitch| [note(0, 480, pitch), note(0, 480, pitch)]).collect();
    let tracks = (0..40).map(|program| score(program, &notes).tracks.remove(0)).collect();
    let few = RenderOptions { limits: SynthLimits { voices: 8, ..DRY.limits }, ..DRY };
    let audio = render(&Score { tracks, ..Score::new(480) }, &BUILTIN, &few).unwrap();
    assert!(audio.peak() > 0.01);
}
