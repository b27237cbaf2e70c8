//! What the generator starts from.

use burn::tensor::Tensor;

use super::{ConditionRows, GeneratorStart};
use crate::cvae::{Cvae, Latents, Noise};
use crate::layout::BAR_COLUMNS;

impl Cvae {
    /// A draw of the prior p(z_piece | c) · ∏ p(z_n | z_<n, z_piece, c), for standard normal noise; a model without latents
    /// is told nothing of them, and the noise itself will do.
    pub fn draw(&self, rows: &ConditionRows, noise: Noise) -> Latents {
        let [batch, count] = rows.dims();
        let latent = noise.piece.dims()[1];
        let Some(prior) = &self.prior else { return Latents { piece: noise.piece, bars: noise.bars } };
        let piece = prior.piece(rows.piece.clone()).sample(noise.piece);
        let mut state = prior.start(rows.piece.clone(), piece.clone(), count);
        let bars = (0..count).map(|bar| {
            let row = rows.bars.clone().slice([0..batch, bar..bar + 1, 0..BAR_COLUMNS]);
            let noise = noise.bars.clone().slice([0..batch, bar..bar + 1, 0..latent]);
            prior.draw(&mut state, row, noise)
        });
        Latents { piece, bars: Tensor::cat(bars.collect(), 1) }
    }
}

impl GeneratorStart {
    /// The generator's input for standard normal noise.
    pub fn latents(self, model: &Cvae, rows: &ConditionRows, noise: Noise) -> Latents {
        match self {
            Self::Prior => model.draw(rows, noise),
            Self::Noise => Latents { piece: noise.piece, bars: noise.bars },
        }
    }
}
