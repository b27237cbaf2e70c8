//! What can be typed: the options that every command has, and the command itself.

use clap::Parser;

use crate::commands::Command;
use crate::console::Console;

/// Learns from MIDI files and composes.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// Print one JSON document on standard output instead of tables
    #[arg(long, global = true, display_order = 100)]
    json: bool,
    /// No progress and no notes on standard error; errors are still written
    #[arg(short, long, global = true, display_order = 101)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  partita compose --genre jazz -o pieces
  partita prepare midi -o corpus.partita
  partita train corpus.partita -o run
  partita inspect song.mid --roll song.png

Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted (Ctrl-C, SIGTERM).
'partita help COMMAND' explains a command and shows examples of it.";

impl Cli {
    /// Runs the command that was typed.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        self.command.run(&Console::new(self.json, self.quiet))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_explains_itself_with_examples() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{} has no description", command.get_name());
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(examples.contains("Examples:\n  partita "), "{} has no examples", command.get_name());
        }
    }
}
