//! Score → the messages that a synthesizer gets, each at its sample.
//!
//! Unlike a MIDI file, the schedule says what a player would have to guess: a key that is struck while it sounds is
//! let go first, and of overlapping notes of one key the last release counts.

use partita_score::{Score, TempoMap, Tick, Track, channels};

use crate::SAMPLE_RATE_HZ;

/// What a synthesizer gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Message {
    NoteOff {
        key: u8,
    },
    Program(u8),
    BendRange {
        semitones: u8,
    },
    /// 0 to 16383; 8192 is none.
    Bend(u16),
    Sustain {
        down: bool,
    },
    NoteOn {
        key: u8,
        velocity: u8,
    },
}

/// A message to a channel at a sample of the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scheduled {
    pub(crate) frame: u64,
    pub(crate) channel: u8,
    pub(crate) message: Message,
}

/// All messages of a piece in the order in which they take effect, and where its last note ends.
#[derive(Debug)]
pub(crate) struct Schedule {
    pub(crate) messages: Vec<Scheduled>,
    pub(crate) end_frame: u64,
}

impl Schedule {
    pub(crate) fn of(score: &Score<Tick>) -> Self {
        let tempo_map = score.tempo_map();
        let end = score.end(); // asks every note, so once
        let end_frame = frame_at(&tempo_map, end);
        let mut joined = Joined::new(tempo_map);
        for timed in sorted(score).into_iter().take_while(|timed| timed.tick <= end) {
            joined.take(timed);
        }
        // A pedal that is never lifted would hold the last chord for ever.
        let lift = |channel| Scheduled { frame: end_frame, channel, message: Message::Sustain { down: false } };
        joined.messages.extend((0..16).map(lift));
        Self { messages: joined.messages, end_frame }
    }
}

/// The sample at which a tick falls, rounded to the nearest.
fn frame_at(tempo_map: &TempoMap, tick: Tick) -> u64 {
    (tempo_map.seconds(tick).0 * f64::from(SAMPLE_RATE_HZ)).round() as u64
}

/// What a track says, on its channel.
#[derive(Clone, Copy, Debug)]
struct Timed {
    tick: Tick,
    channel: u8,
    /// The track's.
    program: u8,
    message: Message,
}

/// What comes first at one tick: ends before beginnings, settings between them.
fn rank(message: Message) -> u8 {
    match message {
        Message::NoteOff { .. } => 0,
        Message::Program(_) | Message::BendRange { .. } => 1,
        Message::Bend(_) | Message::Sustain { .. } => 2,
        Message::NoteOn { .. } => 3,
    }
}

/// The tracks' messages in order.
fn sorted(score: &Score<Tick>) -> Vec<Timed> {
    let mut messages = Vec::new();
    for (track, channel) in score.tracks.iter().zip(channels(&score.tracks)) {
        // Drums have one kit: what a drum track's program means is not known.
        let program = if track.is_drum { 0 } else { track.program.get() };
        let mut push = |tick, message| messages.push(Timed { tick, channel, program, message });
        bends(track, &mut push);
        for sustain in &track.sustains {
            push(sustain.time, Message::Sustain { down: sustain.down });
        }
        for note in &track.notes {
            let (key, velocity) = (note.pitch.get(), note.velocity.get());
            let end = note.onset.0.saturating_add(note.duration.0.max(1));
            push(note.onset, Message::NoteOn { key, velocity });
            push(Tick(end), Message::NoteOff { key });
        }
    }
    messages.sort_by_key(|timed| (timed.tick, rank(timed.message)));
    messages
}

/// The smallest bend range that holds all of a track's bends, then the bends.
fn bends(track: &Track<Tick>, push: &mut impl FnMut(Tick, Message)) {
    if track.pitch_bends.is_empty() {
        return;
    }
    let widest = track.pitch_bends.iter().map(|bend| bend.cents.abs()).fold(0.0, f32::max);
    let semitones = (widest / 100.0).ceil().clamp(2.0, 127.0);
    push(Tick(0), Message::BendRange { semitones: semitones as u8 });
    for bend in &track.pitch_bends {
        let steps = (bend.cents / (semitones * 100.0) * 8192.0).round().clamp(-8192.0, 8191.0);
        push(bend.time, Message::Bend((steps + 8192.0) as u16));
    }
}

/// The tracks' messages as one stream.
struct Joined {
    tempo_map: TempoMap,
    messages: Vec<Scheduled>,
    /// What each channel's next note would sound with.
    programs: [Option<u8>; 16],
    /// How many notes hold each key of each channel.
    held: [[u32; 128]; 16],
}

impl Joined {
    fn new(tempo_map: TempoMap) -> Self {
        Self { tempo_map, messages: Vec::new(), programs: [None; 16], held: [[0; 128]; 16] }
    }

    fn take(&mut self, timed: Timed) {
        match timed.message {
            Message::NoteOn { key, .. } => {
                // Also where tracks of several programs share the channel.
                if self.programs[usize::from(timed.channel)].replace(timed.program) != Some(timed.program) {
                    self.send(timed, Message::Program(timed.program));
                }
                let held = self.held(timed.channel, key);
                *held += 1;
                if *held > 1 {
                    self.send(timed, Message::NoteOff { key });
                }
                self.send(timed, timed.message);
            }
            Message::NoteOff { key } => {
                let held = self.held(timed.channel, key);
                *held = held.saturating_sub(1);
                if *held == 0 {
                    self.send(timed, timed.message);
                }
            }
            _ => self.send(timed, timed.message),
        }
    }

    fn held(&mut self, channel: u8, key: u8) -> &mut u32 {
        &mut self.held[usize::from(channel)][usize::from(key)]
    }

    fn send(&mut self, timed: Timed, message: Message) {
        self.messages.push(Scheduled { frame: frame_at(&self.tempo_map, timed.tick), channel: timed.channel, message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use partita_score::{Note, Pitch, PitchBend, Program, Sustain, TempoChange, Velocity};

    fn note(onset: u32, duration: u32, pitch: u8) -> Note<Tick> {
        let (onset, duration) = (Tick(onset), Tick(duration));
        Note { onset, duration, pitch: Pitch::clamped(pitch), velocity: Velocity::clamped(90) }
    }

    fn track(program: u8, notes: &[Note<Tick>]) -> Track<Tick> {
        Track { notes: notes.to_vec(), ..Track::new(Program::clamped(program)) }
    }

    fn schedule(tracks: Vec<Track<Tick>>) -> Vec<(u64, Message)> {
        let schedule = Schedule::of(&Score { tracks, ..Score::new(480) });
        let sent = schedule.messages.len() - 16;
        schedule.messages[..sent].iter().map(|sent| (sent.frame, sent.message)).collect()
    }

    const ON: Message = Message::NoteOn { key: 60, velocity: 90 };
    const OFF: Message = Message::NoteOff { key: 60 };

    #[test]
    fn frames_follow_the_tempo() {
        // A quarter at 120 qpm, one at 60 qpm, one at 90 qpm: 0.5 s, 1.0 s, 0.666667 s.
        let tempo = |time, microseconds_per_quarter| TempoChange { time: Tick(time), microseconds_per_quarter };
        let score = Score {
            tracks: vec![track(0, &[note(480, 480, 60), note(1440, 480, 60)])],
            tempos: vec![tempo(480, 1_000_000), tempo(960, 666_667)],
            ..Score::new(480)
        };
        let schedule = Schedule::of(&score);
        let frames: Vec<_> = schedule.messages[1..5].iter().map(|sent| sent.frame).collect();
        assert_eq!(frames, [22_050, 66_150, 95_550, 124_950]);
        assert_eq!(schedule.end_frame, 124_950);
    }

    #[test]
    fn a_key_struck_while_it_sounds_is_let_go_first_and_its_last_release_counts() {
        let sent = schedule(vec![track(0, &[note(0, 960, 60), note(480, 240, 60)])]);
        assert_eq!(sent[1..], [(0, ON), (22_050, OFF), (22_050, ON), (44_100, OFF)]);
    }

    #[test]
    fn a_note_that_ends_where_the_next_begins_is_released_once() {
        let sent = schedule(vec![track(0, &[note(0, 480, 60), note(480, 480, 60)])]);
        assert_eq!(sent[1..], [(0, ON), (22_050, OFF), (22_050, ON), (44_100, OFF)]);
    }

    #[test]
    fn programs_that_share_a_channel_are_told_before_their_notes() {
        let mut tracks: Vec<_> = (0..16).map(|program| track(program, &[])).collect();
        tracks[0].notes = vec![note(0, 240, 60), note(480, 240, 60)];
        tracks[15].notes = vec![note(240, 240, 60)];
        let programs = schedule(tracks).into_iter().filter_map(|(frame, message)| match message {
            Message::Program(program) => Some((frame, program)),
            _ => None,
        });
        assert_eq!(programs.collect::<Vec<_>>(), [(0, 0), (11_025, 15), (22_050, 0)]);
    }

    #[test]
    fn bends_are_told_in_the_smallest_range_that_holds_them() {
        let bend = |time, cents| PitchBend { time: Tick(time), cents };
        let bent = Track { pitch_bends: vec![bend(0, -350.0), bend(480, 100.0)], ..track(0, &[note(0, 960, 60)]) };
        let sent = schedule(vec![bent]);
        assert_eq!(sent[..2], [(0, Message::BendRange { semitones: 4 }), (0, Message::Bend(8192 - 7168))]);
        assert!(sent.contains(&(22_050, Message::Bend(8192 + 2048))));
    }

    #[test]
    fn pedals_are_lifted_where_the_last_note_ends() {
        let sustains = vec![Sustain { time: Tick(0), down: true }, Sustain { time: Tick(9999), down: true }];
        let score = Score { tracks: vec![Track { sustains, ..track(0, &[note(0, 480, 60)]) }], ..Score::new(480) };
        let messages = Schedule::of(&score).messages;
        let pedals = messages.iter().filter(|sent| sent.channel == 0).filter_map(|sent| match sent.message {
            Message::Sustain { down } => Some((sent.frame, down)),
            _ => None,
        });
        assert_eq!(pedals.collect::<Vec<_>>(), [(0, true), (22_050, false)]);
    }

    #[test]
    fn time_grows_with_the_notes_and_not_with_their_square() {
        let notes: Vec<_> = (0..300_000).map(|index| note(index / 8, 480, (index % 128) as u8)).collect();
        let started = std::time::Instant::now();
        assert!(schedule(vec![track(0, &notes)]).len() > 600_000);
        // A moment; minutes if each message looked at all notes.
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
