//! What a classifier sees of a piece.

use partita_encoding::{
    CENTS_ZERO, Conditions, DRUMS, DURATIONS, EncodedBar, EncodedPiece, METRES, duration_class, duration_steps,
    velocity_of_class,
};

use crate::symbolic::line::{PlacedNote, placed_notes};
use crate::symbolic::overlap::{inter_onsets, intervals};

/// Steps of a quarter, on the beat.
const STEPS: usize = partita_encoding::STEPS_PER_QUARTER as usize;
/// The widest interval with a bin of its own, in semitones.
const INTERVAL_MAX: i16 = 12;
/// The most notes struck together with a bin of their own.
const CHORD_MAX: usize = 8;
/// The lowest sound of the General MIDI drum kit, and how many there are.
const DRUM_SOUNDS: (u8, usize) = (35, 47);

/// How much of the piece is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeatureView {
    /// All of it.
    Full,
    /// Pitched notes alone, whatever plays them: where genres differ in instruments, a classifier that sees programs and
    /// drums need not hear any style.
    PitchedNotes,
}

/// The features of a piece: how its pitch classes (from the tonic up), intervals, times, durations, velocities, chords,
/// registers and metre are spread, how dense it is, and in the full view its instruments and drums. Tempo is left out: where
/// it is unknown it is so for reasons that are not musical.
pub fn features(piece: &EncodedPiece, view: FeatureView) -> Vec<f32> {
    let bars = viewed(&piece.bars, view);
    let notes = placed_notes(&bars);
    let mut features = pitch_features(&bars, &notes, piece);
    features.extend(time_features(&notes));
    features.extend(velocity_features(&notes));
    features.extend(density_features(&bars, &notes));
    let metre = usize::from(piece.main_metre().class());
    features.extend((0..METRES).map(|class| f32::from(u8::from(class == metre))));
    if view == FeatureView::Full {
        features.extend(instrument_features(&notes));
    }
    features
}

fn viewed(bars: &[EncodedBar], view: FeatureView) -> Vec<EncodedBar> {
    let mut bars = bars.to_vec();
    if view == FeatureView::PitchedNotes {
        for bar in &mut bars {
            bar.notes.retain(|note| note.program != DRUMS);
            bar.notes.iter_mut().for_each(|note| note.program = 0);
            bar.notes.sort_unstable();
            bar.notes.dedup();
        }
    }
    bars
}

fn pitch_features(bars: &[EncodedBar], notes: &[PlacedNote], piece: &EncodedPiece) -> Vec<f32> {
    let mut conditions = Conditions::default();
    conditions.fill_from_notes(&mut bars.to_vec(), piece.grid);
    let tonic = conditions.key.map_or(0, |key| key.tonic);
    let pitched = || notes.iter().filter(|note| note.is_pitched()).map(|note| note.event);
    let degree = |pitch: u8| usize::from((pitch % 12 + 12 - tonic) % 12);
    let interval = |semitones: i16| (semitones.clamp(-INTERVAL_MAX, INTERVAL_MAX) + INTERVAL_MAX) as usize;
    let mut features = shares(12, pitched().map(|note| degree(note.pitch)));
    features.push(f32::from(u8::from(conditions.key.is_some_and(|key| key.minor))));
    features.extend(shares(2 * INTERVAL_MAX as usize + 1, intervals(notes).map(interval)));
    features.extend(shares(11, pitched().map(|note| usize::from(note.pitch / 12))));
    features.extend(mean_and_deviation(pitched().map(|note| f32::from(note.pitch))));
    features.push(mean_and_deviation(pitched().map(|note| f32::from(u8::from(note.cents != CENTS_ZERO))))[0]);
    features
}

fn time_features(notes: &[PlacedNote]) -> Vec<f32> {
    let pitched = || notes.iter().filter(|note| note.is_pitched());
    let mut features = shares(DURATIONS, inter_onsets(notes).map(|steps| usize::from(duration_class(steps))));
    features.extend(shares(DURATIONS, pitched().map(|note| usize::from(note.event.duration))));
    features.extend(shares(STEPS, notes.iter().map(|note| usize::from(note.event.position) % STEPS)));
    let chords = notes.chunk_by(|a, b| a.step == b.step);
    features.extend(shares(CHORD_MAX, chords.map(|chord| chord.len().min(CHORD_MAX) - 1)));
    features
}

fn velocity_features(notes: &[PlacedNote]) -> Vec<f32> {
    let mut features = shares(8, notes.iter().map(|note| usize::from(note.event.velocity / 4)));
    features.extend(mean_and_deviation(notes.iter().map(|note| f32::from(velocity_of_class(note.event.velocity)))));
    features
}

/// Notes and sounding length a quarter of each bar: mean and deviation.
fn density_features(bars: &[EncodedBar], notes: &[PlacedNote]) -> Vec<f32> {
    let onsets = bars.iter().map(|bar| bar.notes.len() as f32 / bar.metre.quarters());
    let steps: u32 = bars.iter().map(|bar| bar.metre.steps()).sum();
    let pitched = notes.iter().filter(|note| note.is_pitched());
    let sounding: u32 = pitched.map(|note| duration_steps(note.event.duration)).sum();
    let mut features = mean_and_deviation(onsets).to_vec();
    features.push(sounding as f32 / steps.max(1) as f32);
    features
}

/// Shares of the 16 General MIDI families and of drums, how many instruments play, and shares of the drum sounds.
fn instrument_features(notes: &[PlacedNote]) -> Vec<f32> {
    let mut features = shares(17, notes.iter().map(|note| usize::from(note.event.program / 8)));
    let instruments: std::collections::BTreeSet<_> = notes.iter().map(|note| note.event.program).collect();
    features.push(instruments.len() as f32);
    let drums = notes.iter().filter(|note| !note.is_pitched());
    let (lowest, sounds) = DRUM_SOUNDS;
    features.extend(shares(sounds, drums.map(|note| usize::from(note.event.pitch.saturating_sub(lowest)))));
    features
}

/// The share of each bin; zeros of nothing. The last bin takes what is beyond it.
fn shares(bins: usize, values: impl Iterator<Item = usize>) -> Vec<f32> {
    let mut counts = vec![0.0; bins];
    values.for_each(|bin| counts[bin.min(bins - 1)] += 1.0);
    let total = counts.iter().sum::<f32>().max(1.0);
    counts.iter_mut().for_each(|count| *count /= total);
    counts
}

/// Zeros of nothing.
fn mean_and_deviation(values: impl Iterator<Item = f32> + Clone) -> [f32; 2] {
    let count = values.clone().count().max(1) as f32;
    let mean = values.clone().sum::<f32>() / count;
    [mean, (values.map(|value| (value - mean) * (value - mean)).sum::<f32>() / count).sqrt()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbolic::testing::{bar, encoded, event};

    fn piece(program: u8, up: u8) -> EncodedPiece {
        let scale = [60, 64, 67, 65, 69, 71, 62, 60];
        let notes = (0..8).map(|n| event(n * 6, 6, program, scale[usize::from(n)] + up));
        encoded(vec![bar(&notes.chain([event(0, 1, DRUMS, 36)]).collect::<Vec<_>>())])
    }

    #[test]
    fn all_pieces_of_a_view_have_as_many_finite_features() {
        for view in [FeatureView::Full, FeatureView::PitchedNotes] {
            let of = |piece: &EncodedPiece| features(piece, view);
            let count = of(&piece(0, 0)).len();
            let odd = [encoded(vec![bar(&[])]), encoded(vec![bar(&[event(0, 1, DRUMS, 127)])]), piece(127, 40)];
            for piece in &odd {
                assert_eq!(of(piece).len(), count);
                assert!(of(piece).iter().all(|feature| feature.is_finite()));
            }
        }
    }

    #[test]
    fn the_stripped_view_sees_neither_programs_nor_drums() {
        let mut without_drums = piece(40, 0);
        without_drums.bars[0].notes.retain(|note| note.program != DRUMS);
        let of = |piece: &EncodedPiece, view| features(piece, view);
        assert_eq!(of(&without_drums, FeatureView::PitchedNotes), of(&piece(0, 0), FeatureView::PitchedNotes));
        assert_ne!(of(&without_drums, FeatureView::Full), of(&piece(0, 0), FeatureView::Full));
    }

    #[test]
    fn pitch_classes_are_counted_from_the_tonic() {
        let degrees = |up| features(&piece(0, up), FeatureView::Full)[..13].to_vec();
        assert_eq!(degrees(0), degrees(3));
        assert_eq!(degrees(0)[..5], [0.25, 0.0, 0.125, 0.0, 0.125]);
    }
}
