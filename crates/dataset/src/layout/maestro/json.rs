//! MAESTRO's table as JSON: a list of performances (versions 1 and 2), or columns by row number (version 3).

use super::{Row, not_a_split};
use crate::DatasetError;
use crate::layout::table::open_bounded;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::BufReader;
use std::path::Path;

/// Bytes of the table, which has under 1 MB. In memory its parts take at most 32 times as many.
const BYTES_MAX: u64 = 32 << 20;

/// Reads the table.
pub(super) fn rows(path: &Path) -> Result<Vec<Row>, DatasetError> {
    let wrong = |problem: String| DatasetError::Metadata { path: path.to_path_buf(), problem };
    let reader = BufReader::new(open_bounded(path, BYTES_MAX)?);
    let Performances(performances) = serde_json::from_reader(reader).map_err(|error| wrong(error.to_string()))?;
    performances
        .into_iter()
        .map(|(number, Performance { midi_filename, canonical_composer, split })| {
            let missing = |field: &str| wrong(format!("performance {number} has no {field}"));
            let split = split.ok_or_else(|| missing("split"))?;
            Ok(Row {
                file: midi_filename.ok_or_else(|| missing("midi_filename"))?,
                composer: canonical_composer,
                split: split.parse().map_err(|_| wrong(format!("performance {number}: {}", not_a_split(&split))))?,
            })
        })
        .collect()
}

/// The fields of a performance that count here.
#[derive(Default, Deserialize)]
struct Performance {
    midi_filename: Option<String>,
    canonical_composer: Option<String>,
    split: Option<String>,
}

/// By number.
struct Performances(BTreeMap<u64, Performance>);

impl<'de> Deserialize<'de> for Performances {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EitherForm)
    }
}

struct EitherForm;

impl<'de> Visitor<'de> for EitherForm {
    type Value = Performances;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MAESTRO's table, a list of performances or a column a field")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Performances, A::Error> {
        let mut performances = BTreeMap::new();
        while let Some(performance) = list.next_element()? {
            performances.insert(performances.len() as u64, performance);
        }
        Ok(Performances(performances))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut columns: A) -> Result<Performances, A::Error> {
        let mut performances: BTreeMap<u64, Performance> = BTreeMap::new();
        while let Some(column) = columns.next_key::<String>()? {
            let field: fn(&mut Performance) -> &mut Option<String> = match column.as_str() {
                "midi_filename" => |performance| &mut performance.midi_filename,
                "canonical_composer" => |performance| &mut performance.canonical_composer,
                "split" => |performance| &mut performance.split,
                _ => {
                    columns.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            for (number, cell) in columns.next_value::<HashMap<String, Option<String>>>()? {
                let number = number.parse().map_err(|_| de::Error::custom(format!("{number:?} is no row number")))?;
                *field(performances.entry(number).or_default()) = cell;
            }
        }
        Ok(Performances(performances))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Split;

    fn read(text: &str) -> Result<Vec<Row>, String> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("maestro-v3.0.0.json");
        std::fs::write(&path, text).unwrap();
        rows(&path).map_err(|error| error.to_string().split_once(".json: ").unwrap().1.to_owned())
    }

    const COLUMNS: &str = r#"{"canonical_composer": {"0": "Alban Berg", "10": null}, "year": {"0": 2018, "10": 2008},
        "split": {"0": "train", "10": "validation"}, "midi_filename": {"0": "2018/a.midi", "10": "2008/b.midi"}}"#;

    #[test]
    fn both_forms_give_the_same_rows() {
        let list = r#"[{"canonical_composer": "Alban Berg", "split": "train", "year": 2018, "duration": 1.5,
            "midi_filename": "2018/a.midi"}, {"split": "validation", "midi_filename": "2008/b.midi"}]"#;
        let rows = read(COLUMNS).unwrap();
        assert_eq!(rows, read(list).unwrap());
        assert_eq!((rows[0].composer.as_deref(), rows[0].split), (Some("Alban Berg"), Split::Train));
        assert_eq!((rows[1].file.as_str(), rows[1].split), ("2008/b.midi", Split::Valid));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let error = |from: &str, to: &str| read(&COLUMNS.replace(from, to)).unwrap_err();
        assert_eq!(error("\"validation\"", "\"dev\""), "performance 10: \"dev\" is not train, validation or test");
        assert_eq!(error(", \"10\": \"2008/b.midi\"", ""), "performance 10 has no midi_filename");
        assert_eq!(
            error("\"0\": \"train\"", "\"0\": \"train\", \"x\": \"train\"").split(" at ").next(),
            Some("\"x\" is no row number")
        );
        assert!(error("\"train\"", "7").starts_with("invalid type: integer `7`"));
        assert!(error("{\"canonical", "7 {\"canonical").contains("expected MAESTRO's table"));
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&format!("{{\"x\": {}", "[".repeat(100_000))).is_err());
    }
}
