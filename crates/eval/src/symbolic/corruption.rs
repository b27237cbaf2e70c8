//! Music broken on purpose: the anchors that show what a metric can see. A metric that scores broken music as well as
//! whole music says nothing.

use partita_score::{MeterMap, Note, Pitch, Score, Tick, Track, Velocity};
use rand::Rng;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// The largest interval, in semitones, by which a wrong note is off.
const WRONG_SEMITONES_MAX: i16 = 6;
/// The pitches of a piano's keys, from which random notes are drawn.
const PIANO_KEYS: std::ops::RangeInclusive<u8> = 21..=108;
/// The sounds of the General MIDI drum kit.
const DRUM_SOUNDS: std::ops::RangeInclusive<u8> = 35..=81;

/// A way of breaking music. Tempos, metres, programs and the number of notes always stay.
///
/// ```
/// use partita_eval::symbolic::corruption::Corruption;
/// use partita_score::Score;
/// assert_eq!(Corruption::ANCHORS.map(Corruption::name)[0], "25 % wrong notes");
/// assert_eq!(Corruption::KeyChaos.apply(&Score::new(96), 1), Score::new(96));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Corruption {
    /// This percentage of the pitched notes, drawn one by one, is off by 1 to 6 semitones up or down. Drums stay.
    WrongNotes {
        /// 0 to 100.
        percent: u8,
    },
    /// The onsets of each track are dealt out anew among its notes: the same notes and the same rhythm of the whole
    /// track, but what sounds together and in which order is left to chance.
    ShuffledOnsets,
    /// As many notes in each track, but all at random: onsets over the whole piece, pitches of the piano's keys (drums:
    /// of the kit), a sixteenth to a half long, velocities 1 to 127.
    RandomNotes,
    /// The pitched notes of each bar are moved together by −6 to 6 semitones: right within each bar, and in no key.
    KeyChaos,
}

impl Corruption {
    /// The anchors of the reports, from the mildest to the worst by the ear.
    pub const ANCHORS: [Corruption; 3] = [Self::WrongNotes { percent: 25 }, Self::ShuffledOnsets, Self::RandomNotes];
    /// All of the corruptions that metrics are tested with.
    pub const ALL: [Corruption; 5] = [
        Self::WrongNotes { percent: 10 },
        Self::KeyChaos,
        Self::WrongNotes { percent: 25 },
        Self::ShuffledOnsets,
        Self::RandomNotes,
    ];

    /// What tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongNotes { percent: 10 } => "10 % wrong notes",
            Self::WrongNotes { percent: 25 } => "25 % wrong notes",
            Self::WrongNotes { .. } => "wrong notes",
            Self::ShuffledOnsets => "shuffled onsets",
            Self::RandomNotes => "random notes",
            Self::KeyChaos => "key chaos",
        }
    }

    /// The broken score: a function of the score and `seed` only.
    pub fn apply(self, score: &Score<Tick>, seed: u64) -> Score<Tick> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut broken = score.clone();
        let length = Length { ticks: score.end().0.max(1), quarter: u32::from(score.ticks_per_quarter).max(1) };
        match self {
            Self::KeyChaos => transpose_bars(&mut broken, &score.meter_map(), &mut random),
            _ => broken.tracks.iter_mut().for_each(|track| self.break_track(track, length, &mut random)),
        }
        for track in &mut broken.tracks {
            track.notes.sort_by_key(|note| (note.onset, note.pitch, note.duration));
        }
        broken
    }

    fn break_track(self, track: &mut Track<Tick>, length: Length, random: &mut ChaCha8Rng) {
        match self {
            Self::WrongNotes { percent } if !track.is_drum => {
                let share = f64::from(percent.min(100)) / 100.0;
                track.notes.iter_mut().for_each(|note| spoil(note, share, random));
            }
            Self::ShuffledOnsets => shuffle_onsets(&mut track.notes, random),
            Self::RandomNotes => randomise(track, length, random),
            Self::WrongNotes { .. } | Self::KeyChaos => {}
        }
    }
}

/// Moves a note to a wrong pitch with the probability `share`.
fn spoil(note: &mut Note<Tick>, share: f64, random: &mut ChaCha8Rng) {
    // Drawn for right notes as well, so that with another share each note draws the same numbers.
    let (draw, semitones) = (random.random::<f64>(), random.random_range(1..=WRONG_SEMITONES_MAX));
    let up = random.random_bool(0.5);
    if draw < share {
        note.pitch = moved(note.pitch, if up { semitones } else { -semitones });
    }
}

/// The pitch so many semitones higher; the other way where MIDI has no such pitch.
fn moved(pitch: Pitch, semitones: i16) -> Pitch {
    let there = i16::from(pitch.get()) + semitones;
    let back = i16::from(pitch.get()) - semitones;
    Pitch::clamped(if (0..128).contains(&there) { there } else { back } as u8)
}

fn shuffle_onsets(notes: &mut [Note<Tick>], random: &mut ChaCha8Rng) {
    let mut onsets: Vec<Tick> = notes.iter().map(|note| note.onset).collect();
    onsets.shuffle(random);
    notes.iter_mut().zip(onsets).for_each(|(note, onset)| note.onset = onset);
}

/// How long a score is; asked once, since every note is looked at.
#[derive(Clone, Copy)]
struct Length {
    ticks: u32,
    /// Ticks of a quarter.
    quarter: u32,
}

fn randomise(track: &mut Track<Tick>, Length { ticks, quarter }: Length, random: &mut ChaCha8Rng) {
    let pitches = if track.is_drum { DRUM_SOUNDS } else { PIANO_KEYS };
    for note in &mut track.notes {
        *note = Note {
            onset: Tick(random.random_range(0..ticks)),
            duration: Tick(random.random_range(quarter.div_ceil(4)..=2 * quarter)),
            pitch: Pitch::clamped(random.random_range(pitches.clone())),
            velocity: Velocity::clamped(random.random_range(1..=127)),
        };
    }
}

fn transpose_bars(score: &mut Score<Tick>, bars: &MeterMap, random: &mut ChaCha8Rng) {
    // A seed of its own for each bar: parts of one bar move together, and no table of bars is needed.
    let seed: u64 = random.random();
    let semitones = |bar: u32| {
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ u64::from(bar));
        random.random_range(-WRONG_SEMITONES_MAX..=WRONG_SEMITONES_MAX)
    };
    for note in score.tracks.iter_mut().filter(|track| !track.is_drum).flat_map(|track| &mut track.notes) {
        note.pitch = moved(note.pitch, semitones(bars.bar_at(note.onset)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{drums, piece};

    /// 400 quarters, two notes each, with a drum on every one.
    fn score() -> Score<Tick> {
        let notes: Vec<_> = (0..400).flat_map(|n| [(n * 24, 24, 50 + (n % 7) as u8), (n * 24, 12, 70)]).collect();
        let mut score = piece(24, &notes);
        score.tracks.push(drums(&(0..400).map(|n| (n * 24, 36)).collect::<Vec<_>>()));
        score
    }

    fn pitches(track: &Track<Tick>) -> Vec<u8> {
        track.notes.iter().map(|note| note.pitch.get()).collect()
    }

    #[test]
    fn a_seed_gives_the_same_music_and_another_seed_other_music() {
        for corruption in Corruption::ALL {
            assert_eq!(corruption.apply(&score(), 5), corruption.apply(&score(), 5));
            assert_ne!(corruption.apply(&score(), 5), corruption.apply(&score(), 6));
            assert_eq!(corruption.apply(&score(), 5).note_count(), score().note_count());
        }
    }

    #[test]
    fn the_share_of_wrong_notes_is_the_one_asked_for() {
        let broken = |percent| {
            let broken = Corruption::WrongNotes { percent }.apply(&score(), 1);
            assert_eq!(broken.tracks[1], score().tracks[1], "drums stay");
            // Each quarter holds the two notes of one onset; a note that changed its place in the order counts as two.
            let held = |score: &Score<Tick>| {
                score.tracks[0]
                    .notes
                    .iter()
                    .map(|n| (n.onset, n.duration, n.pitch))
                    .collect::<std::collections::HashSet<_>>()
            };
            held(&score()).difference(&held(&broken)).count() as f64 / 800.0
        };
        assert_eq!(broken(0), 0.0);
        assert!((broken(25) - 0.25).abs() < 0.05, "{}", broken(25));
        assert!((broken(10) - 0.10).abs() < 0.04, "{}", broken(10));
        assert_eq!(broken(100), 1.0);
    }

    #[test]
    fn shuffled_onsets_keep_the_rhythm_and_the_pitches() {
        let broken = Corruption::ShuffledOnsets.apply(&score(), 1);
        let onsets = |score: &Score<Tick>| score.tracks[0].notes.iter().map(|note| note.onset).collect::<Vec<_>>();
        assert_eq!(onsets(&broken), onsets(&score()));
        let sorted = |score: &Score<Tick>| {
            let mut pitches = pitches(&score.tracks[0]);
            pitches.sort_unstable();
            pitches
        };
        assert_eq!(sorted(&broken), sorted(&score()));
        assert_ne!(pitches(&broken.tracks[0]), pitches(&score().tracks[0]));
    }

    #[test]
    fn random_notes_stay_within_the_piece_and_the_instrument() {
        let broken = Corruption::RandomNotes.apply(&score(), 1);
        assert!(broken.tracks.iter().flat_map(|track| &track.notes).all(|note| note.onset < score().end()));
        assert!(pitches(&broken.tracks[1]).iter().all(|pitch| DRUM_SOUNDS.contains(pitch)));
        assert!(pitches(&broken.tracks[0]).iter().collect::<std::collections::HashSet<_>>().len() > 60);
    }

    #[test]
    fn key_chaos_moves_the_notes_of_a_bar_together() {
        let broken = Corruption::KeyChaos.apply(&score(), 1);
        let shifts: Vec<i16> = (0..800)
            .map(|n| {
                i16::from(broken.tracks[0].notes[n].pitch.get()) - i16::from(score().tracks[0].notes[n].pitch.get())
            })
            .collect();
        assert!(shifts.chunks(8).all(|bar| bar.iter().all(|shift| *shift == bar[0])));
        assert!((-6..=6).all(|shift| shifts.contains(&shift)));
        assert_eq!(broken.tracks[1], score().tracks[1]);
    }

    #[test]
    fn pitches_beyond_midi_go_the_other_way() {
        assert_eq!([moved(Pitch::clamped(125), 6).get(), moved(Pitch::clamped(2), -5).get()], [119, 7]);
    }
}
