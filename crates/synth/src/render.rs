//! Score → sound.

use std::ops::ControlFlow;

use partita_score::{Score, Tick};
use rustysynth::{Synthesizer, SynthesizerSettings};

use crate::SAMPLE_RATE_HZ;
use crate::audio::Audio;
use crate::caught::caught;
use crate::error::SynthError;
use crate::limits::{Amount, SynthLimits};
use crate::schedule::{Message, Schedule, Scheduled};
use crate::soundfont::SoundFont;

/// Samples that the synthesizer makes at once. Messages take effect between blocks, so an onset is at most half a block
/// (0.73 ms) from its place; blocks of 16 take half as long again.
pub(crate) const BLOCK_FRAMES: u64 = 64;
/// How often the watcher is asked, in samples (0.37 s).
const WATCH_FRAMES: u64 = 1 << 14;
/// The same where many messages fall on one sample; each of them can start as many voices as the bank has for a key.
const WATCH_MESSAGES: usize = 256;
/// The end of the sound: a quarter of a second below −80 dB.
const SILENCE: f32 = 1e-4;
const SILENT_FRAMES: u64 = SAMPLE_RATE_HZ as u64 / 4;

/// How to render.
#[derive(Clone, Debug, PartialEq)]
pub struct RenderOptions {
    /// Reverb and chorus.
    pub effects: bool,
    /// The longest that the sound may fade after the last note, in seconds.
    pub fade_seconds_max: f64,
    /// What the score may ask for.
    pub limits: SynthLimits,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { effects: true, fade_seconds_max: 6.0, limits: SynthLimits::default() }
    }
}

/// How far a rendering has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RenderProgress {
    /// Seconds of sound made so far.
    pub seconds: f64,
    /// Seconds to the end of the last note.
    pub seconds_total: f64,
}

/// Plays a score with a bank: stereo at [`SAMPLE_RATE_HZ`], from the score's start to where the last note has faded, at
/// the synthesizer's own fixed gain, so that sounds of several scores compare. Notes louder together than full scale
/// pass ±1.
///
/// The same score, bank and options give the same samples.
///
/// # Errors
/// [`SynthError::Limit`] where the score is too long; [`SynthError::Broken`] where the bank is damaged in a way that
/// only playing shows.
///
/// ```
/// use partita_score::{Note, Pitch, Program, Score, Tick, Track, Velocity};
/// use partita_synth::{RenderOptions, SoundFont, render};
/// let a4 = Note { onset: Tick(0), duration: Tick(480), pitch: Pitch::clamped(69), velocity: Velocity::clamped(90) };
/// let track = Track { notes: vec![a4], ..Track::new(Program::clamped(0)) };
/// let score = Score { tracks: vec![track], ..Score::new(480) };
/// let audio = render(&score, &SoundFont::builtin()?, &RenderOptions::default())?;
/// assert!(audio.peak() > 0.01);
/// # Ok::<(), partita_synth::SynthError>(())
/// ```
pub fn render(score: &Score<Tick>, soundfont: &SoundFont, options: &RenderOptions) -> Result<Audio, SynthError> {
    render_watched(score, soundfont, options, &mut |_| ControlFlow::Continue(()))
}

/// As [`render`]; `watch` is told of the progress a few times a second of sound and can end the rendering.
///
/// # Errors
/// As [`render`], and [`SynthError::Stopped`] where `watch` breaks off.
pub fn render_watched(
    score: &Score<Tick>,
    soundfont: &SoundFont,
    options: &RenderOptions,
    watch: &mut dyn FnMut(RenderProgress) -> ControlFlow<()>,
) -> Result<Audio, SynthError> {
    let schedule = Schedule::of(score);
    let limit = u64::from(options.limits.seconds);
    let fade_frames = (options.fade_seconds_max.max(0.0) * f64::from(SAMPLE_RATE_HZ)) as u64;
    let found = schedule.end_frame.saturating_add(fade_frames).div_ceil(u64::from(SAMPLE_RATE_HZ));
    if found > limit {
        return Err(SynthError::Limit { amount: Amount::Seconds, found, limit });
    }
    let mut rendering = Rendering::new(schedule, soundfont, options)?;
    // A bank can hold nonsense that passes every check; the synthesizer then indexes beyond its samples.
    match caught(|| rendering.run(fade_frames, watch)) {
        Some(ControlFlow::Continue(())) => Audio::stereo(SAMPLE_RATE_HZ, rendering.left, rendering.right),
        Some(ControlFlow::Break(())) => Err(SynthError::Stopped { seconds: seconds(rendering.frame()) }),
        None => Err(SynthError::Broken { seconds: seconds(rendering.frame()) }),
    }
}

fn seconds(frames: u64) -> f64 {
    frames as f64 / f64::from(SAMPLE_RATE_HZ)
}

/// A synthesizer, what it is still to be told, and what it has made.
struct Rendering {
    synthesizer: Synthesizer,
    schedule: Schedule,
    /// Messages sent.
    sent: usize,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Rendering {
    fn new(schedule: Schedule, soundfont: &SoundFont, options: &RenderOptions) -> Result<Self, SynthError> {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE_HZ as i32);
        settings.block_size = BLOCK_FRAMES as usize;
        settings.maximum_polyphony = usize::from(options.limits.voices.clamp(8, 256));
        settings.enable_reverb_and_chorus = options.effects;
        let synthesizer = Synthesizer::new(&soundfont.bank, &settings)
            .map_err(|error| SynthError::Refused { reason: error.to_string() })?;
        Ok(Self { synthesizer, schedule, sent: 0, left: Vec::new(), right: Vec::new() })
    }

    fn frame(&self) -> u64 {
        self.left.len() as u64
    }

    fn run(&mut self, fade_frames: u64, watch: &mut dyn FnMut(RenderProgress) -> ControlFlow<()>) -> ControlFlow<()> {
        let end = self.schedule.end_frame;
        while self.sent < self.schedule.messages.len() {
            self.send_due(watch)?;
            let next = self.schedule.messages.get(self.sent).map_or(end, |message| block_of(message.frame));
            self.play(next, watch)?;
        }
        self.fade(end + fade_frames, watch)
    }

    /// Sends what takes effect at this block.
    fn send_due(&mut self, watch: &mut dyn FnMut(RenderProgress) -> ControlFlow<()>) -> ControlFlow<()> {
        let now = self.frame();
        let due = self.schedule.messages[self.sent..].iter().take_while(|message| block_of(message.frame) <= now);
        for scheduled in due {
            send(&mut self.synthesizer, scheduled);
            self.sent += 1;
            if self.sent.is_multiple_of(WATCH_MESSAGES) {
                watch(self.progress())?;
            }
        }
        ControlFlow::Continue(())
    }

    fn progress(&self) -> RenderProgress {
        RenderProgress { seconds: seconds(self.frame()), seconds_total: seconds(self.schedule.end_frame) }
    }

    /// Makes sound up to a frame.
    fn play(&mut self, until: u64, watch: &mut dyn FnMut(RenderProgress) -> ControlFlow<()>) -> ControlFlow<()> {
        while self.frame() < until {
            let from = self.frame();
            let boundary = (from / WATCH_FRAMES + 1) * WATCH_FRAMES;
            let frames = boundary.min(until) as usize;
            self.left.resize(frames, 0.0);
            self.right.resize(frames, 0.0);
            let from = from as usize;
            self.synthesizer.render(&mut self.left[from..], &mut self.right[from..]);
            if self.frame() == boundary {
                watch(self.progress())?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Lets the last notes fade, for as long as they are heard; silence at the very end is left out.
    fn fade(&mut self, until: u64, watch: &mut dyn FnMut(RenderProgress) -> ControlFlow<()>) -> ControlFlow<()> {
        let mut quiet = false;
        while !quiet && self.frame() < until {
            let from = self.frame() as usize;
            self.play((self.frame() + SILENT_FRAMES).min(until), watch)?;
            let made = self.left[from..].iter().chain(&self.right[from..]);
            quiet = made.into_iter().all(|sample| sample.abs() < SILENCE);
        }
        ControlFlow::Continue(())
    }
}

/// The start of the block that is nearest to a frame.
fn block_of(frame: u64) -> u64 {
    (frame + BLOCK_FRAMES / 2) / BLOCK_FRAMES * BLOCK_FRAMES
}

fn send(synthesizer: &mut Synthesizer, scheduled: &Scheduled) {
    let channel = i32::from(scheduled.channel);
    let mut control = |number, value| synthesizer.process_midi_message(channel, 0xB0, number, value);
    match scheduled.message {
        Message::NoteOff { key } => synthesizer.note_off(channel, key.into()),
        Message::NoteOn { key, velocity } => synthesizer.note_on(channel, key.into(), velocity.into()),
        Message::Program(program) => synthesizer.process_midi_message(channel, 0xC0, program.into(), 0),
        Message::Bend(bend) => {
            synthesizer.process_midi_message(channel, 0xE0, i32::from(bend & 0x7F), i32::from(bend >> 7));
        }
        Message::Sustain { down } => control(64, if down { 127 } else { 0 }),
        // Registered parameter 0, its value in semitones and cents, and none selected again.
        Message::BendRange { semitones } => {
            for (number, value) in [(101, 0), (100, 0), (6, semitones.into()), (38, 0), (101, 127), (100, 127)] {
                control(number, value);
            }
        }
    }
}
