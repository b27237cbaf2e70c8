//! Density and polyphony of a piece bar by bar, in two digits a bar.

use serde::{Deserialize, Serialize};

use crate::{BarConditions, DENSITIES, POLYPHONIES};

/// The conditions of consecutive bars. As text two digits a bar, density then polyphony, `.` where one is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BarProfile(Vec<BarConditions>);

// A class is one decimal digit.
const _: () = assert!(DENSITIES <= 10 && POLYPHONIES <= 10);

impl BarProfile {
    /// How many bars it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The conditions of bar `index` of a piece that may be longer: the profile begins anew where it ends.
    pub fn bar(&self, index: usize) -> BarConditions {
        if self.0.is_empty() { BarConditions::default() } else { self.0[index % self.0.len()] }
    }

    /// The profile with what is asked of every bar in place of what it had; as long as one bar at least.
    pub fn with(&self, asked: BarConditions) -> Self {
        let bar = |index| {
            let BarConditions { density, polyphony } = self.bar(index);
            BarConditions { density: asked.density.or(density), polyphony: asked.polyphony.or(polyphony) }
        };
        (0..self.len().max(1)).map(bar).collect()
    }

    /// How far its bars are from one density and one polyphony: the mean distance in classes, as a share of the largest that
    /// there can be; `None` where nothing is asked or nothing known.
    pub(crate) fn distance(&self, asked: BarConditions) -> Option<f64> {
        let share = |asked: Option<u8>, class: fn(&BarConditions) -> Option<u8>, classes: usize| {
            let known: Vec<u8> = self.0.iter().filter_map(class).collect();
            let off = |asked: u8| known.iter().map(|&class| f64::from(class.abs_diff(asked))).sum::<f64>();
            asked.filter(|_| !known.is_empty()).map(|asked| off(asked) / (known.len() * (classes - 1)) as f64)
        };
        let density = share(asked.density, |bar| bar.density, DENSITIES);
        let polyphony = share(asked.polyphony, |bar| bar.polyphony, POLYPHONIES);
        density.into_iter().chain(polyphony).reduce(|a, b| a + b)
    }
}

impl FromIterator<BarConditions> for BarProfile {
    fn from_iter<I: IntoIterator<Item = BarConditions>>(bars: I) -> Self {
        Self(bars.into_iter().collect())
    }
}

impl From<BarProfile> for String {
    fn from(profile: BarProfile) -> Self {
        let digit = |class: Option<u8>| class.map_or('.', |class| char::from(b'0' + class % 10));
        profile.0.iter().flat_map(|bar| [digit(bar.density), digit(bar.polyphony)]).collect()
    }
}

/// The text is no profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no profile of bars: two signs a bar are due, each a class or '.'")]
pub struct ParseBarProfileError(String);

impl TryFrom<String> for BarProfile {
    type Error = ParseBarProfileError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let class = |sign: u8, classes: usize| match sign {
            b'.' => Some(None),
            b'0'..=b'9' if usize::from(sign - b'0') < classes => Some(Some(sign - b'0')),
            _ => None,
        };
        let bar = |signs: &[u8]| match *signs {
            [density, polyphony] => {
                Some(BarConditions { density: class(density, DENSITIES)?, polyphony: class(polyphony, POLYPHONIES)? })
            }
            _ => None,
        };
        let bars: Option<Self> = text.as_bytes().chunks(2).map(bar).collect::<Option<Vec<_>>>().map(Self);
        bars.ok_or(ParseBarProfileError(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(text: &str) -> BarProfile {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn two_digits_a_bar() {
        for text in ["", "35", "7.0423"] {
            assert_eq!(String::from(profile(text)), text);
        }
        for text in ["3", "8.", "3x", "é"] {
            assert!(BarProfile::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_longer_piece_goes_through_it_again() {
        let bars = profile("1122");
        assert_eq!([0, 1, 2, 5].map(|bar| bars.bar(bar).density), [Some(1), Some(2), Some(1), Some(2)]);
        assert_eq!(profile("").bar(3), BarConditions::default());
    }

    #[test]
    fn what_is_asked_takes_the_place_of_what_was() {
        let asked = BarConditions { density: Some(5), polyphony: None };
        assert_eq!(profile("12.3").with(asked), profile("5253"));
        assert_eq!(profile("").with(asked), profile("5."));
    }

    #[test]
    fn the_distance_is_a_share_of_the_classes() {
        let asked = |density, polyphony| profile("0020").distance(BarConditions { density, polyphony });
        assert_eq!(asked(None, None), None);
        assert_eq!(asked(Some(7), None), Some((7.0 + 5.0) / 14.0));
        assert_eq!(asked(Some(0), Some(7)), Some(1.0 / 7.0 + 1.0));
    }
}
