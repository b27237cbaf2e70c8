//! From logits to a class.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::layout::Field;

/// How classes are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// Logits of positions and pitches are divided by this: below 1 safer, above 1 bolder.
    pub temperature: f32,
    /// Of positions and pitches, only the likeliest classes that together have this probability are drawn (Holtzman et al.
    /// 2020).
    pub top_p: f32,
    /// Weight of the conditions against none (classifier-free guidance, Ho & Salimans 2022): 1 is the model as it is,
    /// more follows the conditions closer.
    pub guidance: f32,
    /// Scale of the noise that latents are drawn with.
    pub latent_temperature: f32,
    /// How often each bar is written, where a listener chooses what is kept; otherwise once.
    pub candidates: usize,
    /// Weight of the listener's log-odds: 0 is the model as it is, 1 takes them as they are, more takes surer what sounds real.
    pub critic_weight: f32,
}

/// Candidates for a bar, at most.
const CANDIDATES_MAX: usize = 64;

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: 0.9,
            top_p: 0.9,
            guidance: 1.5,
            latent_temperature: 0.8,
            candidates: 8,
            critic_weight: 10.0,
        }
    }
}

/// A sampling value that makes no sense.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{name} is {value}; it must lie {range}")]
pub struct SamplingError {
    name: &'static str,
    value: f32,
    range: &'static str,
}

impl Sampling {
    /// Refuses values outside of what makes sense.
    pub fn check(&self) -> Result<(), SamplingError> {
        let error = |name, value, range| Err(SamplingError { name, value, range });
        match self {
            Self { temperature: t, .. } if !(0.01..=5.0).contains(t) => error("temperature", *t, "between 0.01 and 5"),
            Self { top_p: p, .. } if !(0.01..=1.0).contains(p) => error("top_p", *p, "between 0.01 and 1"),
            Self { guidance: g, .. } if !(0.0..=10.0).contains(g) => error("guidance", *g, "between 0 and 10"),
            Self { latent_temperature: t, .. } if !(0.0..=3.0).contains(t) => {
                error("latent_temperature", *t, "between 0 and 3")
            }
            Self { candidates: n, .. } if !(1..=CANDIDATES_MAX).contains(n) => {
                error("candidates", *n as f32, "between 1 and 64")
            }
            Self { critic_weight: w, .. } if !(0.0..=1000.0).contains(w) => {
                error("critic_weight", *w, "between 0 and 1000")
            }
            _ => Ok(()),
        }
    }

    /// How a field is drawn. Only where and which notes sound is sharpened. Programs are drawn as they are learned, since
    /// anything sharper lets the busiest instrument take the notes of those that play little; durations and velocities too,
    /// since sharpening takes the life out of them (docs/training.md has the figures).
    pub(crate) fn of_field(&self, field: Field) -> Self {
        match field {
            Field::Position | Field::Pitch => *self,
            Field::Program | Field::Cents | Field::Duration | Field::Velocity => {
                Self { temperature: 1.0, top_p: 1.0, ..*self }
            }
        }
    }

    /// Logits with and without conditions as one: `without + guidance · (with − without)`.
    pub(crate) fn guided(&self, with: &[f32], without: Option<&[f32]>) -> Vec<f32> {
        match without {
            None => with.to_vec(),
            Some(without) => with.iter().zip(without).map(|(w, o)| o + self.guidance * (w - o)).collect(),
        }
    }

    /// A class drawn from `logits`, among those that `allowed` says; there must be at least one.
    pub(crate) fn draw(&self, logits: &[f32], allowed: impl Fn(u8) -> bool, random: &mut ChaCha8Rng) -> u8 {
        let mut classes: Vec<(u8, f32)> = logits
            .iter()
            .enumerate()
            .map(|(class, logit)| (class as u8, *logit))
            .filter(|(class, _)| allowed(*class))
            .collect();
        classes.sort_by(|a, b| b.1.total_cmp(&a.1));
        let top = classes.first().map_or(0.0, |(_, logit)| *logit);
        let mut total = 0.0;
        for (_, weight) in &mut classes {
            *weight = ((*weight - top) / self.temperature).exp();
            total += *weight;
        }
        let mut kept = 0.0;
        let nucleus = classes.iter().take_while(|(_, weight)| {
            let inside = kept < self.top_p * total;
            kept += if inside { weight } else { &0.0 };
            inside
        });
        let count = nucleus.count().max(1);
        let mut left = random.random::<f32>() * kept;
        let drawn = classes[..count].iter().find(|(_, weight)| {
            left -= weight;
            left < 0.0
        });
        drawn.unwrap_or(&classes[count - 1]).0
    }
}

/// How each class of a piece is chosen.
#[derive(Debug)]
pub(crate) enum Choice<'a> {
    /// By chance.
    Drawn(&'a Sampling, &'a mut ChaCha8Rng),
    /// Always the likeliest, as learned.
    Likeliest,
}

impl Choice<'_> {
    /// The same, for a while.
    pub(crate) fn again(&mut self) -> Choice<'_> {
        match self {
            Self::Drawn(sampling, random) => Choice::Drawn(sampling, random),
            Self::Likeliest => Choice::Likeliest,
        }
    }

    /// [`Sampling::guidance`].
    pub(crate) fn guidance(&self) -> f32 {
        if let Self::Drawn(sampling, _) = self { sampling.guidance } else { 1.0 }
    }

    /// A class of `field` among those that `allowed` says, from its logits with conditions and without.
    pub(crate) fn class(
        &mut self,
        field: Field,
        with: &[f32],
        without: Option<&[f32]>,
        allowed: impl Fn(u8) -> bool,
    ) -> u8 {
        match self {
            Self::Drawn(sampling, random) => {
                sampling.of_field(field).draw(&sampling.guided(with, without), allowed, random)
            }
            Self::Likeliest => likeliest(with, allowed),
        }
    }
}

/// The likeliest class among those that `allowed` says, the first of several; there must be at least one.
fn likeliest(logits: &[f32], allowed: impl Fn(u8) -> bool) -> u8 {
    let classes = (0..).zip(logits).filter(|(class, _)| allowed(*class));
    let best = classes.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or(0, |(class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// How often each of four classes is drawn in 10,000.
    fn shares(sampling: Sampling, allowed: fn(u8) -> bool) -> [f32; 4] {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let logits = [0.4f32.ln(), 0.3f32.ln(), 0.2f32.ln(), 0.1f32.ln()];
        let mut counts = [0.0; 4];
        (0..10_000).for_each(|_| counts[sampling.draw(&logits, allowed, &mut random) as usize] += 1e-4);
        counts
    }

    fn close(a: [f32; 4], b: [f32; 4]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.02)
    }

    #[test]
    fn classes_are_drawn_as_often_as_likely() {
        let plain = Sampling { temperature: 1.0, top_p: 1.0, ..Sampling::default() };
        assert!(close(shares(plain, |_| true), [0.4, 0.3, 0.2, 0.1]));
        assert!(close(shares(plain, |class| class > 1), [0.0, 0.0, 2.0 / 3.0, 1.0 / 3.0]));
        let cold = Sampling { temperature: 0.5, ..plain };
        assert!(close(shares(cold, |_| true), [16.0 / 30.0, 9.0 / 30.0, 4.0 / 30.0, 1.0 / 30.0]));
        for field in [Field::Program, Field::Duration, Field::Velocity] {
            assert!(close(shares(cold.of_field(field), |_| true), [0.4, 0.3, 0.2, 0.1]));
        }
        let nucleus = Sampling { top_p: 0.6, ..plain };
        assert!(close(shares(nucleus, |_| true), [4.0 / 7.0, 3.0 / 7.0, 0.0, 0.0]));
    }

    #[test]
    fn the_likeliest_allowed_class_is_found() {
        let logits = [0.5, 2.0, 2.0, 1.0];
        assert_eq!(likeliest(&logits, |_| true), 1);
        assert_eq!(likeliest(&logits, |class| class == 0 || class == 3), 3);
    }

    #[test]
    fn guidance_goes_beyond_the_conditions() {
        let sampling = Sampling { guidance: 2.0, ..Sampling::default() };
        assert_eq!(sampling.guided(&[1.0, 0.0], Some(&[0.5, 1.0])), [1.5, -1.0]);
    }

    #[test]
    fn senseless_values_are_refused() {
        assert!(Sampling::default().check().is_ok());
        for bad in [
            Sampling { temperature: 0.0, ..Sampling::default() },
            Sampling { top_p: f32::NAN, ..Sampling::default() },
            Sampling { guidance: -1.0, ..Sampling::default() },
        ] {
            assert!(bad.check().is_err());
        }
    }
}
