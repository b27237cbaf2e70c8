//! Prints the statistics of MIDI files, a JSON line each, to compare with another program's:
//! `cargo run --release -p partita-eval --example music_statistics -- FOLDER FILE.mid...` also writes each file, as it was
//! read, under its number into FOLDER, so that both programs read the same notes.

use std::error::Error;
use std::path::Path;

use partita_eval::symbolic::statistics::{MusicStatistics, measure_ticks};
use partita_score::{Limits, Score, Tick, read, write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give a folder, then MIDI files")?;
    for (number, path) in arguments.enumerate() {
        let copy = Path::new(&folder).join(format!("{number}.mid"));
        let score = read(&std::fs::read(&path)?, &Limits::default())?.score;
        std::fs::write(&copy, write(&score)?)?;
        print_line(&path, &copy, &read(&std::fs::read(&copy)?, &Limits::default())?.score);
    }
    Ok(())
}

#[allow(clippy::print_stdout)] // an example is a program
fn print_line(path: &str, copy: &Path, score: &Score<Tick>) {
    let statistics = MusicStatistics::of(score);
    let fields: Vec<_> = statistics
        .named()
        .map(|(name, value)| format!("\"{name}\": {}", value.map_or("null".to_owned(), |value| format!("{value:?}"))))
        .to_vec();
    println!(
        "{{\"path\": {path:?}, \"copy\": {copy:?}, \"measure_ticks\": {}, {}}}",
        measure_ticks(score),
        fields.join(", ")
    );
}
