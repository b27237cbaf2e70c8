//! The classes of each field of a compound event. Model, corpus and sampler all count on these sizes; a change to
//! any of them is a new [`VOCABULARY_VERSION`].

/// Written into each corpus and model; both must agree.
pub const VOCABULARY_VERSION: u32 = 1;
/// Grid steps to a quarter note: triplets and sixteenths both fall on it.
pub const STEPS_PER_QUARTER: u32 = 12;
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
/// Classes of a bar's note density and polyphony.
pub const DENSITIES: usize = 8;
/// Classes of a bar's polyphony.
pub const POLYPHONIES: usize = 8;

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
