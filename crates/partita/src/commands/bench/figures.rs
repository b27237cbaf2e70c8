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
            if value.fract() == 0.0 {
                map.serialize_entry(key, &(*value as i64))?;
            } else {
                map.serialize_entry(key, &rounded(*value))?;
            }
        }
        map.end()
    }
}

/// To a thousandth: more digits would claim more than a clock can say.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: f64| if value >= 1000.0 { count(value.round() as u64) } else { rounded(value).to_string() };
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
        figures.add("read_seconds", 1.23456);
        figures.add("read_files", 12.0);
        assert_eq!(serde_json::to_string(&figures).unwrap(), r#"{"read_seconds":1.235,"read_files":12}"#);
    }

    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(peak_of_status("Name:\tx\nVmHWM:\t    5120 kB\nVmRSS:\t 1 kB\n"), Some(5120));
        assert_eq!(peak_of_status("Name:\tx\n"), None);
    }
}
