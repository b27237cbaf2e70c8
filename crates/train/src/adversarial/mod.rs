//! The adversarial phase: a conditional WGAN-GP (Arjovsky et al. 2017; Gulrajani et al. 2017) on the latents of the CVAE,
//! which is frozen meanwhile. docs/adversarial.md has the equations.

mod consistency;
mod distances;
mod encoded;
mod players;
mod quality;
mod round;

pub use consistency::ConsistencyReport;
pub(crate) use consistency::{ConsistencySums, Rewriting};
pub use distances::{pairwise_distance, recall, relative_frechet_distance};
pub use players::{AdversarialReport, Players};
pub(crate) use players::{Adversary, PhaseView};
pub use quality::{AdversarialValidation, Compared};
