//! How much a score or a soundfont may ask for.

/// Bounds on loading a soundfont and on rendering.
///
/// ```
/// let short = partita_synth::SynthLimits { seconds: 30, ..Default::default() };
/// assert!(short.voices > 8);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthLimits {
    /// Length of the sound, its fading end included; memory is 345 KiB a second.
    pub seconds: u32,
    /// Notes that sound at once, 8 to 256; of more, the quietest are cut off (that is no error).
    pub voices: u16,
    /// Bytes of a soundfont. Loading takes about as much memory again.
    pub soundfont_bytes: usize,
    /// Voices that one key of one preset may start at once.
    pub voices_per_key: usize,
}

impl Default for SynthLimits {
    fn default() -> Self {
        Self { seconds: 3600, voices: 128, soundfont_bytes: 1 << 30, voices_per_key: 1 << 16 }
    }
}

/// What there was too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Amount {
    /// See [`SynthLimits::seconds`].
    Seconds,
    /// See [`SynthLimits::soundfont_bytes`].
    SoundfontBytes,
    /// See [`SynthLimits::voices_per_key`].
    VoicesPerKey,
}

impl Amount {
    /// Says that there is too much of it, and what to do.
    pub(crate) fn exceeded(self, found: u64, limit: u64) -> String {
        match self {
            Self::Seconds => {
                format!("it lasts {found} seconds, and the limit is {limit}; cut the piece, or check its tempo")
            }
            Self::SoundfontBytes => format!("the bank has more than {limit} bytes; give a smaller one"),
            Self::VoicesPerKey => format!(
                "a preset of the bank can start {found} voices at once, and the limit is {limit}; give another bank"
            ),
        }
    }
}
