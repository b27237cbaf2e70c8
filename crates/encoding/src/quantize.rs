//! A score on the grid: what is left of it once each note has taken the values of its classes.
//!
//! - Tracks of one program become one part. Of notes with equal onset, program and pitch the longest stays, and of
//!   equally long ones the loudest; a note struck again while it sounds ends there.
//! - Duration, velocity and bend take the value of their class; a drum always lasts one step, since what ends it is
//!   the drum and not the player. A note is cut at 16 quarters.
//! - On [`Grid::Beat`] whole silent bars at the start are left out, a pick-up is filled up with rests to the length
//!   of the bars after it, and a metre of one beat throughout gives way to 4/4. On [`Grid::Time`] the first onset is step 0.
//! - Durations are the written ones on [`Grid::Beat`], where they are note values. On [`Grid::Time`] they include
//!   the sustain pedal: a performance is kept as it sounds, and the encoded form has no pedal to press.

use partita_score::{Score, TempoMap, Tick};

use crate::bars::BarLayout;
use crate::bend::{cents_of_notes, split_cents};
use crate::grid_notes::{GridNote, GridNotes};
use crate::{DRUMS, EncodeError, EncodingLimits, Grid, Metre, STEPS_PER_SECOND, Step, duration_class, velocity_class};

/// Puts a score on the grid, as the module's text says. Doing it twice changes nothing.
///
/// The result has a track for each program (several where notes of different bends overlap), drums last. It states
/// metres but no tempo and no key, which are conditions and no notes, and ends with the bar of the last onset, or with
/// the last note if that sounds longer.
///
/// # Errors
/// [`EncodeError::Empty`] without notes, [`EncodeError::Limit`] past a limit.
pub fn quantize(score: &Score<Tick>, grid: Grid, limits: &EncodingLimits) -> Result<Score<Step>, EncodeError> {
    check(score, limits)?;
    let placed = match grid {
        Grid::Beat => on_beats(score, limits)?,
        Grid::Time => on_clock(score, limits)?,
    };
    Ok(placed.into_score())
}

fn check(score: &Score<Tick>, limits: &EncodingLimits) -> Result<(), EncodeError> {
    if score.ticks_per_quarter == 0 {
        return Err(EncodeError::TicksPerQuarter);
    }
    match score.note_count() {
        0 => Err(EncodeError::Empty),
        notes if notes > limits.notes_max => Err(EncodeError::too_many_notes(limits)),
        _ => Ok(()),
    }
}

fn on_beats(score: &Score<Tick>, limits: &EncodingLimits) -> Result<GridNotes, EncodeError> {
    let onsets = score.tracks.iter().flat_map(|track| &track.notes).map(|note| note.onset.0);
    let layout = BarLayout::new(score, Tick(onsets.max().unwrap_or(0)), limits)?;
    let notes = place(score, |onset| layout.step(onset), |onset, end| layout.steps(Tick(end.0 - onset.0)));
    let metres = layout.bars().map(|(_, metre)| metre).collect();
    let mut placed = GridNotes { grid: Grid::Beat, metres, notes, end: 0 };
    placed.end_when_struck_again();
    cut_trailing_bars(&mut placed);
    replace_placeholder_metre(&mut placed);
    cut_leading_bars(&mut placed);
    fill_pick_up(&mut placed);
    // A silent bar or a pick-up of another metre may have hidden the placeholder.
    replace_placeholder_metre(&mut placed);
    placed.end = placed.metres.iter().map(|metre| metre.steps()).sum();
    Ok(placed)
}

fn on_clock(score: &Score<Tick>, limits: &EncodingLimits) -> Result<GridNotes, EncodeError> {
    let tempo = score.tempo_map();
    let notes = place(
        &score.fold_sustain(),
        |onset| clock_step(&tempo, Tick(0), onset),
        |onset, end| clock_step(&tempo, onset, end),
    );
    let mut placed = GridNotes { grid: Grid::Time, metres: Vec::new(), notes, end: 0 };
    placed.end_when_struck_again();
    let first = placed.notes.first().map_or(0, |note| note.onset);
    for note in &mut placed.notes {
        note.onset -= first;
    }
    let bars = placed.notes.last().map_or(0, |note| note.onset / Metre::COMMON_TIME.steps() + 1);
    if bars as usize > limits.bars_max {
        return Err(EncodeError::too_many_bars(limits));
    }
    placed.end = bars * Metre::COMMON_TIME.steps();
    Ok(placed)
}

/// Steps of [`Grid::Time`] from one tick to a later one, to the nearest.
fn clock_step(tempo: &TempoMap, from: Tick, to: Tick) -> u32 {
    ((tempo.seconds(to).0 - tempo.seconds(from).0) * f64::from(STEPS_PER_SECOND)).round() as u32
}

/// The notes with their classes, in any order.
fn place(score: &Score<Tick>, step: impl Fn(Tick) -> u32, steps: impl Fn(Tick, Tick) -> u32) -> Vec<GridNote> {
    let mut notes = Vec::with_capacity(score.note_count());
    for track in &score.tracks {
        for (note, cents) in track.notes.iter().zip(cents_of_notes(track)) {
            let end = Tick(note.onset.0.saturating_add(note.duration.0));
            let (semitones, cents) = split_cents(cents);
            notes.push(GridNote {
                onset: step(note.onset),
                program: if track.is_drum { DRUMS } else { track.program.get() },
                pitch: (i32::from(note.pitch.get()) + semitones).clamp(0, 127) as u8,
                duration: if track.is_drum { 0 } else { duration_class(steps(note.onset, end)) },
                velocity: velocity_class(note.velocity.get()),
                cents,
            });
        }
    }
    notes
}

fn cut_trailing_bars(placed: &mut GridNotes) {
    let last_onset = placed.notes.last().map_or(0, |note| note.onset);
    let mut start = 0;
    placed.metres.retain(|metre| {
        let kept = start <= last_onset;
        start += metre.steps();
        kept
    });
}

/// Bars of one beat all through are no metre but the lack of one, as converters write it: they become 4/4.
fn replace_placeholder_metre(placed: &mut GridNotes) {
    let beat = placed.metres.first().copied().unwrap_or_default();
    if beat.numerator == 1 && placed.metres.iter().all(|&metre| metre == beat) {
        let steps = beat.steps() * placed.metres.len() as u32;
        placed.metres = vec![Metre::COMMON_TIME; steps.div_ceil(Metre::COMMON_TIME.steps()) as usize];
    }
}

fn cut_leading_bars(placed: &mut GridNotes) {
    let first_onset = placed.notes.first().map_or(0, |note| note.onset);
    let (mut silent, mut cut) = (0, 0);
    while let Some(end) = placed.metres.get(silent).map(|metre| cut + metre.steps()).filter(|&end| end <= first_onset) {
        (silent, cut) = (silent + 1, end);
    }
    placed.metres.drain(..silent);
    for note in &mut placed.notes {
        note.onset -= cut;
    }
}

/// A first bar shorter than the second, where the third is like the second, is a pick-up: it becomes a bar like
/// them whose notes start late. Notation programs write pick-ups as a bar of their own metre, and a model would
/// otherwise have to know these from changes of metre.
fn fill_pick_up(placed: &mut GridNotes) {
    let (first, second) = match placed.metres.as_slice() {
        [first, second] => (*first, *second),
        [first, second, third, ..] if second == third => (*first, *second),
        _ => return,
    };
    let Some(rest) = second.steps().checked_sub(first.steps()).filter(|&rest| rest > 0) else { return };
    placed.metres[0] = second;
    for note in &mut placed.notes {
        note.onset += rest;
    }
}
