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

    /// Logits of one field of the events to predict, none for a program that may not play: composing draws from those that may,
    /// and what is drawn from is what is learned.
    fn logits_of_following(&self, field: Field, state: Tensor<3>, following: &Tensor<3>, batch: &Batch) -> Tensor<3> {
        let logits = self.logits(field, state, following);
        if field == Field::Program {
            return logits + batch.forbidden_programs.clone().unsqueeze_dim::<3>(1);
        }
        logits
    }

    /// −log p of each target in nats, a tensor `[batch, T]` a field, 0 where there is nothing to predict.
    pub(crate) fn nll(&self, state: Tensor<3>, batch: &Batch) -> Vec<Tensor<2>> {
        let following = batch.following();
        Field::ALL
            .iter()
            .zip(&batch.targets)
            .map(|(&field, target)| {
                let log_p = log_softmax(self.logits_of_following(field, state.clone(), &following, batch), 2);
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
            let p = softmax(self.logits_of_following(field, state.clone(), &following, batch), 2);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Passage, PassageBar};
    use crate::{BarFeatures, ConditionClasses, ModelSize, PieceLayout};
    use burn::tensor::Device;
    use partita_encoding::{CENTS_ZERO, InstrumentSet, NoteEvent, PROGRAMS};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// −log p of the program of a bar's only note where `instruments` were asked for, and what is expected of each program.
    fn program(instruments: Option<InstrumentSet>) -> (f32, Vec<f32>) {
        let (config, device) = (ModelConfig::sized(ModelSize::Tiny, 1, 1), Device::flex());
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let heads = NoteHeads::new(&mut Initial::drawn(&mut random, &device), &config);
        let note = NoteEvent { position: 0, program: 7, pitch: 60, cents: CENTS_ZERO, duration: 3, velocity: 9 };
        let features = BarFeatures { metre: 0, index: 0, remaining: 0, density: None, polyphony: None };
        let bars = vec![PassageBar { features, steps: 48, notes: vec![note] }];
        let passage = Passage { conditions: ConditionClasses { instruments, ..ConditionClasses::default() }, bars };
        let batch = Batch::new(&[passage], &PieceLayout::new(&config), &|_, _| false, &device);
        let state = Tensor::ones([1, 2, config.d_model], &device);
        let nll = heads.nll(state.clone(), &batch)[Field::Program as usize].clone().slice([0..1, 0..1]);
        let first = Field::Program.prefix_columns();
        let expected = heads.expected(state, &batch).slice([0..1, 0..1, first..first + PROGRAMS]);
        (nll.into_scalar::<f32>(), expected.into_data_as::<f32>().iter::<f32>().collect())
    }

    #[test]
    fn programs_that_were_not_asked_for_have_no_probability() {
        let (open, all) = program(None);
        let (asked, few) = program(Some(InstrumentSet { programs: 1 << 7 | 1 << 40, drums: false }));
        let among_asked = all[7] / (all[7] + all[40]);
        assert!((open + all[7].ln()).abs() < 1e-4 && (asked + among_asked.ln()).abs() < 1e-4, "{open} {asked}");
        assert!((few[7] - among_asked).abs() < 1e-5 && (few[7] + few[40] - 1.0).abs() < 1e-5);
        let others = few.iter().enumerate().filter(|(program, _)| ![7, 40].contains(program));
        let most = others.max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert!(*most.1 < 1e-30, "{most:?}");
        let (alone, _) = program(Some(InstrumentSet { programs: 1 << 7, drums: false }));
        assert!(alone.abs() < 1e-6);
    }
}
