//! Composing in the roll form: the generator makes all rolls of a piece at once, and notes are read from them.

use burn::tensor::Device;
use partita_encoding::{CENTS_ZERO, DRUMS, InstrumentSet, NoteEvent, TrackGroup, duration_class_within};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::writer::Plan;
use crate::adversarial::roll::{
    GRID_STEPS_PER_STEP, LOWEST_PITCH, PITCHES, Plane, RollGenerator, RollPassage, RollRows,
};
use crate::config::ModelConfig;
use crate::cvae::Latents;
use crate::layout::PieceLayout;

/// Cells above it are set; see [`drawn`].
const THRESHOLD: f32 = 0.5;
/// The velocity class of every note, MIDI 82: a roll has no velocities.
const VELOCITY: u8 = 20;

/// The notes of each bar of `plan`, by the generator from the piece's latent `[1, latent]` and its bars' `[1, N, latent]`.
/// Each group of instruments that may play has one program, drawn from those that may; the others' planes are not read. All
/// bars are new, whatever their origin: the generator makes them at once.
pub fn compose_rolls(
    generator: &RollGenerator,
    config: &ModelConfig,
    plan: &Plan,
    latents: Latents,
    random: &mut ChaCha8Rng,
    device: &Device,
) -> Vec<Vec<NoteEvent>> {
    let bars: Vec<_> = plan.bars.iter().map(|bar| (bar.features, bar.steps)).collect();
    let passage = RollPassage::silent(plan.conditions, &bars);
    let rows = RollRows::new(&[&passage], &PieceLayout::new(config), device);
    let sureness = generator.forward(&rows, latents).into_data_as::<f32>();
    let cells = sureness.iter::<f32>().map(|sureness| drawn(sureness, random.random())).collect();
    let programs = programs(plan.conditions.may_play(), random);
    Reader::new(cells, &passage, plan).bars(&programs)
}

/// A cell that is set where it is surer than its chance, as in training; then above the threshold, otherwise not, and the
/// higher the surer it is.
fn drawn(sureness: f32, chance: f32) -> f32 {
    if sureness > chance { (1.0 + sureness) / 2.0 } else { sureness / 2.0 }
}

/// The program of each group that may play: one of those that may, all alike.
fn programs(may_play: InstrumentSet, random: &mut ChaCha8Rng) -> Vec<(TrackGroup, u8)> {
    let drawn = TrackGroup::ALL.map(|group| {
        let of_group = |program: &u8| TrackGroup::of_program(*program) == group && may_play.contains(*program);
        let programs: Vec<u8> = (0..=DRUMS).filter(of_group).collect();
        let chance: f64 = random.random(); // drawn whether needed or not, so that other groups keep theirs
        programs.get((chance * programs.len() as f64) as usize).map(|program| (group, *program))
    });
    drawn.into_iter().flatten().collect()
}

/// A note and how sure the generator is of its onset.
type Heard = (f32, NoteEvent);

/// Reads notes from the rolls of a piece.
struct Reader<'a> {
    cells: Vec<f32>,
    plan: &'a Plan,
    /// Slot and step of each step of the piece.
    columns: Vec<(usize, usize)>,
    /// The bar of each step of the piece, and its place there.
    places: Vec<(usize, usize)>,
}

impl<'a> Reader<'a> {
    fn new(cells: Vec<f32>, passage: &RollPassage, plan: &'a Plan) -> Self {
        let steps = |bar: usize| plan.bars[bar].steps.div_ceil(GRID_STEPS_PER_STEP) as usize;
        let places = (0..plan.bars.len()).flat_map(|bar| (0..steps(bar)).map(move |step| (bar, step))).collect();
        Self { cells, plan, columns: passage.columns(), places }
    }

    /// The notes of each bar, as the encoding sorts them.
    fn bars(&self, programs: &[(TrackGroup, u8)]) -> Vec<Vec<NoteEvent>> {
        let mut bars: Vec<Vec<Heard>> = vec![Vec::new(); self.plan.bars.len()];
        let candidates = || {
            let pitches = programs.iter().flat_map(|track| (0..PITCHES).map(move |pitch| (*track, pitch)));
            pitches.flat_map(|(track, pitch)| (0..self.places.len()).map(move |column| (track, pitch, column)))
        };
        for (track, pitch, column) in candidates() {
            let sureness = self.cell(Plane::Onset(track.0), column, pitch);
            if sureness > THRESHOLD {
                bars[self.places[column].0].push((sureness, self.note(track, pitch, column)));
            }
        }
        for (index, bar) in bars.iter_mut().enumerate() {
            let features = self.plan.bars[index].features;
            if bar.is_empty() && (features.index == 0 || features.remaining == 0) {
                let here = candidates().filter(|(.., column)| self.places[*column].0 == index);
                let heard = |(track, pitch, column): ((TrackGroup, u8), usize, usize)| {
                    (self.cell(Plane::Onset(track.0), column, pitch), self.note(track, pitch, column))
                };
                bar.extend(here.map(heard).max_by(|a, b| a.0.total_cmp(&b.0)));
            }
        }
        bars.into_iter().map(|bar| self.surest(bar)).collect()
    }

    /// The surest notes of a bar, as many as it may have, in order.
    fn surest(&self, mut bar: Vec<Heard>) -> Vec<NoteEvent> {
        bar.sort_by(|a, b| b.0.total_cmp(&a.0));
        bar.truncate(self.plan.notes_per_bar_max);
        let mut notes: Vec<NoteEvent> = bar.into_iter().map(|(_, note)| note).collect();
        notes.sort_by_key(|note| (note.position, note.program, note.pitch));
        notes
    }

    /// A note that begins at a step: it lasts as long as it sounds without beginning anew.
    fn note(&self, (group, program): (TrackGroup, u8), pitch: usize, column: usize) -> NoteEvent {
        let goes_on = |later: &usize| {
            self.cell(Plane::Frame(group), *later, pitch) > THRESHOLD
                && self.cell(Plane::Onset(group), *later, pitch) <= THRESHOLD
        };
        let more = (column + 1..self.places.len()).take_while(goes_on).count() as u32;
        NoteEvent {
            position: (self.places[column].1 as u32 * GRID_STEPS_PER_STEP) as u8,
            program,
            pitch: LOWEST_PITCH + pitch as u8,
            cents: CENTS_ZERO,
            duration: if program == DRUMS { 0 } else { duration_class_within((1 + more) * GRID_STEPS_PER_STEP) },
            velocity: VELOCITY,
        }
    }

    /// How surely a cell is set; not at all in a plane that is not there.
    fn cell(&self, plane: Plane, column: usize, pitch: usize) -> f32 {
        let (slot, step) = self.columns[column];
        plane.cell(slot, step, pitch).map_or(0.0, |cell| self.cells[cell])
    }
}

#[cfg(test)]
mod tests {
    use super::super::writer::PlannedBar;
    use super::*;
    use crate::conditions::ConditionClasses;
    use crate::layout::BarFeatures;
    use partita_encoding::{Metre, Origin, duration_steps};
    use rand::SeedableRng;

    fn plan(metres: &[&str]) -> Plan {
        let bar = |(index, text): (usize, &&str)| {
            let metre: Metre = text.parse().unwrap();
            let remaining = metres.len() - 1 - index;
            let features = BarFeatures { metre: metre.class(), index, remaining, density: None, polyphony: None };
            PlannedBar { features, steps: metre.steps(), origin: Origin::New }
        };
        let instruments = Some(InstrumentSet { programs: 1 << 42, drums: true });
        Plan {
            conditions: ConditionClasses { instruments, ..ConditionClasses::default() },
            bars: metres.iter().enumerate().map(bar).collect(),
            notes_per_bar_max: 2,
        }
    }

    /// The notes that are read where these cells are set, to so much.
    fn read(plan: &Plan, set: &[(Plane, usize, usize, f32)]) -> Vec<Vec<NoteEvent>> {
        let bars: Vec<_> = plan.bars.iter().map(|bar| (bar.features, bar.steps)).collect();
        let passage = RollPassage::silent(plan.conditions, &bars);
        let last = Plane::Frame(TrackGroup::Other).cell(passage.slots.len() - 1, 15, PITCHES - 1).unwrap();
        let mut cells = vec![0.1; last + 1];
        let columns = passage.columns();
        for &(plane, column, pitch, value) in set {
            let (slot, step) = columns[column];
            cells[plane.cell(slot, step, pitch).unwrap()] = value;
        }
        let programs = programs(plan.conditions.may_play(), &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(programs, [(TrackGroup::Drums, DRUMS), (TrackGroup::Strings, 42)]);
        Reader::new(cells, &passage, plan).bars(&programs)
    }

    #[test]
    fn notes_are_read_across_bar_lines_and_within_long_bars() {
        let (onset, frame) = (Plane::Onset(TrackGroup::Strings), Plane::Frame(TrackGroup::Strings));
        let plan = plan(&["5/4", "3/4"]);
        let sounding = (18..24).map(|column| (frame, column, 36, 0.9));
        let set: Vec<_> = sounding.chain([(onset, 18, 36, 0.9), (onset, 22, 36, 0.8)]).collect();
        let found: Vec<Vec<(u8, u8, u32)>> = read(&plan, &set)
            .iter()
            .map(|bar| bar.iter().map(|note| (note.position, note.pitch, duration_steps(note.duration))).collect())
            .collect();
        // From the 19th sixteenth of 5/4 over the bar line, until it is struck again on the third of 3/4.
        assert_eq!(found, [[(54, 60, 12)], [(6, 60, 6)]]);
    }

    #[test]
    fn the_surest_notes_stay_and_first_and_last_bar_sound() {
        let (drums, piano) = (Plane::Onset(TrackGroup::Drums), Plane::Onset(TrackGroup::Piano));
        let plan = plan(&["4/4", "4/4", "4/4"]);
        let set = [
            (drums, 4, 12, 0.7),
            (drums, 8, 12, 0.6),
            (drums, 12, 12, 0.9),
            (piano, 18, 40, 0.9),
            (drums, 40, 20, 0.3),
        ];
        let found: Vec<Vec<(u8, u8, u8)>> = read(&plan, &set)
            .iter()
            .map(|bar| bar.iter().map(|note| (note.position, note.program, note.pitch)).collect())
            .collect();
        assert_eq!(found, [vec![(12, DRUMS, 36), (36, DRUMS, 36)], vec![], vec![(24, DRUMS, 44)]]);
    }
}
