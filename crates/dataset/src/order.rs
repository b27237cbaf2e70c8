//! The seeded order in which pieces are visited: a function of seed, split and epoch only, the same on every machine.

use crate::{PieceId, Split};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Shuffles in place (Durstenfeld's form of the Fisher–Yates shuffle).
///
/// Each (split, epoch) has its own ChaCha stream of the seed, so that an epoch's order is known without those before
/// it: a resumed run needs no state.
pub(crate) fn shuffle(pieces: &mut [PieceId], split: Split, seed: u64, epoch: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(epoch.wrapping_mul(3).wrapping_add(split as u64));
    for last in (1..pieces.len()).rev() {
        pieces.swap(last, below(&mut random, last + 1));
    }
}

/// A number below `bound`, by multiplication; for a bound under 2³² its bias is under 2⁻³².
fn below(random: &mut ChaCha8Rng, bound: usize) -> usize {
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shuffled(seed: u64, epoch: u64, split: Split) -> Vec<u32> {
        let mut pieces: Vec<_> = (0..100).map(PieceId::new).collect();
        shuffle(&mut pieces, split, seed, epoch);
        pieces.iter().map(|piece| piece.index() as u32).collect()
    }

    #[test]
    fn every_piece_comes_once() {
        let mut order = shuffled(7, 3, Split::Train);
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn seed_epoch_and_split_each_change_the_order() {
        let order = shuffled(7, 3, Split::Train);
        assert_eq!(order, shuffled(7, 3, Split::Train));
        assert_ne!(order, shuffled(8, 3, Split::Train));
        assert_ne!(order, shuffled(7, 4, Split::Train));
        assert_ne!(order, shuffled(7, 3, Split::Valid));
    }

    #[test]
    fn places_are_taken_evenly() {
        let mean: f64 = (0..500).map(|epoch| f64::from(shuffled(1, epoch, Split::Train)[0])).sum::<f64>() / 500.0;
        assert!((45.0..54.0).contains(&mean), "the first place should hold 49.5 on average, not {mean}");
    }
}
