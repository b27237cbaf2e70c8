//! Any bytes: reading never panics, and what was read can be converted, folded, written and read again. Writing may
//! end notes that overlap, but never makes one up or makes one longer. Run with `cargo +nightly fuzz run read`, starting
//! from a folder of MIDI files as corpus if there is one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use partita_score::{Limits, Note, Pitch, Score, Tick, read, write};
use std::collections::BTreeMap;

fuzz_target!(|bytes: &[u8]| {
    let Ok(reading) = read(bytes, &Limits::default()) else { return };
    let score = reading.score;
    let once = written_and_read(&score);
    assert_eq!(once.end_of_track, score.end_of_track);
    assert!(once.note_count() <= score.note_count());
    let longest = longest(&score);
    assert!(notes(&once).all(|note| longest.get(&(note.onset, note.pitch)) >= Some(&note.duration)));
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

fn notes(score: &Score<Tick>) -> impl Iterator<Item = &Note<Tick>> {
    score.tracks.iter().flat_map(|track| &track.notes)
}

/// The longest note of each onset and key.
fn longest(score: &Score<Tick>) -> BTreeMap<(Tick, Pitch), Tick> {
    let mut longest = BTreeMap::new();
    for note in notes(score) {
        let duration = longest.entry((note.onset, note.pitch)).or_insert(note.duration);
        *duration = note.duration.max(*duration);
    }
    longest
}
