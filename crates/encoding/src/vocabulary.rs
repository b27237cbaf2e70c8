//! The classes of each field of a compound event. Model, corpus and sampler all count on these sizes; a change to
//! any of them is a new [`VOCABULARY_VERSION`].

/// Written into each corpus and model; both must agree.
pub const VOCABULARY_VERSION: u32 = 1;
/// Grid steps to a quarter note: triplets and sixteenths both fall on it.
pub const STEPS_PER_QUARTER: u32 = 12;
/// Grid steps to a second on [`crate::Grid::Time`].
pub const STEPS_PER_SECOND: u32 = 24;
/// Positions within a bar: the longest bar is eight quarters; longer ones are split.
pub const POSITIONS: usize = 96;
/// 128 General MIDI programs and the drum kit.
pub const PROGRAMS: usize = 129;
/// The class of the drum kit among the programs.
pub const DRUMS: u8 = 128;
/// MIDI note numbers; drum sounds for [`DRUMS`].
pub const PITCHES: usize = 128;
/// Offsets from twelve-tone pitch in 5-cent classes, −50 to +50; class 10 is none.
pub const CENTS: usize = 21;
/// The class of no offset.
pub const CENTS_ZERO: u8 = 10;
/// Duration classes; see [`duration_steps`].
pub const DURATIONS: usize = 48;
/// Velocity classes of four MIDI velocities each.
pub const VELOCITIES: usize = 32;
/// Metre classes; see [`crate::Metre::class`].
pub const METRES: usize = 24;
/// Tempo classes, logarithmic from 30 to 300 qpm; see [`crate::tempo_class`].
pub const TEMPOS: usize = 32;
/// Keys: 12 major (C = 0), then 12 minor.
pub const KEYS: usize = 24;
/// Classes of a bar's note density; see [`density_class`].
pub const DENSITIES: usize = 8;
/// Classes of a bar's polyphony; see [`polyphony_class`].
pub const POLYPHONIES: usize = 8;

/// Cents between two neighbouring classes of pitch offset.
const CENTS_PER_CLASS: f32 = 5.0;
/// Tempo of the first class, in quarters a minute.
const QPM_MIN: f32 = 30.0;
/// Tempo of the last class, in quarters a minute.
const QPM_MAX: f32 = 300.0;

/// Lower bounds of the density classes above 0, in onsets a quarter.
const DENSITY_BOUNDS: [f32; DENSITIES - 2] = [2.0, 3.0, 4.25, 6.0, 8.0, 12.5];
/// Lower bounds of the polyphony classes above 0, in notes sounding.
const POLYPHONY_BOUNDS: [f32; POLYPHONIES - 2] = [1.3, 2.25, 3.1, 4.0, 5.0, 7.0];

/// Steps of a duration class: 1–24 by ones, to 48 by threes, to 96 by sixes, to 192 by twelves.
pub const fn duration_steps(class: u8) -> u32 {
    let c = class as u32;
    match c {
        0..=23 => c + 1,
        24..=31 => 27 + (c - 24) * 3,
        32..=39 => 54 + (c - 32) * 6,
        _ => 108 + (c - 40) * 12,
    }
}

/// The class whose [`duration_steps`] is nearest to `steps`; the shorter one where two are equally near.
///
/// ```
/// use partita_encoding::{duration_class, duration_steps};
/// assert_eq!(duration_steps(duration_class(12)), 12);
/// assert_eq!(duration_steps(duration_class(25)), 24);
/// assert_eq!(duration_steps(duration_class(9_999)), 192);
/// ```
pub const fn duration_class(steps: u32) -> u8 {
    let floor = duration_class_within(steps);
    if floor as usize + 1 < DURATIONS && duration_steps(floor + 1) + duration_steps(floor) < 2 * steps {
        floor + 1
    } else {
        floor
    }
}

/// The longest class that lasts at most `steps`; class 0 (one step) for 0.
pub const fn duration_class_within(steps: u32) -> u8 {
    let class = match steps {
        0 => 0,
        1..=24 => steps - 1,
        25..=48 => 24 + steps / 3 - 9,
        49..=96 => 32 + steps / 6 - 9,
        97..=192 => 40 + steps / 12 - 9,
        _ => DURATIONS as u32 - 1,
    };
    // 25 and 26, 49–53 and 97–107 lie in the gap before the coarser row of classes begins; the division above
    // has already carried them to the last class of the finer row.
    class as u8
}

/// The class of a MIDI velocity, 1–127.
pub const fn velocity_class(velocity: u8) -> u8 {
    let class = velocity / 4;
    if class as usize >= VELOCITIES { VELOCITIES as u8 - 1 } else { class }
}

/// The MIDI velocity in the middle of a class, 2–126.
pub const fn velocity_of_class(class: u8) -> u8 {
    let class = if class as usize >= VELOCITIES { VELOCITIES as u8 - 1 } else { class };
    class * 4 + 2
}

/// The class nearest to an offset in cents; offsets beyond ±50 take the outermost class.
pub fn cents_class(cents: f32) -> u8 {
    let classes = f32::from(CENTS_ZERO);
    ((cents / CENTS_PER_CLASS).round().clamp(-classes, classes) + classes) as u8
}

/// The offset of a class in cents, −50 to 50.
pub fn cents_of_class(class: u8) -> f32 {
    (f32::from(class.min(CENTS as u8 - 1)) - f32::from(CENTS_ZERO)) * CENTS_PER_CLASS
}

/// The class of a tempo in quarters a minute: equal ratios from 30 to 300, the ends taking all beyond them.
///
/// ```
/// use partita_encoding::{tempo_class, tempo_of_class};
/// assert_eq!(tempo_class(30.0), 0);
/// assert_eq!(tempo_class(1000.0), 31);
/// assert!((tempo_of_class(tempo_class(120.0)) / 120.0 - 1.0).abs() < 0.04);
/// ```
pub fn tempo_class(qpm: f32) -> u8 {
    let last = (TEMPOS - 1) as f32;
    // A NaN tempo becomes class 0 by the saturating cast.
    (last * (qpm / QPM_MIN).ln() / (QPM_MAX / QPM_MIN).ln()).round().clamp(0.0, last) as u8
}

/// The tempo in the middle of a class, in quarters a minute.
pub fn tempo_of_class(class: u8) -> f32 {
    let last = (TEMPOS - 1) as f32;
    QPM_MIN * (QPM_MAX / QPM_MIN).powf(f32::from(class.min(TEMPOS as u8 - 1)) / last)
}

/// The class of a bar's note density, in onsets (drums included) a quarter. Class 0 is a bar without onsets; the
/// other seven each hold about a seventh of the bars of a mixed corpus (22,000 files, two million bars).
pub fn density_class(onsets_per_quarter: f32) -> u8 {
    class_above_zero(onsets_per_quarter, &DENSITY_BOUNDS)
}

/// The class of a bar's polyphony: the mean number of pitched notes sounding. Class 0 is a bar in which none
/// sounds; the others hold about a seventh of all bars each.
pub fn polyphony_class(notes_sounding: f32) -> u8 {
    class_above_zero(notes_sounding, &POLYPHONY_BOUNDS)
}

fn class_above_zero(value: f32, bounds: &[f32]) -> u8 {
    if value > 0.0 { 1 + bounds.iter().filter(|&&bound| value >= bound).count() as u8 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_classes_invert_their_steps() {
        for class in 0..DURATIONS as u8 {
            assert_eq!(duration_class(duration_steps(class)), class);
            assert_eq!(duration_class_within(duration_steps(class)), class);
        }
    }

    #[test]
    fn duration_class_is_the_nearest() {
        for steps in 0..400u32 {
            let distance = |class: u8| duration_steps(class).abs_diff(steps);
            let best = (0..DURATIONS as u8).min_by_key(|&class| distance(class)).expect("classes");
            assert_eq!(duration_class(steps), best, "{steps} steps");
        }
    }

    #[test]
    fn the_class_within_never_exceeds_the_steps() {
        for steps in 1..400u32 {
            let class = duration_class_within(steps);
            assert!(duration_steps(class) <= steps, "{steps} steps");
            assert!(class as usize == DURATIONS - 1 || duration_steps(class + 1) > steps, "{steps} steps");
        }
    }

    #[test]
    fn class_values_return_to_their_class() {
        assert!((0..VELOCITIES as u8).all(|class| velocity_class(velocity_of_class(class)) == class));
        assert!((0..CENTS as u8).all(|class| cents_class(cents_of_class(class)) == class));
        assert!((0..TEMPOS as u8).all(|class| tempo_class(tempo_of_class(class)) == class));
        assert_eq!(cents_of_class(CENTS_ZERO), 0.0);
    }

    #[test]
    fn no_number_leaves_the_classes() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, 1e30] {
            assert!((tempo_class(odd) as usize) < TEMPOS);
            assert!((cents_class(odd) as usize) < CENTS);
            assert!((density_class(odd) as usize) < DENSITIES);
            assert!((polyphony_class(odd) as usize) < POLYPHONIES);
        }
    }
}
