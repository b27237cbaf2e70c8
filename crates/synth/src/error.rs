//! What can go wrong, in words that name the place and the remedy. The caller adds the file's name.

use crate::limits::Amount;

/// Why a score could not be made to sound.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SynthError {
    /// More is asked for than [`crate::SynthLimits`] allows.
    #[error("{}", .amount.exceeded(*.found, *.limit))]
    Limit {
        /// What there is too much of.
        amount: Amount,
        /// How much there is.
        found: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// The bytes are no SoundFont 2 bank, or a damaged one.
    #[error("byte {byte}: {fault}; give a SoundFont 2 bank (.sf2) with uncompressed samples")]
    SoundFont {
        /// Where in the bank; counted from its first byte.
        byte: usize,
        /// What is wrong there.
        fault: &'static str,
    },
    /// The synthesizer does not take the bank.
    #[error("the synthesizer refuses the bank: {reason}; give a SoundFont 2 bank (.sf2) with uncompressed samples")]
    Refused {
        /// Its own words.
        reason: String,
    },
    /// The bank's contents made the synthesizer fail while it played.
    #[error("the bank breaks the synthesizer {seconds:.2} s into the piece; it is damaged, use another bank")]
    Broken {
        /// How far the rendering had come.
        seconds: f64,
    },
    /// A rate outside the range that is supported.
    #[error(
        "{found} Hz is no sample rate that is supported; give one from {} to {}",
        crate::RATE_HZ_MIN,
        crate::RATE_HZ_MAX
    )]
    Rate {
        /// The rate that was asked for.
        found: u32,
    },
    /// The caller's watcher asked for an end.
    #[error("rendering was stopped {seconds:.2} s into the piece")]
    Stopped {
        /// How far the rendering had come.
        seconds: f64,
    },
    /// Sound that does not fit into the file's format.
    #[error("write the sound as WAV: {0}; render a shorter piece")]
    Wav(#[from] hound::Error),
}
