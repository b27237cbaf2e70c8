//! One piece: what was left open is filled from the conditions of a real piece, then the model writes.

use partita_encoding::{
    BarConditions, BarProfile, Conditions, EncodedBar, EncodedPiece, Form, GenreStatistics, Grid, Metre, Origin, Wishes,
};
use partita_model::compose::{Drawing, LatentSource, Plan, PlannedBar, Sampling, compose_from, compose_rolls};
use partita_model::{BarFeatures, ConditionClasses};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::asked::Asked;
use super::model::LoadedModel;

/// Tempo of a piece whose genre has none in the model's statistics.
pub(crate) const QPM_IF_UNKNOWN: f32 = 110.0;
/// Share of the slowest and of the fastest tempos of a genre that are not usual enough to be drawn unasked.
const TEMPO_TAIL: f64 = 0.1;
/// Notes of a bar, at most: above what 99.9 % of the corpus' bars have.
pub(crate) const NOTES_PER_BAR_MAX: usize = 160;
/// The stream of chance that a form is drawn from: with another form, all else that is drawn stays as it was.
const FORM_STREAM: u64 = 1;
/// The stream that fills what was left open.
const RECORD_STREAM: u64 = 2;

/// A piece and how it came about.
pub(crate) struct Composed {
    pub(crate) piece: EncodedPiece,
    pub(super) metre: Metre,
    pub(super) origins: Vec<Origin>,
    pub(super) seed: u64,
}

impl Composed {
    pub(crate) fn notes(&self) -> usize {
        self.piece.bars.iter().map(|bar| bar.notes.len()).sum()
    }

    /// How long the music lasts.
    pub(crate) fn seconds(&self) -> f64 {
        let quarters: f32 = self.piece.bars.iter().map(|bar| bar.metre.quarters()).sum();
        f64::from(quarters) * 60.0 / f64::from(self.piece.conditions.qpm.unwrap_or(QPM_IF_UNKNOWN))
    }
}

/// Composes the piece of `seed`; `hear` is called at each note as it is written.
pub(crate) fn compose(
    model: &LoadedModel,
    source: LatentSource<'_>,
    asked: &Asked,
    sampling: &Sampling,
    seed: u64,
    hear: &dyn Fn(),
) -> Composed {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let filled = Filled::new(model, asked, seed);
    let origins = match source {
        LatentSource::Roll(..) => vec![Origin::New; asked.bars as usize],
        LatentSource::Prior | LatentSource::Generator(..) => {
            origins(model, asked, filled.conditions.genre.as_deref(), seed)
        }
    };
    let plan = filled.plan(model, &origins);
    let config = &model.description.config;
    let (network, device) = (&model.network, &model.device);
    let latents = source.draw(network, config, &plan, sampling, &mut random, device);
    let notes = match source {
        LatentSource::Roll(generator, _) => {
            let notes = compose_rolls(generator, config, &plan, latents, &mut random, device);
            hear();
            notes
        }
        LatentSource::Prior | LatentSource::Generator(..) => {
            let mut hear = |_: usize, _: &_| hear();
            let drawing = Drawing { sampling, random: &mut random, listening: model.listening() };
            compose_from(network, config, &plan, &latents, drawing, device, &mut hear)
        }
    };
    let Filled { conditions, metre, .. } = filled;
    let bars = notes.into_iter().map(|notes| EncodedBar { metre, notes, conditions: BarConditions::default() });
    let mut piece = EncodedPiece { grid: Grid::Beat, bars: bars.collect(), conditions };
    piece.trim_notes();
    Composed { piece, metre, origins, seed }
}

/// Where the music of each bar comes from.
fn origins(model: &LoadedModel, asked: &Asked, genre: Option<&str>, seed: u64) -> Vec<Origin> {
    let bars = asked.bars as usize;
    match &asked.form {
        Form::Free => vec![Origin::New; bars],
        Form::Sections(sections) => sections.origins(bars),
        Form::Usual => {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(FORM_STREAM);
            model.description.forms.genre(genre).draw(bars, || random.random())
        }
    }
}

/// A tempo as usual in a genre, for a `chance` from 0 to 1; `None` where no tempo is known of it.
pub(crate) fn usual_tempo(genre: &GenreStatistics, chance: f64) -> Option<f32> {
    genre.qpm_at(TEMPO_TAIL + (1.0 - 2.0 * TEMPO_TAIL) * chance)
}

/// What a piece is composed by: what was asked, and the rest as one real piece has it.
struct Filled {
    conditions: Conditions,
    metre: Metre,
    bars: BarProfile,
}

impl Filled {
    fn new(model: &LoadedModel, asked: &Asked, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(RECORD_STREAM);
        let description = &model.description;
        let tempo_chance = random.random();
        let mut conditions = asked.conditions(&description.labels);
        let bar = asked.bar_conditions();
        let wishes = Wishes { conditions: &conditions, metre: asked.metre, bar };
        let record = description.records.draw(&wishes, || random.random()).cloned();
        let metre = asked.metre.or(record.as_ref().map(|record| record.metre)).unwrap_or_default();
        let mut bars = BarProfile::default();
        if let Some(record) = record {
            conditions.genre = conditions.genre.or(record.genre);
            conditions.qpm = conditions.qpm.or(record.qpm);
            conditions.key = conditions.key.or(record.key);
            conditions.mood = conditions.mood.or(record.mood);
            conditions.instruments = conditions.instruments.or(Some(record.instruments));
            bars = record.bars;
        }
        let usual = description.statistics.genre(conditions.genre.as_deref());
        conditions.qpm = conditions.qpm.or_else(|| usual_tempo(usual, tempo_chance)).or(Some(QPM_IF_UNKNOWN));
        Self { conditions, metre, bars: bars.with(bar) }
    }

    fn plan(&self, model: &LoadedModel, origins: &[Origin]) -> Plan {
        let count = origins.len();
        let bar = |(index, origin): (usize, &Origin)| {
            let BarConditions { density, polyphony } = self.bars.bar(index);
            PlannedBar {
                features: BarFeatures {
                    metre: self.metre.class(),
                    index,
                    remaining: count - 1 - index,
                    density,
                    polyphony,
                },
                steps: self.metre.steps(),
                origin: *origin,
            }
        };
        Plan {
            conditions: ConditionClasses::new(&self.conditions, Grid::Beat, &model.description.labels),
            bars: origins.iter().enumerate().map(bar).collect(),
            notes_per_bar_max: NOTES_PER_BAR_MAX,
        }
    }
}
