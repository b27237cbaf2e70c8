//! Output heads: p(note | h) = p(position) · p(program | position) · p(pitch | …) · p(cents | …) · p(duration | …) ·
//! p(velocity | …).

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{
    Tensor,
    activation::{log_softmax, relu, softmax},
};

use crate::batch::Batch;
use crate::config::ModelConfig;
use crate::layers::{Initial, linear, table};
use crate::layout::{self, EVENT_COLUMNS, Field};

/// One head: the decoder's state and the fields already known → logits.
#[derive(Module, Debug)]
struct Head {
    state: Linear,
    known: Option<Linear>,
    output: Linear,
}

impl Head {
    fn new(initial: &mut Initial<'_>, config: &ModelConfig, field: Field) -> Self {
        let (hidden, prefix) = (config.head_hidden, field.prefix_columns());
        Self {
            state: linear(initial, config.d_model, hidden, 1.4),
            known: (prefix > 0).then(|| table(initial, prefix, hidden)),
            output: linear(initial, hidden, field.classes(), 0.5),
        }
    }

    /// `state: [batch, T, d]`, `note: [batch, T, EVENT_COLUMNS]` (only the columns before the field are read) →
    /// `[batch, T, classes]`.
    fn logits(&self, state: Tensor<3>, note: &Tensor<3>) -> Tensor<3> {
        let mut hidden = self.state.forward(state);
        if let Some(known) = &self.known {
            let [batch, steps, _] = note.dims();
            let prefix = known.weight.dims()[0];
            hidden = hidden + known.forward(note.clone().slice([0..batch, 0..steps, 0..prefix]));
        }
        self.output.forward(relu(hidden))
    }
}

/// The six heads.
#[derive(Module, Debug)]
pub(crate) struct NoteHeads {
    heads: Vec<Head>,
}

impl NoteHeads {
    pub(crate) fn new(initial: &mut Initial<'_>, config: &ModelConfig) -> Self {
        Self { heads: Field::ALL.iter().map(|&field| Head::new(initial, config, field)).collect() }
    }

    /// Logits of one field: see [`Head::logits`].
    pub(crate) fn logits(&self, field: Field, state: Tensor<3>, note: &Tensor<3>) -> Tensor<3> {
        debug_assert_eq!(note.dims()[2], EVENT_COLUMNS);
        self.heads[field as usize].logits(state, note)
    }

    /// −log p of each target in nats, a tensor `[batch, T]` a field, 0 where there is nothing to predict.
    pub(crate) fn nll(&self, state: Tensor<3>, batch: &Batch) -> Vec<Tensor<2>> {
        let following = batch.following();
        Field::ALL
            .iter()
            .zip(&batch.targets)
            .map(|(&field, target)| {
                let log_p = log_softmax(self.logits(field, state.clone(), &following), 2);
                let picked = log_p.gather(2, target.clone().unsqueeze_dim::<3>(2)).squeeze_dim::<2>(2);
                let mask = if field == Field::Position { &batch.step_mask } else { &batch.note_mask };
                -picked * mask.clone()
            })
            .collect()
    }

    /// The mean of each event to predict, its fields before known: `[batch, T, EVENT_COLUMNS]`, 0 where there is none.
    pub(crate) fn expected(&self, state: Tensor<3>, batch: &Batch) -> Tensor<3> {
        let following = batch.following();
        let device = following.device();
        let drums = layout::drums(&following); // [batch, T, 1]
        let mean = |&field: &Field| {
            let p = softmax(self.logits(field, state.clone(), &following), 2);
            let columns = |drums| layout::columns_of(field, drums, &device).unsqueeze_dim::<3>(0);
            match field {
                Field::Position => p.matmul(columns(false)) * batch.step_mask.clone().unsqueeze_dim::<3>(2),
                Field::Pitch => {
                    let notes = batch.note_mask.clone().unsqueeze_dim::<3>(2);
                    (p.clone() * (notes - drums.clone())).matmul(columns(false))
                        + (p * drums.clone()).matmul(columns(true))
                }
                _ => p.matmul(columns(false)) * batch.note_mask.clone().unsqueeze_dim::<3>(2),
            }
        };
        Field::ALL.iter().map(mean).fold(following.zeros_like(), |sum, field| sum + field)
    }
}
