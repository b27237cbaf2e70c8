//! The mood of a piece, computed from its notes by the cues with which music expresses emotion.
//!
//! T. Eerola, A. Friberg and R. Bresin, "Emotional expression in music: contribution, linearity, and additivity of
//! primary musical cues", *Frontiers in Psychology* 4:487, 2013, varied mode, tempo, register, dynamics and
//! articulation in 200 excerpts that 46 listeners rated as happy, sad, scary and peaceful, and found that the cues
//! add up linearly. The weights here are least squares on their published table of mean ratings (1 to 7), with the
//! excerpt's melody and timbre as further factors that a score does not have, where
//! valence = (happy + peaceful − sad − scary) / 6 and arousal = (happy + scary − sad − peaceful) / 6: the difference
//! between two opposite quadrants in units of half the scale. They explain 92 % of valence and 87 % of arousal there.

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
    Weights { mean: -0.022, mode: 0.191, tempo: 0.291, register: -0.050, level: 0.186, articulation: -0.285 };

/// The cues as the study varied them, each 0 at the middle of its range and held within that range.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cues {
    /// 1 major, −1 minor.
    mode: f32,
    /// Octaves of the melody's notes a second above 2.8 (1.2 to 6); 0 where seconds are unknown.
    tempo: f32,
    /// Octaves of the melody's mean pitch above G♯4 (F3 to B5).
    register: f32,
    /// Tens of decibels of level, ±1; a velocity of 80 is the middle, and level goes with its fourth power.
    level: f32,
    /// Share of the time between two onsets of the melody that the first of them sounds, less 0.625 (0.25 to 1).
    articulation: f32,
}

/// The mood that the cues of the piece express; `None` without a key, so without pitched notes.
pub(crate) fn mood_of_bars(bars: &[EncodedBar], grid: Grid, key: Option<Key>, qpm: Option<f32>) -> Option<Mood> {
    let steps_per_second = match grid {
        Grid::Beat => qpm.map(|qpm| qpm * STEPS_PER_QUARTER as f32 / 60.0),
        Grid::Time => Some(STEPS_PER_SECOND as f32),
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
    fn of_melody(melody: &[(u32, NoteEvent)], key: Key, steps_per_second: Option<f32>) -> Option<Self> {
        let mean = |value: &dyn Fn(&NoteEvent) -> f32| {
            melody.iter().map(|(_, note)| value(note)).sum::<f32>() / melody.len() as f32
        };
        let (first, last) = (melody.first()?, melody.last()?);
        let steps = (last.0 - first.0 + duration_steps(last.1.duration)) as f32;
        let notes_per_second = steps_per_second.map_or(2.8, |rate| melody.len() as f32 * rate / steps);
        Some(Self {
            mode: if key.minor { -1.0 } else { 1.0 },
            tempo: (notes_per_second.clamp(1.2, 6.0) / 2.8).log2(),
            register: (mean(&|note| f32::from(note.pitch)).clamp(53.0, 83.0) - 68.0) / 12.0,
            level: (4.0 * (mean(&|note| f32::from(velocity_of_class(note.velocity))) / 80.0).log10()).clamp(-1.0, 1.0),
            articulation: articulation(melody).clamp(0.25, 1.0) - 0.625,
        })
    }
}

/// Mean share of the time to the next onset that a note sounds, at most all of it; 1 for a single note.
fn articulation(melody: &[(u32, NoteEvent)]) -> f32 {
    let shares = melody.windows(2).map(|pair| {
        let (gap, sounding) = (pair[1].0 - pair[0].0, duration_steps(pair[0].1.duration));
        (sounding as f32 / gap as f32).min(1.0)
    });
    if melody.len() < 2 { 1.0 } else { shares.sum::<f32>() / (melody.len() - 1) as f32 }
}
