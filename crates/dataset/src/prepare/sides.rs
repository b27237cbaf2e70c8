//! Which side of the corpus each group stands on.
//!
//! A group is never split, and neither are two groups that have a duplicate or versions of one work between them. All
//! groups so joined stand on one side: the first, in the
//! order train, valid, test, that a label puts any of their files on; without such labels, the side that the hash of
//! the first group's key gives, unless that leaves too little to train with (see `filling.rs`).

use crate::content::ContentHash;
use crate::prepare::filling::{Block, fill};
use crate::{Split, SplitShares};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// A group, by its place in [`Sides`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupId(u32);

/// Half of a SHA-256, so that the memory a group takes does not depend on its name.
pub(super) type Key = [u8; 16];

/// All groups met so far, as a forest of joined ones (Tarjan's disjoint sets).
#[derive(Debug, Default)]
pub(crate) struct Sides {
    ids: HashMap<Key, GroupId>,
    groups: Vec<Group>,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    key: Key,
    parent: GroupId,
    labelled: Option<Split>,
    /// Of a root, once it is settled.
    side: Option<Split>,
}

impl Sides {
    /// The group of a file, or one of its own (by its content) where its labels name none, with the side that its labels ask for.
    pub(crate) fn group(&mut self, name: Option<&str>, content: ContentHash, labelled: Option<Split>) -> GroupId {
        let key = name.map_or(content.0, name_key);
        let next = GroupId(self.groups.len() as u32);
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.groups.push(Group { key, parent: next, labelled: None, side: None });
        }
        self.ask(id, labelled);
        id
    }

    /// Puts two groups on one side for good.
    pub(crate) fn join(&mut self, one: GroupId, other: GroupId) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, second) = if one.0 < other.0 { (one, other) } else { (other, one) };
        let labelled = self.groups[second.0 as usize].labelled;
        self.groups[second.0 as usize].parent = first;
        self.ask(first, labelled);
    }

    /// Gives every group its side, when all files are known; `pieces` are the groups of those that are kept. Tells how many
    /// pieces stand elsewhere than by their hash, so that there is enough to train with.
    pub(crate) fn settle(&mut self, pieces: impl Iterator<Item = GroupId>, shares: &SplitShares) -> u64 {
        let mut blocks: BTreeMap<GroupId, Block> = BTreeMap::new();
        for group in pieces {
            let root = self.root(group);
            let Group { key, labelled, .. } = self.groups[root.0 as usize];
            let side = labelled.unwrap_or_else(|| shares.of_group(&key));
            blocks.entry(root).or_insert(Block { key, side, may_move: labelled.is_none(), pieces: 0 }).pieces += 1;
        }
        let filled = fill(&mut blocks.values_mut().collect::<Vec<_>>(), shares);
        for (root, block) in blocks {
            self.groups[root.0 as usize].side = Some(block.side);
        }
        filled
    }

    /// The side of a kept piece's group, once they are settled.
    pub(crate) fn side(&mut self, group: GroupId) -> Split {
        let root = self.root(group);
        self.groups[root.0 as usize].side.expect("a kept piece's group is settled")
    }

    fn ask(&mut self, group: GroupId, labelled: Option<Split>) {
        let root = self.root(group);
        let side = &mut self.groups[root.0 as usize].labelled;
        *side = [*side, labelled].into_iter().flatten().min();
    }

    fn root(&mut self, mut group: GroupId) -> GroupId {
        loop {
            let parent = self.groups[group.0 as usize].parent;
            if parent == group {
                return group;
            }
            let grandparent = self.groups[parent.0 as usize].parent;
            self.groups[group.0 as usize].parent = grandparent; // halves the path for the next time
            group = grandparent;
        }
    }
}

fn name_key(name: &str) -> Key {
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::digest(name)[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The side of each group, all of one piece, by the usual shares.
    fn settled<const N: usize>(sides: &mut Sides, groups: [GroupId; N]) -> [Split; N] {
        sides.settle(groups.into_iter(), &SplitShares::default());
        groups.map(|group| sides.side(group))
    }

    fn content(number: u8) -> ContentHash {
        ContentHash([number; 16])
    }

    #[test]
    fn a_group_takes_the_first_side_that_any_of_its_files_asks_for() {
        let mut sides = Sides::default();
        let group = sides.group(Some("a"), content(1), Some(Split::Test));
        assert_eq!(settled(&mut sides, [group]), [Split::Test]);
        assert_eq!(sides.group(Some("a"), content(2), Some(Split::Valid)), group);
        assert_eq!(settled(&mut sides, [group]), [Split::Valid]);
    }

    #[test]
    fn joined_groups_stand_together_whatever_joined_first() {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let mut sides = Sides::default();
            let wishes = [Some(Split::Test), None, Some(Split::Train), Some(Split::Valid)];
            let groups = [0, 1, 2, 3].map(|n| sides.group(Some(&n.to_string()), content(n), wishes[usize::from(n)]));
            order.into_iter().for_each(|n| sides.join(groups[n], groups[n + 1]));
            assert_eq!(settled(&mut sides, groups), [Split::Train; 4]);
        }
    }

    #[test]
    fn without_labels_the_key_decides() {
        let mut sides = Sides::default();
        let of_name = sides.group(Some("a"), content(1), None);
        let of_content = sides.group(None, content(1), None);
        assert_ne!(of_name, of_content);
        let by_hash = [name_key("a"), [1; 16]].map(|key| SplitShares::default().of_group(&key));
        assert_eq!(settled(&mut sides, [of_name, of_content]), by_hash);
    }
}
