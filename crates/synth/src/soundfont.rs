//! A bank of instruments, checked and ready to play.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::bank::builtin_bank;
use crate::caught::caught;
use crate::error::SynthError;
use crate::layout::Layout;
use crate::limits::{Amount, SynthLimits};

/// Where systems keep a General MIDI bank, best known first. A program looks for the first of these that exists, unless
/// its user names a bank, and else takes [`SoundFont::builtin`]. TimGM6mb comes first: it is what our reports are made
/// with.
pub const INSTALLED_BANKS: [&str; 12] = [
    "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "/usr/share/soundfonts/TimGM6mb.sf2",
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/GeneralUser-GS.sf2",
    "/usr/share/soundfonts/GeneralUser-GS.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/soundfonts/default.sf2",
    "/usr/local/share/soundfonts/default.sf2",
    "/opt/homebrew/share/soundfonts/default.sf2",
    "/usr/local/share/fluidsynth/sf2/VintageDreamsWaves-v2.sf2",
    "C:\\soundfonts\\default.sf2",
];

/// A SoundFont 2 bank. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct SoundFont {
    name: String,
    sha256: String,
    pub(crate) bank: Arc<rustysynth::SoundFont>,
}

impl SoundFont {
    /// Loads a bank from the bytes of an `.sf2` file. They are not trusted: what a chunk claims is checked first.
    ///
    /// # Errors
    /// Where the bytes are no bank, a damaged one, or more than `limits` allows.
    pub fn read(bytes: &[u8], limits: &SynthLimits) -> Result<Self, SynthError> {
        within(Amount::SoundfontBytes, bytes.len(), limits.soundfont_bytes)?;
        let layout = Layout::of(bytes)?;
        let mut plain = layout.plain()?;
        // What the check does not know of may still make the synthesizer's reader panic.
        let bank = match caught(|| rustysynth::SoundFont::new(&mut plain)) {
            Some(Ok(bank)) => bank,
            Some(Err(error)) => return Err(SynthError::Refused { reason: reason(&error) }),
            None => return Err(SynthError::Refused { reason: "its parts contradict each other".to_owned() }),
        };
        check_voices(&bank, limits)?;
        Ok(Self { name: layout.name(), sha256: hexadecimal(&Sha256::digest(bytes)), bank: Arc::new(bank) })
    }

    /// The small bank that Partita makes itself, so that music sounds where nothing is installed.
    ///
    /// # Errors
    /// None that is known of: the bank is the same bytes every time, and loads.
    pub fn builtin() -> Result<Self, SynthError> {
        Self::read(&builtin_bank(), &SynthLimits::default())
    }

    /// What the bank calls itself; may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the bank's bytes, in 64 hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// What the synthesizer does not take, where its own words do not tell.
fn reason(error: &rustysynth::SoundFontError) -> String {
    match error {
        rustysynth::SoundFontError::SanityCheckFailed => "an instrument plays beyond the end of the samples".to_owned(),
        other => other.to_string(),
    }
}

/// Holds back banks whose keys start so many voices that one note would take for ever.
fn check_voices(bank: &rustysynth::SoundFont, limits: &SynthLimits) -> Result<(), SynthError> {
    let instruments = bank.get_instruments();
    for preset in bank.get_presets() {
        let regions = preset.get_regions().iter().map(|region| instruments[region.get_instrument_id()].get_regions());
        within(Amount::VoicesPerKey, regions.map(<[_]>::len).sum(), limits.voices_per_key)?;
    }
    Ok(())
}

fn within(amount: Amount, found: usize, limit: usize) -> Result<(), SynthError> {
    let excess = SynthError::Limit { amount, found: found as u64, limit: limit as u64 };
    if found > limit { Err(excess) } else { Ok(()) }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a string cannot fail
        text
    })
}
