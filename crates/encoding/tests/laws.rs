//! The laws of the encoding, on random scores: encoding loses nothing that the grid keeps, and quantising twice is
//! quantising once.

use partita_encoding::{EncodingLimits, Grid, Hints, Metre, decode, encode, quantize, to_steps};
use partita_score::{Limits, read, write};
use partita_score::{Note, Pitch, PitchBend, Program, Score, TempoChange, Tick, TimeSignature, Track, Velocity};
use proptest::collection::vec;
use proptest::prelude::*;

fn notes() -> impl Strategy<Value = Vec<Note<Tick>>> {
    vec((0u32..20_000, 1u32..4_000, 40u8..60, 1u8..=127), 0..40).prop_map(|notes| {
        let mut notes: Vec<_> = notes
            .into_iter()
            .map(|(onset, duration, pitch, velocity)| Note {
                onset: Tick(onset),
                duration: Tick(duration),
                pitch: Pitch::clamped(pitch),
                velocity: Velocity::clamped(velocity),
            })
            .collect();
        notes.sort_by_key(|note| (note.onset, note.pitch, note.duration));
        notes
    })
}

fn bends() -> impl Strategy<Value = Vec<PitchBend<Tick>>> {
    vec((0u32..20_000, -250.0f32..250.0), 0..6).prop_map(|bends| {
        let mut bends: Vec<_> = bends.into_iter().map(|(time, cents)| PitchBend { time: Tick(time), cents }).collect();
        bends.sort_by_key(|bend| bend.time);
        bends
    })
}

fn track() -> impl Strategy<Value = Track<Tick>> {
    (prop_oneof![Just(0u8), Just(40), Just(127)], any::<bool>(), notes(), bends()).prop_map(
        |(program, is_drum, notes, pitch_bends)| Track {
            name: String::new(),
            program: Program::clamped(program),
            is_drum,
            notes,
            pitch_bends,
            sustains: Vec::new(),
        },
    )
}

fn time_signatures() -> impl Strategy<Value = Vec<TimeSignature<Tick>>> {
    vec((0u32..15_000, 1u8..=17, 0u32..7), 0..5).prop_map(|signatures| {
        let mut signatures: Vec<_> = signatures
            .into_iter()
            .map(|(time, numerator, power)| TimeSignature { time: Tick(time), numerator, denominator: 1 << power })
            .collect();
        signatures.sort_by_key(|signature| signature.time);
        signatures
    })
}

fn tempos() -> impl Strategy<Value = Vec<TempoChange<Tick>>> {
    vec((0u32..15_000, 100_000u32..2_000_000), 0..4).prop_map(|tempos| {
        let mut tempos: Vec<_> = tempos
            .into_iter()
            .map(|(time, microseconds_per_quarter)| TempoChange { time: Tick(time), microseconds_per_quarter })
            .collect();
        tempos.sort_by_key(|tempo| tempo.time);
        tempos
    })
}

prop_compose! {
    fn score()(
        ticks_per_quarter in prop_oneof![Just(1u16), Just(5), Just(96), Just(480), Just(1023), Just(32_767)],
        mut tracks in vec(track(), 1..4),
        tempos in tempos(),
        time_signatures in time_signatures(),
        onset in 0u32..20_000,
    ) -> Score<Tick> {
        if tracks.iter().all(|track| track.notes.is_empty()) {
            tracks[0].notes.push(Note {
                onset: Tick(onset),
                duration: Tick(1),
                pitch: Pitch::clamped(60),
                velocity: Velocity::clamped(64),
            });
        }
        Score { tracks, tempos, time_signatures, ..Score::new(ticks_per_quarter) }
    }
}

fn grid() -> impl Strategy<Value = Grid> {
    prop_oneof![Just(Grid::Beat), Just(Grid::Time)]
}

/// Bars of a 1/64 with a division of 1 are many: the law is about those that fit.
fn limits() -> EncodingLimits {
    EncodingLimits { bars_max: 1 << 18, ..EncodingLimits::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn decoding_gives_back_the_quantized_score(score in score(), grid in grid()) {
        if let Ok(quantized) = quantize(&score, grid, &limits()) {
            let piece = encode(&score, grid, &Hints::default(), &limits()).expect("it quantized");
            prop_assert_eq!(to_steps(&piece), quantized);
        }
    }

    #[test]
    fn quantizing_twice_is_quantizing_once(score in score(), grid in grid()) {
        if let Ok(piece) = encode(&score, grid, &Hints::default(), &limits()) {
            let again = quantize(&decode(&piece, 97.0), grid, &limits());
            prop_assert_eq!(again.as_ref(), Ok(&to_steps(&piece)));
        }
    }

    #[test]
    fn a_file_keeps_the_piece(score in score(), grid in grid()) {
        if let Ok(piece) = encode(&score, grid, &Hints::default(), &limits())
            && let Ok(bytes) = write(&decode(&piece, 97.0))
        {
            let back = read(&bytes, &Limits::default()).expect("what was written can be read");
            prop_assert_eq!(quantize(&back.score, grid, &limits()), Ok(to_steps(&piece)));
        }
    }

    #[test]
    fn every_event_is_within_its_vocabulary(score in score(), grid in grid()) {
        if let Ok(piece) = encode(&score, grid, &Hints::default(), &limits()) {
            prop_assert!(!piece.bars.is_empty());
            prop_assert!(!piece.bars[piece.bars.len() - 1].notes.is_empty());
            for bar in &piece.bars {
                prop_assert_eq!(Metre::new(bar.metre.numerator, bar.metre.denominator), Some(bar.metre));
                prop_assert!(bar.notes.iter().all(|note| u32::from(note.position) < bar.metre.steps()));
                let keys: Vec<_> = bar.notes.iter().map(|note| (note.position, note.program, note.pitch)).collect();
                prop_assert!(keys.is_sorted_by(|a, b| a < b), "unsorted or repeated: {:?}", keys);
            }
        }
    }
}
