//! Small corpora: by hash alone, five of eight corpora of ten files had fewer than two pieces to validate with.

use crate::prepare::sides::Key;
use crate::{Split, SplitShares};

/// Pieces that training needs to learn from, and as many to validate with.
pub const SIDE_PIECES_MIN: usize = 2;

/// Pieces that stand on one side for good: a group, or groups that were joined.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    pub(super) key: Key,
    pub(super) side: Split,
    /// No label says where it must be.
    pub(super) may_move: bool,
    pub(super) pieces: usize,
}

/// Moves blocks until there are [`SIDE_PIECES_MIN`] pieces to learn from and to validate with, where the shares ask for them
/// and there are blocks enough. Tells how many pieces were moved: none where there were enough at first.
///
/// What moves comes from the largest side, the smallest block first; of equal ones the least key, which is a hash. So the
/// outcome depends on the pieces alone, and not on their order.
pub(super) fn fill(blocks: &mut [&mut Block], shares: &SplitShares) -> u64 {
    let sides = [Split::Train, Split::Valid].into_iter().filter(|side| shares.asks_for(*side));
    sides.map(|side| fill_side(blocks, side, shares)).sum()
}

/// Moves nothing where there are not blocks enough.
fn fill_side(blocks: &mut [&mut Block], side: Split, shares: &SplitShares) -> u64 {
    let mut moved = Vec::new();
    while count(blocks, side) < SIDE_PIECES_MIN {
        let Some(index) = next_to_move(blocks, side, shares) else {
            moved.into_iter().for_each(|(index, from): (usize, Split)| blocks[index].side = from);
            return 0;
        };
        moved.push((index, blocks[index].side));
        blocks[index].side = side;
    }
    moved.iter().map(|(index, _)| blocks[*index].pieces as u64).sum()
}

fn count(blocks: &[&mut Block], side: Split) -> usize {
    blocks.iter().filter(|block| block.side == side).map(|block| block.pieces).sum()
}

/// The block that `to` gets next; none that its own side needs.
fn next_to_move(blocks: &[&mut Block], to: Split, shares: &SplitShares) -> Option<usize> {
    let counts = Split::ALL.map(|side| count(blocks, side));
    let needed = Split::ALL.map(|side| if side != Split::Test && shares.asks_for(side) { SIDE_PIECES_MIN } else { 0 });
    let can_go = |block: &Block| {
        let side = block.side as usize;
        block.may_move && block.side != to && counts[side] >= needed[side] + block.pieces
    };
    let candidates = blocks.iter().enumerate().filter(|(_, block)| can_go(block));
    let order = |block: &Block| (usize::MAX - counts[block.side as usize], block.side, block.pieces, block.key);
    candidates.min_by_key(|(_, block)| order(block)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::array;

    fn block(number: u8, side: Split, pieces: usize) -> Block {
        Block { key: [number; 16], side, may_move: true, pieces }
    }

    /// Pieces on each side after filling, and how many were moved.
    fn filled(blocks: &mut [Block], shares: &str) -> ([usize; 3], u64) {
        let mut blocks: Vec<&mut Block> = blocks.iter_mut().collect();
        let moved = fill(&mut blocks, &shares.parse().unwrap());
        (Split::ALL.map(|side| count(&blocks, side)), moved)
    }

    #[test]
    fn a_dozen_pieces_to_learn_from_give_two_to_validate_with() {
        let mut blocks: [Block; 12] = array::from_fn(|number| block(number as u8, Split::Train, 1));
        assert_eq!(filled(&mut blocks, "80/10/10"), ([10, 2, 0], 2));
        let moved: Vec<_> =
            blocks.iter().filter(|block| block.side == Split::Valid).map(|block| block.key[0]).collect();
        assert_eq!(moved, [0, 1]);
    }

    #[test]
    fn the_outcome_does_not_depend_on_the_order() {
        let mut blocks: [Block; 6] = array::from_fn(|number| block(number as u8, Split::Test, 1 + number % 2));
        let mut reversed = blocks.clone();
        reversed.reverse();
        assert_eq!(filled(&mut blocks, "80/10/10"), filled(&mut reversed, "80/10/10"));
        reversed.reverse();
        assert_eq!(blocks, reversed);
    }

    #[test]
    fn small_blocks_move_first_and_none_that_its_side_needs() {
        let mut blocks = [block(1, Split::Train, 7), block(2, Split::Train, 2), block(3, Split::Test, 1)];
        assert_eq!(filled(&mut blocks, "80/10/10"), ([7, 2, 1], 2));
        let mut blocks = [block(1, Split::Train, 9), block(2, Split::Test, 1)];
        assert_eq!(filled(&mut blocks, "80/10/10"), ([9, 0, 1], 0));
    }

    #[test]
    fn labels_are_kept_and_a_side_that_is_not_asked_for_stays_empty() {
        let mut blocks: [Block; 9] = array::from_fn(|number| block(number as u8, Split::Train, 1));
        assert_eq!(filled(&mut blocks.clone(), "100/0/0"), ([9, 0, 0], 0));
        blocks[..7].iter_mut().for_each(|block| block.may_move = false);
        assert_eq!(filled(&mut blocks, "80/10/10"), ([7, 2, 0], 2));
        blocks.iter_mut().for_each(|block| (block.may_move, block.side) = (false, Split::Train));
        assert_eq!(filled(&mut blocks, "80/10/10"), ([9, 0, 0], 0));
    }

    #[test]
    fn enough_is_left_alone() {
        let mut blocks = [block(1, Split::Train, 2), block(2, Split::Valid, 1), block(3, Split::Valid, 1)];
        assert_eq!(filled(&mut blocks, "80/10/10"), ([2, 2, 0], 0));
    }
}
