//! Reading weights from a safetensors file, each tensor checked for its kind and size before it is used.

use safetensors::{Dtype, SafeTensors};

use super::layer::Layer;
use crate::EvalError;

/// The tensors of one file.
pub(super) struct Weights<'a>(SafeTensors<'a>);

impl<'a> Weights<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, EvalError> {
        let tensors = SafeTensors::deserialize(bytes);
        tensors.map(Self).map_err(|error| EvalError::Weights { problem: error.to_string() })
    }

    /// The numbers of the tensor called `name`, which must have this shape.
    pub(super) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EvalError> {
        let damaged = |problem: String| EvalError::Weights { problem };
        let tensor = self.0.tensor(name).map_err(|error| damaged(format!("tensor {name}: {error}")))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
            let (dtype, found) = (tensor.dtype(), tensor.shape());
            return Err(damaged(format!("tensor {name} is {dtype:?} {found:?} where F32 {shape:?} was expected")));
        }
        let numbers =
            tensor.data().chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let numbers: Vec<f32> = numbers.collect();
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(damaged(format!("tensor {name} holds a number that is not finite")));
        }
        Ok(numbers)
    }

    /// The layer called `name`: a kernel of `frames × channels_in × channels_out` and its bias, scale and shift.
    pub(super) fn layer(&self, name: &str, shape: [usize; 3]) -> Result<Layer, EvalError> {
        let [frames, channels_in, channels_out] = shape;
        let vector = |part: &str| self.tensor(&format!("{name}.{part}"), &[channels_out]);
        Ok(Layer {
            frames,
            channels_in,
            kernel: self.tensor(&format!("{name}.kernel"), &shape)?,
            bias: vector("bias")?,
            scale: vector("scale")?,
            shift: vector("shift")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
    }

    fn problem(bytes: &[u8]) -> String {
        let read = Weights::parse(bytes).and_then(|weights| weights.tensor("a", &[2]));
        read.unwrap_err().to_string()
    }

    #[test]
    fn numbers_are_read() {
        let bytes = file(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, &[0, 0, 128, 63, 0, 0, 0, 192]);
        assert_eq!(Weights::parse(&bytes).unwrap().tensor("a", &[2]).unwrap(), [1.0, -2.0]);
    }

    #[test]
    fn damage_is_told() {
        assert!(problem(b"").contains("damaged"));
        assert!(problem(&file("{}", b"")).contains("tensor a"));
        let short = file(r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, &[0; 4]);
        assert!(problem(&short).contains("F32 [1] where F32 [2]"));
        let infinite = file(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, &[0, 0, 128, 127, 0, 0, 0, 0]);
        assert!(problem(&infinite).contains("not finite"));
    }
}
