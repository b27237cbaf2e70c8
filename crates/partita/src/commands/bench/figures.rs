//! What was measured: one key a figure, its unit in the name.

use std::fmt;
use std::fs;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::table::{count, table};

/// Figures in the order in which they were measured.
#[derive(Debug, Default)]
pub(super) struct Figures {
    figures: Vec<Figure>,
}

#[derive(Debug)]
struct Figure {
    key: String,
    /// The one value, or the median of several.
    value: f64,
    /// Least and greatest of several.
    range: Option<(f64, f64)>,
}

impl Figures {
    /// Adds a figure; `key` ends with its unit.
    pub(super) fn add(&mut self, key: impl Into<String>, value: f64) {
        self.figures.push(Figure { key: key.into(), value, range: None });
    }

    /// Adds a figure that was measured several times: `key` is the median; beside it stand `key_min` and `key_max`.
    pub(super) fn add_repeated(&mut self, key: impl Into<String>, samples: &[f64]) {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        if let (Some(&least), Some(&greatest)) = (sorted.first(), sorted.last()) {
            self.figures.push(Figure { key: key.into(), value: median(&sorted), range: Some((least, greatest)) });
        }
    }

    /// Adds what tells how to take the others: the number of threads, and the memory that all of it took.
    pub(super) fn add_machine(&mut self) {
        self.add("threads", rayon::current_num_threads() as f64);
        if let Some(mebibytes) = peak_memory_mib("self") {
            self.add("peak_memory_mib", mebibytes);
        }
    }
}

/// The middle of sorted values, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { (sorted[half - 1] + sorted[half]) / 2.0 } else { sorted[half] }
}

/// The most memory that a process (`self`, or its number) has held so far, where the system tells (Linux does).
pub(super) fn peak_memory_mib(process: &str) -> Option<f64> {
    let kibibytes = peak_of_status(&fs::read_to_string(format!("/proc/{process}/status")).ok()?)?;
    Some(kibibytes as f64 / 1024.0)
}

fn peak_of_status(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut entry = |key: &str, value: f64| match value {
            whole if whole.fract() == 0.0 => map.serialize_entry(key, &(whole as i64)),
            measured => map.serialize_entry(key, &rounded(measured)),
        };
        for Figure { key, value, range } in &self.figures {
            entry(key, *value)?;
            if let Some((least, greatest)) = range {
                entry(&format!("{key}_min"), *least)?;
                entry(&format!("{key}_max"), *greatest)?;
            }
        }
        map.end()
    }
}

/// To four significant digits: more would claim more than a clock can say.
fn rounded(value: f64) -> f64 {
    if value == 0.0 {
        return value;
    }
    let digits = 3 - value.abs().log10().floor() as i32;
    // Powers of ten below one are not exact, so divide by their inverses.
    if digits < 0 {
        let unit = 10f64.powi(-digits);
        (value / unit).round() * unit
    } else {
        let scale = 10f64.powi(digits);
        (value * scale).round() / scale
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: f64| match value {
            whole if whole.fract() == 0.0 => count(whole as u64),
            large if large >= 1000.0 => count(rounded(large) as u64),
            small => rounded(small).to_string(),
        };
        let row = |figure: &Figure| {
            let end = |pick: fn((f64, f64)) -> f64| figure.range.map_or(String::new(), |range| text(pick(range)));
            [figure.key.replace('_', " "), text(figure.value), end(|range| range.0), end(|range| range.1)]
        };
        let rows = self.figures.iter().map(row).collect();
        writeln!(f, "{}", table(["measured", "", "least", "greatest"], 1, rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_a_key_of_one_object() {
        let mut figures = Figures::default();
        figures.add("read_seconds", 0.0123456);
        figures.add("read_notes_per_second", 1_234_567.8);
        figures.add("read_files", 12.0);
        let expected = r#"{"read_seconds":0.01235,"read_notes_per_second":1235000.0,"read_files":12}"#;
        assert_eq!(serde_json::to_string(&figures).unwrap(), expected);
    }

    #[test]
    fn what_was_measured_several_times_has_its_range_beside_it() {
        let mut figures = Figures::default();
        figures.add_repeated("start_ms", &[4.0, 1.0, 9.0]);
        figures.add_repeated("even_ms", &[4.0, 1.0, 9.0, 5.0]);
        figures.add_repeated("never_ms", &[]);
        let expected =
            r#"{"start_ms":4,"start_ms_min":1,"start_ms_max":9,"even_ms":4.5,"even_ms_min":1,"even_ms_max":9}"#;
        assert_eq!(serde_json::to_string(&figures).unwrap(), expected);
        assert!(figures.to_string().contains("start ms"));
    }

    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(peak_of_status("Name:\tx\nVmHWM:\t    5120 kB\nVmRSS:\t 1 kB\n"), Some(5120));
        assert_eq!(peak_of_status("Name:\tx\n"), None);
    }
}
