//! The commands, one file (or folder) each. A new command is its `mod`, its line in `commands!`, and in its file a
//! struct of arguments that derives [`clap::Args`] and has the method `run`.

mod bench;
mod compose;
mod evaluate;
mod export;
mod inspect;
mod prepare;
mod render;
mod reproduce;
mod train;

use clap::Subcommand;

use crate::console::Console;

macro_rules! commands {
    ($($module:ident::$name:ident),+ $(,)?) => {
        /// What the program can do.
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $($name($module::$name)),+
        }

        impl Command {
            /// Does it.
            pub(crate) fn run(&self, console: &Console) -> anyhow::Result<()> {
                match self {
                    $(Self::$name(command) => command.run(console)),+
                }
            }
        }
    };
}

commands! {
    compose::Compose,
    evaluate::Evaluate,
    render::Render,
    prepare::Prepare,
    export::Export,
    train::Train,
    inspect::Inspect,
    bench::Bench,
    reproduce::Reproduce,
}
