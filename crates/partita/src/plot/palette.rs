//! The colours of the pictures, and short names for drum sounds.

use super::drawing::Colour;

pub(crate) const PAPER: Colour = Colour::hex(0xFFFFFF);
pub(crate) const INK: Colour = Colour::hex(0x22252B);
pub(crate) const FAINT: Colour = Colour::hex(0x6B7280);
pub(crate) const SHADE: Colour = Colour::hex(0xF3F4F7);
pub(crate) const BAR_LINE: Colour = Colour::hex(0xB9BEC9);
pub(crate) const BEAT_LINE: Colour = Colour::hex(0xE3E6EC);
const DRUMS: Colour = Colour::hex(0x3B3F4A);

/// One hue a General MIDI family of eight programs; neighbours that often sound together differ most.
const FAMILIES: [Colour; 16] = [
    Colour::hex(0x2563EB), // piano
    Colour::hex(0x0891B2), // chromatic percussion
    Colour::hex(0x7C3AED), // organ
    Colour::hex(0xEA580C), // guitar
    Colour::hex(0x15803D), // bass
    Colour::hex(0xB45309), // strings
    Colour::hex(0xA16207), // ensemble
    Colour::hex(0xDC2626), // brass
    Colour::hex(0xDB2777), // reed
    Colour::hex(0x0D9488), // pipe
    Colour::hex(0xC026D3), // synth lead
    Colour::hex(0x6366F1), // synth pad
    Colour::hex(0x65A30D), // synth effects
    Colour::hex(0x9A3412), // ethnic
    Colour::hex(0x57534E), // percussive
    Colour::hex(0x475569), // sound effects
];

/// The series of a chart, told apart by hue and by lightness.
pub(super) const SERIES: [Colour; 8] = [
    Colour::hex(0x2563EB),
    Colour::hex(0xEA580C),
    Colour::hex(0x15803D),
    Colour::hex(0xC026D3),
    Colour::hex(0x0891B2),
    Colour::hex(0xDC2626),
    Colour::hex(0x854D0E),
    Colour::hex(0x475569),
];

/// How far each program of a family is from its hue: towards white where positive, towards black where negative.
/// Neighbours, which often play together, lie far apart.
const SHADES: [f32; 8] = [0.0, 0.32, -0.32, 0.5, -0.15, 0.18, -0.45, 0.4];

/// The colour of a General MIDI program, or of the drum kit (`None`). Programs of one family share a hue.
pub(crate) fn of_program(program: Option<u8>) -> Colour {
    match program {
        None => DRUMS,
        Some(program) => {
            let family = FAMILIES[usize::from(program / 8) % FAMILIES.len()];
            let shade = SHADES[usize::from(program % 8)];
            family.mix(if shade < 0.0 { INK } else { PAPER }, shade.abs())
        }
    }
}

/// The colour of a chart's `index`-th series; they repeat after eight.
pub(crate) fn of_series(index: usize) -> Colour {
    SERIES[index % SERIES.len()]
}

/// A name of at most eight letters for a General MIDI drum sound; its number where there is none.
pub(crate) fn drum_abbreviation(sound: u8) -> String {
    let name = match sound {
        35 | 36 => "Kick",
        37 => "Stick",
        38 | 40 => "Snare",
        39 => "Clap",
        41 | 43 => "Floor",
        42 => "Hat",
        44 => "Pedal",
        45 | 47 => "Tom lo",
        46 => "Open",
        48 | 50 => "Tom hi",
        49 | 57 => "Crash",
        51 | 59 => "Ride",
        52 => "China",
        53 => "Bell",
        54 => "Tamb",
        55 => "Splash",
        56 => "Cowbell",
        58 => "Slap",
        60..=61 => "Bongo",
        62..=64 => "Conga",
        65..=66 => "Timbale",
        67..=68 => "Agogo",
        69 => "Cabasa",
        70 => "Maracas",
        71..=72 => "Whistle",
        73..=74 => "Guiro",
        75 => "Claves",
        76..=77 => "Block",
        78..=79 => "Cuica",
        80..=81 => "Triangle",
        _ => return format!("#{sound}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_a_family_differ_and_families_differ_more() {
        assert_ne!(of_program(Some(24)), of_program(Some(25)));
        assert_eq!(of_program(Some(24)), FAMILIES[3]);
        assert_ne!(of_program(Some(0)), of_program(None));
    }

    #[test]
    fn drum_names_fit_the_margin() {
        assert!((0..=127).all(|sound| drum_abbreviation(sound).len() <= 8));
        assert_eq!(drum_abbreviation(36), "Kick");
        assert_eq!(drum_abbreviation(99), "#99");
    }
}
