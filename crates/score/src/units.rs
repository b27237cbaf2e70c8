//! Time units and the small musical numbers. A value of one of these types is always valid.

use std::fmt::Debug;

/// A unit in which a [`crate::Score`] measures time.
pub trait TimeUnit: Copy + Debug + PartialEq + PartialOrd {
    /// The start of the piece.
    const ZERO: Self;
}

/// Time in ticks of the file ([`crate::Score::ticks_per_quarter`] of them to a quarter note).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub u32);

/// Time in quarter notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Quarter(pub f64);

/// Time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Second(pub f64);

impl TimeUnit for Tick {
    const ZERO: Self = Tick(0);
}
impl TimeUnit for Quarter {
    const ZERO: Self = Quarter(0.0);
}
impl TimeUnit for Second {
    const ZERO: Self = Second(0.0);
}

macro_rules! ranged_byte {
    ($(#[$doc:meta])* $name:ident, $min:literal ..= $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u8);
        #[allow(unused_comparisons, clippy::absurd_extreme_comparisons)] // where the least value is 0
        impl $name {
            /// The value, or `None` when it is out of range.
            pub const fn new(value: u8) -> Option<Self> {
                if value >= $min && value <= $max { Some(Self(value)) } else { None }
            }
            /// The nearest valid value.
            pub const fn clamped(value: u8) -> Self {
                if value < $min { Self($min) } else if value > $max { Self($max) } else { Self(value) }
            }
            /// The number itself.
            pub const fn get(self) -> u8 { self.0 }
        }
    };
}

ranged_byte!(
    /// MIDI note number, 0–127; 60 is middle C.
    Pitch, 0..=127
);
ranged_byte!(
    /// Note-on velocity, 1–127 (0 would be a note-off).
    Velocity, 1..=127
);
ranged_byte!(
    /// General MIDI program, 0–127; 0 is the acoustic grand piano.
    Program, 0..=127
);
