//! Tracks of the Million Song Dataset and MIDI files by their MD5, as short as they can be held.

use std::fmt;

/// A track: `TR` and sixteen letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TrackId([u8; 16]);

impl TrackId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest: [u8; 16] = text.strip_prefix("TR")?.as_bytes().try_into().ok()?;
        let is_known = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        rest.iter().all(is_known).then_some(Self(rest))
    }
}

impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TR")?;
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The MD5 of a file's bytes, by which it is named: 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Md5(u128);

impl Md5 {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_hexadecimal = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hexadecimal.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_names_are_ids() {
        assert_eq!(TrackId::parse("TRWMHMP128EF34293F").unwrap().to_string(), "TRWMHMP128EF34293F");
        assert!(
            ["TRWMHMP128EF34293", "trwmhmp128ef34293f", "TRWMHMP128EF34293é", ""]
                .iter()
                .all(|text| TrackId::parse(text).is_none())
        );
        assert_eq!(Md5::parse("c3da6699f64da3db8e523cbbaa80f384"), Md5::parse("C3DA6699F64DA3DB8E523CBBAA80F384"));
        assert!(
            ["+3da6699f64da3db8e523cbbaa80f384", "c3da", "x3da6699f64da3db8e523cbbaa80f384"]
                .iter()
                .all(|text| Md5::parse(text).is_none())
        );
    }
}
