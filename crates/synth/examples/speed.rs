//! How many times faster than real time scores are rendered, with a bank and without effects unless `--effects` is given:
//! `cargo run --release -p partita-synth --example speed -- BANK.sf2|builtin [--effects] FILE.mid …`

#![expect(clippy::print_stdout, reason = "an example talks to who runs it")]

use std::fs;
use std::time::Instant;

use partita_synth::{RenderOptions, SampleFormat, SoundFont, SynthLimits, render, write_wav};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (options, names): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|argument| argument == "--effects");
    let (bank, files) = names.split_first().ok_or("give a bank (or 'builtin') and MIDI files")?;
    let started = Instant::now();
    let soundfont = match bank.as_str() {
        "builtin" => SoundFont::builtin()?,
        path => SoundFont::read(&fs::read(path)?, &SynthLimits::default())?,
    };
    println!("{} ({}) loaded in {:.3} s", soundfont.name(), soundfont.sha256(), started.elapsed().as_secs_f64());
    let options = RenderOptions { effects: !options.is_empty(), ..RenderOptions::default() };
    for file in files {
        let reading = partita_score::read(&fs::read(file)?, &partita_score::Limits::default())?;
        let started = Instant::now();
        let audio = render(&reading.score, &soundfont, &options)?;
        let bytes = write_wav(&audio, SampleFormat::Pcm16)?;
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{file}: {:.1} s of sound ({} bytes), {:.0} × real time",
            audio.seconds(),
            bytes.len(),
            audio.seconds() / seconds
        );
    }
    Ok(())
}
