//! Where a model stands in what the joint phase must not make worse.

use serde::{Deserialize, Serialize};

use crate::judgement::{Judgement, TOLERANCE};

/// Nats a note by which the NLL bound may rise: a tenth of what separates two sets of validation passages.
const NLL_TOLERANCE: f64 = 0.01;

/// A model's figures on held-out music.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// NLL bound, nats a note, where the decoder is to stay as likely: what it learns of a critic of written music moves it away
    /// from the likeliest notes.
    pub nll_per_note: Option<f64>,
    /// Distance of generated latents from real ones; in the written form, of written music's scores from real music's.
    pub latent_distance: f64,
    /// How much generated bars, or what is written, differ, as a share of how much real ones do.
    pub latent_diversity: f64,
    /// What its music is worth, where somebody judged it.
    pub judgement: Option<Judgement>,
}

impl Standing {
    /// What is worse than `before`, in words; nothing where all is at least as good. What was heard decides where both were
    /// heard, otherwise latents and likelihood.
    pub fn worse_than(&self, before: &Self) -> Vec<String> {
        let checks = match (&self.judgement, &before.judgement) {
            (Some(now), Some(before)) => vec![
                ("distance by sound", before.distance, now.distance, now.distance > before.distance),
                less("likeness", before.likeness, now.likeness),
                less("adherence", before.adherence, now.adherence),
                less("diversity", before.diversity, now.diversity),
            ],
            _ => {
                let farther = self.latent_distance > before.latent_distance;
                let nll = before.nll_per_note.zip(self.nll_per_note);
                let mut checks = vec![
                    ("latent distance", before.latent_distance, self.latent_distance, farther),
                    less("latent diversity", before.latent_diversity, self.latent_diversity),
                ];
                checks.extend(nll.map(|(before, now)| ("NLL", before, now, now > before + NLL_TOLERANCE)));
                checks
            }
        };
        let told = checks.into_iter().filter(|(.., worse)| *worse);
        told.map(|(name, before, now, _)| format!("{name} {before:.4} before, {now:.4} after")).collect()
    }
}

/// A figure of which less is worse; more than real music has is no merit.
fn less(name: &'static str, before: f64, now: f64) -> (&'static str, f64, f64, bool) {
    (name, before, now, now.min(1.0) < before.min(1.0) - TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Standing =
        Standing { nll_per_note: Some(5.0), latent_distance: 0.05, latent_diversity: 0.99, judgement: None };

    #[test]
    fn what_got_worse_is_told_in_words() {
        assert_eq!(BEFORE.worse_than(&BEFORE), [""; 0]);
        let better = Standing { nll_per_note: Some(5.005), latent_distance: 0.04, latent_diversity: 1.3, ..BEFORE };
        assert_eq!(better.worse_than(&BEFORE), [""; 0]);
        let further = Standing { latent_distance: 0.06, ..BEFORE };
        assert_eq!(further.worse_than(&BEFORE), ["latent distance 0.0500 before, 0.0600 after"]);
        let poorer = Standing { latent_diversity: 0.9, nll_per_note: Some(5.2), ..BEFORE };
        assert_eq!(poorer.worse_than(&BEFORE).len(), 2);
        assert_eq!(Standing { nll_per_note: None, ..poorer }.worse_than(&BEFORE).len(), 1);
    }

    #[test]
    fn what_was_heard_decides_where_both_were() {
        let heard = Judgement { distance: 1.0, likeness: 0.8, adherence: 0.5, diversity: 0.9 };
        let before = Standing { judgement: Some(heard), ..BEFORE };
        let nearer = Judgement { distance: 0.5, ..heard };
        let now = Standing { judgement: Some(nearer), latent_distance: 9.0, ..BEFORE };
        assert_eq!(now.worse_than(&before), [""; 0]);
        let dull = Standing { judgement: Some(Judgement { diversity: 0.5, ..nearer }), ..BEFORE };
        assert_eq!(dull.worse_than(&before), ["diversity 0.9000 before, 0.5000 after"]);
        assert_eq!(now.worse_than(&BEFORE).len(), 1, "not both were heard");
    }
}
