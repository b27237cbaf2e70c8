//! The written form of the phase: the CVAE is the generator, and stays as it is; the critic learns to tell the music that the
//! decoder writes from real music. docs/adversarial.md has the equations.

mod critic;
mod players;
mod policy;
mod quality;
mod windows;

pub(crate) use players::WrittenAdversary;
pub(crate) use policy::Policy;
pub use policy::PolicyReport;
pub use quality::ListenerValidation;
