//! Networks that users bring along, here small graphs written byte by byte.

#![allow(clippy::unwrap_used)] // Helpers of tests, outside of the functions that clippy knows as tests.

use partita_eval::EvalError;
use partita_eval::embedding::{Embedder, OnnxEmbedder};

/// A number of a protocol buffer: seven bits a byte, the lowest first, all bytes but the last marked.
fn varint(value: usize) -> Vec<u8> {
    let low = (value % 128) as u8;
    if value < 128 { vec![low] } else { [vec![low | 128], varint(value / 128)].concat() }
}

/// A field that holds bytes: a text or a message.
fn bytes(field: usize, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len()), content.to_vec()].concat()
}

/// A field that holds a number.
fn number(field: usize, value: usize) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// An input or output of 32-bit floats; an axis of size 0 may have any.
fn value(name: &str, shape: &[u8]) -> Vec<u8> {
    let axis = |size: &u8| bytes(1, &if *size == 0 { bytes(2, b"n") } else { number(1, usize::from(*size)) });
    let shape: Vec<u8> = shape.iter().flat_map(axis).collect();
    let tensor = [number(1, 1), bytes(2, &shape)].concat();
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat()
}

/// The mean over the axes.
fn mean(output: &str, axes: &[u8]) -> Vec<u8> {
    let axes: Vec<u8> = axes.iter().flat_map(|axis| number(8, usize::from(*axis))).collect();
    let axes = [bytes(1, b"axes"), axes, number(20, 7)].concat();
    let drop = [bytes(1, b"keepdims"), number(3, 0), number(20, 2)].concat();
    let node = [bytes(1, b"mel"), bytes(2, output.as_bytes()), bytes(4, b"ReduceMean")];
    [node.concat(), bytes(5, &axes), bytes(5, &drop)].concat()
}

/// A file of the input's shape, with an output for each name: the mean of the patch over some axes.
fn network(input: &[u8], outputs: &[(&str, &[u8])]) -> Vec<u8> {
    let nodes = outputs.iter().flat_map(|(name, axes)| bytes(1, &mean(name, axes)));
    let results = outputs.iter().flat_map(|(name, _)| bytes(12, &bytes(1, name.as_bytes())));
    let graph: Vec<u8> =
        nodes.chain(bytes(2, b"means")).chain(bytes(11, &value("mel", input))).chain(results).collect();
    let opset = bytes(8, &number(2, 13));
    [number(1, 8), opset, bytes(7, &graph)].concat()
}

fn opened(input: &[u8], outputs: &[(&str, &[u8])]) -> Result<OnnxEmbedder, EvalError> {
    OnnxEmbedder::from_bytes("means", network(input, outputs))
}

fn tone(hz: f32, samples: u32) -> Vec<f32> {
    (0..samples).map(|n| (n as f32 * hz * std::f32::consts::TAU / 16_000.0).sin()).collect()
}

fn loudest(vector: &[f32]) -> usize {
    (0..vector.len()).max_by(|a, b| vector[*a].total_cmp(&vector[*b])).unwrap()
}

#[test]
fn the_inputs_size_tells_the_front_end() {
    let musicnn = opened(&[0, 187, 96], &[("bands", &[1])]).unwrap();
    let clip = musicnn.embed(&tone(1000.0, 100_000)).unwrap();
    assert_eq!((clip.dimension(), clip.patch_count(), musicnn.sample_rate_hz()), (96, 2, 16_000));
    // 1 kHz is 15 of Slaney's mels; band i is centred on (i + 1) · 45.245 / 97 of them.
    assert!(clip.patches().all(|patch| loudest(patch) == 31));

    let over_time = [(&[0, 96, 64][..], &[1][..]), (&[1, 96, 64, 1], &[1, 3]), (&[0, 1, 96, 64], &[1, 2])];
    for (input, axes) in over_time {
        let clip = opened(input, &[("bands", axes)]).unwrap().embed(&tone(1000.0, 32_000)).unwrap();
        assert_eq!((clip.dimension(), clip.patch_count()), (64, 2));
        // 1 kHz is 1000 of HTK's mels; band i is centred on 185.2 + (i + 1) · 39.82 of them.
        assert!(clip.patches().all(|patch| loudest(patch) == 19));
    }
}

#[test]
fn the_embedding_is_named_or_the_first_of_two_axes() {
    let name = |outputs: &[(&str, &[u8])]| opened(&[0, 187, 96], outputs).map(|network| network.name().to_owned());
    let first = name(&[("frames", &[2]), ("bands", &[1])]).unwrap();
    assert!(
        first.starts_with("means, frames (SHA-256 ") && first.len() == "means, frames (SHA-256 0123456789ab…)".len()
    );
    assert!(name(&[("tags", &[2]), ("my_Embedding", &[1])]).unwrap().starts_with("means, my_Embedding "));
    assert!(name(&[("level", &[1, 2]), ("bands", &[1])]).unwrap().starts_with("means, bands "));
    assert!(name(&[("level", &[1, 2])]).unwrap_err().to_string().contains("no output has two axes"));
}

#[test]
fn another_input_is_refused_with_what_is_understood() {
    for input in [&[0, 10][..], &[0, 96, 187], &[4, 96, 64], &[0, 0, 64], &[]] {
        let error = opened(input, &[("bands", &[1])]).unwrap_err().to_string();
        assert!(error.contains("[n, 187, 96] (MusiCNN's) and [n, 96, 64] (YAMNet's)"), "{error}");
    }
}

#[test]
fn damaged_files_are_errors() {
    let whole = network(&[0, 96, 64], &[("bands", &[1])]);
    for length in 0..whole.len() {
        assert!(OnnxEmbedder::from_bytes("cut", whole[..length].to_vec()).is_err(), "{length} bytes");
    }
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        // A changed name or version may pass; nothing may panic.
        let _ = OnnxEmbedder::from_bytes("damaged", damaged);
    }
}

#[test]
fn threads_do_not_change_the_numbers() {
    let network = opened(&[0, 187, 96], &[("bands", &[1])]).unwrap();
    let clips = [300.0, 500.0, 900.0].map(|hz| tone(hz, 100_000)).to_vec();
    let alone: Vec<_> = clips.iter().map(|clip| network.embed(clip).unwrap()).collect();
    assert_eq!(network.embed_all(&clips).unwrap(), alone);
    assert!(matches!(network.embed(&tone(300.0, 100)), Err(EvalError::ClipTooShort { .. })));
}
