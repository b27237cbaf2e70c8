//! Model files.

use partita_encoding::Origin;
use partita_model::adversarial::listener::{Listener, ListenerConfig};
use partita_model::adversarial::{Adversarial, AdversarialConfig, GeneratorStart};
use partita_model::compose::{Plan, PlannedBar, Sampling, compose};
use partita_model::layout::BarFeatures;
use partita_model::{
    ConditionClasses, Cvae, Device, ModelConfig, ModelDescription, ModelFile, ModelFileError, ModelSize,
    read_parameters,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};

/// Length of the digest at a file's end.
const DIGEST_BYTES: usize = 32;

/// A small CVAE with generator and critic of latents and a critic of what is written.
pub fn valid() -> Vec<u8> {
    let size = ModelConfig::sized(ModelSize::Tiny, 0, 0);
    let config = ModelConfig { d_model: 8, d_bar: 8, latent: 4, head_hidden: 4, musical_time: true, ..size };
    let players = AdversarialConfig::suited(&config, GeneratorStart::Prior);
    let critic = ListenerConfig::of_bars(4);
    let (mut random, device) = (ChaCha8Rng::seed_from_u64(1), Device::flex());
    let mut weights = read_parameters(&Cvae::new(&config, &mut random, &device));
    weights.extend(read_parameters(&Adversarial::new(&players, &config, &mut random, &device)));
    weights.extend(read_parameters(&Listener::new(&critic, &config, &mut random, &device)));
    let (labels, statistics, records) = Default::default();
    let (forms, training) = Default::default();
    let mut description = ModelDescription::new(config, labels, statistics, records, forms, training);
    (description.adversarial, description.listener) = (Some(players), Some(critic));
    description.to_bytes(&weights)
}

/// Reads all networks of a file, whose digest is made right, and composes a bar.
pub fn passes(bytes: &[u8]) -> bool {
    let mut bytes = bytes.to_vec();
    if let Some(end) = bytes.len().checked_sub(DIGEST_BYTES) {
        let (before, digest) = bytes.split_at_mut(end);
        digest.copy_from_slice(&Sha256::digest(before));
    }
    composes(&bytes).is_ok()
}

fn composes(bytes: &[u8]) -> Result<(), ModelFileError> {
    let (file, device) = (ModelFile::read(bytes)?, Device::flex());
    file.adversarial(&device)?;
    file.roll_players(&device)?;
    file.listener(&device)?;
    if file.description().has_cvae() {
        let (network, mut random) = (file.network(&device)?, ChaCha8Rng::seed_from_u64(1));
        let composed =
            compose(&network, &file.description().config, &one_bar(), &Sampling::default(), &mut random, &device);
        assert_eq!(composed.len(), 1);
    }
    Ok(())
}

fn one_bar() -> Plan {
    let features = BarFeatures { metre: 0, index: 0, remaining: 0, density: None, polyphony: None };
    let bar = PlannedBar { features, steps: 48, origin: Origin::New };
    Plan { conditions: ConditionClasses::default(), bars: vec![bar], notes_per_bar_max: 4 }
}
