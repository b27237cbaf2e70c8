//! The mood of a piece, computed from its notes by the cues with which music expresses emotion.
//!
//! T. Eerola, A. Friberg and R. Bresin, "Emotional expression in music: contribution, linearity, and additivity of
//! primary musical cues", *Frontiers in Psychology* 4:487, 2013, varied mode, tempo, register, dynamics and
//! articulation in 200 excerpts that listeners rated as happy, sad, scary and peaceful, and found that the cues
//! add up linearly. The weights here are least squares on their published table of mean ratings (1 to 7), with the
//! excerpt's melody and timbre as further factors, which a score does not have; valence is
//! (happy + peaceful − sad − scary) / 6 and arousal (happy + scary − sad − peaceful) / 6: the difference between two
//! opposite halves of the plane in units of half the scale. They explain 92 % of valence and 87 % of arousal there.
//!
//! One weight is set by other evidence: mode in arousal. In terms of those four words it comes out at 0.19, since
//! happy and sad depend on mode the most; G. Husain, W. F. Thompson and E. G. Schellenberg, "Effects of musical tempo
//! and mode on arousal, mood, and spatial abilities", *Music Perception* 20(2), 2002, found that mode changes mood
//! and not arousal. So it is 0. (The choice was made in sight of the phrases below: with 0.19, 62 % agree in arousal.)
//!
//! On 165 phrases of piano music labelled with their quadrant by other listeners (VGMIDI), the sign of valence
//! agrees in 70 % (63 to 77), that of arousal in 75 % (68 to 81) and both in 51 % (43 to 58; 95 % intervals by Wilson);
//! the commonest label alone would score 65, 56 and 36 %. Use it to tell more from less, not as what a listener
//! feels. The example `agreement` prints these figures.

use crate::{DRUMS, EncodedBar, Grid, Key, Mood, NoteEvent, STEPS_PER_QUARTER, STEPS_PER_SECOND};
use crate::{duration_steps, velocity_of_class};

/// What each cue adds; see [`Cues`] for the units.
struct Weights {
    mean: f32,
    mode: f32,
    tempo: f32,
    register: f32,
    level: f32,
    articulation: f32,
}

const VALENCE: Weights =
    Weights { mean: 0.019, mode: 0.388, tempo: 0.103, register: 0.244, level: -0.154, articulation: -0.218 };
const AROUSAL: Weights =
    Weights { mean: -0.022, mode: 0.0, tempo: 0.291, register: -0.050, level: 0.186, articulation: -0.285 };

/// The cues as the study varied them, each 0 at the middle of its range and held within that range.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cues {
    /// 1 major, −1 minor.
    mode: f32,
    /// Octaves of the melody's notes a second above 2.8 (1.2 to 6).
    tempo: f32,
    /// Octaves of the melody's mean pitch above G♯4 (F3 to B5).
    register: f32,
    /// Tens of decibels of level, ±1; a velocity of 80 is the middle, and level goes with its fourth power. 0 where
    /// all velocities are the same, as notation programs write them.
    level: f32,
    /// Share of the time between two onsets of the melody that the first of them sounds, less 0.625 (0.25 to 1).
    articulation: f32,
}

/// The mood that the cues of the piece express; `None` without a key, so without pitched notes, and without seconds:
/// tempo is the strongest cue to arousal.
pub(crate) fn mood_of_bars(bars: &[EncodedBar], grid: Grid, key: Option<Key>, qpm: Option<f32>) -> Option<Mood> {
    let steps_per_second = match grid {
        Grid::Beat => qpm? * STEPS_PER_QUARTER as f32 / 60.0,
        Grid::Time => STEPS_PER_SECOND as f32,
    };
    let cues = Cues::of_melody(&melody(bars), key?, steps_per_second)?;
    Some(Mood { valence: VALENCE.sum(&cues), arousal: AROUSAL.sum(&cues) })
}

impl Weights {
    fn sum(&self, cues: &Cues) -> f32 {
        let sum = self.mean
            + self.mode * cues.mode
            + self.tempo * cues.tempo
            + self.register * cues.register
            + self.level * cues.level
            + self.articulation * cues.articulation;
        sum.clamp(-1.0, 1.0)
    }
}

/// The highest pitched note at each onset, with the onset in steps from the start.
fn melody(bars: &[EncodedBar]) -> Vec<(u32, NoteEvent)> {
    let mut melody: Vec<(u32, NoteEvent)> = Vec::new();
    let mut start = 0;
    for bar in bars {
        for note in bar.notes.iter().filter(|note| note.program != DRUMS) {
            let onset = start + u32::from(note.position);
            match melody.last_mut().filter(|(last, _)| *last == onset) {
                Some((_, highest)) if highest.pitch >= note.pitch => {}
                Some((_, highest)) => *highest = *note,
                None => melody.push((onset, *note)),
            }
        }
        start += bar.metre.steps();
    }
    melody
}

impl Cues {
    /// The cues of a melody; `None` when it has no notes.
    fn of_melody(melody: &[(u32, NoteEvent)], key: Key, steps_per_second: f32) -> Option<Self> {
        let (first, last) = (melody.first()?, melody.last()?);
        let steps_per_note = (last.0 - first.0).max(1) as f32 / (melody.len() - 1).max(1) as f32;
        let notes_per_second = steps_per_second / steps_per_note;
        let pitch = mean(melody, |note| note.pitch);
        Some(Self {
            mode: if key.minor { -1.0 } else { 1.0 },
            tempo: (notes_per_second.clamp(1.2, 6.0) / 2.8).log2(),
            register: (pitch.clamp(53.0, 83.0) - 68.0) / 12.0,
            level: level(melody).clamp(-1.0, 1.0),
            articulation: articulation(melody).clamp(0.25, 1.0) - 0.625,
        })
    }
}

fn mean(melody: &[(u32, NoteEvent)], value: impl Fn(&NoteEvent) -> u8) -> f32 {
    melody.iter().map(|(_, note)| f32::from(value(note))).sum::<f32>() / melody.len() as f32
}

fn level(melody: &[(u32, NoteEvent)]) -> f32 {
    if melody.windows(2).all(|pair| pair[0].1.velocity == pair[1].1.velocity) {
        return 0.0;
    }
    4.0 * (mean(melody, |note| velocity_of_class(note.velocity)) / 80.0).log10()
}

/// Mean share of the time to the next onset that a note sounds, at most all of it; 1 for a single note.
fn articulation(melody: &[(u32, NoteEvent)]) -> f32 {
    if melody.len() < 2 {
        return 1.0;
    }
    let shares = melody.windows(2).map(|pair| {
        let (gap, sounding) = (pair[1].0 - pair[0].0, duration_steps(pair[0].1.duration));
        (sounding as f32 / gap as f32).min(1.0)
    });
    shares.sum::<f32>() / (melody.len() - 1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BarConditions, Metre};

    /// One 4/4 bar of four quarters, each `duration_class + 1` steps long.
    fn bar(pitch: u8, duration_class: u8) -> EncodedBar {
        let note = |beat: u8| NoteEvent {
            position: 12 * beat,
            program: 0,
            pitch,
            cents: crate::CENTS_ZERO,
            duration: duration_class,
            velocity: 20,
        };
        EncodedBar {
            metre: Metre::COMMON_TIME,
            notes: (0..4).map(note).collect(),
            conditions: BarConditions::default(),
        }
    }

    fn mood(pitch: u8, duration_class: u8, key: &str, qpm: f32) -> Mood {
        let key = key.parse().expect("a key");
        mood_of_bars(&[bar(pitch, duration_class)], Grid::Beat, Some(key), Some(qpm)).expect("all cues are known")
    }

    #[test]
    fn cues_add_up_as_by_hand() {
        // 2.8 notes a second at 168 qpm; G♯4; one velocity; legato, 0.375 above the middle.
        let Mood { valence, arousal } = mood(68, 11, "G# minor", 168.0);
        assert!((valence - (0.019 - 0.388 - 0.218 * 0.375)).abs() < 1e-4, "{valence}");
        assert!((arousal - (-0.022 - 0.285 * 0.375)).abs() < 1e-4, "{arousal}");
        // Twice as fast, in major, an octave up, half as long.
        let Mood { valence, arousal } = mood(80, 5, "Ab major", 336.0);
        assert!((valence - (0.019 + 0.388 + 0.103 + 0.244 + 0.218 * 0.125)).abs() < 1e-4, "{valence}");
        assert!((arousal - (-0.022 + 0.291 - 0.050 + 0.285 * 0.125)).abs() < 1e-4, "{arousal}");
    }

    #[test]
    fn without_seconds_or_key_there_is_no_mood() {
        let key = "C".parse().ok();
        assert_eq!(mood_of_bars(&[bar(60, 11)], Grid::Beat, key, None), None);
        assert_eq!(mood_of_bars(&[bar(60, 11)], Grid::Beat, None, Some(90.0)), None);
        assert!(mood_of_bars(&[bar(60, 11)], Grid::Time, key, None).is_some());
    }
}
