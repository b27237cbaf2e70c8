//! Music written again from latents, and the probabilities that the consistency term goes through.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

mod common;

use std::slice;

use burn::tensor::{Device, Tensor};
use partita_model::compose::write_again;
use partita_model::{Batch, Field, Latents, Passage, PieceLayout};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

#[test]
fn expected_events_are_probabilities_of_what_the_likelihood_picks() {
    let device = Device::flex();
    let (config, model) = (common::config(), common::model(&device));
    let passages = [common::passage(1, &[3, 0, 4]), common::passage(2, &[2, 5])];
    let batch = Batch::new(&passages, &PieceLayout::new(&config), &|_, _| false, &device);
    let latents = common::latents(2, 3, &device);
    let expected = model.expected_events(&batch, &latents);
    // A note sets one column a field, and up to three more for its place in the beat, its family and its pitch class.
    let rows: Vec<f32> = expected.clone().sum_dim(2).into_data_as::<f32>().iter::<f32>().collect();
    let notes: Vec<f32> = batch.note_mask.clone().into_data_as::<f32>().iter::<f32>().collect();
    let steps: Vec<f32> = batch.step_mask.clone().into_data_as::<f32>().iter::<f32>().collect();
    for ((sum, note), step) in rows.iter().zip(&notes).zip(&steps) {
        match (*note, *step) {
            (1.0, _) => assert!((6.0 - 1e-4..=9.0 + 1e-4).contains(sum), "{sum}"),
            (_, 1.0) => assert!((1.0 - 1e-4..=2.0).contains(sum), "{sum}"),
            _ => assert_eq!(*sum, 0.0),
        }
    }
    // −Σ log of the probability of each position is the likelihood's own.
    let following = batch.following();
    let [rows, steps, _] = following.dims();
    let positions = |events: Tensor<3>| events.slice([0..rows, 0..steps, 0..Field::Position.classes()]);
    let picked = (positions(expected) * positions(following)).sum_dim(2).squeeze_dim::<2>(2);
    let log = (picked + (batch.step_mask.clone() * -1.0 + 1.0)).log().sum().into_scalar::<f32>();
    let nll = model.reconstruct(&batch, &latents)[0].clone().into_scalar::<f32>();
    assert!((nll + log).abs() < 1e-3 * nll, "{nll} {log}");
}

#[test]
fn music_is_written_again_in_the_same_bars() {
    let device = Device::flex();
    let (config, model) = (common::config(), common::model(&device));
    let passages = [common::passage(1, &[3, 0, 4]), common::passage(2, &[2, 5])];
    let latents = common::latents(2, 3, &device);
    let write =
        |seed| write_again(&model, &config, &passages, &latents, 6, &mut ChaCha8Rng::seed_from_u64(seed), &device);
    let written = write(1);
    for (again, passage) in written.iter().zip(&passages) {
        assert_eq!(again.conditions, passage.conditions);
        assert_eq!(again.bars.len(), passage.bars.len());
        assert!(again.bars.iter().zip(&passage.bars).all(|(a, b)| a.features == b.features && a.notes.len() <= 6));
    }
    assert_eq!(written, write(1));
    assert_ne!(written, write(2));
}

/// Whatever else is written beside it, longer or shorter, in other conditions and by other chances.
#[test]
fn a_passage_is_written_as_if_it_were_the_only_one() {
    let device = Device::flex();
    let (config, model) = (common::config(), common::model(&device));
    let passages = [common::passage(1, &[3, 0, 4]), common::passage(2, &[2]), common::passage(3, &[2, 5])];
    let latents = common::latents(3, 3, &device);
    let write = |passages: &[Passage], latents: &Latents, random: &mut ChaCha8Rng| {
        write_again(&model, &config, passages, latents, 6, random, &device)
    };
    let together = write(&passages, &latents, &mut ChaCha8Rng::seed_from_u64(1));
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for (row, (passage, beside_others)) in passages.iter().zip(together).enumerate() {
        let own = Latents {
            piece: latents.piece.clone().slice_dim(0, row..row + 1),
            bars: latents.bars.clone().slice_dim(0, row..row + 1),
        };
        // Each is written by the next number of the stream.
        assert_eq!(write(slice::from_ref(passage), &own, &mut random), [beside_others]);
    }
}
