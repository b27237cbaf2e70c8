//! The bank that Partita makes itself: additive, plucked-string and frequency-modulation voices for the sixteen families
//! of General MIDI, and a drum kit. It is computed, by arithmetic alone that is the same on every machine, so the bank is
//! the same bytes everywhere.

mod hit;
mod kit;
mod noise;
mod patches;
mod sf2;
mod timbres;
mod tone;

use kit::{DrumKey, kit};
use patches::{Patch, attenuation, patches, time};
use sf2::{Generator, Preset, Sample, Setting, Zone};
use timbres::{TIMBRES, Timbre, TimbreName};

/// Played with a sample, its loop as long as the sound lasts.
const LOOPED: Setting = (Generator::SampleModes, 1);
/// The bank number of drum kits.
const DRUMS: u16 = 128;

/// The bank of [`crate::SoundFont::builtin`] as an `.sf2` file, for other players.
pub fn builtin_bank() -> Vec<u8> {
    let samples = Samples::new();
    let mut presets: Vec<_> = (0..).zip(patches()).map(|(program, patch)| samples.melodic(program, patch)).collect();
    presets.push(samples.drums());
    sf2::write("Partita built-in bank", &samples.samples, &presets)
}

/// All samples, and where each timbre's first one is.
struct Samples {
    samples: Vec<Sample>,
    first: Vec<usize>,
}

impl Samples {
    fn new() -> Self {
        let (mut samples, mut first) = (Vec::new(), Vec::new());
        for (name, timbre) in TIMBRES {
            first.push(samples.len());
            match timbre {
                Timbre::Pitched(tone) => samples.extend(tone::ROOTS.map(|root| tone.sample(name, root))),
                Timbre::Struck(hit) => samples.push(hit.sample(name)),
            }
        }
        Self { samples, first }
    }

    /// The timbre's samples with the keys that each is to play.
    fn zones(&self, timbre: TimbreName) -> Vec<Zone> {
        let first = self.first[timbre as usize];
        let count = match TIMBRES[timbre as usize].1 {
            Timbre::Pitched(_) => tone::ROOTS.len(),
            Timbre::Struck(_) => 1,
        };
        let zone = |index: usize| {
            let low = if index == 0 { 0 } else { tone::ROOTS[index] - 6 };
            let high = if index + 1 == count { 127 } else { tone::ROOTS[index] + 5 };
            let sample = first + index;
            let settings = if self.samples[sample].repeat.is_some() { vec![LOOPED] } else { Vec::new() };
            Zone { keys: (low, high), settings, sample }
        };
        (0..count).map(zone).collect()
    }

    fn melodic(&self, program: u16, patch: Patch) -> Preset {
        let mut zones = Vec::new();
        for side in if patch.apart == 0 { &[0][..] } else { &[-1, 1] } {
            for mut zone in self.zones(patch.timbre) {
                if *side != 0 {
                    zone.settings.extend([(Generator::FineTune, side * patch.apart / 2), (Generator::Pan, side * 250)]);
                }
                zones.push(zone);
            }
        }
        Preset { name: patch.name.to_owned(), bank: 0, program, settings: patch.settings, zones }
    }

    fn drums(&self) -> Preset {
        let settings = vec![(Generator::ReleaseVolEnv, time(4.0)), (Generator::ReverbEffectsSend, 50)];
        let zones = kit().iter().map(|drum| self.drum(drum)).collect();
        Preset { name: "Drum Kit".to_owned(), bank: DRUMS, program: 0, settings, zones }
    }

    fn drum(&self, drum: &DrumKey) -> Zone {
        let mut zone = self.zones(drum.timbre).swap_remove(0);
        zone.keys = (drum.key, drum.key);
        zone.settings.extend([
            (Generator::OverridingRootKey, i16::from(drum.key) - i16::from(drum.higher)),
            attenuation(drum.softer),
            (Generator::Pan, drum.pan),
            (Generator::ExclusiveClass, drum.group),
        ]);
        zone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_bank_is_small_and_the_same_everywhere() {
        let bank = builtin_bank();
        assert!(bank.len() <= 3_000_000, "{} bytes", bank.len());
        let digest = Sha256::digest(&bank).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(digest, "c975e03ce65782d18d722e50c42f51b046c82cc8d9f387bfccb35cfcbf22337f");
    }

    #[test]
    fn loops_have_no_seam() {
        for sample in Samples::new().samples {
            let Some((start, end)) = sample.repeat else { continue };
            let off = (0..4).map(|i| (sample.data[start + i] - sample.data[end + i]).abs()).max().unwrap();
            assert!(off <= 2, "{}: the loop's end is off by {off}", sample.name);
        }
    }

    #[test]
    fn no_sample_clips_or_is_silent() {
        for sample in Samples::new().samples {
            let peak = sample.data.iter().map(|value| value.unsigned_abs()).max().unwrap();
            assert!((3000..32_000).contains(&peak), "{}: {peak}", sample.name);
        }
    }
}
