//! Score + soundfont → sound → WAV. A [`SoundFont`] is loaded from bytes or made by the crate itself
//! ([`SoundFont::builtin`]), [`render`] plays a score with it, and the [`Audio`] that comes out is mixed down, resampled,
//! normalised and written. Banks are taken as untrusted, and every length has a limit.
//!
//! ```
//! use partita_score::Score;
//! use partita_synth::{RenderOptions, SampleFormat, SoundFont, render, write_wav};
//! let audio = render(&Score::new(480), &SoundFont::builtin()?, &RenderOptions::default())?;
//! let file = write_wav(&audio.to_mono().resampled(16_000)?, SampleFormat::Float32)?;
//! assert!(file.starts_with(b"RIFF"));
//! # Ok::<(), partita_synth::SynthError>(())
//! ```

mod audio;
mod bank;
mod caught;
mod error;
mod layout;
mod limits;
mod render;
mod resample;
mod riff;
mod schedule;
mod soundfont;
mod wav;

pub use audio::{Audio, RATE_HZ_MAX, RATE_HZ_MIN};
pub use bank::builtin_bank;
pub use error::SynthError;
pub use limits::{Amount, SynthLimits};
pub use render::{RenderOptions, RenderProgress, render, render_watched};
pub use soundfont::{INSTALLED_BANKS, SoundFont};
pub use wav::{SampleFormat, write_wav};

/// Sample rate at which scores are rendered, in Hz.
pub const SAMPLE_RATE_HZ: u32 = 44_100;
