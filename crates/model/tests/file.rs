//! Model files: damage anywhere in them is found, and what a crafted one asks for is refused before it is made.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

use std::collections::HashMap;

use partita_model::adversarial::listener::{Listener, ListenerConfig};
use partita_model::adversarial::{Adversarial, AdversarialConfig, GeneratorStart};
use partita_model::{
    Cvae, Device, ModelConfig, ModelDescription, ModelFile, ModelFileError, ModelSize, read_parameters,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A CVAE with generator and critic of latents and a critic of what is written, and their weights.
fn written() -> (ModelDescription, Vec<f32>, Vec<u8>) {
    let config = ModelConfig { musical_time: true, ..ModelConfig::sized(ModelSize::Tiny, 0, 0) };
    let players = AdversarialConfig::suited(&config, GeneratorStart::Prior);
    let critic = ListenerConfig::of_bars(4);
    let (mut random, device) = (ChaCha8Rng::seed_from_u64(1), Device::flex());
    let mut weights = read_parameters(&Cvae::new(&config, &mut random, &device));
    weights.extend(read_parameters(&Adversarial::new(&players, &config, &mut random, &device)));
    weights.extend(read_parameters(&Listener::new(&critic, &config, &mut random, &device)));
    let (labels, statistics, records) = Default::default();
    let mut description =
        ModelDescription::new(config, labels, statistics, records, Default::default(), Default::default());
    (description.adversarial, description.listener) = (Some(players), Some(critic));
    let bytes = description.to_bytes(&weights);
    (description, weights, bytes)
}

/// Reads all that a program reads of a file.
fn read_all(bytes: &[u8]) -> Result<ModelDescription, ModelFileError> {
    let (file, device) = (ModelFile::read(bytes)?, Device::flex());
    file.network(&device)?;
    file.adversarial(&device)?;
    file.roll_players(&device)?;
    file.listener(&device)?;
    Ok(file.into_description())
}

#[test]
fn what_was_written_is_read() {
    let (description, weights, bytes) = written();
    let file = ModelFile::read(&bytes).unwrap();
    assert!(file.has_digest());
    assert_eq!(file.description(), &description);
    assert_eq!(read_all(&bytes).unwrap(), description);
    // To 16 bits, and to the same bytes when it is written again.
    let read = file.weights().unwrap();
    assert!(read.iter().zip(&weights).all(|(a, b)| (a - b).abs() < 1e-3 * (1.0 + b.abs())));
    assert_eq!(description.to_bytes(&read), bytes);
    let network = read_parameters(&file.network(&Device::flex()).unwrap());
    assert_eq!(network, read[..network.len()]);
    // Its last bytes are what any other program finds.
    let (before, digest) = bytes.split_at(bytes.len() - 32);
    assert_eq!(Sha256::digest(before)[..], *digest);
}

#[test]
fn damage_is_found_wherever_it_is() {
    let (_, _, bytes) = written();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let in_header = (8..header).step_by(header / 200);
    let in_weights = (header..bytes.len() - 32).step_by(bytes.len() / 100);
    let flips: Vec<usize> = (0..8).chain(in_header).chain(in_weights).chain(bytes.len() - 32..bytes.len()).collect();
    assert!(flips.len() > 300);
    let mut damaged = bytes.clone();
    for place in flips {
        damaged[place] ^= 1 << (place % 8);
        let error = read_all(&damaged).expect_err("a bit was flipped");
        assert!(error.to_string().len() > 40, "{error}");
        damaged[place] = bytes[place];
    }
    for sector in (0..bytes.len()).step_by(bytes.len() / 40) {
        damaged[sector..].iter_mut().take(512).for_each(|byte| *byte = 0);
        assert!(damaged == bytes || read_all(&damaged).is_err(), "zeros from {sector} on");
        damaged.copy_from_slice(&bytes);
    }
    let lengths = (0..16).chain((16..bytes.len()).step_by(bytes.len() / 60)).chain(bytes.len() - 40..bytes.len());
    for length in lengths {
        assert!(read_all(&bytes[..length]).is_err(), "{length} bytes");
    }
    assert!(read_all(&[&bytes[..], &[0]].concat()).is_err());
}

/// The file with a changed description and other tensors beside its own, and a digest that is right where it has one.
fn crafted(bytes: &[u8], change: impl FnOnce(&mut Value), digest: bool, more: &[(&str, Dtype, usize)]) -> Vec<u8> {
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let mut description = serde_json::from_str(&metadata.metadata().as_ref().unwrap()["partita"]).unwrap();
    change(&mut description);
    let zeros = [0; 64];
    let kept = tensors.iter().filter(|(name, _)| digest || *name != "sha256").map(|(name, view)| {
        let view = TensorView::new(view.dtype(), view.shape().to_vec(), view.data()).unwrap();
        (name.to_owned(), view)
    });
    let more = more.iter().map(|(name, dtype, length)| {
        let bytes = &zeros[..length * dtype.bitsize() / 8];
        ((*name).to_owned(), TensorView::new(*dtype, vec![*length], bytes).unwrap())
    });
    let metadata = HashMap::from([("partita".to_owned(), description.to_string())]);
    let mut bytes = serialize(kept.chain(more), Some(metadata)).unwrap();
    if digest {
        let end = bytes.len() - 32;
        let (before, place) = bytes.split_at_mut(end);
        place.copy_from_slice(&Sha256::digest(before));
    }
    bytes
}

#[test]
fn a_file_from_before_has_no_digest_and_is_read() {
    let (description, _, bytes) = written();
    let before = crafted(&bytes, |it| it["format_version"] = 1.into(), false, &[]);
    let file = ModelFile::read(&before).unwrap();
    assert!(!file.has_digest());
    // Written anew it has one.
    let anew = file.description().to_bytes(&file.weights().unwrap());
    assert_eq!((&anew, ModelFile::read(&anew).unwrap().description()), (&bytes, &description));
    let taken_out = crafted(&bytes, |_| (), false, &[]);
    assert!(read_all(&taken_out).unwrap_err().to_string().contains("no digest"));
    let newer = crafted(&bytes, |it| it["format_version"] = 3.into(), true, &[]);
    assert!(read_all(&newer).unwrap_err().to_string().contains("format version 3"));
}

#[test]
fn sizes_are_compared_with_the_file_before_a_network_is_built() {
    let (_, _, bytes) = written();
    let peak_before = peak_kib();
    let sizes = ["d_model", "d_bar", "latent", "head_hidden", "feed_forward_multiple", "decoder_layers", "bar_layers"];
    for size in sizes {
        for value in [0, 1, 64, 4096, usize::MAX] {
            let file = crafted(&bytes, |it| it["config"][size] = value.into(), true, &[]);
            let error = read_all(&file).expect_err(size).to_string();
            assert!(error.contains("tensor `") || error.contains("limit") || error.contains("size is 0"), "{error}");
        }
    }
    let largest = [("d_model", 4096), ("d_bar", 4096), ("feed_forward_multiple", 16), ("decoder_layers", 64)];
    let file =
        crafted(&bytes, |it| largest.iter().for_each(|(size, value)| it["config"][*size] = (*value).into()), true, &[]);
    assert!(read_all(&file).unwrap_err().to_string().contains("is due"));
    for (part, size) in [("adversarial", "d_generator"), ("adversarial", "critic_layers"), ("listener", "width")] {
        let file = crafted(&bytes, |it| it[part][size] = 16.into(), true, &[]);
        assert!(read_all(&file).unwrap_err().to_string().contains("tensor `"), "{part} {size}");
    }
    let surplus = crafted(&bytes, |_| (), true, &[("generator.more", Dtype::F16, 8)]);
    assert!(read_all(&surplus).unwrap_err().to_string().contains("`generator.more`: the model has no such parameter"));
    if let Some((before, after)) = peak_before.zip(peak_kib()) {
        assert!(after - before < 64 * 1024, "{} MiB were taken", (after - before) / 1024);
    }
}

/// The most memory that this process has had, where the system tells.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
}
