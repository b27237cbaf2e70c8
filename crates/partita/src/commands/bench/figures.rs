//! What was measured: one key a figure, its unit in the name.

use std::fmt;
use std::fs;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::table::{count, table};

/// Figures in the order in which they were measured.
#[derive(Debug, Default)]
pub(super) struct Figures {
    figures: Vec<(&'static str, f64)>,
}

impl Figures {
    /// Adds a figure; `key` ends with its unit.
    pub(super) fn add(&mut self, key: &'static str, value: f64) {
        self.figures.push((key, value));
    }

    /// Adds what tells how to take the others: the number of threads, and the memory that all of it took.
    pub(super) fn add_machine(&mut self) {
        self.add("threads", rayon::current_num_threads() as f64);
        if let Some(kibibytes) = peak_memory_kib() {
            self.add("peak_memory_mib", kibibytes as f64 / 1024.0);
        }
    }
}

/// The most memory that this process has held, where the system tells (Linux does).
fn peak_memory_kib() -> Option<u64> {
    peak_of_status(&fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_of_status(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.figures.len()))?;
        for (key, value) in &self.figures {
            match *value {
                whole if whole.fract() == 0.0 => map.serialize_entry(key, &(whole as i64))?,
                measured => map.serialize_entry(key, &rounded(measured))?,
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
        let rows = self.figures.iter().map(|(key, value)| [key.replace('_', " "), text(*value)]);
        writeln!(f, "{}", table(["measured", ""], 1, rows.collect()))
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
    fn the_peak_is_read_from_the_status() {
        assert_eq!(peak_of_status("Name:\tx\nVmHWM:\t    5120 kB\nVmRSS:\t 1 kB\n"), Some(5120));
        assert_eq!(peak_of_status("Name:\tx\n"), None);
    }
}
