//! Whether the encoder finds latents again in the music that the decoder writes from them: Enc(Dec(z)) ≈ z.

use burn::tensor::Tensor;

use crate::batch::Batch;
use crate::cvae::{Cvae, Latents};
use crate::layout::EVENT_COLUMNS;

/// How well latents z are found in music x̂ drawn from p(x | z, c); sums over all rows, in nats, `[1]` each.
#[derive(Clone, Debug)]
pub struct Consistency {
    /// −log q(z | x̂, c): what is minimised.
    pub nll: Tensor<1>,
    /// log q(z | x̂, c) − log p(z | c): what x̂ tells of z. For z of the prior its mean is a lower bound on I(z; x̂ | c) (Barber &
    /// Agakov 2003), and for music and its own posterior it is the KL of the ELBO.
    pub found: Tensor<1>,
}

impl Cvae {
    /// The mean of each event that `batch` predicts, under p(x | z, c) given the events before and the event's own fields
    /// before: `[batch, T, EVENT_COLUMNS]`, the probability of each column.
    pub fn expected_events(&self, batch: &Batch, latents: &Latents) -> Tensor<3> {
        self.decoder.expected(batch, self.context(batch, latents))
    }

    /// How well `latents` are found in `batch`, which was written from them. The encoder reads the events as they are, and
    /// its gradient goes on to the probabilities that they were drawn with: the straight-through estimator (Bengio, Léonard
    /// & Courville 2013), event + p − p with the last p held constant. Which events there are, and in which bar, has no
    /// gradient.
    pub fn consistency(&self, batch: &Batch, latents: &Latents) -> Consistency {
        let p = self.expected_events(batch, latents);
        let posterior = self.encode_events(batch, batch.visible() + following_step(p.clone() - p.detach()));
        let (prior_of_piece, prior_of_bars) = self.prior_of(batch, latents);
        let mask = batch.bar_mask.clone().unsqueeze_dim::<3>(2);
        let total = |piece: Tensor<2>, bars: Tensor<3>| piece.sum() + (bars * mask.clone()).sum();
        let (piece, bars) = (latents.piece.clone(), latents.bars.clone());
        let log_q = total(posterior.piece.log_density(piece.clone()), posterior.bars.log_density(bars.clone()));
        let log_p = total(prior_of_piece.log_density(piece), prior_of_bars.log_density(bars));
        Consistency { nll: -log_q.clone(), found: log_q - log_p }
    }
}

/// What each step predicts, at the step that reads it: `[batch, T, EVENT_COLUMNS]`, 0 for the first event, which is not
/// predicted.
pub(crate) fn following_step(predicted: Tensor<3>) -> Tensor<3> {
    let [batch, steps, _] = predicted.dims();
    let first = Tensor::zeros([batch, 1, EVENT_COLUMNS], &predicted.device());
    let rest = predicted.slice([0..batch, 0..steps - 1, 0..EVENT_COLUMNS]);
    Tensor::cat(vec![first, rest], 1)
}
