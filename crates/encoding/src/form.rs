//! The form of a piece: which of its bars are new, and which come back to an earlier one.

use std::fmt;
use std::str::FromStr;

use crate::NoteEvent;

/// The furthest back that a bar is looked for, in bars: two phrases of eight.
pub const LAGS_MAX: usize = 16;

/// Where the music of a bar comes from. Bars are counted from 0, and the other bar is always an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// From nowhere yet.
    #[default]
    New,
    /// It is that bar again, note for note.
    Again(usize),
    /// It is written anew on what that bar was written from.
    Varied(usize),
}

impl Origin {
    /// The earlier bar, if there is one.
    pub fn source(self) -> Option<usize> {
        match self {
            Self::New => None,
            Self::Again(bar) | Self::Varied(bar) => Some(bar),
        }
    }
}

/// What a piece's form should be. As text: `usual`, `free`, or letters such as `AABA` and `AA'BA'`.
///
/// ```
/// use partita_encoding::{Form, Origin};
/// let form: Form = "ABA'".parse()?;
/// assert_eq!(form, Form::Sections("ABA'".parse()?));
/// let Form::Sections(sections) = form else { unreachable!() };
/// use Origin::{New, Varied};
/// assert_eq!(sections.origins(6), [New, New, New, New, Varied(0), Varied(1)]);
/// # Ok::<(), partita_encoding::ParseFormError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Bars come back as often, and after as many bars, as they usually do.
    #[default]
    Usual,
    /// No bar is told to come back.
    Free,
    /// Sections named by letters.
    Sections(Sections),
}

/// Sections of equal length. One with the letter of an earlier one is that one again; with a prime (`'`), its variation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sections(Vec<Section>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Section {
    letter: char,
    varied: bool,
}

/// A text that is no form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no form; write usual, free, or a letter a section, with ' for a variation, such as AABA or ABA'")]
pub struct ParseFormError(String);

impl FromStr for Form {
    type Err = ParseFormError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim() {
            "usual" => Ok(Self::Usual),
            "free" => Ok(Self::Free),
            letters => letters.parse().map(Self::Sections),
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual => f.write_str("usual"),
            Self::Free => f.write_str("free"),
            Self::Sections(Sections(sections)) => sections
                .iter()
                .try_for_each(|Section { letter, varied }| write!(f, "{letter}{}", if *varied { "'" } else { "" })),
        }
    }
}

impl FromStr for Sections {
    type Err = ParseFormError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut sections: Vec<Section> = Vec::new();
        for sign in text.chars() {
            match (sign, sections.last_mut()) {
                ('A'..='Z', _) => sections.push(Section { letter: sign, varied: false }),
                ('\'' | '’' | '′', Some(section)) if !section.varied => section.varied = true,
                _ => return Err(ParseFormError(text.to_owned())),
            }
        }
        if sections.is_empty() { Err(ParseFormError(text.to_owned())) } else { Ok(Self(sections)) }
    }
}

impl Sections {
    /// How many there are; at least one.
    #[allow(clippy::len_without_is_empty)] // never empty
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The origin of each of `bars` bars. Where the bars can't be shared out evenly, later sections are longer by one, and a
    /// bar that its model has not got is new.
    pub fn origins(&self, bars: usize) -> Vec<Origin> {
        let start = |section: usize| section * bars / self.0.len();
        let origin = |section: usize, place: usize| {
            let Section { letter, varied } = self.0[section];
            let first = self.0[..section].iter().position(|earlier| earlier.letter == letter)?;
            let bar = start(first) + place;
            (bar < start(first + 1)).then_some(if varied { Origin::Varied(bar) } else { Origin::Again(bar) })
        };
        let bars_of = |section: usize| (0..start(section + 1) - start(section)).map(move |place| (section, place));
        let places = (0..self.0.len()).flat_map(bars_of);
        places.map(|(section, place)| origin(section, place).unwrap_or_default()).collect()
    }
}

/// How far back the bar lies that each bar repeats, up to [`LAGS_MAX`]; 0 for a bar that is new. `bars` has a key of each bar
/// that is equal where bars are, `None` for silence, which repeats nothing.
///
/// Of several earlier bars that are equal, it is the one that goes on with what the bar before repeated, and otherwise the
/// one after which most bars are equal too, as in the dictionary coding of Ziv and Lempel (1977).
pub fn lags<K: PartialEq>(bars: &[Option<K>]) -> Vec<usize> {
    let equal =
        |bar: usize, lag: usize| lag <= bar && bar < bars.len() && bars[bar].is_some() && bars[bar] == bars[bar - lag];
    let run = |bar: usize, lag: usize| (bar..).take_while(|bar| equal(*bar, lag)).count();
    let mut lags: Vec<usize> = Vec::with_capacity(bars.len());
    for bar in 0..bars.len() {
        let going_on = lags.last().copied().filter(|lag| *lag > 0 && equal(bar, *lag));
        let longest = || {
            let runs = (1..=LAGS_MAX).map(|lag| (run(bar, lag), lag)).filter(|(run, _)| *run > 0);
            runs.max_by_key(|(run, lag)| (*run, usize::MAX - lag)).map(|(_, lag)| lag)
        };
        lags.push(going_on.or_else(longest).unwrap_or(0));
    }
    lags
}

/// What is equal in two bars that are the same music: position, program and pitch of each note. How long and how loud notes are
/// differs between performances of one bar.
pub fn same_music(note: &NoteEvent) -> (u8, u8, u8) {
    (note.position, note.program, note.pitch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Origin::{Again, New, Varied};

    fn origins(form: &str, bars: usize) -> Vec<Origin> {
        form.parse::<Sections>().unwrap().origins(bars)
    }

    #[test]
    fn letters_share_out_the_bars() {
        assert_eq!(origins("AABA", 4), [New, Again(0), New, Again(0)]);
        assert_eq!(origins("ABA'", 6), [New, New, New, New, Varied(0), Varied(1)]);
        assert_eq!(origins("A", 3), [New; 3]);
        assert_eq!(origins("AA", 5), [New, New, Again(0), Again(1), New], "the second is longer by a bar");
        assert_eq!(origins("ABC", 2).len(), 2, "sections without a bar are left out");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for text in ["", "'A", "A''", "aaba", "A B", "sonata"] {
            assert!(text.parse::<Form>().is_err(), "{text}");
        }
        for text in ["usual", "free", "AA'BA"] {
            assert_eq!(text.parse::<Form>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_bar_repeats_what_the_bar_before_went_back_to() {
        let lags =
            |text: &str| super::lags(&text.chars().map(|sign| (sign != '.').then_some(sign)).collect::<Vec<_>>());
        assert_eq!(lags("abcdabcd"), [0, 0, 0, 0, 4, 4, 4, 4]);
        assert_eq!(lags("aaaa"), [0, 1, 1, 1]);
        assert_eq!(lags("abaabac"), [0, 0, 2, 3, 3, 3, 0], "the longest run is kept to");
        assert_eq!(lags("..a."), [0; 4], "silence repeats nothing");
        let far: String = ('a'..).take(LAGS_MAX + 1).chain(['a', 'b']).collect();
        assert_eq!(lags(&far)[LAGS_MAX + 1..], [0, 0], "further back than is looked");
    }
}
