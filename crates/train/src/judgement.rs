//! Choosing among a run's checkpoints by their music. Training cannot hear: whoever watches the run composes with each candidate
//! and says what it is worth.

use serde::{Deserialize, Serialize};

/// A guard may be worse by so much, which is chance for a few dozen pieces.
pub(crate) const TOLERANCE: f64 = 0.02;

/// What a candidate's music is worth, on validation music.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// How far its sound is from real music: less is better. This chooses.
    pub distance: f64,
    /// How alike its notes' statistics are to real music's, 0 to 1.
    pub likeness: f64,
    /// Share of what was asked for that its pieces have.
    pub adherence: f64,
    /// How much its pieces differ from each other, as a share of how much real ones do.
    pub diversity: f64,
}

impl Judgement {
    /// Whether it keeps what a distance by sound does not see: likeness, adherence and diversity are no worse than `other`'s.
    fn is_no_worse_than(&self, other: &Self) -> bool {
        let guards = |judgement: &Self| [judgement.likeness, judgement.adherence, judgement.diversity.min(1.0)];
        guards(self).iter().zip(guards(other)).all(|(own, other)| *own >= other - TOLERANCE)
    }
}

/// The candidate to keep: each, in order, takes the place of the one before if it sounds
/// nearer to real music and is no worse in what sound does not tell. `None` of none.
pub(crate) fn best<C>(judged: impl IntoIterator<Item = (C, Judgement)>) -> Option<C> {
    let nearer = |kept: (C, Judgement), next: (C, Judgement)| {
        let takes_over = next.1.distance < kept.1.distance && next.1.is_no_worse_than(&kept.1);
        if takes_over { next } else { kept }
    };
    judged.into_iter().reduce(nearer).map(|(candidate, _)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_nearer_is_kept_unless_something_else_is_lost() {
        let first = Judgement { distance: 5.0, likeness: 0.8, adherence: 0.7, diversity: 0.9 };
        let nearer = Judgement { distance: 4.0, likeness: 0.79, ..first };
        let poorer = Judgement { distance: 1.0, diversity: 0.5, ..first };
        let further = Judgement { distance: 6.0, likeness: 1.0, ..first };
        assert_eq!(best([(1, first), (2, nearer), (3, poorer), (4, further)]), Some(2));
        assert_eq!(best::<u64>([]), None);
        // More variety than real music has is no merit, and its loss no fault.
        let wild = Judgement { diversity: 1.5, ..first };
        assert_eq!(best([(1, wild), (2, Judgement { distance: 4.0, diversity: 1.0, ..first })]), Some(2));
    }
}
