//! The bounds on the log-likelihood: against each other, and whatever else is in the batch.

mod common;

use burn::tensor::Device;
use partita_model::{Likelihood, ModelKind, Passage, likelihoods, reconstruction_with_latents_of};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn passages() -> Vec<Passage> {
    vec![common::passage(1, &[3, 0, 4]), common::passage(2, &[9]), common::passage(3, &[0, 7, 1, 2])]
}

fn measured(passages: &[Passage], samples: usize, seed: u64) -> Vec<Likelihood> {
    let (device, mut random) = (Device::flex(), ChaCha8Rng::seed_from_u64(seed));
    likelihoods(&common::model(&device), &common::config(), passages, samples, &mut random, &device)
}

#[test]
fn padding_does_not_count() {
    let (device, config) = (Device::flex(), common::config());
    let (model, mut random) = (common::model(&device), ChaCha8Rng::seed_from_u64(6));
    let mut alone = |passage| likelihoods(&model, &config, std::slice::from_ref(passage), 3, &mut random, &device)[0];
    for (together, passage) in measured(&passages(), 3, 6).into_iter().zip(&passages()) {
        let alone = alone(passage);
        let pairs =
            [(together.reconstruction, alone.reconstruction), (together.kl, alone.kl), (together.iwae, alone.iwae)];
        assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 1e-4 * b.abs()), "{together:?} {alone:?}");
    }
}

#[test]
fn more_samples_tighten_the_bound() {
    let mean = |samples: usize| -> f64 {
        let of_seed = |seed| measured(&passages(), samples, seed).into_iter().sum::<Likelihood>().iwae;
        (0..6).map(of_seed).sum::<f64>() / 6.0
    };
    let bounds = [1, 8, 32].map(mean);
    assert!(bounds[0] < bounds[1] && bounds[1] < bounds[2], "{bounds:?}");
    let elbo: f64 = measured(&passages(), 32, 1).iter().map(Likelihood::elbo).sum();
    assert!(elbo < bounds[2], "{elbo} {bounds:?}");
}

/// Without latents there is nothing to bound: −log p(x | c) is what the decoder says, whatever is drawn.
#[test]
fn a_language_model_has_its_likelihood_itself() {
    let (device, config) = (Device::flex(), common::config_of(ModelKind::Lstm));
    let model = common::model_of(ModelKind::Lstm, &device);
    let of_seed = |seed| likelihoods(&model, &config, &passages(), 3, &mut ChaCha8Rng::seed_from_u64(seed), &device);
    for (one, other) in of_seed(1).into_iter().zip(of_seed(2)) {
        assert_eq!((one.kl, one.reconstruction), (0.0, other.reconstruction));
        assert!((one.iwae + one.reconstruction).abs() < 1e-9 * one.reconstruction, "{one:?}");
    }
}

#[test]
fn a_passages_own_latents_reconstruct_it_as_measured() {
    let (device, config) = (Device::flex(), common::config());
    let with_latents_of = |others: &[Passage]| {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        reconstruction_with_latents_of(&common::model(&device), &config, &passages(), others, 2, &mut random, &device)
    };
    let own: Vec<f64> = measured(&passages(), 2, 2).iter().map(|passage| passage.reconstruction).collect();
    assert_eq!(with_latents_of(&passages()), own);
    let mut others = passages();
    others.rotate_left(1);
    assert!(with_latents_of(&others).iter().zip(&own).all(|(other, own)| other != own));
}
