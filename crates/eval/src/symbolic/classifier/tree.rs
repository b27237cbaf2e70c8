//! A decision tree whose splits are drawn at random and the best of them taken.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Example, ForestOptions};

/// A node: a question, or an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Node {
    /// Left if the feature is at most the bound.
    Split { feature: u32, bound: f32, left: u32, right: u32 },
    /// The share of each class.
    Leaf(Vec<f32>),
}

/// Nodes, the root last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) fn grow(examples: &[Example], classes: usize, options: &ForestOptions, random: &mut ChaCha8Rng) -> Self {
        let mut tree = Self { nodes: Vec::new() };
        let mut members: Vec<u32> = (0..examples.len() as u32).collect();
        Grower { examples, classes, options, random }.node(&mut tree, &mut members, 0);
        tree
    }

    /// The share of each class among the training examples of the leaf that an example falls into.
    pub(super) fn shares(&self, features: &[f32]) -> &[f32] {
        let mut node = self.nodes.len() - 1;
        loop {
            match &self.nodes[node] {
                Node::Leaf(shares) => return shares,
                Node::Split { feature, bound, left, right } => {
                    let is_left = features.get(*feature as usize).is_some_and(|value| value <= bound);
                    node = *(if is_left { left } else { right }) as usize;
                }
            }
        }
    }
}

/// What the growing of a tree needs at each node.
struct Grower<'a> {
    examples: &'a [Example],
    classes: usize,
    options: &'a ForestOptions,
    random: &'a mut ChaCha8Rng,
}

impl Grower<'_> {
    /// Grows the node of some examples, and all below it; gives its place.
    fn node(&mut self, tree: &mut Tree, members: &mut [u32], depth: usize) -> u32 {
        let counts = self.counts(members);
        let is_pure = counts.iter().filter(|&&count| count > 0).count() <= 1;
        let is_small = members.len() < 2 * self.options.leaf_examples_min || depth >= self.options.depth_max;
        let split = if is_pure || is_small { None } else { self.best_split(members) };
        let node = match split {
            None => Node::Leaf(counts.iter().map(|&count| count as f32 / members.len() as f32).collect()),
            Some((feature, bound)) => {
                let middle = self.part(members, feature, bound);
                let (below, above) = members.split_at_mut(middle);
                let left = self.node(tree, below, depth + 1);
                let right = self.node(tree, above, depth + 1);
                Node::Split { feature: feature as u32, bound, left, right }
            }
        };
        tree.nodes.push(node);
        tree.nodes.len() as u32 - 1
    }

    fn counts(&self, members: &[u32]) -> Vec<u32> {
        let mut counts = vec![0; self.classes];
        members.iter().for_each(|&member| counts[self.examples[member as usize].class] += 1);
        counts
    }

    fn value(&self, member: u32, feature: usize) -> f32 {
        self.examples[member as usize].features[feature]
    }

    /// Of random features with a random bound each, the split of least Gini impurity; `None` where no feature differs.
    fn best_split(&mut self, members: &[u32]) -> Option<(usize, f32)> {
        let width = self.examples[0].features.len();
        let tried = (width as f64).sqrt().ceil() as usize;
        let mut best: Option<(f64, usize, f32)> = None;
        // Many features are 0 throughout a node; such draws do not count, up to a point.
        let mut usable = 0;
        for _ in 0..4 * tried {
            let feature = self.random.random_range(0..width);
            let values = members.iter().map(|&member| self.value(member, feature));
            let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
            let bound = low + (high - low) * self.random.random::<f32>();
            if low < high && bound < high {
                let impurity = self.impurity(members, feature, bound);
                if best.is_none_or(|(least, ..)| impurity < least) {
                    best = Some((impurity, feature, bound));
                }
                usable += 1;
            }
            if usable == tried {
                break;
            }
        }
        best.map(|(_, feature, bound)| (feature, bound))
    }

    /// Gini impurity of the two sides, weighted by their sizes.
    fn impurity(&self, members: &[u32], feature: usize, bound: f32) -> f64 {
        let mut counts = vec![[0u32; 2]; self.classes];
        for &member in members {
            let side = usize::from(self.value(member, feature) > bound);
            counts[self.examples[member as usize].class][side] += 1;
        }
        let side = |side: usize| {
            let total: u32 = counts.iter().map(|count| count[side]).sum();
            let squares: f64 = counts.iter().map(|count| f64::from(count[side]).powi(2)).sum();
            if total == 0 { 0.0 } else { f64::from(total) - squares / f64::from(total) }
        };
        side(0) + side(1)
    }

    /// Brings the members that go left to the front; gives their number.
    fn part(&self, members: &mut [u32], feature: usize, bound: f32) -> usize {
        let mut middle = 0;
        for place in 0..members.len() {
            if self.value(members[place], feature) <= bound {
                members.swap(place, middle);
                middle += 1;
            }
        }
        middle
    }
}
