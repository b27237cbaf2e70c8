//! Partita's training: from a prepared corpus to a model, by steps that can be stopped and resumed to the same bits.
//!
//! [`start`] begins a run in a folder, [`resume`] goes on with it; a [`Recipe`] decides everything else. Training never
//! prints and knows no clock: it tells [`Event`]s to whoever watches.

mod adamw;
mod adversarial;
mod baseline;
mod checkpoint;
mod curriculum;
mod denormals;
mod elbo;
mod error;
mod event;
mod judgement;
mod lock;
mod log;
mod passages;
mod recipe;
mod replicas;
mod schedule;
mod standing;
mod streams;
mod trainer;
mod validation;
mod workers;

pub use adversarial::{
    AdversarialReport, AdversarialValidation, Compared, ConsistencyReport, ListenerValidation, Players, PolicyReport,
    RollValidation, pairwise_distance, recall, relative_frechet_distance,
};
pub use baseline::Baselines;
pub use checkpoint::{Checkpoints, Optimizers, Pretraining, RunState};
pub use curriculum::Curriculum;
pub use elbo::{LossWeights, training_loss};
pub use error::TrainError;
pub use event::{Event, StepReport};
pub use judgement::Judgement;
pub use log::{LogLine, read_log};
pub use passages::{Cutter, Dropping, unconditional};
pub use recipe::Recipe;
pub use standing::Standing;
pub use trainer::{Initial, Judge, Outcome, Sitting, resume, start};
pub use validation::Validation;
