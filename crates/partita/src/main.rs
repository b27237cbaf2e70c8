//! Partita learns from MIDI files and composes. This program is the outermost shell: it reads arguments, files, the
//! clock and the terminal, and hands values to the library crates. Exit codes: 0 done, 1 failed, 2 wrong use,
//! 130 interrupted.

mod bank;
mod cli;
mod commands;
mod console;
mod destination;
mod document;
mod failure;
mod files;
mod interrupt;
mod picture;
mod plot;
mod table;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Parsing ends the process itself for --help (0) and for wrong use (2).
    let command = cli::Cli::parse();
    match interrupt::listen().and_then(|()| command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::exit_code(&error),
    }
}
