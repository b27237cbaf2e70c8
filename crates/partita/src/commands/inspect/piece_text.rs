//! The report of a MIDI file as tables.

use std::fmt;

use super::difficulty::write_measures;
use super::piece::{PieceReport, TrackReport};
use crate::table::{count, decimal, optional, table, write_facts};

/// Repairs shown; the JSON document has all of them.
const REPAIRS_SHOWN: usize = 12;

impl fmt::Display for PieceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.tracks.iter().map(row).collect();
        writeln!(f, "{}\n", table(["instrument", "name", "range", "notes", "velocity"], 3, rows))?;
        write_facts(f, &self.facts())?;
        writeln!(f)?;
        write_measures(f, &self.difficulty, self.grid)?;
        self.write_repairs(f)
    }
}

impl PieceReport {
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mood = self.mood.as_ref();
        vec![
            ("file", self.file.clone()),
            ("notes", self.notes_text()),
            ("bars", count(self.bars)),
            ("length", length(self.seconds)),
            ("tempo", self.tempo_text()),
            ("metre", self.metre_text()),
            ("key", optional(self.key)),
            ("key signature", optional(self.key_signature)),
            (
                "mood",
                mood.map(|m| format!("{} (valence {:+.2}, arousal {:+.2})", m.word, m.valence, m.arousal))
                    .unwrap_or_default(),
            ),
        ]
    }

    fn notes_text(&self) -> String {
        match self.overlapping_notes {
            0 => count(self.notes),
            overlaps => format!("{}; {} struck while their key sounds", count(self.notes), count(overlaps)),
        }
    }

    fn tempo_text(&self) -> String {
        let changes = match self.tempo_changes {
            0 => String::new(),
            1 => ", 1 change".to_owned(),
            changes => format!(", {} changes", count(changes)),
        };
        match self.tempo {
            Some(qpm) => format!("{qpm:.1} quarters a minute{changes}"),
            None => "unknown".to_owned(),
        }
    }

    fn metre_text(&self) -> String {
        let mut others: Vec<_> = self.metres.iter().filter(|(metre, _)| Some(*metre) != self.metre.as_ref()).collect();
        others.sort_by_key(|(_, bars)| std::cmp::Reverse(**bars));
        let others: Vec<String> = others.iter().map(|(metre, bars)| format!("{metre} in {bars}")).collect();
        match (&self.metre, others.is_empty()) {
            (None, _) => "none: taken by the clock, a bar is 2 s".to_owned(),
            (Some(metre), true) => metre.clone(),
            (Some(metre), false) => format!("{metre}; {} of {} bars", others.join(", "), self.bars),
        }
    }

    fn write_repairs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.repairs.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nrepaired on reading:")?;
        for repair in self.repairs.iter().take(REPAIRS_SHOWN) {
            writeln!(f, "  {repair}")?;
        }
        match self.repairs.len().saturating_sub(REPAIRS_SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more (--json lists them)"),
        }
    }
}

fn row(track: &TrackReport) -> [String; 5] {
    let range = match (track.program, track.lowest_pitch, track.highest_pitch) {
        (Some(_), Some(low), Some(high)) => format!("{}–{}", pitch_name(low), pitch_name(high)),
        _ => String::new(),
    };
    let velocity = decimal(track.mean_velocity, 0);
    [track.instrument.to_owned(), track.name.clone(), range, count(track.notes), velocity]
}

/// As in "F#4"; middle C is C4.
fn pitch_name(pitch: u8) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
    format!("{}{}", NAMES[usize::from(pitch % 12)], i16::from(pitch / 12) - 1)
}

/// As in "3:07".
fn length(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pitches_and_lengths_read_as_musicians_write_them() {
        assert_eq!([pitch_name(60), pitch_name(0), pitch_name(127)], ["C4", "C-1", "G9"]);
        assert_eq!([length(187.2), length(59.6)], ["3:07", "1:00"]);
    }
}
