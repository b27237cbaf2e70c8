//! Composing: what seeds, limits and conditions do.

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use partita_encoding::{DRUMS, InstrumentSet, NoteEvent, Origin, duration_steps};
use partita_model::adversarial::listener::{HeardRows, HeardWindow, Listener, ListenerConfig};
use partita_model::compose::{Drawing, Listening, Plan, PlannedBar, Sampling, compose, compose_from, reconstruct};
use partita_model::{BarFeatures, ConditionClasses, Latents, ModelKind, Passage, PassageBar, PieceLayout};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn plan(bars: usize, genre: Option<usize>, instruments: Option<InstrumentSet>) -> Plan {
    let bar = |index| PlannedBar {
        features: BarFeatures { metre: 0, index, remaining: bars - 1 - index, density: None, polyphony: None },
        steps: 48,
        origin: Origin::New,
    };
    Plan {
        conditions: ConditionClasses { genre, instruments, ..ConditionClasses::default() },
        bars: (0..bars).map(bar).collect(),
        notes_per_bar_max: 20,
    }
}

fn composed(plan: &Plan, sampling: &Sampling, seed: u64) -> Vec<Vec<NoteEvent>> {
    composed_by(ModelKind::Cvae, plan, sampling, seed)
}

fn composed_by(kind: ModelKind, plan: &Plan, sampling: &Sampling, seed: u64) -> Vec<Vec<NoteEvent>> {
    let device = Device::flex();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    compose(&common::model_of(kind, &device), &common::config_of(kind), plan, sampling, &mut random, &device)
}

#[test]
fn a_seed_gives_the_same_piece_and_another_seed_another() {
    let plan = plan(3, Some(1), None);
    let sampling = Sampling { guidance: 1.5, ..Sampling::default() };
    assert_eq!(composed(&plan, &sampling, 4), composed(&plan, &sampling, 4));
    assert_ne!(composed(&plan, &sampling, 4), composed(&plan, &sampling, 5));
}

/// Latents of one value each.
fn latents(piece: f32, bars: &[f32]) -> Latents {
    let (latent, device) = (common::config().latent, Device::flex());
    let values = bars.iter().flat_map(|value| vec![*value; latent]).collect::<Vec<f32>>();
    Latents {
        piece: Tensor::full([1, latent], piece, &device),
        bars: Tensor::from_data(TensorData::new(values, [1, bars.len(), latent]), &device),
    }
}

/// Composed from latents by the tests' model; each note is told to `hear` too.
fn composed_from(
    plan: &Plan,
    latents: &Latents,
    listening: Option<Listening<'_>>,
    random: &mut ChaCha8Rng,
    hear: &mut dyn FnMut(usize, &NoteEvent),
) -> Vec<Vec<NoteEvent>> {
    let device = Device::flex();
    let drawing = Drawing { sampling: &Sampling { candidates: 5, ..Sampling::default() }, random, listening };
    compose_from(&common::model(&device), &common::config(), plan, latents, drawing, &device, hear)
}

#[test]
fn each_note_is_told_whoever_listens() {
    let plan = plan(3, Some(1), None);
    let config = ListenerConfig::of_bars(2);
    let listener = Listener::new(&config, &common::config(), &mut ChaCha8Rng::seed_from_u64(8), &Device::flex());
    for listening in [None, Some(Listening { listener: &listener, config })] {
        let mut heard = vec![Vec::new(); 3];
        let mut hear = |bar: usize, note: &NoteEvent| heard[bar].push(*note);
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let bars = composed_from(&plan, &latents(0.5, &[0.1, 0.2, 0.3]), listening, &mut random, &mut hear);
        assert_eq!(heard, bars);
    }
}

#[test]
fn of_several_candidates_what_is_kept_is_drawn_by_how_real_it_sounds() {
    let (device, config) = (Device::flex(), common::config());
    let sizes = ListenerConfig::of_bars(4);
    let listener = Listener::new(&sizes, &config, &mut ChaCha8Rng::seed_from_u64(8), &device);
    let (plan, latents) = (plan(1, Some(1), None), latents(0.5, &[0.1]));
    let composed = |listening, random: &mut ChaCha8Rng| {
        composed_from(&plan, &latents, listening, random, &mut |_, _| {}).remove(0)
    };
    let candidates = |seed| -> Vec<Vec<NoteEvent>> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut candidate = || composed(None, &mut ChaCha8Rng::seed_from_u64(random.next_u64()));
        (0..5).map(|_| candidate()).collect()
    };
    let score = |notes: &Vec<NoteEvent>| {
        let bar = PassageBar { features: plan.bars[0].features, steps: 48, notes: notes.clone() };
        let window = HeardWindow::of(&Passage { conditions: plan.conditions, bars: vec![bar] });
        let rows = HeardRows::new(&[&window], &PieceLayout::new(&config), &device);
        listener.listener.forward(&rows).into_scalar::<f32>()
    };
    let kept = |log_odds_per_score, seed| {
        let listening = Listening { listener: &listener, config: ListenerConfig { log_odds_per_score, ..sizes } };
        composed(Some(listening), &mut ChaCha8Rng::seed_from_u64(seed))
    };
    let mut kept_best_by_chance = 0;
    for seed in 0..30 {
        let candidates = candidates(seed);
        let best = candidates.iter().max_by(|a, b| score(a).total_cmp(&score(b))).unwrap();
        assert_eq!(kept(1e9, seed), *best, "whoever is sure takes the best");
        let any = kept(0.0, seed);
        assert!(candidates.contains(&any));
        kept_best_by_chance += usize::from(any == *best);
    }
    assert!((2..15).contains(&kept_best_by_chance), "whoever hears nothing takes any: {kept_best_by_chance} of 30");
}

#[test]
fn every_bar_is_sorted_within_its_limits_and_plays_only_what_was_asked() {
    let instruments = Some(InstrumentSet { programs: 1 << 7, drums: true });
    let bars = composed(&plan(5, None, instruments), &Sampling { top_p: 1.0, ..Sampling::default() }, 1);
    assert_eq!(bars.len(), 5);
    for bar in &bars {
        assert!(
            bar.len() <= 20
                && bar.windows(2).all(|pair| {
                    let key = |i: usize| (pair[i].position, pair[i].program, pair[i].pitch);
                    key(0) < key(1)
                })
        );
        assert!(bar.iter().all(|note| note.position < 48 && [7, DRUMS].contains(&note.program)));
    }
    assert!(bars.iter().any(|bar| !bar.is_empty()));
}

#[test]
fn a_condition_changes_the_output() {
    let [a, b] = [0, 2].map(|genre| composed(&plan(3, Some(genre), None), &Sampling::default(), 9));
    assert_ne!(a, b);
}

#[test]
fn every_system_composes_exact_bars_and_only_what_a_seed_decides() {
    let plan = plan(4, Some(1), None);
    let sampling = Sampling { guidance: 1.5, ..Sampling::default() };
    for kind in [ModelKind::Vae, ModelKind::Transformer, ModelKind::Lstm, ModelKind::Rnn] {
        let bars = composed_by(kind, &plan, &sampling, 4);
        assert!(bars.len() == 4 && !bars[0].is_empty() && !bars[3].is_empty(), "{kind:?}");
        assert_eq!(bars, composed_by(kind, &plan, &sampling, 4), "{kind:?}");
    }
}

#[test]
fn a_model_without_conditions_composes_the_same_whatever_is_asked() {
    let [a, b] =
        [Some(0), None].map(|genre| composed_by(ModelKind::Vae, &plan(3, genre, None), &Sampling::default(), 9));
    assert_eq!(a, b);
}

#[test]
fn other_latents_give_another_piece() {
    let plan = plan(3, Some(1), None);
    let from = |value: f32| {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        composed_from(&plan, &latents(value, &[value; 3]), None, &mut random, &mut |_, _| {})
    };
    assert_eq!(from(1.0), from(1.0));
    assert_ne!(from(1.0), from(-1.0));
}

#[test]
fn bars_come_back_as_planned_and_end_with_the_piece() {
    let mut plan = plan(4, Some(1), None);
    let free = composed(&plan, &Sampling::default(), 4);
    plan.bars[2].origin = Origin::Again(0);
    plan.bars[3].origin = Origin::Again(1);
    let bars = composed(&plan, &Sampling::default(), 4);
    assert_eq!(bars[..2], free[..2], "bars before the first that comes back are as without it");
    let last = &bars[3];
    let cut = |note: &NoteEvent| NoteEvent { duration: 0, ..*note };
    for (again, source) in [(2, 0), (3, 1)] {
        let [again, source] = [&bars[again], &bars[source]].map(|bar| bar.iter().map(cut).collect::<Vec<_>>());
        assert_eq!(again, source);
    }
    assert!(last.iter().all(|note| u32::from(note.position) + duration_steps(note.duration) <= 48), "{last:?}");
    assert!(bars[1].iter().zip(last).all(|(source, again)| source.duration >= again.duration));
}

#[test]
fn a_variation_is_written_from_the_same_latents() {
    let written = |origin: Origin, second: f32| {
        let mut plan = plan(2, Some(1), None);
        plan.bars[1].origin = origin;
        let mut random = ChaCha8Rng::seed_from_u64(4);
        composed_from(&plan, &latents(1.0, &[1.0, second]), None, &mut random, &mut |_, _| {})
    };
    let varied = written(Origin::Varied(0), -1.0);
    assert_eq!(varied, written(Origin::New, 1.0));
    assert_ne!(varied, written(Origin::New, -1.0));
    assert_ne!(varied[0], varied[1], "drawn anew");
}

/// A passage from the middle of a piece may be silent at its ends, and its notes may last beyond it.
#[test]
fn a_reconstruction_has_the_passages_bars() {
    let (config, device) = (common::config(), Device::flex());
    let model = common::model(&device);
    let mut middle = common::passage(3, &[0, 4, 5]);
    for bar in &mut middle.bars {
        bar.features.index += 8;
        bar.features.remaining += 8;
    }
    let bars = reconstruct(&model, &config, &middle, 6, &device);
    assert_eq!(bars.len(), 3);
    assert!(bars.iter().all(|bar| bar.len() <= 6 && bar.iter().all(|note| note.position < 48)));
    assert_eq!(bars, reconstruct(&model, &config, &middle, 6, &device));
}
