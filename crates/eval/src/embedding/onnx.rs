//! Any network in an ONNX file as an embedding, run by `rten`, which is Rust throughout.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rten::{Dimension, Model, NodeId, Value};
use sha2::{Digest, Sha256};

use super::front_end::FrontEnd;
use super::onnx_lengths::lengths_fit;
use super::{ClipEmbedding, Embedder, SAMPLE_RATE_HZ};
use crate::EvalError;

/// Largest file that is read.
const BYTES_MAX: usize = 1 << 30;
/// Bytes of the file's SHA-256 in the embedding's name.
const DIGEST_BYTES: usize = 6;
/// An output with one of these in its name is the embedding; networks give their tags beside it.
const EMBEDDING_NAMES: [&str; 2] = ["penultimate", "embedding"];
/// Widest vector: its covariance is a matrix of this size squared.
const DIMENSION_MAX: usize = 8192;

/// A network with one input, log-mel patches, whose size tells the front end: `[n, 187, 96]` as for MusiCNN or `[n, 96, 64]` as
/// for YAMNet; axes of size 1 may stand beside these. Its vectors are those of one output with two axes, `[n, dimension]`:
/// the first whose name has `penultimate` or `embedding` in it, else the first of all.
///
/// The file is untrusted: a damaged one gives an error and no panic. But a network is a program; what time and memory it takes
/// is not limited.
#[derive(Debug)]
pub struct OnnxEmbedder {
    name: String,
    network: Network,
    front_end: FrontEnd,
    output: NodeId,
    dimension: usize,
}

impl OnnxEmbedder {
    /// The network of an ONNX file. Reports call it by `file_stem`, its output and the first of the SHA-256 of its bytes.
    ///
    /// # Errors
    /// [`EvalError::Network`] where the file is damaged, uses what is not supported, or has another input or output;
    /// [`EvalError::Limit`].
    pub fn from_bytes(file_stem: &str, bytes: Vec<u8>) -> Result<Self, EvalError> {
        limit("the size of the network in bytes", bytes.len(), BYTES_MAX)?;
        if !lengths_fit(&bytes) {
            return Err(unusable("it is not a whole ONNX file"));
        }
        let digest = Sha256::digest(&bytes);
        let model = guarded(|| Model::load(bytes))?;
        let (network, front_end) = Network::new(model)?;
        let outputs = network.vectors(&vec![0.0; front_end.patch_len()])?;
        let named = |output: &&Vector| EMBEDDING_NAMES.iter().any(|name| output.name.to_lowercase().contains(name));
        let chosen = outputs.iter().find(named).or(outputs.first());
        let Some(Vector { id, name, dimension }) = chosen else {
            return Err(unusable("no output has two axes, [n, dimension]"));
        };
        limit("the dimension of the embedding", *dimension, DIMENSION_MAX)?;
        let hex: String = digest.iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("{file_stem}, {name} (SHA-256 {hex}…)");
        Ok(Self { name, output: *id, dimension: *dimension, network, front_end })
    }

    /// The vector of one patch.
    fn embed_patch(&self, patch: &[f32]) -> Result<Vec<f32>, EvalError> {
        let output = self.network.run(patch, &[self.output])?.into_iter().next();
        let vector = output.and_then(|value| value.into_shape_vec::<f32, 2>().ok());
        let vector = vector.filter(|(shape, _)| *shape == [1, self.dimension]).map(|(_, vector)| vector);
        vector.ok_or_else(|| unusable("its output changes its size from patch to patch"))
    }
}

impl Embedder for OnnxEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn sample_rate_hz(&self) -> u32 {
        SAMPLE_RATE_HZ
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn embed(&self, clip: &[f32]) -> Result<ClipEmbedding, EvalError> {
        let patches = self.front_end.patches(clip)?;
        let vectors = patches.chunks_exact(self.front_end.patch_len()).map(|patch| self.embed_patch(patch));
        ClipEmbedding::new(self.dimension, vectors.collect::<Result<Vec<_>, _>>()?.concat())
    }
}

/// A model with its one input. It is run on one patch at a time, so that no network can mix those of a clip, and networks
/// that were saved for one only are served too.
#[derive(Debug)]
struct Network {
    model: Model,
    input: NodeId,
    /// Of an input of one patch.
    shape: Vec<usize>,
}

/// An output `[1, dimension]`.
struct Vector {
    id: NodeId,
    name: String,
    dimension: usize,
}

impl Network {
    fn new(model: Model) -> Result<(Self, FrontEnd), EvalError> {
        let &[input] = model.input_ids() else {
            return Err(unusable(&format!("it has {} inputs, and must have one", model.input_ids().len())));
        };
        let shape = model.input_shape(0).unwrap_or_default();
        let (shape, front_end) = one_patch(&shape).ok_or_else(|| {
            let shape: Vec<String> = shape.iter().map(axis).collect();
            unusable(&format!(
                "its input is [{}]; understood are log-mel patches of [n, 187, 96] (MusiCNN's) and [n, 96, 64] (YAMNet's)",
                shape.join(", ")
            ))
        })?;
        Ok((Self { model, input, shape }, front_end))
    }

    fn run(&self, patch: &[f32], outputs: &[NodeId]) -> Result<Vec<Value>, EvalError> {
        guarded(|| {
            let input = Value::from_shape(&self.shape, patch.to_vec()).map_err(|error| error.to_string())?;
            self.model.run(vec![(self.input, input.into())], outputs, None).map_err(|error| error.to_string())
        })
    }

    /// The outputs that are vectors, as found by running the network on one patch.
    fn vectors(&self, patch: &[f32]) -> Result<Vec<Vector>, EvalError> {
        let ids = self.model.output_ids();
        let vector = |(id, value): (&NodeId, Value)| {
            let ([rows, dimension], _) = value.into_shape_vec::<f32, 2>().ok()?;
            let name = self.model.node_info(*id)?.name().unwrap_or("output").to_owned();
            (rows == 1 && dimension > 0).then_some(Vector { id: *id, name, dimension })
        };
        Ok(ids.iter().zip(self.run(patch, ids)?).filter_map(vector).collect())
    }
}

/// The shape of one patch and its front end, for an input of any number of patches or of one.
fn one_patch(shape: &[Dimension]) -> Option<(Vec<usize>, FrontEnd)> {
    let (patches, axes) = shape.split_first()?;
    let any_or_one = matches!(patches, Dimension::Symbolic(_) | Dimension::Fixed(1));
    let fixed = |axis: &Dimension| if let Dimension::Fixed(size) = axis { Some(*size) } else { None };
    let axes: Vec<usize> = axes.iter().map(fixed).collect::<Option<_>>()?;
    let size: Vec<usize> = axes.iter().copied().filter(|size| *size != 1).collect();
    let front_end = FrontEnd::of_patch(size.try_into().ok()?).filter(|_| any_or_one)?;
    Some(([vec![1], axes].concat(), front_end))
}

fn axis(axis: &Dimension) -> String {
    match axis {
        Dimension::Fixed(size) => size.to_string(),
        Dimension::Symbolic(name) => name.clone(),
    }
}

/// What the runtime gives for a file that nobody has checked, a panic included.
fn guarded<T, E: Display>(work: impl FnOnce() -> Result<T, E>) -> Result<T, EvalError> {
    // After a panic nothing of the network is used again but through this guard, and its weights never change.
    let done = catch_unwind(AssertUnwindSafe(work));
    done.map_err(|_| unusable("the runtime fails on it"))?.map_err(|error| unusable(&error.to_string()))
}

fn unusable(problem: &str) -> EvalError {
    EvalError::Network { problem: problem.to_owned() }
}

fn limit(what: &'static str, found: usize, limit: usize) -> Result<(), EvalError> {
    if found > limit { Err(EvalError::Limit { what, found: found as u64, limit: limit as u64 }) } else { Ok(()) }
}
