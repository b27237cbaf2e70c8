//! What is heard of a window: numbers that tell who plays, how much, which notes together and how each line goes on.
//!
//! They are told rather than learned because little music is written while a critic learns: of some hundreds of written
//! passages a convolutional critic of piano rolls learned next to nothing, where a layer over these numbers told four of
//! five apart (docs/adversarial-results.md).

use partita_encoding::{
    DRUMS, InstrumentSet, Key, NoteEvent, STEPS_PER_QUARTER, TrackGroup, density_class, duration_steps,
};

use super::heard_with;
use super::line::{OF_LINE, mean, statistics_of_line};
use crate::batch::{Passage, PassageBar};
use crate::conditions::ConditionClasses;

/// Deviations from what is usual, at most.
const DEVIATIONS_MAX: f32 = 4.0;

/// The statistics of a window but those of its groups, each with its mean and standard deviation in real music: measured as
/// those of [`OF_LINE`] are, but for the scale of a key, what sounds on a beat, onsets of several programs, density and drums,
/// which are estimated. The critic learns whatever they are off by.
const OF_WINDOW: [(&str, f32, f32); 17] = [
    ("notes a bar, logarithm", 2.8, 0.9),
    ("programs that play", 2.7, 2.4),
    ("programs that were asked for and do not play", 1.0, 2.0),
    ("density class above what was asked", 0.0, 0.7),
    ("entropy of pitch classes", 1.7, 0.33),
    ("notes within the best scale", 0.96, 0.066),
    ("notes within the scale of the key that was asked for", 0.92, 0.12),
    ("pitch classes that begin together", 1.65, 0.63),
    ("dissonance of what begins together", 0.045, 0.10),
    ("dissonance of what sounds on a beat", 0.07, 0.10),
    ("onsets of several programs", 0.4, 0.3),
    ("bass drums a bar", 2.0, 2.0),
    ("snare drums a bar", 2.0, 2.0),
    ("cymbals and hi-hats a bar", 5.0, 4.0),
    ("other drums a bar", 2.0, 4.0),
    ("bass drums on a quarter", 0.6, 0.3),
    ("snare drums on a quarter", 0.6, 0.3),
];

/// The statistics of each group but those of its lines.
const OF_GROUP: [(&str, f32, f32); 2] = [("asked for and silent", 0.0, 0.2), ("notes a bar, logarithm", 0.7, 1.0)];

/// Numbers that are heard of a window.
pub const STATISTICS: usize = OF_WINDOW.len() + TrackGroup::ALL.len() * (OF_GROUP.len() + OF_LINE.len());

/// Some bars in a row as a listener hears them.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardWindow {
    /// Its conditions.
    pub conditions: ConditionClasses,
    /// In standard deviations from what is usual in real music; 0 where there is nothing to tell.
    pub statistics: [f32; STATISTICS],
}

impl HeardWindow {
    /// What is heard of a passage when bar `end` has been written: that bar and those before, `bars` at most.
    pub fn ending_with(passage: &Passage, end: usize, bars: usize) -> Self {
        let bars = passage.bars[heard_with(end, bars)].to_vec();
        Self::of(&Passage { conditions: passage.conditions, bars })
    }

    /// What is heard of `window`, which has at least one bar.
    pub fn of(window: &Passage) -> Self {
        let groups = TrackGroup::ALL.iter().flat_map(|group| of_group(window, *group));
        let mut told = of_window(window).into_iter().zip(OF_WINDOW).map(deviations).chain(groups);
        Self { conditions: window.conditions, statistics: std::array::from_fn(|_| told.next().unwrap_or_default()) }
    }
}

fn deviations((value, (_, usual, spread)): (Option<f32>, (&str, f32, f32))) -> f32 {
    value.map_or(0.0, |value| ((value - usual) / spread).clamp(-DEVIATIONS_MAX, DEVIATIONS_MAX))
}

/// [`OF_GROUP`], then [`OF_LINE`]: the mean of the group's lines, by their notes.
fn of_group(window: &Passage, group: TrackGroup) -> Vec<f32> {
    let mut lines = Vec::new();
    for program in (0..=DRUMS).filter(|program| TrackGroup::of_program(*program) == group) {
        let of_program = |bar: &PassageBar| -> Vec<NoteEvent> {
            bar.notes.iter().filter(|note| note.program == program).copied().collect()
        };
        let bars: Vec<Vec<NoteEvent>> = window.bars.iter().map(of_program).collect();
        let notes: usize = bars.iter().map(Vec::len).sum();
        if notes > 0 {
            lines.push((notes as f32, statistics_of_line(&bars)));
        }
    }
    let notes: f32 = lines.iter().map(|(notes, _)| notes).sum();
    let asked = window.conditions.instruments.is_some_and(|set| set.iter().any(|p| TrackGroup::of_program(p) == group));
    let own = [Some(f32::from(u8::from(asked && lines.is_empty()))), Some((notes / window.bars.len() as f32).ln_1p())];
    let of_lines = (0..OF_LINE.len()).map(|place| {
        let told = lines.iter().filter_map(|(notes, line)| Some((*notes, line[place]?)));
        let (sum, notes) = told.fold((0.0, 0.0), |(sum, all), (notes, value)| (sum + notes * value, all + notes));
        (notes > 0.0).then(|| sum / notes)
    });
    own.into_iter().zip(OF_GROUP).chain(of_lines.zip(OF_LINE)).map(deviations).collect()
}

/// [`OF_WINDOW`].
fn of_window(window: &Passage) -> [Option<f32>; OF_WINDOW.len()] {
    let bars = window.bars.len() as f32;
    let notes = Timed::of(window);
    let playing: InstrumentSet = notes.iter().map(|timed| timed.note.program).collect();
    let missing = window.conditions.instruments.map(|set| set.iter().filter(|p| !playing.contains(*p)).count() as f32);
    let classes = pitch_classes(&notes);
    let asked_scale = window.conditions.key.and_then(Key::of_class).map(Key::scale);
    let within_asked = asked_scale.and_then(|scale| within(&classes, scale));
    let majors = (0..12).map(|tonic| Key { tonic, minor: false });
    let together = notes.chunk_by(|a, b| a.start == b.start);
    let programs: Vec<f32> = together.clone().map(|chord| f32::from(u8::from(of_several_programs(chord)))).collect();
    let chords: Vec<u16> = together.map(chord).filter(|chord| *chord != 0).collect();
    let beats = sounding_on_beats(window, &notes);
    let drums = |among: fn(u8) -> bool| -> Vec<u32> {
        let hits = notes.iter().filter(|timed| timed.note.program == DRUMS && among(timed.note.pitch));
        hits.map(|timed| u32::from(timed.note.position)).collect()
    };
    let (bass, snare) = (drums(|pitch| matches!(pitch, 35 | 36)), drums(|pitch| matches!(pitch, 37..=40)));
    let metal = drums(is_metal).len() as f32;
    let others = drums(|pitch| !is_metal(pitch) && !(35..=40).contains(&pitch)).len() as f32;
    let with_drums = |count: f32| playing.drums.then_some(count / bars);
    let on_quarters = |hits: &[u32]| {
        mean(hits.iter().map(|position| f32::from(u8::from(position.is_multiple_of(STEPS_PER_QUARTER)))))
    };
    [
        Some((notes.len() as f32 / bars).ln_1p()),
        Some(playing.len() as f32),
        missing,
        above_asked_density(window),
        entropy(&classes),
        majors.filter_map(|key| within(&classes, key.scale())).max_by(f32::total_cmp),
        within_asked,
        mean(chords.iter().map(|chord| chord.count_ones() as f32)),
        mean(chords.iter().filter_map(|chord| dissonance(*chord))),
        mean(beats.into_iter().filter_map(dissonance)),
        mean(programs.into_iter()),
        with_drums(bass.len() as f32),
        with_drums(snare.len() as f32),
        with_drums(metal),
        with_drums(others),
        on_quarters(&bass),
        on_quarters(&snare),
    ]
}

/// Hi-hats and cymbals of the General MIDI drum kit.
fn is_metal(pitch: u8) -> bool {
    matches!(pitch, 42 | 44 | 46 | 49 | 51 | 52 | 53 | 55 | 57 | 59)
}

/// A note with its place in the window, in grid steps.
struct Timed {
    start: u32,
    end: u32,
    note: NoteEvent,
}

impl Timed {
    /// By their starts.
    fn of(window: &Passage) -> Vec<Self> {
        let mut first = 0;
        let mut all = Vec::new();
        for bar in &window.bars {
            all.extend(bar.notes.iter().map(|note| {
                let start = first + u32::from(note.position);
                Self { start, end: start + duration_steps(note.duration), note: *note }
            }));
            first += bar.steps;
        }
        all
    }

    fn is_pitched(&self) -> bool {
        self.note.program != DRUMS
    }
}

/// The pitch classes of notes as a set of bits, drums left out.
fn chord(notes: &[Timed]) -> u16 {
    notes.iter().filter(|timed| timed.is_pitched()).fold(0, |chord, timed| chord | 1 << (timed.note.pitch % 12))
}

fn of_several_programs(notes: &[Timed]) -> bool {
    notes.windows(2).any(|pair| pair[0].note.program != pair[1].note.program)
}

/// The pitch classes that sound on each quarter of the window.
fn sounding_on_beats(window: &Passage, notes: &[Timed]) -> Vec<u16> {
    let steps: u32 = window.bars.iter().map(|bar| bar.steps).sum();
    let mut beats = vec![0; steps.div_ceil(STEPS_PER_QUARTER) as usize];
    for timed in notes.iter().filter(|timed| timed.is_pitched()) {
        let (first, end) = (timed.start.div_ceil(STEPS_PER_QUARTER), timed.end.div_ceil(STEPS_PER_QUARTER));
        let sounding = beats.iter_mut().take(end as usize).skip(first as usize);
        sounding.for_each(|beat| *beat |= 1 << (timed.note.pitch % 12));
    }
    beats
}

/// Of the pairs of pitch classes the share a semitone or a tritone apart; `None` of fewer than two.
fn dissonance(chord: u16) -> Option<f32> {
    let apart = |semitones: u32| (chord & rotated(chord, semitones)).count_ones();
    let count = chord.count_ones();
    let pairs = (count * count.saturating_sub(1) / 2) as f32;
    (count > 1).then(|| (apart(1) as f32 + apart(6) as f32 / 2.0) / pairs)
}

/// A set of pitch classes, so many semitones higher.
fn rotated(chord: u16, semitones: u32) -> u16 {
    (chord << semitones | chord >> (12 - semitones)) & 0xfff
}

/// How often each pitch class begins, drums left out.
fn pitch_classes(notes: &[Timed]) -> [f32; 12] {
    let mut counts = [0.0; 12];
    notes.iter().filter(|timed| timed.is_pitched()).for_each(|timed| counts[usize::from(timed.note.pitch % 12)] += 1.0);
    counts
}

/// The share of notes whose pitch class is in `scale`; `None` of no notes.
fn within(classes: &[f32; 12], scale: u16) -> Option<f32> {
    let all: f32 = classes.iter().sum();
    let inside: f32 = (0..).zip(classes).filter(|(class, _)| scale >> *class & 1 == 1).map(|(_, count)| count).sum();
    (all > 0.0).then(|| inside / all)
}

/// In nats; `None` of no notes.
fn entropy(classes: &[f32; 12]) -> Option<f32> {
    let all: f32 = classes.iter().sum();
    let of_class = |count: &f32| if *count > 0.0 { -count / all * (count / all).ln() } else { 0.0 };
    (all > 0.0).then(|| classes.iter().map(of_class).sum())
}

/// By how many classes bars are denser than was asked, on average over those of which it was asked.
fn above_asked_density(window: &Passage) -> Option<f32> {
    mean(window.bars.iter().filter_map(|bar| {
        let quarters = bar.steps as f32 / STEPS_PER_QUARTER as f32;
        let written = density_class(bar.notes.len() as f32 / quarters);
        Some(f32::from(written) - f32::from(bar.features.density?))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::BarFeatures;
    use partita_encoding::CENTS_ZERO;

    fn window(conditions: ConditionClasses, bars: &[&[(u8, u8, u8)]]) -> Passage {
        let note = |&(position, program, pitch): &(u8, u8, u8)| NoteEvent {
            position,
            program,
            pitch,
            cents: CENTS_ZERO,
            duration: partita_encoding::duration_class(12),
            velocity: 20,
        };
        let features = BarFeatures { metre: 0, index: 0, remaining: 0, density: Some(1), polyphony: None };
        let bar = |notes: &&[(u8, u8, u8)]| PassageBar { features, steps: 48, notes: notes.iter().map(note).collect() };
        Passage { conditions, bars: bars.iter().map(bar).collect() }
    }

    fn told(window: &Passage, name: &str) -> Option<f32> {
        of_window(window)[OF_WINDOW.iter().position(|(of, ..)| *of == name).unwrap()]
    }

    fn close(found: Option<f32>, expected: f32) {
        assert!((found.unwrap() - expected).abs() < 1e-5, "{found:?} for {expected}");
    }

    #[test]
    fn harmony_is_told_by_what_sounds_together() {
        // C and E on the first beat, B after it and on the second, C and F sharp on the third; each a quarter long.
        let key = "C major".parse::<Key>().unwrap().class();
        let conditions = ConditionClasses { key: Some(key), ..ConditionClasses::default() };
        let heard = window(conditions, &[&[(0, 0, 60), (0, 0, 64), (6, 0, 59), (12, 0, 71), (24, 0, 60), (24, 0, 66)]]);
        close(told(&heard, "notes within the best scale"), 1.0); // that of G major
        close(told(&heard, "notes within the scale of the key that was asked for"), 5.0 / 6.0);
        close(told(&heard, "pitch classes that begin together"), (2.0 + 1.0 + 1.0 + 2.0) / 4.0);
        close(told(&heard, "dissonance of what begins together"), 0.5); // of a third none, of a tritone all
        close(told(&heard, "dissonance of what sounds on a beat"), 0.5); // B alone on the second beat
        close(told(&heard, "entropy of pitch classes"), (4.0f32 / 6.0).mul_add(3f32.ln(), 2.0 / 6.0 * 6f32.ln()));
    }

    #[test]
    fn a_second_and_a_tritone_are_dissonant() {
        assert_eq!(dissonance(0b1000_0000_0001), Some(1.0)); // B and C
        assert_eq!(dissonance(0b100), None);
    }

    #[test]
    fn who_plays_is_told_against_what_was_asked() {
        let instruments = Some(InstrumentSet { programs: 1 | 1 << 33, drums: true });
        let conditions = ConditionClasses { instruments, ..ConditionClasses::default() };
        let heard =
            window(conditions, &[&[(0, 0, 60), (0, DRUMS, 36), (6, DRUMS, 42), (12, DRUMS, 38)], &[(18, DRUMS, 36)]]);
        close(told(&heard, "programs that play"), 2.0);
        close(told(&heard, "programs that were asked for and do not play"), 1.0);
        close(told(&heard, "onsets of several programs"), 0.25);
        close(told(&heard, "bass drums a bar"), 1.0);
        close(told(&heard, "bass drums on a quarter"), 0.5);
        close(told(&heard, "snare drums on a quarter"), 1.0);
        close(told(&heard, "cymbals and hi-hats a bar"), 0.5);
        let silent = |group: TrackGroup| of_group(&heard, group)[0] > 0.0;
        assert!(silent(TrackGroup::Bass) && !silent(TrackGroup::Piano) && !silent(TrackGroup::Guitar));
    }

    #[test]
    fn what_cannot_be_told_is_as_usual_and_all_else_within_limits() {
        let silence = HeardWindow::of(&window(ConditionClasses::default(), &[&[]]));
        assert_eq!(silence.statistics.iter().filter(|value| **value != 0.0).count(), 9); // notes, programs, density, groups
        let loud: Vec<(u8, u8, u8)> =
            (0..48).flat_map(|position| (30..100).map(move |pitch| (position, 0, pitch))).collect();
        let heard = HeardWindow::of(&window(ConditionClasses::default(), &[&loud]));
        assert!(heard.statistics.iter().all(|value| value.abs() <= DEVIATIONS_MAX));
    }
}
