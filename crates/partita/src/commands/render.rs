//! `partita render`: from a MIDI file to sound.

use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::RangedI64ValueParser;
use partita_score::{Limits, Score, Tick};
use partita_synth::{
    Audio, RATE_HZ_MAX, RATE_HZ_MIN, RenderOptions, SAMPLE_RATE_HZ, SampleFormat, SoundFont, render_watched, write_wav,
};
use serde::Serialize;

use crate::bank::Bank;
use crate::console::Console;
use crate::destination::{Destination, make_folder_of};
use crate::files::{read_score, write_whole};
use crate::table::write_facts;

/// Play a MIDI file into a WAV file
///
/// The instruments come from a SoundFont 2 bank: the one given, else default.sf2 in ~/.local/share/soundfonts, else the
/// first that the system keeps where systems keep them, else a small bank that the program brings along. The gain is
/// fixed, so that pieces compare; --normalize makes the loudest sample reach -1 dB instead.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Render {
    /// The MIDI file
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// The sound file to write (.wav), or a folder for it; without it, the current folder. In a folder it has FILE's name.
    /// Folders are made if they are not there
    #[arg(short, long, value_name = "WAV|DIR", default_value = ".")]
    output: PathBuf,
    /// The bank to play with (.sf2), or 'builtin' for the program's own
    #[arg(long, value_name = "SF2|builtin")]
    soundfont: Option<PathBuf>,
    /// As loud as goes without clipping, for listening
    #[arg(long)]
    normalize: bool,
    /// Samples a second
    #[arg(long, value_name = "HZ", default_value_t = SAMPLE_RATE_HZ, value_parser = rate())]
    rate: u32,
    /// One channel, the mean of left and right
    #[arg(long)]
    mono: bool,
    /// No reverb and no chorus
    #[arg(long)]
    dry: bool,
    /// 32-bit floating-point samples, which cannot clip, instead of 16-bit integers
    #[arg(long)]
    float: bool,
}

const EXAMPLES: &str = "\
Examples:
  partita render song.mid
  partita render song.mid -o song.wav --normalize
  partita render song.mid -o song.wav --soundfont GeneralUser.sf2
  partita render song.mid -o clip.wav --mono --rate 16000 --float --json";

/// The peak of `--normalize`: 1 dB below full scale.
const LISTENING_PEAK: f32 = 0.891;

impl Render {
    pub(crate) fn run(&self, console: &Console) -> Result<()> {
        let output = self.output()?;
        let score = read_score(&self.input, &Limits::default())?.score;
        let bank = Bank::choose(self.soundfont.as_deref(), console)?;
        let mut audio = self.played(&score, &bank.soundfont, console)?;
        if self.mono {
            audio = audio.to_mono();
        }
        audio = audio.resampled(self.rate)?;
        if self.normalize {
            audio.normalize(LISTENING_PEAK);
        }
        let format = if self.float { SampleFormat::Float32 } else { SampleFormat::Pcm16 };
        if audio.peak() > 1.0 && !self.float {
            console.note("the loudest parts are clipped; --normalize or --float keeps them whole");
        }
        make_folder_of(&output)?;
        write_whole(&output, &write_wav(&audio, format)?)?;
        console.finish(&Report::new(output, bank, &audio))
    }

    fn output(&self) -> Result<PathBuf> {
        Ok(match Destination::of(&self.output, "WAV", &["wav"])? {
            Destination::File(file) => file,
            Destination::Folder(folder) => {
                let name = Path::new(self.input.file_name().unwrap_or_default()).with_extension("wav");
                if folder == Path::new(".") { name } else { folder.join(name) }
            }
        })
    }

    fn played(&self, score: &Score<Tick>, soundfont: &SoundFont, console: &Console) -> Result<Audio> {
        let options = RenderOptions { effects: !self.dry, ..RenderOptions::default() };
        let bar = console.progress("rendering", "s");
        let audio = render_watched(score, soundfont, &options, &mut |progress| {
            bar.set_length(progress.seconds_total as u64);
            bar.set_position(progress.seconds as u64);
            ControlFlow::Continue(()) // a signal ends the process: nothing is written yet
        });
        bar.finish_and_clear();
        audio.with_context(|| format!("render {}", self.input.display()))
    }
}

fn rate() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(i64::from(RATE_HZ_MIN)..=i64::from(RATE_HZ_MAX))
}

/// What `render` prints.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(serialize_with = "crate::files::as_text")]
    path: PathBuf,
    seconds: f64,
    peak: f32,
    channels: usize,
    sample_rate_hz: u32,
    soundfont: String,
    soundfont_sha256: String,
}

impl Report {
    fn new(path: PathBuf, bank: Bank, audio: &Audio) -> Self {
        Self {
            path,
            seconds: audio.seconds(),
            peak: audio.peak(),
            channels: audio.channels().len(),
            sample_rate_hz: audio.sample_rate_hz(),
            soundfont_sha256: bank.soundfont.sha256().to_owned(),
            soundfont: bank.name,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channels = if self.channels == 1 { "mono" } else { "stereo" };
        let decibels = 20.0 * self.peak.log10();
        let peak = if self.peak > 0.0 { format!("{decibels:.1} dB of full scale") } else { "silence".to_owned() };
        write_facts(
            f,
            &[
                ("sound", format!("{}, {:.1} s", self.path.display(), self.seconds)),
                ("samples", format!("{channels}, {} Hz", self.sample_rate_hz)),
                ("peak", peak),
                ("soundfont", self.soundfont.clone()),
                ("its SHA-256", self.soundfont_sha256.clone()),
            ],
        )
    }
}
