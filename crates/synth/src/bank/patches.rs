//! The 128 programs of General MIDI (MIDI Manufacturers Association, RP-003): what sounds, and how it begins and ends.

use super::sf2::{Generator, Setting};
use super::timbres::TimbreName::{self, *};

/// A program's instrument.
#[derive(Clone)]
pub(super) struct Patch {
    pub(super) name: &'static str,
    pub(super) timbre: TimbreName,
    /// Two of it, so many cents apart and to both sides; none where 0.
    pub(super) apart: i16,
    pub(super) settings: Vec<Setting>,
}

/// Plucked or struck: it fades within about so many seconds, faster for high keys.
fn fading(name: &'static str, timbre: TimbreName, seconds: f64) -> Patch {
    let settings = vec![
        (Generator::AttackVolEnv, time(0.001)),
        (Generator::DecayVolEnv, time(seconds)),
        (Generator::SustainVolEnv, 1000),
        (Generator::KeynumToVolEnvDecay, 35),
        (Generator::ReleaseVolEnv, time((0.15 * seconds).clamp(0.2, 1.5))),
        (Generator::ReverbEffectsSend, 60),
    ];
    Patch { name, timbre, apart: 0, settings }
}

/// Blown, bowed or sung: as long as the key is held, with so many seconds to begin and to end.
fn held(name: &'static str, timbre: TimbreName, attack: f64, release: f64) -> Patch {
    let settings = vec![
        (Generator::AttackVolEnv, time(attack)),
        (Generator::ReleaseVolEnv, time(release)),
        (Generator::ReverbEffectsSend, 80),
    ];
    Patch { name, timbre, apart: 0, settings }
}

/// A drum or a noise that ends by itself.
fn hit(name: &'static str, timbre: TimbreName) -> Patch {
    let settings = vec![(Generator::ReleaseVolEnv, time(4.0)), (Generator::ReverbEffectsSend, 80)];
    Patch { name, timbre, apart: 0, settings }
}

impl Patch {
    /// A setting replaces an earlier one of its kind.
    fn with(mut self, settings: &[Setting]) -> Self {
        self.settings.retain(|(earlier, _)| settings.iter().all(|(later, _)| earlier != later));
        self.settings.extend(settings);
        self
    }

    /// Two voices, in cents apart, and together about as loud as one.
    fn apart(mut self, cents: i16) -> Self {
        self.apart = cents;
        self.softer(3).with(&[(Generator::ChorusEffectsSend, 80)])
    }

    /// Softer by so many decibels.
    fn softer(self, decibels: i16) -> Self {
        self.with(&[attenuation(decibels)])
    }

    /// Vibrato of so many cents, after a third of a second.
    fn vibrato(self, cents: i16) -> Self {
        let hertz = 1200.0 * libm::log2(5.4 / 8.176);
        self.with(&[
            (Generator::VibLfoToPitch, cents),
            (Generator::FreqVibLfo, hertz as i16),
            (Generator::DelayVibLfo, time(0.35)),
        ])
    }

    /// Tremolo of so many decibels.
    fn tremolo(self, decibels: i16) -> Self {
        let hertz = 1200.0 * libm::log2(6.0 / 8.176);
        self.with(&[(Generator::ModLfoToVolume, 10 * decibels), (Generator::FreqModLfo, hertz as i16)])
    }

    /// Only what is below so many hertz.
    fn dark(self, hertz: f64) -> Self {
        self.with(&[(Generator::InitialFilterFc, (1200.0 * libm::log2(hertz / 8.176)) as i16)])
    }

    /// Dark at first, brighter by so many octaves within `attack` seconds, then half as bright again.
    fn opening(self, hertz: f64, octaves: f64, attack: f64) -> Self {
        self.dark(hertz).with(&[
            (Generator::ModEnvToFilterFc, (1200.0 * octaves) as i16),
            (Generator::AttackModEnv, time(attack)),
            (Generator::DecayModEnv, time(0.6)),
            (Generator::SustainModEnv, 400),
        ])
    }

    /// Slides up to its pitch and down again without end: sirens and birds.
    fn wailing(self, cents: i16) -> Self {
        self.with(&[(Generator::ModLfoToPitch, cents), (Generator::FreqModLfo, -1200)])
    }
}

/// Softer by so many decibels. Synthesizers take 40 % of the format's centibels, as the sound cards did that it was
/// made for.
pub(super) fn attenuation(decibels: i16) -> Setting {
    (Generator::InitialAttenuation, decibels * 25)
}

/// Seconds in the format's time cents.
pub(super) fn time(seconds: f64) -> i16 {
    (1200.0 * libm::log2(seconds)) as i16
}

/// The programs, in order.
pub(super) fn patches() -> Vec<Patch> {
    let families = [
        piano(),
        chromatic(),
        organ(),
        guitar(),
        bass(),
        strings(),
        ensemble(),
        brass(),
        reed(),
        pipe(),
        lead(),
        pad(),
        effects(),
        ethnic(),
        percussive(),
        sounds(),
    ];
    families.into_iter().flatten().collect()
}

fn piano() -> [Patch; 8] {
    [
        fading("Grand Piano", Piano, 14.0).softer(4),
        fading("Bright Piano", Steel, 12.0).softer(4),
        fading("Electric Grand", Piano, 9.0).apart(4).softer(6),
        fading("Honky-tonk Piano", Piano, 9.0).apart(14).softer(6),
        fading("Electric Piano 1", ElectricPiano, 9.0).softer(4),
        fading("Electric Piano 2", GlassPiano, 8.0).apart(6).softer(7),
        fading("Harpsichord", Harpsichord, 6.0),
        fading("Clavinet", Harpsichord, 4.0).dark(3500.0),
    ]
}

fn chromatic() -> [Patch; 8] {
    [
        fading("Celesta", Celesta, 5.0),
        fading("Glockenspiel", Celesta, 6.0).softer(3),
        fading("Music Box", Celesta, 4.0).apart(5).softer(4),
        fading("Vibraphone", Vibraphone, 10.0).tremolo(3),
        fading("Marimba", Marimba, 2.2),
        fading("Xylophone", Xylophone, 1.4).softer(3),
        fading("Tubular Bells", Bell, 10.0).softer(2),
        fading("Dulcimer", Harpsichord, 5.0).apart(8).softer(4),
    ]
}

fn organ() -> [Patch; 8] {
    [
        held("Drawbar Organ", Organ, 0.008, 0.06),
        held("Percussive Organ", Organ, 0.003, 0.06).tremolo(1),
        held("Rock Organ", RockOrgan, 0.006, 0.06).apart(7),
        held("Church Organ", ChurchOrgan, 0.05, 0.4),
        held("Reed Organ", Reeds, 0.05, 0.12),
        held("Accordion", Reeds, 0.03, 0.1).apart(12).softer(3),
        held("Harmonica", Reeds, 0.03, 0.1).vibrato(10),
        held("Bandoneon", Reeds, 0.04, 0.1).apart(6).softer(6),
    ]
}

fn guitar() -> [Patch; 8] {
    [
        fading("Nylon Guitar", Nylon, 6.0),
        fading("Steel Guitar", Steel, 7.0),
        fading("Jazz Guitar", Nylon, 7.0).dark(2200.0),
        fading("Clean Guitar", Steel, 8.0).apart(5).softer(8),
        fading("Muted Guitar", Nylon, 0.9),
        held("Overdriven Guitar", Overdrive, 0.004, 0.12).vibrato(6),
        held("Distortion Guitar", Overdrive, 0.004, 0.15).apart(6),
        fading("Guitar Harmonics", Celesta, 5.0),
    ]
}

fn bass() -> [Patch; 8] {
    [
        fading("Acoustic Bass", Bass, 5.0).dark(2500.0),
        fading("Finger Bass", Bass, 7.0),
        fading("Pick Bass", Slap, 7.0),
        fading("Fretless Bass", Bass, 8.0).dark(1200.0).vibrato(6),
        fading("Slap Bass 1", Slap, 6.0),
        fading("Slap Bass 2", Slap, 5.0),
        fading("Synth Bass 1", SawWave, 5.0).opening(250.0, 3.0, 0.004),
        fading("Synth Bass 2", SquareWave, 5.0).opening(200.0, 2.5, 0.004).softer(3),
    ]
}

fn strings() -> [Patch; 8] {
    [
        held("Violin", Violin, 0.06, 0.15).vibrato(14),
        held("Viola", Violin, 0.07, 0.15).vibrato(12).dark(4500.0),
        held("Cello", Cello, 0.07, 0.18).vibrato(12),
        held("Contrabass", Cello, 0.08, 0.18).vibrato(8).dark(3000.0),
        held("Tremolo Strings", Violin, 0.06, 0.2).apart(9).tremolo(5).softer(8),
        fading("Pizzicato Strings", Nylon, 1.3),
        fading("Orchestral Harp", Nylon, 6.0),
        fading("Timpani", Tom, 4.0),
    ]
}

fn ensemble() -> [Patch; 8] {
    [
        held("String Ensemble 1", Violin, 0.1, 0.3).apart(12),
        held("String Ensemble 2", Cello, 0.18, 0.4).apart(12),
        held("Synth Strings 1", SawWave, 0.12, 0.4).apart(14).dark(4500.0).softer(6),
        held("Synth Strings 2", SawWave, 0.25, 0.6).apart(18).dark(3000.0).softer(5),
        held("Choir Aahs", Aah, 0.12, 0.3).apart(10).vibrato(8),
        held("Voice Oohs", Ooh, 0.1, 0.3).apart(8).vibrato(8),
        held("Synth Voice", Ooh, 0.08, 0.3).apart(12),
        fading("Orchestra Hit", SawWave, 1.6).apart(25),
    ]
}

fn brass() -> [Patch; 8] {
    [
        held("Trumpet", Trumpet, 0.03, 0.1).opening(1200.0, 2.6, 0.05).vibrato(7),
        held("Trombone", Trumpet, 0.04, 0.12).opening(800.0, 2.3, 0.07),
        held("Tuba", Horn, 0.05, 0.12).opening(500.0, 2.0, 0.06),
        held("Muted Trumpet", Oboe, 0.03, 0.1).softer(6),
        held("French Horn", Horn, 0.06, 0.18).opening(700.0, 2.0, 0.09),
        held("Brass Section", Trumpet, 0.04, 0.14).apart(10).opening(1000.0, 2.6, 0.06).softer(8),
        held("Synth Brass 1", SawWave, 0.02, 0.15).apart(10).opening(600.0, 3.0, 0.05),
        held("Synth Brass 2", SawWave, 0.05, 0.25).apart(14).opening(500.0, 2.6, 0.12),
    ]
}

fn reed() -> [Patch; 8] {
    [
        held("Soprano Sax", Saxophone, 0.03, 0.1).vibrato(10),
        held("Alto Sax", Saxophone, 0.03, 0.1).vibrato(10).dark(6000.0),
        held("Tenor Sax", Saxophone, 0.03, 0.12).vibrato(9).dark(4500.0),
        held("Baritone Sax", Saxophone, 0.04, 0.12).vibrato(7).dark(3500.0),
        held("Oboe", Oboe, 0.03, 0.1).vibrato(8),
        held("English Horn", Oboe, 0.04, 0.12).vibrato(8).dark(3500.0),
        held("Bassoon", Bassoon, 0.04, 0.12),
        held("Clarinet", Clarinet, 0.03, 0.1),
    ]
}

fn pipe() -> [Patch; 8] {
    [
        held("Piccolo", Flute, 0.03, 0.1).vibrato(8),
        held("Flute", Flute, 0.04, 0.12).vibrato(10),
        held("Recorder", Whistle, 0.03, 0.1),
        held("Pan Flute", PanFlute, 0.05, 0.15).vibrato(6),
        held("Blown Bottle", PanFlute, 0.07, 0.2),
        held("Shakuhachi", PanFlute, 0.06, 0.18).vibrato(16),
        held("Whistle", Whistle, 0.04, 0.12).vibrato(14),
        held("Ocarina", Whistle, 0.04, 0.12).vibrato(8),
    ]
}

fn lead() -> [Patch; 8] {
    [
        held("Square Lead", SquareWave, 0.005, 0.08).vibrato(8),
        held("Saw Lead", SawWave, 0.005, 0.08).apart(6).vibrato(8),
        held("Calliope Lead", Flute, 0.02, 0.1).apart(6),
        held("Chiff Lead", PanFlute, 0.004, 0.1),
        held("Charang Lead", Overdrive, 0.005, 0.1).apart(8),
        held("Voice Lead", Aah, 0.03, 0.15).vibrato(10),
        held("Fifths Lead", SawWave, 0.005, 0.1).apart(20).softer(5),
        held("Bass and Lead", SawWave, 0.004, 0.1).opening(500.0, 3.0, 0.01),
    ]
}

fn pad() -> [Patch; 8] {
    [
        held("New Age Pad", GlassPiano, 0.1, 1.2).apart(8),
        held("Warm Pad", SawWave, 0.4, 1.2).apart(12).dark(1400.0),
        held("Polysynth Pad", SawWave, 0.05, 0.6).apart(10).softer(6),
        held("Choir Pad", Ooh, 0.3, 1.2).apart(14),
        held("Bowed Pad", Metal, 0.5, 1.2).apart(8),
        held("Metallic Pad", Metal, 0.15, 1.4).apart(14).softer(6),
        held("Halo Pad", Aah, 0.5, 1.5).apart(12),
        held("Sweep Pad", SawWave, 0.3, 1.4).apart(12).opening(300.0, 3.5, 1.5),
    ]
}

fn effects() -> [Patch; 8] {
    [
        fading("Rain", GlassPiano, 5.0).apart(12).softer(4),
        held("Soundtrack", SawWave, 0.4, 1.4).apart(16).dark(2200.0),
        fading("Crystal", Bell, 6.0).apart(6).softer(3),
        fading("Atmosphere", Steel, 9.0).apart(14),
        held("Brightness", Metal, 0.02, 1.0).apart(10).softer(5),
        held("Goblins", Growl, 0.4, 1.2).apart(18).dark(1800.0).softer(6),
        held("Echoes", Ooh, 0.1, 1.5).apart(10).tremolo(4),
        held("Star Theme", SawWave, 0.1, 1.0).apart(9).dark(2500.0).softer(5),
    ]
}

fn ethnic() -> [Patch; 8] {
    [
        fading("Sitar", Koto, 7.0).apart(7).softer(4),
        fading("Banjo", Koto, 2.4),
        fading("Shamisen", Koto, 2.0).dark(4000.0),
        fading("Koto", Koto, 5.0),
        fading("Kalimba", Marimba, 2.5).softer(4),
        held("Bagpipe", Oboe, 0.02, 0.08).apart(6),
        held("Fiddle", Violin, 0.04, 0.12).vibrato(10),
        held("Shanai", Oboe, 0.03, 0.1).vibrato(14),
    ]
}

fn percussive() -> [Patch; 8] {
    [
        fading("Tinkle Bell", Bell, 3.0),
        hit("Agogo", Agogo),
        fading("Steel Drums", SteelDrum, 4.0),
        hit("Woodblock", WoodBlock),
        hit("Taiko Drum", Tom),
        hit("Melodic Tom", Tom),
        hit("Synth Drum", Kick),
        held("Reverse Cymbal", Swell, 1.6, 0.05).softer(8),
    ]
}

fn sounds() -> [Patch; 8] {
    [
        hit("Guitar Fret Noise", Scrape),
        held("Breath Noise", Wind, 0.05, 0.2).softer(14),
        held("Seashore", Swell, 1.2, 1.5).tremolo(4).dark(4500.0),
        held("Bird Tweet", Whistle, 0.01, 0.1).wailing(700).softer(5),
        held("Telephone Ring", SquareWave, 0.005, 0.05).tremolo(9).softer(8),
        held("Helicopter", Rumble, 0.1, 0.4).tremolo(9).softer(10),
        held("Applause", Swell, 0.5, 0.8).dark(5000.0).softer(5),
        hit("Gunshot", Snare),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_has_a_name_of_its_own_that_the_format_can_hold() {
        let patches = patches();
        assert_eq!(patches.len(), 128);
        for (index, patch) in patches.iter().enumerate() {
            assert!(patch.name.len() < 20, "{} is too long", patch.name);
            assert!(patches[..index].iter().all(|other| other.name != patch.name), "{} is there twice", patch.name);
        }
    }
}
