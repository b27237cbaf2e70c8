//! What reads files that people did not make themselves, one module a kind of file: a valid one, and a trial of any bytes as the
//! program would take them. A trial ends, or it panics; what the bytes are worth is not its matter.
//!
//! `tests/mutated.rs` tries seeded mutations and replays finds with any compiler; the targets in `fuzz/` try without end.
//! Digests are made right before a trial, as somebody would who means harm: else they would end nearly every one.

#![allow(clippy::unwrap_used)] // a trial may end wherever something unexpected happens

pub mod bank;
pub mod corpus;
pub mod labels;
pub mod model;
mod mutation;
pub mod recipe;

pub use mutation::mutated;

/// One kind of file.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The name of the kind and of its fuzz target.
    pub name: &'static str,
    /// A file that is in order.
    pub valid: fn() -> Vec<u8>,
    /// Reads any bytes as such a file, and uses what was read. Whether they pass.
    pub passes: fn(&[u8]) -> bool,
}

/// All kinds but MIDI files, whose target `read` asks for more than an end.
pub const KINDS: [Kind; 5] = [
    Kind { name: "bank", valid: bank::valid, passes: bank::passes },
    Kind { name: "corpus", valid: corpus::valid, passes: corpus::passes },
    Kind { name: "labels", valid: labels::valid, passes: labels::passes },
    Kind { name: "model", valid: model::valid, passes: model::passes },
    Kind { name: "recipe", valid: recipe::valid, passes: recipe::passes },
];
