//! From the start of a process to the first note: the program starts itself, as a user would.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::figures::{Figures, peak_memory_mib};
use crate::commands::compose::FIRST_NOTE;
use crate::console::Console;
use crate::interrupt::TemporaryFolder;

/// Between two looks at a process' memory.
const LOOK_INTERVAL: Duration = Duration::from_millis(1);

/// Starts `partita compose` so many times; the milliseconds till its first note, and the most memory it took.
pub(super) fn measure(starts: u32, console: &Console, figures: &mut Figures) -> Result<()> {
    let folder = TemporaryFolder::new()?;
    let bar = console.progress("starting", "times");
    bar.set_length(starts.into());
    let (mut waits_ms, mut peaks_mib) = (Vec::new(), Vec::new());
    for seed in 1..=starts {
        let started = Instant::now();
        let mut program = Command::new(std::env::current_exe().context("find this program")?)
            .args(["compose", "--announce-first-note", "--overwrite", "--seed", &seed.to_string(), "--output"])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("start this program")?;
        wait_for_first_note(&mut program)?;
        waits_ms.push(started.elapsed().as_secs_f64() * 1000.0);
        peaks_mib.extend(peak_at_end(program)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    figures.add("compose_starts", starts.into());
    figures.add_repeated("compose_first_note_ms", &waits_ms);
    figures.add_repeated("compose_peak_memory_mib", &peaks_mib);
    Ok(())
}

/// Returns when the program says that the first note is there.
fn wait_for_first_note(program: &mut Child) -> Result<()> {
    let mut errors = BufReader::new(program.stderr.as_mut().context("listen to this program")?);
    let mut line = String::new();
    errors.read_line(&mut line).context("listen to this program")?;
    ensure!(line.trim_end() == FIRST_NOTE, "compose failed: {}", line.trim_end());
    Ok(())
}

/// The most memory that was seen while the program ran to its end.
fn peak_at_end(mut program: Child) -> Result<Option<f64>> {
    let mut peak = None;
    let status = loop {
        peak = peak_memory_mib(&program.id().to_string()).or(peak);
        match program.try_wait().context("wait for this program")? {
            Some(status) => break status,
            None => sleep(LOOK_INTERVAL),
        }
    };
    let mut rest = String::new();
    program.stderr.take().map(|mut errors| errors.read_to_string(&mut rest));
    ensure!(status.success(), "compose failed: {}", rest.trim_end());
    Ok(peak)
}
