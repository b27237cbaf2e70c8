//! The SoundFont bank that a command plays with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use partita_synth::{INSTALLED_BANKS, SoundFont, SynthLimits};

use crate::console::Console;
use crate::files::read_bytes;

/// What `--soundfont` calls the program's own bank.
const BUILTIN: &str = "builtin";
/// Where a user keeps a bank for all programs, in the home folder.
const USERS_BANK: &str = ".local/share/soundfonts/default.sf2";

/// A bank ready to play.
pub(crate) struct Bank {
    /// Its file, or `builtin`.
    pub(crate) name: String,
    pub(crate) soundfont: SoundFont,
}

impl Bank {
    /// The bank that was asked for by its file or as `builtin`; unasked the user's own, else the first that the system
    /// keeps, else the program's.
    pub(crate) fn choose(asked: Option<&Path>, console: &Console) -> Result<Self> {
        match asked {
            Some(name) if name.as_os_str() == BUILTIN => Self::builtin(),
            Some(path) => Self::read(path),
            None => match installed() {
                Some(path) => Self::read(&path).or_else(|error| {
                    console.note(&format!("{error:#}; the program's own bank is played instead"));
                    Self::builtin()
                }),
                None => Self::builtin(),
            },
        }
    }

    fn builtin() -> Result<Self> {
        Ok(Self { name: BUILTIN.to_owned(), soundfont: SoundFont::builtin().context("make the program's own bank")? })
    }

    fn read(path: &Path) -> Result<Self> {
        let limits = SynthLimits::default();
        let bytes = read_bytes(path, limits.soundfont_bytes)?;
        let soundfont = SoundFont::read(&bytes, &limits).with_context(|| format!("read {}", path.display()))?;
        Ok(Self { name: path.display().to_string(), soundfont })
    }
}

/// The first bank that is there.
fn installed() -> Option<PathBuf> {
    let users = std::env::home_dir().map(|home| home.join(USERS_BANK));
    users.into_iter().chain(INSTALLED_BANKS.iter().map(PathBuf::from)).find(|path| path.is_file())
}
