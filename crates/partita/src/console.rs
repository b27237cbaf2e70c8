//! The terminal: results go to standard output, progress and notes to standard error.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// How this run talks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    json: bool,
    quiet: bool,
}

impl Console {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Prints the command's result: its JSON document with `--json`, else its tables.
    pub(crate) fn finish<R: Serialize + Display>(&self, report: &R) -> Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            let document = serde_json::to_string_pretty(report).context("write the result as JSON")?;
            writeln!(out, "{document}").context("print the result")?;
        } else {
            write!(out, "{report}").context("print the result")?;
        }
        out.flush().context("print the result")
    }

    /// A remark beside the result.
    pub(crate) fn note(&self, remark: &str) {
        if !self.quiet {
            // A closed standard error must not stop the work.
            let _ = writeln!(io::stderr(), "{remark}");
        }
    }

    /// A bar for work of a length that is told later, with the time left; drawn only on a terminal.
    pub(crate) fn progress(&self, work: &'static str, unit: &str) -> ProgressBar {
        let target = if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let template = format!("{{msg}} {{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {{per_sec}}, {{eta}} left");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_message(work);
        match ProgressStyle::with_template(&template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}
