//! What an embedding makes of one clip.

use serde::{Deserialize, Serialize};

use crate::EvalError;

/// The vectors of one clip, patch after patch. Plain numbers, so that a caller can cache them by the clip's content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct ClipEmbedding {
    dimension: usize,
    values: Vec<f32>,
}

impl ClipEmbedding {
    /// Vectors of `dimension` numbers each, one after another.
    ///
    /// # Errors
    /// [`EvalError::Dimension`] where the numbers don't fill whole vectors, at least one; [`EvalError::NotFinite`].
    pub fn new(dimension: usize, values: Vec<f32>) -> Result<Self, EvalError> {
        if dimension == 0 || values.is_empty() || !values.len().is_multiple_of(dimension) {
            let found = values.len();
            return Err(EvalError::Dimension { what: "a clip's embedding", found, expected: dimension });
        }
        match values.iter().position(|value| !value.is_finite()) {
            Some(index) => Err(EvalError::NotFinite { what: "embedding", index }),
            None => Ok(Self { dimension, values }),
        }
    }

    /// Size of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of patches, at least one.
    pub fn patch_count(&self) -> usize {
        self.values.len() / self.dimension
    }

    /// The vectors.
    pub fn patches(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.dimension)
    }

    /// All numbers, patch after patch.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

/// As stored; checked on the way in.
#[derive(Serialize, Deserialize)]
struct Parts {
    dimension: usize,
    values: Vec<f32>,
}

impl TryFrom<Parts> for ClipEmbedding {
    type Error = EvalError;

    fn try_from(parts: Parts) -> Result<Self, EvalError> {
        Self::new(parts.dimension, parts.values)
    }
}

impl From<ClipEmbedding> for Parts {
    fn from(clip: ClipEmbedding) -> Self {
        Self { dimension: clip.dimension, values: clip.values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_whole_and_finite() {
        let clip = ClipEmbedding::new(2, vec![1.0, 2.0, 3.0, 4.0]).unwrap();
        assert_eq!(clip.patches().collect::<Vec<_>>(), [[1.0, 2.0], [3.0, 4.0]]);
        assert!(matches!(ClipEmbedding::new(3, vec![0.0; 4]), Err(EvalError::Dimension { found: 4, expected: 3, .. })));
        assert!(matches!(ClipEmbedding::new(0, vec![]), Err(EvalError::Dimension { .. })));
        let damaged = vec![0.0, f32::NAN];
        assert!(matches!(ClipEmbedding::new(2, damaged), Err(EvalError::NotFinite { index: 1, .. })));
    }
}
