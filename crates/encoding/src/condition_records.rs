//! Conditions that real pieces have together: composing fills in what was left open as one of them has it.
//!
//! Drawn field by field, an open request becomes music that nobody writes: the commonest line-up at the density of another
//! one. So a model's file carries the conditions of some hundred training pieces of each genre and of some of each composer,
//! and a request takes what it leaves open from the one that fits what it asks.

use serde::{Deserialize, Serialize};

use crate::bar_profile::BarProfile;
use crate::{BarConditions, Conditions, EncodedPiece, InstrumentSet, Key, Metre, Mood};

/// Bars of a piece that a record describes: the length of a composed piece where nothing else is asked.
pub const RECORD_BARS: usize = 16;
/// Records kept of a genre, at most.
pub const RECORDS_PER_GENRE: usize = 256;
/// Records kept of a composer, at most.
pub const RECORDS_PER_COMPOSER: usize = 4;
/// Fewer notes than this in the opening bars say too little of a piece.
const NOTES_MIN: usize = 20;
/// How surely the best fitting record is drawn: a record that misses one wish wholly has e⁻⁶ of the chance of one that
/// meets it.
const SHARPNESS: f64 = 6.0;
/// The chance of a piece for one instrument beside that of one for several, where most of a genre's pieces are for several: people
/// who ask for such a genre expect a band, also where transcriptions for piano are many.
const SOLO_CHANCE: f64 = 0.25;

/// What the opening bars of one training piece are, all at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionRecord {
    /// As labelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<String>,
    /// As labelled, of a record that is for requests for this composer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composer: Option<String>,
    /// The metre of most bars.
    pub metre: Metre,
    /// Quarters a minute, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qpm: Option<f32>,
    /// From the notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// Labelled, or from the notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Mood>,
    /// The programs that play.
    pub instruments: InstrumentSet,
    /// Density and polyphony bar by bar.
    pub bars: BarProfile,
}

impl ConditionRecord {
    /// The record of a piece's opening bars, for its genre and any composer; `None` where they say too little. Of a piece by
    /// the clock half a second counts as a quarter.
    pub fn of(piece: &EncodedPiece) -> Option<Self> {
        let mut opening = piece.opening(RECORD_BARS);
        let notes: usize = opening.bars.iter().map(|bar| bar.notes.len()).sum();
        if notes < NOTES_MIN {
            return None;
        }
        // Key and instruments of the whole piece may not be those of its opening.
        let Conditions { genre, qpm, mood, .. } = piece.conditions.clone();
        let mut conditions = Conditions { genre, qpm, mood, ..Conditions::default() };
        conditions.fill_from_notes(&mut opening.bars, piece.grid);
        Some(Self {
            genre: conditions.genre,
            composer: None,
            metre: opening.main_metre(),
            qpm: conditions.qpm,
            key: conditions.key,
            mood: conditions.mood.map(rounded),
            instruments: conditions.instruments?,
            bars: opening.bars.iter().map(|bar| bar.conditions).collect(),
        })
    }

    /// How far the piece is from what is asked of another: about 1 for each wish that it misses wholly, 0 where it meets
    /// all of them.
    fn distance(&self, wishes: &Wishes<'_>) -> f64 {
        let asked = wishes.conditions;
        let metre = wishes.metre.map(|metre| miss(metre != self.metre));
        // An octave of tempo is a miss.
        let tempo = asked.qpm.zip(self.qpm).map(|(a, b)| f64::from((a / b).log2().abs()).min(1.0));
        let mode = asked.key.zip(self.key).map(|(a, b)| miss(a.minor != b.minor));
        let mood = asked
            .mood
            .zip(self.mood)
            .map(|(a, b)| f64::from((a.valence - b.valence).hypot(a.arousal - b.arousal)).min(1.0));
        let instruments = asked.instruments.map(|set| 1.0 - set.likeness(self.instruments));
        let bars = self.bars.distance(wishes.bar);
        [metre, tempo, mode, mood, instruments, bars].into_iter().flatten().sum()
    }
}

/// What is asked of a piece, any part of which may be open.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// Of the whole piece.
    pub conditions: &'a Conditions,
    /// Metre of the bars.
    pub metre: Option<Metre>,
    /// Density and polyphony of every bar.
    pub bar: BarConditions,
}

/// The records of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConditionRecords(Vec<ConditionRecord>);

impl ConditionRecords {
    /// These records.
    pub fn new(records: Vec<ConditionRecord>) -> Self {
        Self(records)
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ConditionRecord> {
        self.0.iter()
    }

    /// Draws a record that fits `wishes`, each with a probability that falls with its distance from them: among those of the
    /// composer asked, else of the genre asked, else of all genres. `chance` gives numbers from 0 to 1.
    ///
    /// Where most of these pieces are for several instruments, those for one are drawn a quarter as often unless instruments
    /// are asked.
    ///
    /// The draw is a Gumbel-max draw (Gumbel 1954; Maddison, Tarlow and Minka 2014): with the same numbers another wish that
    /// the drawn record meets draws it again, so that asking for one thing leaves the others as they were.
    pub fn draw(&self, wishes: &Wishes<'_>, mut chance: impl FnMut() -> f64) -> Option<&ConditionRecord> {
        let candidates = self.candidates(wishes.conditions);
        let bands = candidates.iter().filter(|record| record.instruments.len() > 1).count();
        let wants_band = wishes.conditions.instruments.is_none() && 2 * bands > candidates.len();
        let mut drawn: Option<(f64, &ConditionRecord)> = None;
        for record in candidates {
            let gumbel = -(-chance().clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON).ln()).ln();
            let is_solo = wants_band && record.instruments.len() == 1;
            let log_chance = if is_solo { SOLO_CHANCE.ln() } else { 0.0 } - SHARPNESS * record.distance(wishes);
            let score = gumbel + log_chance;
            if drawn.is_none_or(|(best, _)| score > best) {
                drawn = Some((score, record));
            }
        }
        drawn.map(|(_, record)| record)
    }

    /// The records to draw among.
    fn candidates(&self, asked: &Conditions) -> Vec<&ConditionRecord> {
        let of = |composer: Option<&String>, genre: Option<&String>| {
            let is_of = |record: &&ConditionRecord| {
                record.composer.as_ref() == composer && (genre.is_none() || record.genre.as_ref() == genre)
            };
            self.0.iter().filter(is_of).collect::<Vec<_>>()
        };
        let of_composer = asked.composer.as_ref().map(|composer| of(Some(composer), None));
        let narrowest = of_composer.into_iter().chain([of(None, asked.genre.as_ref())]).find(|found| !found.is_empty());
        narrowest.unwrap_or_else(|| of(None, None))
    }
}

fn miss(missed: bool) -> f64 {
    f64::from(u8::from(missed))
}

/// To hundredths: a file needs no more.
fn rounded(mood: Mood) -> Mood {
    let hundredth = |coordinate: f32| (coordinate * 100.0).round() / 100.0;
    Mood { valence: hundredth(mood.valence), arousal: hundredth(mood.arousal) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CENTS_ZERO, DRUMS, EncodedBar, Grid, NoteEvent};

    fn record(genre: &str, programs: &[u8], qpm: f32, metre: Metre) -> ConditionRecord {
        ConditionRecord {
            genre: Some(genre.into()),
            composer: None,
            metre,
            qpm: Some(qpm),
            key: Some(Key { tonic: 0, minor: false }),
            mood: None,
            instruments: programs.iter().copied().collect(),
            bars: std::iter::repeat_n(BarConditions { density: Some(2), polyphony: Some(3) }, 4).collect(),
        }
    }

    fn records() -> ConditionRecords {
        let (common, waltz) = (Metre::COMMON_TIME, Metre { numerator: 3, denominator: 4 });
        ConditionRecords::new(vec![
            record("rock", &[30, 33, DRUMS], 120.0, common),
            record("rock", &[0], 118.0, common),
            record("rock", &[25, DRUMS], 60.0, common),
            record("folk", &[0], 90.0, waltz),
            record("folk", &[0], 100.0, common),
        ])
    }

    /// How often each record of 400 draws is drawn.
    fn counts(conditions: &Conditions, metre: Option<Metre>) -> Vec<usize> {
        let records = records();
        let wishes = Wishes { conditions, metre, bar: BarConditions::default() };
        let mut state = 1_u64;
        let mut counts = vec![0; records.iter().len()];
        for _ in 0..400 {
            let drawn = records.draw(&wishes, || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as f64 / (1_u64 << 31) as f64
            });
            counts[records.iter().position(|record| Some(record) == drawn).unwrap()] += 1;
        }
        counts
    }

    fn of_genre(genre: &str) -> Conditions {
        Conditions { genre: Some(genre.into()), ..Conditions::default() }
    }

    #[test]
    fn a_band_is_drawn_where_most_pieces_have_one() {
        let rock = counts(&of_genre("rock"), None);
        assert!(rock[0] > 140 && rock[2] > 140, "{rock:?}");
        assert!((20..70).contains(&rock[1]), "a ninth of 400 for one instrument: {rock:?}");
        let folk = counts(&of_genre("folk"), None);
        assert!(folk[3] > 150 && folk[4] > 150, "solo pieces are usual there: {folk:?}");
    }

    #[test]
    fn an_unknown_genre_draws_among_all() {
        let any = counts(&of_genre("polka"), None);
        assert!(any[0] > 50 && any[3] > 50, "{any:?}");
    }

    #[test]
    fn a_composer_has_records_that_others_do_not_draw() {
        let mut all = records().0;
        let strings = record("classical", &[40, 41, 42], 80.0, Metre::COMMON_TIME);
        let quartet = ConditionRecord { composer: Some("haydn".into()), ..strings };
        all.push(quartet.clone());
        let records = ConditionRecords::new(all);
        let draw = |conditions: &Conditions| {
            let wishes = Wishes { conditions, metre: None, bar: BarConditions::default() };
            records.draw(&wishes, || 0.5).cloned()
        };
        let composer = |name: &str| Conditions { composer: Some(name.into()), ..of_genre("folk") };
        assert_eq!(draw(&composer("haydn")), Some(quartet));
        assert_eq!(draw(&composer("nobody")).unwrap().genre.as_deref(), Some("folk"));
        assert!(draw(&Conditions::default()).unwrap().composer.is_none());
    }

    #[test]
    fn what_is_asked_decides() {
        let piano = Conditions { instruments: Some([0].into_iter().collect()), ..of_genre("rock") };
        assert!(counts(&piano, None)[1] > 380);
        let slow = Conditions { qpm: Some(60.0), ..of_genre("rock") };
        assert!(counts(&slow, None)[2] > 380);
        let waltz = Metre { numerator: 3, denominator: 4 };
        assert!(counts(&of_genre("folk"), Some(waltz))[3] > 380);
    }

    #[test]
    fn a_wish_that_the_record_meets_draws_it_again() {
        let records = records();
        let draw = |conditions: &Conditions| {
            let mut numbers = [0.3, 0.5, 0.9].into_iter();
            let wishes = Wishes { conditions, metre: None, bar: BarConditions::default() };
            records.draw(&wishes, || numbers.next().unwrap()).unwrap().clone()
        };
        let open = draw(&of_genre("rock"));
        assert_eq!(draw(&Conditions { qpm: open.qpm, ..of_genre("rock") }), open);
    }

    #[test]
    fn a_record_describes_the_opening_alone() {
        let note =
            |program, pitch| NoteEvent { position: 0, program, pitch, cents: CENTS_ZERO, duration: 11, velocity: 20 };
        let bar = |program| EncodedBar {
            metre: Metre::COMMON_TIME,
            notes: [60, 64, 67].map(|pitch| note(program, pitch)).to_vec(),
            conditions: BarConditions::default(),
        };
        let bars: Vec<_> = std::iter::repeat_n(bar(0), RECORD_BARS).chain([bar(40)]).collect();
        let conditions = Conditions { qpm: Some(96.0), ..of_genre("folk") };
        let piece = EncodedPiece { grid: Grid::Beat, bars, conditions };
        let record = ConditionRecord::of(&piece).unwrap();
        assert_eq!(record.instruments, [0].into_iter().collect(), "the violin comes later");
        assert_eq!((record.bars.len(), record.qpm, record.key.unwrap().tonic), (RECORD_BARS, Some(96.0), 0));
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<ConditionRecord>(&text).unwrap(), record);
        let short = piece.opening(NOTES_MIN / 3);
        assert!(ConditionRecord::of(&short).is_none(), "too few notes");
    }
}
