//! Seeded randomness, one stream a purpose and step: no state to save, and the same numbers on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What random numbers are for; each purpose has streams of its own, so that a change to one draw moves no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Initial weights.
    Initial,
    /// Which pieces and bars a pool holds.
    Shuffle,
    /// Latent noise, dropped conditions and hidden events of one micro-batch.
    Noise,
    /// Latent noise in validation.
    Validation,
    /// Initial weights of generator and critic.
    Players,
    /// Rows, latents, noise and interpolation of one micro-batch of the generator or the critic.
    Latents,
    /// Music that is composed for the critic of written music to hear.
    Written,
}

/// The stream of a purpose's `index`-th use.
pub(crate) fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(index << 3 | purpose as u64);
    random
}
