//! How critics read their score: a linear layer whose weights depend on the conditions (Miyato & Koyama 2018).

use burn::nn::Linear;
use burn::tensor::Tensor;

/// About ten columns of a piece are set; so scaled, their embeddings together are as long as the common weights.
const PROJECTION_SCALE: f64 = 0.1;

/// What the features of each row are multiplied with, by the conditions `piece: [batch, columns]`: `[batch, d]`.
pub(super) fn score_weights(score: &Linear, projection: &Linear, piece: &Tensor<2>) -> Tensor<2> {
    let common = score.weight.val().swap_dims(0, 1); // [1, d]
    projection.forward(piece.clone()) * PROJECTION_SCALE + common
}

/// The score of each row from its `features: [batch, d]` and their weights: `[batch]`.
pub(super) fn projected_score(score: &Linear, features: Tensor<2>, weights: Tensor<2>) -> Tensor<1> {
    let bias = score.bias.as_ref().map(|bias| bias.val());
    let scores = (features * weights).sum_dim(1).squeeze_dim::<1>(1);
    bias.into_iter().fold(scores, |scores, bias| scores + bias)
}
