//! How a failure reaches the user: one line on standard error, and the exit code.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// The exit code of a command that Ctrl-C or a request to terminate stopped: what shells give for it.
pub(crate) const INTERRUPTED: u8 = 130;

/// The arguments make no sense together or for what they name; exit code 2, like a mistyped option.
#[derive(Debug)]
pub(crate) struct WrongUse(pub(crate) String);

impl fmt::Display for WrongUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// A signal stopped the command; tells what is kept and how to go on. The exit code is [`INTERRUPTED`].
#[derive(Debug)]
pub(crate) struct Interrupted(pub(crate) String);

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interrupted; {}", self.0)
    }
}

impl std::error::Error for Interrupted {}

/// Writes `partita: what failed: cause; what to do` and gives the exit code. A reader that closed the pipe
/// (`partita … | head`) has all that it wanted: that is no failure.
pub(crate) fn exit_code(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    tell(error);
    match error {
        error if error.is::<Interrupted>() => ExitCode::from(INTERRUPTED),
        error if error.is::<WrongUse>() => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}

/// The line alone; on a terminal in place of the progress bar that may stand there.
pub(crate) fn tell(error: &anyhow::Error) {
    let clear = if io::stderr().is_terminal() { "\r\x1b[2K" } else { "" };
    // Nothing is left to do when standard error is closed too.
    let _ = writeln!(io::stderr(), "{clear}partita: {}", one_line(error));
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.into_iter().any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// The chain of causes. A cause that its parent's message already ends with is not said twice; where a signal came, it does
/// not matter what was being done.
fn one_line(error: &anyhow::Error) -> String {
    if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
        return interrupted.to_string();
    }
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.ends_with(&cause) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&cause);
    }
    line
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn causes_follow_each_other_once() {
        let error = Err::<(), _>(anyhow::anyhow!("disk full")).context("write a: disk full").unwrap_err();
        assert_eq!(one_line(&error.context("draw the roll")), "draw the roll: write a: disk full");
    }

    #[test]
    fn a_closed_pipe_is_success() {
        let closed = anyhow::Error::from(io::Error::from(io::ErrorKind::BrokenPipe)).context("write the report");
        assert_eq!(exit_code(&closed), ExitCode::SUCCESS);
        assert_eq!(exit_code(&anyhow::anyhow!("x")), ExitCode::FAILURE);
        assert_eq!(exit_code(&WrongUse("x".into()).into()), ExitCode::from(2));
    }

    #[test]
    fn an_interruption_is_told_alone_and_has_its_code() {
        let stopped =
            anyhow::Error::from(Interrupted("nothing was written".into())).context("play a").context("judge b");
        assert_eq!(one_line(&stopped), "interrupted; nothing was written");
        assert_eq!(exit_code(&stopped), ExitCode::from(INTERRUPTED));
    }
}
