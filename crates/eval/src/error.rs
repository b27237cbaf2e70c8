//! What can keep music from being judged.

/// Why a figure could not be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// A clip does not fill one patch of the embedding's input.
    #[error("the clip has {found} samples, and the embedding needs {needed}: give clips of {seconds_min:.1} s or more")]
    ClipTooShort {
        /// Samples in the clip.
        found: usize,
        /// Samples that the first patch needs.
        needed: usize,
        /// The same in seconds.
        seconds_min: f64,
    },
    /// A clip sounds for less than one patch of the embedding's input.
    #[error("the clip sounds for {found} frames, and the embedding needs {needed}: leave out clips that are silent")]
    Silent {
        /// Frames that sound.
        found: usize,
        /// Frames of a patch.
        needed: usize,
    },
    /// A number is infinite or not a number.
    #[error("{what} number {index} is not finite: the sound or the embedding it came from is damaged")]
    NotFinite {
        /// What kind of number, as in "sample".
        what: &'static str,
        /// Its place, from 0.
        index: usize,
    },
    /// Two things that belong together have different sizes.
    #[error("{what} has {found} dimensions where {expected} were expected: compare embeddings of one network only")]
    Dimension {
        /// What has the wrong size.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The right size.
        expected: usize,
    },
    /// A set is too small for the figure to mean anything.
    #[error("{figure} needs at least {needed} clips a side and the {side} set has {found}: give it more clips")]
    TooFewClips {
        /// The figure, as in "FAD".
        figure: &'static str,
        /// Which of the sets is small.
        side: &'static str,
        /// Clips in it.
        found: usize,
        /// Clips that it needs.
        needed: usize,
    },
    /// The weights of an embedding are damaged.
    #[error("the weights of the embedding are damaged: {problem}; fetch the file again")]
    Weights {
        /// What does not hold.
        problem: String,
    },
    /// A network that the user gave cannot be used.
    #[error("the network cannot be used as an embedding: {problem}")]
    Network {
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// An amount is beyond what is computed.
    #[error("{what} is {found}, more than the limit of {limit}")]
    Limit {
        /// The amount.
        what: &'static str,
        /// Its value.
        found: u64,
        /// The most allowed.
        limit: u64,
    },
}
