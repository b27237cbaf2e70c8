//! Composing: what seeds, limits and conditions do.

mod common;

use burn::tensor::{Device, Tensor, TensorData};
use partita_encoding::{DRUMS, InstrumentSet, NoteEvent, Origin, duration_steps};
use partita_model::compose::{
    Instruments, Plan, PlannedBar, Sampling, compose, compose_aloud, compose_from, reconstruct,
};
use partita_model::{BarFeatures, ConditionClasses, Latents, ModelKind};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn plan(bars: usize, genre: Option<usize>, instruments: Instruments) -> Plan {
    let bar = |index| PlannedBar {
        features: BarFeatures { metre: 0, index, remaining: bars - 1 - index, density: None, polyphony: None },
        steps: 48,
        origin: Origin::New,
    };
    Plan {
        conditions: ConditionClasses { genre, ..ConditionClasses::default() },
        bars: (0..bars).map(bar).collect(),
        instruments,
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
    let plan = plan(3, Some(1), Instruments::ALL);
    let sampling = Sampling { guidance: 1.5, ..Sampling::default() };
    assert_eq!(composed(&plan, &sampling, 4), composed(&plan, &sampling, 4));
    assert_ne!(composed(&plan, &sampling, 4), composed(&plan, &sampling, 5));
}

#[test]
fn each_note_is_told_as_it_is_written() {
    let (plan, sampling, device) = (plan(3, Some(1), Instruments::ALL), Sampling::default(), Device::flex());
    let mut heard = vec![Vec::new(); 3];
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let mut hear = |bar: usize, note: &NoteEvent| heard[bar].push(*note);
    let config = common::config();
    let bars = compose_aloud(&common::model(&device), &config, &plan, &sampling, &mut random, &device, &mut hear);
    assert_eq!(heard, bars);
    assert_eq!(bars, composed(&plan, &sampling, 4));
}

#[test]
fn every_bar_is_sorted_within_its_limits_and_plays_only_what_was_asked() {
    let instruments = Instruments::only(InstrumentSet { programs: 1 << 7, drums: true });
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
    let [a, b] = [0, 2].map(|genre| composed(&plan(3, Some(genre), Instruments::ALL), &Sampling::default(), 9));
    assert_ne!(a, b);
}

#[test]
fn every_system_composes_exact_bars_and_only_what_a_seed_decides() {
    let plan = plan(4, Some(1), Instruments::ALL);
    let sampling = Sampling { guidance: 1.5, ..Sampling::default() };
    for kind in [ModelKind::Vae, ModelKind::Transformer, ModelKind::Lstm, ModelKind::Rnn] {
        let bars = composed_by(kind, &plan, &sampling, 4);
        assert!(bars.len() == 4 && !bars[0].is_empty() && !bars[3].is_empty(), "{kind:?}");
        assert_eq!(bars, composed_by(kind, &plan, &sampling, 4), "{kind:?}");
    }
}

#[test]
fn a_model_without_conditions_composes_the_same_whatever_is_asked() {
    let [a, b] = [Some(0), None]
        .map(|genre| composed_by(ModelKind::Vae, &plan(3, genre, Instruments::ALL), &Sampling::default(), 9));
    assert_eq!(a, b);
}

#[test]
fn other_latents_give_another_piece() {
    let (plan, config, device) = (plan(3, Some(1), Instruments::ALL), common::config(), Device::flex());
    let from = |value: f32| {
        let latents = Latents {
            piece: Tensor::full([1, config.latent], value, &device),
            bars: Tensor::full([1, 3, config.latent], value, &device),
        };
        let mut random = ChaCha8Rng::seed_from_u64(4);
        compose_from(
            &common::model(&device),
            &config,
            &plan,
            &latents,
            &Sampling::default(),
            &mut random,
            &device,
            &mut |_, _| {},
        )
    };
    assert_eq!(from(1.0), from(1.0));
    assert_ne!(from(1.0), from(-1.0));
}

#[test]
fn bars_come_back_as_planned_and_end_with_the_piece() {
    let mut plan = plan(4, Some(1), Instruments::ALL);
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
    let (config, device) = (common::config(), Device::flex());
    let written = |origin: Origin, second: f32| {
        let mut plan = plan(2, Some(1), Instruments::ALL);
        plan.bars[1].origin = origin;
        let bars =
            TensorData::new([vec![1.0; config.latent], vec![second; config.latent]].concat(), [1, 2, config.latent]);
        let latents =
            Latents { piece: Tensor::full([1, config.latent], 1.0, &device), bars: Tensor::from_data(bars, &device) };
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let model = common::model(&device);
        let sampling = Sampling::default();
        compose_from(&model, &config, &plan, &latents, &sampling, &mut random, &device, &mut |_, _| {})
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
