//! Writes the built-in bank, for other players and for soundfont editors:
//! `cargo run --release -p partita-synth --example bank -- partita.sf2`

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give the file to write, such as partita.sf2")?;
    std::fs::write(path, partita_synth::builtin_bank())?;
    Ok(())
}
