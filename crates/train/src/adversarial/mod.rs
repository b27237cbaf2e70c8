//! The adversarial phase: a conditional WGAN-GP (Arjovsky et al. 2017; Gulrajani et al. 2017) on the latents of the CVAE,
//! which is frozen meanwhile; in [`roll`], on piano rolls; in [`written`], on what the decoder writes. docs/adversarial.md has the equations.

mod bar_sums;
mod brought;
mod consistency;
mod distances;
mod encoded;
mod opponents;
mod players;
mod quality;
mod roll;
mod round;
mod turns;
mod written;

pub(crate) use bar_sums::BarSums;
pub(crate) use brought::BroughtGenerator;
pub use consistency::ConsistencyReport;
pub(crate) use consistency::Rewriting;
pub use distances::{pairwise_distance, recall, relative_frechet_distance};
pub(crate) use opponents::{GeneratorValidation, Opponents};
pub(crate) use players::PhaseView;
pub use players::{AdversarialReport, Players};
pub use quality::{AdversarialValidation, Compared};
pub use roll::RollValidation;
pub(crate) use written::Policy;
pub use written::{ListenerValidation, PolicyReport};
