//! The drum kit: General MIDI's percussion keys (MIDI Manufacturers Association, RP-003).

use super::timbres::TimbreName::{self, *};

/// A key of the kit.
pub(super) struct DrumKey {
    pub(super) key: u8,
    pub(super) timbre: TimbreName,
    /// Semitones above the timbre as it is.
    pub(super) higher: i8,
    /// Decibels below the timbre as it is.
    pub(super) softer: i16,
    /// Of 1/10 %, left if negative.
    pub(super) pan: i16,
    /// Keys of one group other than 0 cut each other off.
    pub(super) group: i16,
}

/// The keys from 27 (high Q) to 87 (open surdo), those beyond General MIDI's 35 to 81 as GS has them.
pub(super) fn kit() -> Vec<DrumKey> {
    let key = |(key, timbre, higher, softer, pan, group)| DrumKey { key, timbre, higher, softer, pan, group };
    KEYS.into_iter().map(key).collect()
}

const KEYS: [(u8, TimbreName, i8, i16, i16, i16); 61] = [
    (27, Quack, 12, 0, 0, 0),
    (28, Stick, 0, 0, 0, 0),
    (29, Scrape, 3, 0, 0, 0),
    (30, Scrape, -3, 0, 0, 0),
    (31, Stick, 3, 0, 0, 0),
    (32, Stick, -4, 0, 0, 0),
    (33, WoodBlock, 7, 4, 0, 0),
    (34, Triangle, -5, 8, 0, 0),
    // Drums.
    (35, Kick, -2, 0, 0, 0),
    (36, Kick, 0, 0, 0, 0),
    (37, Stick, 0, 4, -60, 0),
    (38, Snare, 0, 0, 0, 0),
    (39, Clap, 0, 3, 40, 0),
    (40, Snare, 3, 0, 0, 0),
    (41, Tom, -5, 0, -250, 0),
    (43, Tom, -3, 0, -180, 0),
    (45, Tom, 0, 0, -80, 0),
    (47, Tom, 3, 0, 60, 0),
    (48, Tom, 6, 0, 150, 0),
    (50, Tom, 9, 0, 250, 0),
    // Cymbals.
    (42, ClosedHat, 0, 12, 150, 1),
    (44, ClosedHat, -4, 11, 150, 1),
    (46, OpenHat, 0, 10, 150, 1),
    (49, Crash, 0, 4, -200, 0),
    (51, Ride, 0, 16, 200, 0),
    (52, Crash, -5, 5, 200, 0),
    (53, Ride, 5, 13, 200, 0),
    (55, Crash, 6, 5, -120, 0),
    (57, Crash, -2, 4, 220, 0),
    (59, Ride, -2, 16, 220, 0),
    // Latin and other percussion.
    (54, Tambourine, 0, 6, 100, 0),
    (56, Cowbell, 0, 3, 80, 0),
    (58, Scrape, -6, 10, -150, 0),
    (60, Conga, 9, 4, 180, 0),
    (61, Conga, 4, 0, 180, 0),
    (62, Conga, 3, 4, -150, 0),
    (63, Conga, 1, 3, -150, 0),
    (64, Conga, -4, 2, -150, 0),
    (65, Tom, 12, 2, 120, 0),
    (66, Tom, 7, 0, 120, 0),
    (67, Agogo, 0, 7, -200, 0),
    (68, Agogo, -5, 6, -200, 0),
    (69, Shaker, 2, 4, -150, 0),
    (70, Shaker, 6, 8, 150, 0),
    (71, PeaWhistle, 0, 0, 150, 2),
    (72, PeaWhistle, -1, 0, 150, 2),
    (73, Scrape, 2, 4, 180, 3),
    (74, Scrape, -2, 7, 180, 3),
    (75, WoodBlock, 12, 2, 120, 0),
    (76, WoodBlock, 4, 3, 180, 0),
    (77, WoodBlock, -2, 3, 180, 0),
    (78, Quack, 5, 0, -150, 4),
    (79, Quack, -2, 0, -150, 4),
    (80, ClosedHat, 9, 10, -200, 5),
    (81, Triangle, 0, 8, -200, 5),
    (82, Shaker, 0, 6, 100, 0),
    (83, Tambourine, 5, 8, 0, 0),
    (84, Triangle, 4, 8, -180, 0),
    (85, WoodBlock, 9, 0, 0, 0),
    (86, Tom, -8, 0, 0, 6),
    (87, Tom, -10, 0, 0, 6),
];
