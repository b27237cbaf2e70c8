//! Any bytes: reading never panics, and what was read can be converted, folded, written and read again. Writing ends
//! notes that overlap; what was written once keeps its notes. Run with `cargo +nightly fuzz run read`, starting from a folder of MIDI files as corpus if there is one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use partita_score::{Limits, Note, Score, Tick, read, write};

fuzz_target!(|bytes: &[u8]| {
    let Ok(reading) = read(bytes, &Limits::default()) else { return };
    let score = reading.score;
    let once = written_and_read(&score);
    assert!(once.note_count() <= score.note_count() && once.end() <= score.end());
    assert_eq!(once.end_of_track, score.end_of_track);
    assert_eq!(notes(&written_and_read(&once)), notes(&once));
    score.to_quarters();
    score.fold_sustain().to_seconds();
    let bars = score.meter_map();
    for note in notes(&score) {
        let bar = bars.bar(bars.bar_at(note.onset));
        assert!(bar.start <= note.onset);
    }
});

fn written_and_read(score: &Score<Tick>) -> Score<Tick> {
    let file = write(score).expect("what was read can be written");
    read(&file, &Limits::default()).expect("what was written can be read").score
}

fn notes(score: &Score<Tick>) -> Vec<Note<Tick>> {
    score.tracks.iter().flat_map(|track| track.notes.iter().copied()).collect()
}
