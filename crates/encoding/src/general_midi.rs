//! The General MIDI Level 1 sound set: names of programs, of their sixteen families, and what people call them.

use crate::DRUMS;
use crate::nearest::nearest;

/// Names of the 128 programs.
const NAMES: [&str; 128] = [
    "Acoustic Grand Piano",
    "Bright Acoustic Piano",
    "Electric Grand Piano",
    "Honky-tonk Piano",
    "Electric Piano 1",
    "Electric Piano 2",
    "Harpsichord",
    "Clavinet",
    "Celesta",
    "Glockenspiel",
    "Music Box",
    "Vibraphone",
    "Marimba",
    "Xylophone",
    "Tubular Bells",
    "Dulcimer",
    "Drawbar Organ",
    "Percussive Organ",
    "Rock Organ",
    "Church Organ",
    "Reed Organ",
    "Accordion",
    "Harmonica",
    "Tango Accordion",
    "Acoustic Guitar (nylon)",
    "Acoustic Guitar (steel)",
    "Electric Guitar (jazz)",
    "Electric Guitar (clean)",
    "Electric Guitar (muted)",
    "Overdriven Guitar",
    "Distortion Guitar",
    "Guitar Harmonics",
    "Acoustic Bass",
    "Electric Bass (finger)",
    "Electric Bass (pick)",
    "Fretless Bass",
    "Slap Bass 1",
    "Slap Bass 2",
    "Synth Bass 1",
    "Synth Bass 2",
    "Violin",
    "Viola",
    "Cello",
    "Contrabass",
    "Tremolo Strings",
    "Pizzicato Strings",
    "Orchestral Harp",
    "Timpani",
    "String Ensemble 1",
    "String Ensemble 2",
    "Synth Strings 1",
    "Synth Strings 2",
    "Choir Aahs",
    "Voice Oohs",
    "Synth Voice",
    "Orchestra Hit",
    "Trumpet",
    "Trombone",
    "Tuba",
    "Muted Trumpet",
    "French Horn",
    "Brass Section",
    "Synth Brass 1",
    "Synth Brass 2",
    "Soprano Sax",
    "Alto Sax",
    "Tenor Sax",
    "Baritone Sax",
    "Oboe",
    "English Horn",
    "Bassoon",
    "Clarinet",
    "Piccolo",
    "Flute",
    "Recorder",
    "Pan Flute",
    "Blown Bottle",
    "Shakuhachi",
    "Whistle",
    "Ocarina",
    "Lead 1 (square)",
    "Lead 2 (sawtooth)",
    "Lead 3 (calliope)",
    "Lead 4 (chiff)",
    "Lead 5 (charang)",
    "Lead 6 (voice)",
    "Lead 7 (fifths)",
    "Lead 8 (bass and lead)",
    "Pad 1 (new age)",
    "Pad 2 (warm)",
    "Pad 3 (polysynth)",
    "Pad 4 (choir)",
    "Pad 5 (bowed)",
    "Pad 6 (metallic)",
    "Pad 7 (halo)",
    "Pad 8 (sweep)",
    "FX 1 (rain)",
    "FX 2 (soundtrack)",
    "FX 3 (crystal)",
    "FX 4 (atmosphere)",
    "FX 5 (brightness)",
    "FX 6 (goblins)",
    "FX 7 (echoes)",
    "FX 8 (sci-fi)",
    "Sitar",
    "Banjo",
    "Shamisen",
    "Koto",
    "Kalimba",
    "Bagpipe",
    "Fiddle",
    "Shanai",
    "Tinkle Bell",
    "Agogo",
    "Steel Drums",
    "Woodblock",
    "Taiko Drum",
    "Melodic Tom",
    "Synth Drum",
    "Reverse Cymbal",
    "Guitar Fret Noise",
    "Breath Noise",
    "Seashore",
    "Bird Tweet",
    "Telephone Ring",
    "Helicopter",
    "Applause",
    "Gunshot",
];

/// Names of the sixteen families of eight programs each.
const FAMILIES: [&str; 16] = [
    "Piano",
    "Chromatic Percussion",
    "Organ",
    "Guitar",
    "Bass",
    "Strings",
    "Ensemble",
    "Brass",
    "Reed",
    "Pipe",
    "Synth Lead",
    "Synth Pad",
    "Synth Effects",
    "Ethnic",
    "Percussive",
    "Sound Effects",
];

/// What instruments are called short, and the program that stands for each.
const SHORT_NAMES: [(&str, u8); 48] = [
    ("drums", DRUMS),
    ("drum kit", DRUMS),
    ("percussion", DRUMS),
    ("piano", 0),
    ("grand piano", 0),
    ("electric piano", 4),
    ("rhodes", 4),
    ("organ", 16),
    ("guitar", 24),
    ("acoustic guitar", 24),
    ("nylon guitar", 24),
    ("steel guitar", 25),
    ("jazz guitar", 26),
    ("electric guitar", 27),
    ("clean guitar", 27),
    ("muted guitar", 28),
    ("bass", 33),
    ("electric bass", 33),
    ("double bass", 32),
    ("upright bass", 32),
    ("slap bass", 36),
    ("synth bass", 38),
    ("harp", 46),
    ("strings", 48),
    ("string ensemble", 48),
    ("synth strings", 50),
    ("choir", 52),
    ("voice", 53),
    ("brass", 61),
    ("horn", 60),
    ("synth brass", 62),
    ("saxophone", 66),
    ("sax", 66),
    ("soprano saxophone", 64),
    ("alto saxophone", 65),
    ("tenor saxophone", 66),
    ("baritone saxophone", 67),
    ("synth lead", 80),
    ("lead", 80),
    ("synth", 81),
    ("synth pad", 89),
    ("pad", 89),
    ("mallets", 12),
    ("steel drum", 114),
    ("ney", 75),
    ("kanun", 15),
    ("oud", 104),
    ("kemenche", 110),
];

/// Name of a program, or of the drum kit for [`crate::DRUMS`]; anything above is the drum kit too.
///
/// ```
/// use partita_encoding::{DRUMS, general_midi};
/// assert_eq!(general_midi::name(0), "Acoustic Grand Piano");
/// assert_eq!(general_midi::name(DRUMS), "Drums");
/// ```
pub fn name(program: u8) -> &'static str {
    NAMES.get(usize::from(program)).copied().unwrap_or("Drums")
}

/// Name of a program's family; "Drums" for [`DRUMS`].
pub fn family(program: u8) -> &'static str {
    if program < DRUMS { FAMILIES[usize::from(program / 8)] } else { "Drums" }
}

/// The program of a name: a General MIDI name, a family (its first program, but for what a short name says
/// otherwise), a short name such as "bass" or "drums", or a program's number from 0. Case does not count.
///
/// ```
/// use partita_encoding::{DRUMS, general_midi};
/// assert_eq!(general_midi::program("Tenor Sax"), Some(66));
/// assert_eq!(general_midi::program("drums"), Some(DRUMS));
/// assert_eq!(general_midi::program("bass"), Some(33));
/// assert_eq!(general_midi::nearest_names("violine", 1), ["Violin"]);
/// ```
pub fn program(name: &str) -> Option<u8> {
    let name = name.trim();
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let exact = NAMES.iter().position(|known| is(known)).map(|program| program as u8);
    let short = || SHORT_NAMES.iter().find(|(known, _)| is(known)).map(|&(_, program)| program);
    let family = || FAMILIES.iter().position(|known| is(known)).map(|family| 8 * family as u8);
    let number = || name.parse().ok().filter(|&program| program < DRUMS);
    exact.or_else(short).or_else(family).or_else(number)
}

/// Up to `count` names of instruments, nearest to an unknown one first.
pub fn nearest_names(name: &str, count: usize) -> Vec<&'static str> {
    nearest(name, NAMES.into_iter().chain(SHORT_NAMES.map(|(known, _)| known)).chain(FAMILIES), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_its_program() {
        assert!((0..DRUMS).all(|number| program(name(number)) == Some(number)));
        assert!((0..DRUMS).all(|number| program(&number.to_string()) == Some(number)));
        assert_eq!(program(name(DRUMS)), Some(DRUMS));
        assert_eq!((family(0), family(127), family(DRUMS)), ("Piano", "Sound Effects", "Drums"));
    }

    #[test]
    fn what_is_no_instrument_has_near_names() {
        assert_eq!(program("128"), None);
        assert_eq!(program("theremin"), None);
        assert_eq!(nearest_names("trumpt", 1), ["Trumpet"]);
        assert_eq!(nearest_names("sitar", 1), ["Sitar"]);
    }
}
