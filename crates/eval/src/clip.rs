//! What of a piece is judged by sound: its first seconds, from its first note.

use partita_score::{Note, Score, Second, Tick, Track};

/// Length of a clip, in seconds: six patches of the embedding.
pub const CLIP_SECONDS: f64 = 20.0;
/// Notes that a clip needs; the sound of fewer tells too little.
pub const CLIP_NOTES_MIN: usize = 20;
/// A sound that never passes −80 dB is silence.
const SILENCE: f32 = 1e-4;

/// The first `seconds` of a piece, from its first note; what sounds longer is cut. `None` where that leaves fewer than
/// [`CLIP_NOTES_MIN`] notes.
///
/// ```
/// use partita_eval::{CLIP_SECONDS, clip_score};
/// use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
///
/// let note = |n: u32| Note { onset: Tick(n * 480), duration: Tick(960), pitch: Pitch::clamped(60), velocity: Velocity::clamped(80) };
/// let track = Track { notes: (10..100).map(note).collect(), ..Track::new(Program::clamped(0)) };
/// let piece = Score { tracks: vec![track], ..Score::new(480) }; // two notes a second
/// let clip = clip_score(&piece, CLIP_SECONDS).ok_or("too few notes")?;
/// assert_eq!((clip.note_count(), clip.end()), (40, Tick(40 * 480)));
/// # Ok::<(), &str>(())
/// ```
pub fn clip_score(score: &Score<Tick>, seconds: f64) -> Option<Score<Tick>> {
    let start = score.tracks.iter().flat_map(|track| &track.notes).map(|note| note.onset).min()?;
    let tempos = score.tempo_map();
    let end = tempos.tick_at_seconds(Second(tempos.seconds(start).0 + seconds));
    let mut clip = score.clone();
    clip.markers.clear();
    clip.end_of_track = since(start, score.end_of_track.min(end));
    clip.tracks.iter_mut().for_each(|track| cut(track, start, end));
    // What was set before the first note is set with it; of several the last one counts.
    clip.tempos.iter_mut().for_each(|tempo| tempo.time = since(start, tempo.time));
    clip.time_signatures.iter_mut().for_each(|metre| metre.time = since(start, metre.time));
    clip.key_signatures.iter_mut().for_each(|key| key.time = since(start, key.time));
    (clip.note_count() >= CLIP_NOTES_MIN).then_some(clip)
}

fn since(start: Tick, time: Tick) -> Tick {
    Tick(time.0.saturating_sub(start.0))
}

fn cut(track: &mut Track<Tick>, start: Tick, end: Tick) {
    track.notes.retain(|note| note.onset < end);
    for note in &mut track.notes {
        let left = end.0 - note.onset.0;
        *note = Note { onset: since(start, note.onset), duration: Tick(note.duration.0.min(left)), ..*note };
    }
    track.pitch_bends.retain(|bend| bend.time < end);
    track.pitch_bends.iter_mut().for_each(|bend| bend.time = since(start, bend.time));
    track.sustains.retain(|pedal| pedal.time < end);
    track.sustains.iter_mut().for_each(|pedal| pedal.time = since(start, pedal.time));
}

/// The samples of a clip, mono, as long as [`CLIP_SECONDS`] at `rate_hz`: what is beyond is cut, what is missing is silence. `None`
/// where nothing is heard.
///
/// ```
/// use partita_eval::clip_samples;
/// assert_eq!(clip_samples(vec![0.5], 16_000).map(|samples| samples.len()), Some(320_000));
/// assert_eq!(clip_samples(vec![0.0; 100], 16_000), None);
/// ```
pub fn clip_samples(mut samples: Vec<f32>, rate_hz: u32) -> Option<Vec<f32>> {
    samples.resize((CLIP_SECONDS * f64::from(rate_hz)).round() as usize, 0.0);
    samples.iter().any(|sample| sample.abs() > SILENCE).then_some(samples)
}

#[cfg(test)]
mod tests {
    use partita_score::{Pitch, Program, Sustain, TempoChange, Velocity};

    use super::*;

    fn note(onset: u32) -> Note<Tick> {
        let (pitch, velocity) = (Pitch::clamped(60), Velocity::clamped(80));
        Note { onset: Tick(onset), duration: Tick(500), pitch, velocity }
    }

    /// A note each quarter of 100 ticks from the third on, at 60 quarters a minute, twice as fast from quarter 12 on.
    fn piece(notes: u32) -> Score<Tick> {
        let mut track = Track::new(Program::clamped(0));
        track.notes = (3..3 + notes).map(|quarter| note(quarter * 100)).collect();
        track.sustains = vec![Sustain { time: Tick(100), down: true }, Sustain { time: Tick(2300), down: false }];
        let tempo = |time, microseconds_per_quarter| TempoChange { time: Tick(time), microseconds_per_quarter };
        Score { tracks: vec![track], tempos: vec![tempo(0, 1_000_000), tempo(1200, 500_000)], ..Score::new(100) }
    }

    #[test]
    fn the_clip_starts_with_the_first_note_and_keeps_its_tempo() {
        // Nine quarters of a second each, then eleven seconds of 22 quarters.
        let clip = clip_score(&piece(100), 20.0).unwrap();
        assert_eq!((clip.tracks[0].notes[0].onset, clip.note_count()), (Tick(0), 31));
        assert_eq!(clip.end(), Tick(3100));
        assert!((clip.tempo_map().seconds(clip.end()).0 - 20.0).abs() < 1e-9);
        assert_eq!(clip.tracks[0].sustains.iter().map(|pedal| pedal.time.0).collect::<Vec<_>>(), [0, 2000]);
    }

    #[test]
    fn clips_of_few_notes_are_left_out() {
        assert!(clip_score(&piece(20), 20.0).is_some());
        assert_eq!(clip_score(&piece(19), 20.0), None);
        assert_eq!(clip_score(&Score::new(480), 20.0), None);
    }
}
