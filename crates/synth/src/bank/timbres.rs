//! What the instruments are made of.

use super::hit::Hit;
use super::tone::Spectrum::{Drawbars, Fm, Hollow, Modes, Saw, String};
use super::tone::{Formant, Spectrum, Tone};

/// A sound that presets use, and its name.
#[derive(Clone, Copy)]
pub(super) enum Timbre {
    Pitched(Tone),
    Struck(Hit),
}

const fn steady(spectrum: Spectrum, formants: &'static [Formant], noise: f64) -> Timbre {
    Timbre::Pitched(Tone { spectrum, formants, ring: 0.0, damping: 0.0, rest: 1.0, noise })
}

const fn ringing(spectrum: Spectrum, ring: f64, damping: f64, rest: f64, noise: f64) -> Timbre {
    Timbre::Pitched(Tone { spectrum, formants: &[], ring, damping, rest, noise })
}

const fn string(place: f64, slope: f64, ring: f64, noise: f64) -> Timbre {
    ringing(String { place, slope }, ring, 0.7, 0.3, noise)
}

const fn drum(
    modes: &'static [(f64, f64, f64)],
    slide: f64,
    noise: (f64, f64),
    band: (f64, f64),
    seconds: f64,
) -> Timbre {
    Timbre::Struck(Hit { modes, slide, noise, band, bursts: 1, seconds, is_endless: false })
}

const fn rattle(bursts: u32, noise: (f64, f64), band: (f64, f64), seconds: f64) -> Timbre {
    Timbre::Struck(Hit { modes: &[], slide: 1.0, noise, band, bursts, seconds, is_endless: false })
}

const fn endless(band: (f64, f64)) -> Timbre {
    Timbre::Struck(Hit { modes: &[], slide: 1.0, noise: (1.0, 1.0), band, bursts: 1, seconds: 0.9, is_endless: true })
}

macro_rules! timbres {
    ($($name:ident = $timbre:expr;)+) => {
        /// The names of the timbres, in the order of [`TIMBRES`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum TimbreName { $($name),+ }

        /// All timbres with their names.
        pub(super) const TIMBRES: &[(&str, Timbre)] = &[$((stringify!($name), $timbre)),+];
    };
}

timbres! {
    // Strings that are struck or plucked.
    Piano = string(0.12, 1.05, 0.35, 0.25);
    Harpsichord = string(0.08, 0.55, 0.4, 0.3);
    Nylon = string(0.22, 1.3, 0.25, 0.15);
    Steel = string(0.13, 0.9, 0.3, 0.25);
    Bass = string(0.18, 1.2, 0.25, 0.15);
    Slap = string(0.07, 0.8, 0.12, 0.4);
    Koto = string(0.05, 0.8, 0.15, 0.3);
    // Bars, tongues and plates.
    Celesta = ringing(Modes(&[(1.0, 1.0), (3.0, 0.18), (4.0, 0.3), (6.27, 0.12)]), 0.25, 0.6, 0.4, 0.1);
    Vibraphone = ringing(Modes(&[(1.0, 1.0), (3.98, 0.25), (9.9, 0.08)]), 0.2, 0.5, 0.5, 0.08);
    Marimba = ringing(Modes(&[(1.0, 1.0), (3.93, 0.4), (9.6, 0.15)]), 0.1, 0.9, 0.25, 0.25);
    Xylophone = ringing(Modes(&[(1.0, 1.0), (3.0, 0.45), (6.1, 0.25), (10.2, 0.1)]), 0.07, 0.8, 0.2, 0.4);
    Bell = ringing(
        Modes(&[(0.5, 0.35), (1.0, 1.0), (1.19, 0.45), (1.5, 0.3), (2.0, 0.7), (2.67, 0.3), (4.1, 0.25), (5.4, 0.15)]),
        0.35, 0.4, 0.35, 0.1
    );
    SteelDrum = ringing(Modes(&[(1.0, 1.0), (2.0, 0.6), (3.01, 0.35), (4.15, 0.2), (5.2, 0.12)]), 0.2, 0.5, 0.3, 0.15);
    // Frequency modulation.
    ElectricPiano = ringing(Fm { ratio: 1.0, index: 1.6 }, 0.25, 0.0, 0.35, 0.05);
    GlassPiano = ringing(Fm { ratio: 14.0, index: 0.7 }, 0.15, 0.0, 0.15, 0.05);
    Metal = ringing(Fm { ratio: 3.0, index: 2.2 }, 0.3, 0.0, 0.4, 0.0);
    Growl = steady(Fm { ratio: 1.0, index: 2.6 }, &[], 0.0);
    // Pipes and tongues.
    Organ = steady(Drawbars(&[1.0, 0.8, 0.7, 0.5, 0.1, 0.35, 0.05, 0.3]), &[], 0.0);
    RockOrgan = steady(Drawbars(&[1.0, 0.9, 0.8, 0.7, 0.5, 0.5, 0.3, 0.6, 0.2, 0.3]), &[], 0.05);
    ChurchOrgan = steady(Drawbars(&[1.0, 0.7, 0.3, 0.6, 0.1, 0.3, 0.05, 0.45, 0.05, 0.1, 0.02, 0.2]), &[], 0.04);
    Reeds = steady(Saw { slope: 0.9 }, &[(900.0, 1.0, 1.0), (2600.0, 0.7, 0.7)], 0.03);
    Flute = steady(Drawbars(&[1.0, 0.35, 0.12, 0.05, 0.02]), &[], 0.25);
    PanFlute = steady(Drawbars(&[1.0, 0.08, 0.2, 0.03, 0.06]), &[], 0.6);
    Whistle = steady(Drawbars(&[1.0, 0.03, 0.02]), &[], 0.12);
    Clarinet = steady(Hollow { slope: 1.0 }, &[(700.0, 1.0, 1.6), (2200.0, 0.4, 0.8)], 0.05);
    Oboe = steady(Saw { slope: 0.6 }, &[(1100.0, 1.0, 0.5), (2900.0, 0.6, 0.5)], 0.05);
    Bassoon = steady(Saw { slope: 0.8 }, &[(480.0, 1.0, 0.7), (1200.0, 0.4, 0.6)], 0.05);
    Saxophone = steady(Saw { slope: 0.9 }, &[(650.0, 1.0, 1.0), (1900.0, 0.6, 0.9)], 0.12);
    // Brass, bowed strings, voices.
    Trumpet = steady(Saw { slope: 0.7 }, &[(1300.0, 1.0, 1.2), (2700.0, 0.5, 0.8)], 0.06);
    Horn = steady(Saw { slope: 1.2 }, &[(420.0, 1.0, 1.3), (1100.0, 0.3, 0.8)], 0.06);
    Violin = steady(Saw { slope: 0.95 }, &[(480.0, 0.8, 0.6), (1100.0, 0.7, 0.6), (2900.0, 1.0, 0.8)], 0.08);
    Cello = steady(Saw { slope: 1.0 }, &[(250.0, 1.0, 0.8), (600.0, 0.7, 0.7), (1600.0, 0.5, 0.8)], 0.08);
    Aah = steady(Saw { slope: 0.8 }, &[(750.0, 1.0, 0.45), (1150.0, 0.7, 0.35), (2800.0, 0.25, 0.4)], 0.0);
    Ooh = steady(Saw { slope: 1.1 }, &[(350.0, 1.0, 0.6), (800.0, 0.35, 0.4), (2600.0, 0.08, 0.4)], 0.0);
    // Oscillators.
    SawWave = steady(Saw { slope: 1.0 }, &[], 0.0);
    SquareWave = steady(Hollow { slope: 1.0 }, &[], 0.0);
    Overdrive = steady(Saw { slope: 0.7 }, &[(700.0, 1.0, 1.4), (2400.0, 0.6, 0.9)], 0.15);
    // Drums and noises.
    Kick = drum(&[(52.0, 1.0, 0.16), (104.0, 0.3, 0.05)], 4.0, (0.25, 0.008), (500.0, 5000.0), 0.6);
    Snare = drum(&[(185.0, 0.8, 0.07), (330.0, 0.5, 0.05)], 1.3, (1.2, 0.09), (900.0, 9000.0), 0.45);
    Tom = drum(&[(110.0, 1.0, 0.2), (172.0, 0.3, 0.1)], 1.5, (0.2, 0.02), (300.0, 4000.0), 0.8);
    Stick = drum(&[(1700.0, 0.8, 0.012), (520.0, 0.5, 0.02)], 1.0, (0.6, 0.01), (1200.0, 8000.0), 0.12);
    Clap = rattle(4, (1.0, 0.07), (800.0, 4500.0), 0.35);
    ClosedHat = rattle(1, (1.0, 0.03), (6500.0, 15000.0), 0.15);
    OpenHat = rattle(1, (1.0, 0.22), (6000.0, 15000.0), 0.8);
    Crash = drum(&[(3100.0, 0.05, 0.5), (4730.0, 0.05, 0.4)], 1.0, (1.0, 0.55), (2500.0, 14000.0), 1.6);
    Ride = drum(
        &[(2910.0, 0.12, 0.5), (4170.0, 0.12, 0.45), (5630.0, 0.1, 0.4)], 1.0, (0.5, 0.3), (4000.0, 14000.0), 1.3
    );
    Tambourine = rattle(3, (1.0, 0.09), (5500.0, 14000.0), 0.35);
    Cowbell = drum(&[(562.0, 0.8, 0.09), (845.0, 1.0, 0.08)], 1.0, (0.1, 0.01), (1000.0, 8000.0), 0.35);
    Conga = drum(&[(210.0, 1.0, 0.13), (395.0, 0.3, 0.05)], 1.25, (0.25, 0.012), (400.0, 5000.0), 0.45);
    Agogo = drum(&[(890.0, 1.0, 0.12), (2390.0, 0.4, 0.07)], 1.0, (0.1, 0.01), (1500.0, 9000.0), 0.4);
    Shaker = rattle(1, (1.0, 0.04), (4500.0, 13000.0), 0.16);
    Scrape = rattle(9, (1.0, 0.03), (2000.0, 9000.0), 0.25);
    WoodBlock = drum(&[(820.0, 1.0, 0.03), (2140.0, 0.4, 0.015)], 1.0, (0.2, 0.006), (800.0, 7000.0), 0.18);
    Triangle = drum(&[(4100.0, 1.0, 0.5), (6730.0, 0.6, 0.4), (9400.0, 0.3, 0.3)], 1.0, (0.0, 1.0), (1.0, 2.0), 1.2);
    Quack = drum(&[(620.0, 1.0, 0.09), (1240.0, 0.4, 0.06)], 0.6, (0.1, 0.03), (800.0, 4000.0), 0.3);
    PeaWhistle = drum(&[(2350.0, 1.0, 0.3), (2480.0, 0.6, 0.25)], 1.0, (0.2, 0.1), (2000.0, 7000.0), 0.5);
    Swell = endless((1500.0, 12000.0));
    Wind = endless((250.0, 1100.0));
    Rumble = endless((40.0, 400.0));
}
