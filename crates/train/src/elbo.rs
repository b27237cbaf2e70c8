//! The loss: the negative ELBO with β and free bits, and the bag-of-notes loss beside it.

use burn::tensor::Tensor;
use partita_model::ElboTerms;

/// The weights of a step's loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossWeights {
    /// β: the KL's weight.
    pub kl: f64,
    /// Weight of the bag-of-notes loss.
    pub bag: f64,
    /// Nats a latent dimension that are free, averaged over the micro-batch.
    pub free_nats_per_dimension: f64,
}

/// The loss of a micro-batch of `bars` bars and `rows` passages, in nats: Σ −log p(x | z, c) + β · Σ_d n · max(λ, KL_d/n)
/// over the bars' latents and the pieces' (β-VAE, Higgins et al. 2017; free bits, Kingma et al. 2016, eq. 15), and the
/// weighted bag-of-notes loss. Not divided by anything: the caller divides by the notes of the whole step.
pub fn training_loss(terms: &ElboTerms, weights: LossWeights, bars: usize, rows: usize) -> Tensor<1> {
    let [first, rest @ ..] = terms.field_nll.as_slice() else { unreachable!("a note has six fields") };
    let nll = rest.iter().fold(first.clone(), |sum, field| sum + field.clone());
    let kl_bars = free_bits(terms.bar_kl.clone(), weights.free_nats_per_dimension * bars as f64);
    let kl_pieces = free_bits(terms.piece_kl.clone(), weights.free_nats_per_dimension * rows as f64);
    nll + (kl_bars + kl_pieces) * weights.kl + terms.bag_nll.clone() * weights.bag
}

/// Σ_d max(`free`, kl_d): no gradient where a dimension's KL is below `free`.
fn free_bits(kl: Tensor<1>, free: f64) -> Tensor<1> {
    kl.clamp_min(free).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn the_loss_is_as_worked_out_by_hand() {
        let device = Device::flex();
        let tensor = |values: &[f32]| Tensor::<1>::from_floats(values, &device);
        let terms = ElboTerms {
            field_nll: [1.0, 2.0, 3.0, 0.5, 0.25, 0.25].map(|nll| tensor(&[nll])).to_vec(),
            bar_kl: tensor(&[4.0, 0.1]),
            piece_kl: tensor(&[0.2, 3.0]),
            bag_nll: tensor(&[10.0]),
        };
        let weights = LossWeights { kl: 0.5, bag: 0.1, free_nats_per_dimension: 0.3 };
        // 7 + ½ · (max(4, 0.3·2) + max(0.1, 0.6) + max(0.2, 0.3·3) + max(3, 0.9)) + 0.1 · 10 = 7 + ½ · 8.5 + 1
        let loss = training_loss(&terms, weights, 2, 3).into_scalar::<f32>();
        assert!((loss - 12.25).abs() < 1e-5, "{loss}");
    }
}
