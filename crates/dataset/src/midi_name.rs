//! Which files are MIDI files, by their names.

use std::path::Path;

/// Endings of MIDI files' names.
const ENDINGS: [&str; 5] = ["mid", "midi", "kar", "rmi", "smf"];

/// Whether a file's name ends as those of MIDI files do, in any case: `.mid`, `.midi`, `.kar`, `.rmi` or `.smf`.
///
/// ```
/// use partita_dataset::is_midi_name;
/// assert!(is_midi_name("folk/Song.KAR".as_ref()) && !is_midi_name("folk/mid".as_ref()));
/// ```
pub fn is_midi_name(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
