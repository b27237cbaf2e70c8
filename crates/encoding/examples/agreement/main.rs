//! Prints the figures that the encoding's documentation states, from a folder of MIDI files with its `labels.csv`:
//!
//! ```text
//! cargo run --release -p partita-encoding --example agreement -- FOLDER [SOURCE]...
//! ```
//!
//! With sources, only files whose column `source` contains one of them: those whose signatures are known to state the
//! mode, say.
//!
//! How many files keep their quantised notes through encoding, decoding and a MIDI file; how bars spread over the
//! classes; how often key profiles agree with key signatures; how often the computed mood agrees with labelled
//! quadrants (column `mood`: V+_A+, V+_A-, V-_A+, V-_A-).
#![allow(clippy::print_stdout, clippy::print_stderr)] // it is a program

mod keys;
mod moods;

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;

use partita_encoding::{
    CENTS_ZERO, DENSITIES, EncodedPiece, EncodingLimits, Grid, Hints, POLYPHONIES, TempoTrust, decode, encode,
    quantize, to_steps,
};
use partita_score::{Limits, Score, Tick, read, write};

/// One line of the labels, by column.
type Labels = HashMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder of MIDI files that holds labels.csv")?;
    let (folder, sources) = (Path::new(&folder), arguments.collect::<Vec<_>>());
    let mut report = Report::default();
    for labels in csv::Reader::from_path(folder.join("labels.csv"))?.deserialize() {
        let labels: Labels = labels?;
        if !sources.is_empty() && !sources.iter().any(|source| labels["source"].contains(source)) {
            continue;
        }
        let bytes = std::fs::read(folder.join(&labels["path"]))?;
        match read(&bytes, &Limits::default()) {
            Ok(reading) => report.add(&labels, &reading.score)?,
            Err(error) => eprintln!("{}: {error}", labels["path"]),
        }
    }
    report.print();
    Ok(())
}

#[derive(Default)]
struct Report {
    files: usize,
    notes_in: usize,
    notes_out: usize,
    lawful: usize,
    density: [usize; DENSITIES],
    polyphony: [usize; POLYPHONIES],
    /// Bars by metre.
    metres: BTreeMap<String, usize>,
    /// Notes in twelve-tone pitch, and all, by genre.
    twelve_tone: BTreeMap<String, (usize, usize)>,
    keys: keys::Agreement,
    moods: moods::Agreement,
}

impl Report {
    fn add(&mut self, labels: &Labels, score: &Score<Tick>) -> Result<(), Box<dyn Error>> {
        let column = |name: &str| labels.get(name).map_or("", String::as_str);
        let grid = if column("beat_grid") == "no" { Grid::Time } else { Grid::Beat };
        let tempo = if column("tempo_source") == "file" { TempoTrust::Trusted } else { TempoTrust::Untrusted };
        let hints = Hints { tempo, ..Hints::default() };
        let piece = encode(score, grid, &hints, &EncodingLimits::default())?;
        self.files += 1;
        self.notes_in += score.tracks.iter().map(|track| track.notes.len()).sum::<usize>();
        self.lawful += usize::from(keeps_its_notes(score, &piece)?);
        self.count(&piece, column("genre"));
        self.keys.add(score, &piece);
        self.moods.add(column("mood"), piece.conditions.mood);
        Ok(())
    }

    fn count(&mut self, piece: &EncodedPiece, genre: &str) {
        let (plain, all) = self.twelve_tone.entry(genre.to_owned()).or_default();
        for bar in &piece.bars {
            self.notes_out += bar.notes.len();
            *all += bar.notes.len();
            *plain += bar.notes.iter().filter(|note| note.cents == CENTS_ZERO).count();
            *self.metres.entry(bar.metre.to_string()).or_default() += 1;
            self.density[usize::from(bar.conditions.density.unwrap_or(0))] += 1;
            self.polyphony[usize::from(bar.conditions.polyphony.unwrap_or(0))] += 1;
        }
    }

    fn print(&self) {
        println!("files {}, notes {} -> {}", self.files, self.notes_in, self.notes_out);
        println!("files that keep their quantised notes through encoding and a MIDI file: {}", self.lawful);
        println!("bars by density class: {:?}", self.density);
        println!("bars by polyphony class: {:?}", self.polyphony);
        let mut metres: Vec<_> = self.metres.iter().collect();
        metres.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        println!("bars by metre: {metres:?}");
        for (genre, (plain, all)) in &self.twelve_tone {
            println!("{genre}: {:.2} % of notes without a cents offset", 100.0 * *plain as f64 / *all as f64);
        }
        self.keys.print();
        self.moods.print();
    }
}

/// The law of the encoding on a real file: decoding gives back the quantised notes, and so does a file of them.
fn keeps_its_notes(score: &Score<Tick>, piece: &EncodedPiece) -> Result<bool, Box<dyn Error>> {
    let limits = EncodingLimits::default();
    let quantized = quantize(score, piece.grid, &limits)?;
    let file = read(&write(&decode(piece, 100.0))?, &Limits::default())?;
    Ok(to_steps(piece) == quantized && quantize(&file.score, piece.grid, &limits)? == quantized)
}
