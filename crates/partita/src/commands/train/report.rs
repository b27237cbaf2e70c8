//! What `train` prints at its end.

use std::fmt;
use std::path::PathBuf;

use partita_train::{AdversarialValidation, ListenerValidation, Outcome, RollValidation, Validation};
use serde::Serialize;

use crate::table::{count, write_facts};

/// The figures of a sitting; those of validation are absent where there was none.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    #[serde(serialize_with = "crate::files::as_text")]
    model: PathBuf,
    seconds: f64,
    steps: u64,
    notes_seen: u64,
    valid_nll_per_note: Option<f64>,
    kl: Option<f64>,
    nll_shuffled_z: Option<f64>,
    nll_unconditional: Option<f64>,
    validation: Option<Validation>,
    adversarial: Option<AdversarialValidation>,
    roll: Option<RollValidation>,
    listener: Option<ListenerValidation>,
}

impl Report {
    pub(super) fn new(outcome: &Outcome, seconds: f64) -> Self {
        let validation = outcome.validation.as_ref();
        Self {
            model: outcome.model.clone(),
            seconds,
            steps: outcome.steps,
            notes_seen: outcome.notes_seen,
            valid_nll_per_note: validation.map(|v| v.nll_per_note),
            kl: validation.map(|v| v.kl_per_note),
            nll_shuffled_z: validation.map(Validation::nll_shuffled_per_note),
            nll_unconditional: validation.map(|v| v.nll_unconditional_per_note),
            validation: outcome.validation.clone(),
            adversarial: outcome.adversarial.clone(),
            roll: outcome.roll.clone(),
            listener: outcome.listener.clone(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nats = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.3} nats a note"));
        let latents = self.adversarial.as_ref().map_or(String::new(), |v| {
            format!("generator {:.4} from real ones, prior {:.4}", v.distance(), v.prior_distance())
        });
        let rolls = self.roll.as_ref().map_or(String::new(), |v| {
            format!("generator {:.3} from real ones, training music {:.3}", v.distance, v.distance_of_training)
        });
        let listener = self
            .listener
            .as_ref()
            .map_or(String::new(), |v| format!("tells {:.1} % of written bars from real ones", 100.0 * v.told_apart));
        let facts = vec![
            ("steps", count(self.steps)),
            ("notes seen", count(self.notes_seen)),
            ("valid NLL", nats(self.valid_nll_per_note)),
            ("shuffled latents", nats(self.nll_shuffled_z)),
            ("unconditional", nats(self.nll_unconditional)),
            ("KL", nats(self.kl)),
            ("latents", latents),
            ("rolls", rolls),
            ("critic", listener),
            ("time", format!("{:.0} s", self.seconds)),
            ("model", self.model.display().to_string()),
        ];
        write_facts(f, &facts)
    }
}
