//! Root-mean-square normalisation.

use burn::tensor::Tensor;

/// `x / √(mean(x²) + ε)` over the last dimension (Zhang & Sennrich 2019). Without a gain of its own: the linear layer
/// that follows each use has one.
pub(crate) fn rms_norm<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let mean_square = x.clone().square().mean_dim(D - 1);
    x.div((mean_square + 1e-6).sqrt())
}
