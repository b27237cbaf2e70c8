//! The same score in another unit of time.

use crate::score::{KeySignature, Marker, Note, PitchBend, Score, Sustain, TempoChange, TimeSignature, Track};
use crate::tempo_map::TempoMap;
use crate::units::{Quarter, Second, Tick, TimeUnit};

impl Score<Tick> {
    /// Times in quarter notes. [`Score::<Quarter>::to_ticks`] gives the same score back.
    pub fn to_quarters(&self) -> Score<Quarter> {
        let map = self.tempo_map();
        self.map_time(|tick| map.quarters(tick), |note| (map.quarters(note.onset), map.quarters(note.duration)))
    }

    /// Times in seconds, by the tempos. [`Score::<Second>::to_ticks`] gives the same score back, as long as a tick
    /// is longer than the error of a 64-bit float: for any real tempo of pieces shorter than a day.
    pub fn to_seconds(&self) -> Score<Second> {
        let map = self.tempo_map();
        let note_times = |note: &Note<Tick>| {
            let end = Tick(note.onset.0.saturating_add(note.duration.0));
            (map.seconds(note.onset), Second(map.seconds(end).0 - map.seconds(note.onset).0))
        };
        self.map_time(|tick| map.seconds(tick), note_times)
    }
}

impl Score<Quarter> {
    /// Times in the nearest ticks of [`Score::ticks_per_quarter`]; no note becomes shorter than one.
    pub fn to_ticks(&self) -> Score<Tick> {
        let map = TempoMap::new(self.ticks_per_quarter, &[]);
        let tick = |quarter| map.tick_at_quarters(quarter);
        self.map_time(tick, |note| {
            let end = tick(Quarter(note.onset.0 + note.duration.0));
            span(tick(note.onset), end)
        })
    }
}

impl Score<Second> {
    /// Times in the nearest ticks of [`Score::ticks_per_quarter`], by the tempos; no note becomes shorter than one.
    pub fn to_ticks(&self) -> Score<Tick> {
        let map = TempoMap::from_seconds(self.ticks_per_quarter, &self.tempos);
        let tick = |second| map.tick_at_seconds(second);
        self.map_time(tick, |note| {
            let end = tick(Second(note.onset.0 + note.duration.0));
            span(tick(note.onset), end)
        })
    }
}

/// Onset and duration of a note between two ticks.
fn span(onset: Tick, end: Tick) -> (Tick, Tick) {
    (onset, Tick(end.0.saturating_sub(onset.0).max(1)))
}

impl<T: TimeUnit> Score<T> {
    /// Everything the same but for times; `note` gives the onset and duration of a note.
    fn map_time<U: TimeUnit>(&self, time: impl Fn(T) -> U, note: impl Fn(&Note<T>) -> (U, U)) -> Score<U> {
        let tempo = |t: &TempoChange<T>| TempoChange {
            time: time(t.time),
            microseconds_per_quarter: t.microseconds_per_quarter,
        };
        let metre = |s: &TimeSignature<T>| TimeSignature {
            time: time(s.time),
            numerator: s.numerator,
            denominator: s.denominator,
        };
        let key = |k: &KeySignature<T>| KeySignature { time: time(k.time), sharps: k.sharps, minor: k.minor };
        Score {
            ticks_per_quarter: self.ticks_per_quarter,
            tracks: self.tracks.iter().map(|track| track.map_time(&time, &note)).collect(),
            tempos: self.tempos.iter().map(tempo).collect(),
            time_signatures: self.time_signatures.iter().map(metre).collect(),
            key_signatures: self.key_signatures.iter().map(key).collect(),
            markers: self.markers.iter().map(|m| Marker { time: time(m.time), text: m.text.clone() }).collect(),
            end_of_track: time(self.end_of_track),
        }
    }
}

impl<T: TimeUnit> Track<T> {
    fn map_time<U: TimeUnit>(&self, time: &impl Fn(T) -> U, note: &impl Fn(&Note<T>) -> (U, U)) -> Track<U> {
        let map_note = |n: &Note<T>| {
            let (onset, duration) = note(n);
            Note { onset, duration, pitch: n.pitch, velocity: n.velocity }
        };
        Track {
            name: self.name.clone(),
            program: self.program,
            is_drum: self.is_drum,
            notes: self.notes.iter().map(map_note).collect(),
            pitch_bends: self.pitch_bends.iter().map(|b| PitchBend { time: time(b.time), cents: b.cents }).collect(),
            sustains: self.sustains.iter().map(|s| Sustain { time: time(s.time), down: s.down }).collect(),
        }
    }
}
