//! Whether a piece has what was asked of it. Genre and composer, which no measure of the notes can tell, are left to the
//! [classifiers](super::classifier).

use partita_encoding::{
    BarConditions, Conditions, EncodeError, EncodedPiece, EncodingLimits, Grid, Hints, InstrumentSet, Key, Metre, Mood,
    TempoTrust, encode,
};
use partita_score::{Score, Tick};
use serde::{Deserialize, Serialize};

use super::interval::Estimate;

/// The tempo asked for is met within this share of it: half the distance between two of the model's tempo classes.
const TEMPO_TOLERANCE: f64 = 0.04;
/// Density and polyphony are met where the bars are off by this many classes in the mean, or less.
const CLASS_TOLERANCE: f64 = 1.0;

/// What was asked for; what is absent was left open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Tempo, key, mood and instruments; genre and composer are not judged here.
    pub conditions: Conditions,
    /// The metre of every bar.
    pub metre: Option<Metre>,
    /// How many bars.
    pub bars: Option<usize>,
    /// Each bar's density and polyphony, from the first bar on; bars beyond the list were left open.
    pub bar_conditions: Vec<BarConditions>,
}

/// One of the things that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Met within 4 %. Error: the share by which it is off.
    Tempo,
    /// Met when tonic and mode are the ones asked for. Error: steps between the signatures on the circle of fifths, 0 to 6;
    /// 1 for the parallel of one signature (C major for A minor).
    Key,
    /// Met when every bar has it. Error: the share of bars that do not.
    Metre,
    /// Met in the same quadrant: happy, calm, sad or tense. Error: distance in the plane of valence and arousal, 0 to 2√2.
    Mood,
    /// Met when the same programs play, and no other. Error: one minus the share of those played or asked for that are both.
    Instruments,
    /// Met when as many. Error: how many more or fewer.
    Bars,
    /// Met within one class in the mean. Error: the mean number of classes off, of eight.
    Density,
    /// As [`Aspect::Density`].
    Polyphony,
}

impl Aspect {
    /// What tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tempo => "tempo",
            Self::Key => "key",
            Self::Metre => "metre",
            Self::Mood => "mood",
            Self::Instruments => "instruments",
            Self::Bars => "bars",
            Self::Density => "density",
            Self::Polyphony => "polyphony",
        }
    }

    /// All of them.
    pub const ALL: [Aspect; 8] = [
        Self::Tempo,
        Self::Key,
        Self::Metre,
        Self::Mood,
        Self::Instruments,
        Self::Bars,
        Self::Density,
        Self::Polyphony,
    ];
}

/// How a piece answers one thing that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub aspect: Aspect,
    /// Whether the piece has it.
    pub met: bool,
    /// How far off it is, in the unit that [`Aspect`] states; `None` where the piece has no such thing, as a piece
    /// without pitched notes has no key.
    pub error: Option<f64>,
}

/// A score as it is judged: key, mood, instruments and densities from its notes, metre and tempo as it states them, a lone
/// 120 included. Silent bars at either end do not count.
///
/// # Errors
/// As [`encode`]: a score without notes, or beyond the limits.
pub fn measured(score: &Score<Tick>, limits: &EncodingLimits) -> Result<EncodedPiece, EncodeError> {
    let hints = Hints { tempo: TempoTrust::Trusted, ..Hints::default() };
    encode(score, Grid::Beat, &hints, limits)
}

/// Judges a piece by everything that was asked of it. Its own conditions must be [`measured`], not those it was asked for.
pub fn answers(asked: &Asked, piece: &EncodedPiece) -> Vec<Answer> {
    let (wanted, found) = (&asked.conditions, &piece.conditions);
    let classes = |class: fn(&BarConditions) -> Option<u8>| class_error(&asked.bar_conditions, piece, class);
    [
        wanted.qpm.map(|qpm| tempo(qpm, found.qpm)),
        wanted.key.map(|key| self::key(key, found.key)),
        asked.metre.map(|metre| self::metre(metre, piece)),
        wanted.mood.map(|mood| self::mood(mood, found.mood)),
        wanted.instruments.map(|set| instruments(set, InstrumentSet::of_bars(&piece.bars))),
        asked.bars.map(|bars| self::bars(bars, piece.bars.len())),
        classes(|bar| bar.density).map(|error| off_by(Aspect::Density, error, CLASS_TOLERANCE)),
        classes(|bar| bar.polyphony).map(|error| off_by(Aspect::Polyphony, error, CLASS_TOLERANCE)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn off_by(aspect: Aspect, error: f64, tolerance: f64) -> Answer {
    Answer { aspect, met: error <= tolerance, error: Some(error) }
}

fn tempo(asked: f32, found: Option<f32>) -> Answer {
    match found {
        Some(qpm) => off_by(Aspect::Tempo, (f64::from(qpm) / f64::from(asked) - 1.0).abs(), TEMPO_TOLERANCE),
        None => Answer { aspect: Aspect::Tempo, met: false, error: None },
    }
}

fn key(asked: Key, found: Option<Key>) -> Answer {
    let fifths = |found: Key| {
        let apart = (asked.sharps() - found.sharps()).unsigned_abs() % 12;
        f64::from(apart.min(12 - apart).max(u8::from(asked != found)))
    };
    Answer { aspect: Aspect::Key, met: found == Some(asked), error: found.map(fifths) }
}

fn metre(asked: Metre, piece: &EncodedPiece) -> Answer {
    let others = piece.bars.iter().filter(|bar| bar.metre != asked).count();
    off_by(Aspect::Metre, others as f64 / piece.bars.len().max(1) as f64, 0.0)
}

fn mood(asked: Mood, found: Option<Mood>) -> Answer {
    let distance =
        |found: Mood| f64::from(asked.valence - found.valence).hypot(f64::from(asked.arousal - found.arousal));
    let met = found.is_some_and(|found| found.word() == asked.word());
    Answer { aspect: Aspect::Mood, met, error: found.map(distance) }
}

fn instruments(asked: InstrumentSet, found: InstrumentSet) -> Answer {
    let both = asked.iter().filter(|&program| found.contains(program)).count();
    let any = asked.len() + found.len() - both;
    let error = if any == 0 { 0.0 } else { 1.0 - both as f64 / any as f64 };
    off_by(Aspect::Instruments, error, 0.0)
}

fn bars(asked: usize, found: usize) -> Answer {
    off_by(Aspect::Bars, asked.abs_diff(found) as f64, 0.0)
}

/// Mean difference between the classes asked for and those found; a bar that is missing counts as silent. `None` where no
/// bar was asked for any.
fn class_error(asked: &[BarConditions], piece: &EncodedPiece, class: fn(&BarConditions) -> Option<u8>) -> Option<f64> {
    let found = |index: usize| piece.bars.get(index).and_then(|bar| class(&bar.conditions)).unwrap_or(0);
    let wanted = asked.iter().enumerate().filter_map(|(index, bar)| Some((index, class(bar)?)));
    let errors: Vec<f64> = wanted.map(|(index, class)| f64::from(class.abs_diff(found(index)))).collect();
    (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64)
}

/// The answers of many pieces to one thing asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adherence {
    /// What was asked.
    pub aspect: Aspect,
    /// Share of the pieces, of those of which it was asked, that have it.
    pub met: Estimate,
    /// Mean error of the pieces that have such a thing at all; its unit is [`Aspect`]'s.
    pub error: Option<f64>,
}

/// Sums the answers of many pieces up, aspect by aspect; what was asked of no piece is left out.
pub fn adherence(answers: &[Answer]) -> Vec<Adherence> {
    let of = |aspect| {
        let answers: Vec<_> = answers.iter().filter(|answer| answer.aspect == aspect).collect();
        let met = Estimate::wilson(answers.iter().filter(|answer| answer.met).count(), answers.len())?;
        let errors: Vec<f64> = answers.iter().filter_map(|answer| answer.error).collect();
        let error = (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64);
        Some(Adherence { aspect, met, error })
    };
    Aspect::ALL.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, encoded, event};
    use partita_encoding::DRUMS;

    /// Two bars of C major for piano and drums at 120.
    fn piece() -> EncodedPiece {
        let scale = [60, 62, 64, 65, 67, 69, 71, 72];
        let mut notes: Vec<_> = (0..8).map(|n| event(n * 6, 6, 0, scale[usize::from(n)])).collect();
        notes.push(event(0, 1, DRUMS, 36));
        notes.sort();
        let mut piece =
            encoded(vec![bar(&notes), bar(&[event(0, 48, 0, 60), event(0, 48, 0, 64), event(0, 48, 0, 67)])]);
        piece.conditions.qpm = Some(120.0);
        piece.conditions.mood = Some(Mood { valence: 0.5, arousal: 0.5 });
        piece
    }

    fn answer(asked: &Asked, aspect: Aspect) -> Answer {
        let answers = answers(asked, &piece());
        assert_eq!(answers.len(), 1, "only what was asked is answered");
        assert_eq!(answers[0].aspect, aspect);
        answers[0]
    }

    fn asked(conditions: Conditions) -> Asked {
        Asked { conditions, ..Asked::default() }
    }

    #[test]
    fn a_tempo_is_met_within_four_percent() {
        let tempo = |qpm| answer(&asked(Conditions { qpm: Some(qpm), ..Conditions::default() }), Aspect::Tempo);
        assert!(tempo(116.0).met && tempo(124.9).met && !tempo(115.0).met);
        assert!((tempo(100.0).error.unwrap() - 0.2).abs() < 1e-6);
        assert_eq!(super::tempo(100.0, None), Answer { aspect: Aspect::Tempo, met: false, error: None });
    }

    #[test]
    fn what_is_judged_is_read_off_the_score() {
        let mut score = partita_encoding::decode(&piece(), 90.0);
        score.key_signatures.clear();
        let measured = measured(&score, &EncodingLimits::default()).unwrap();
        let Conditions { key, qpm, .. } = measured.conditions;
        assert_eq!((key.map(|key| key.to_string()).as_deref(), qpm), (Some("C major"), Some(120.0)));
        assert_eq!(measured.bars.len(), 2);
        assert_eq!(super::measured(&Score::new(96), &EncodingLimits::default()), Err(EncodeError::Empty));
    }

    #[test]
    fn a_key_is_off_by_fifths() {
        let key =
            |name: &str| answer(&asked(Conditions { key: name.parse().ok(), ..Conditions::default() }), Aspect::Key);
        assert_eq!((key("C major").met, key("C major").error), (true, Some(0.0)));
        assert_eq!((key("A minor").met, key("A minor").error), (false, Some(1.0)));
        assert_eq!(
            [key("D major").error, key("F# major").error, key("C minor").error],
            [Some(2.0), Some(6.0), Some(3.0)]
        );
    }

    #[test]
    fn a_mood_is_its_quadrant() {
        let mood =
            |word: &str| answer(&asked(Conditions { mood: word.parse().ok(), ..Conditions::default() }), Aspect::Mood);
        assert_eq!((mood("happy").met, mood("happy").error), (true, Some(0.0)));
        assert_eq!((mood("calm").met, mood("calm").error), (false, Some(1.0)));
    }

    #[test]
    fn instruments_and_bars_are_met_exactly() {
        let instruments = |names: &str| {
            answer(&asked(Conditions { instruments: names.parse().ok(), ..Conditions::default() }), Aspect::Instruments)
        };
        assert_eq!((instruments("piano,drums").met, instruments("piano").met), (true, false));
        assert_eq!(instruments("piano,bass").error, Some(1.0 - 1.0 / 3.0));
        let bars = |bars| answer(&Asked { bars: Some(bars), ..Asked::default() }, Aspect::Bars);
        assert_eq!((bars(2).met, bars(16).met, bars(16).error), (true, false, Some(14.0)));
    }

    #[test]
    fn every_bar_must_have_the_metre() {
        let asked = Asked { metre: Some(Metre::COMMON_TIME), ..Asked::default() };
        assert!(answer(&asked, Aspect::Metre).met);
        let mut mixed = piece();
        mixed.bars[1].metre = Metre::new(3, 4).unwrap();
        assert_eq!(answers(&asked, &mixed), [Answer { aspect: Aspect::Metre, met: false, error: Some(0.5) }]);
    }

    #[test]
    fn density_is_judged_bar_by_bar() {
        let found: Vec<_> = piece().bars.iter().map(|bar| bar.conditions.density.unwrap()).collect();
        let density = |classes: &[u8]| {
            let bar = |&class: &u8| BarConditions { density: Some(class), polyphony: None };
            answer(&Asked { bar_conditions: classes.iter().map(bar).collect(), ..Asked::default() }, Aspect::Density)
        };
        assert_eq!((density(&found).met, density(&found).error), (true, Some(0.0)));
        let far = density(&[found[0] + 4, found[1]]);
        assert_eq!((far.met, far.error), (false, Some(2.0)));
        // The piece ends before the third bar.
        assert_eq!(density(&[found[0], found[1], 6]).error, Some(2.0));
    }

    #[test]
    fn answers_are_summed_up_by_aspect() {
        let answer = |met, error| Answer { aspect: Aspect::Key, met, error };
        let sums = adherence(&[answer(true, Some(0.0)), answer(false, Some(3.0)), answer(false, None)]);
        assert_eq!(sums.len(), 1);
        assert_eq!((sums[0].met.value, sums[0].met.count, sums[0].error), (1.0 / 3.0, 3, Some(1.5)));
    }
}
