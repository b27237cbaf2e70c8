//! The roll form of the phase: the same game over piano rolls. docs/adversarial.md has the equations.

mod batch;
mod players;
mod quality;
mod round;
mod statistics;

pub(crate) use players::RollAdversary;
pub use quality::RollValidation;
