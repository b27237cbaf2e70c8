//! p(x | z, c): causal layers over events (a Transformer, or a recurrent network), with the bar's latent and conditions
//! added at every layer (in-attention, Wu & Yang 2023). Without latents it is p(x | c), a language model.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData, activation::relu};

use crate::bag::BagHead;
use crate::batch::Batch;
use crate::config::ModelConfig;
use crate::heads::NoteHeads;
use crate::layers::{Initial, Memory, Places, SequenceBlock, alibi_bias, linear, rms_norm, table};
use crate::layout::{BAR_COLUMNS, EVENT_COLUMNS, Field, PieceLayout};

#[derive(Module, Debug)]
pub(crate) struct Decoder {
    events: Linear,
    bars: Linear,
    piece: Linear,
    bar_latent: Option<Linear>,
    piece_latent: Option<Linear>,
    context: Linear,
    inject: Vec<Linear>,
    blocks: Vec<SequenceBlock>,
    note: NoteHeads,
    bag: Option<BagHead>,
    heads: usize,
}

/// What each layer keeps of the events generated so far.
#[derive(Clone, Debug)]
pub(crate) struct DecoderState {
    memories: Vec<Memory>,
}

impl DecoderState {
    /// Makes room for so many more events; how many are held then.
    pub(crate) fn make_room(&mut self, events: usize) -> usize {
        self.memories.iter_mut().map(|memory| memory.make_room(events)).max().unwrap_or(0)
    }

    /// `branches` states that go on from each row, with room for so many more events.
    pub(crate) fn branched(&self, branches: usize, events: usize) -> Self {
        Self { memories: self.memories.iter().map(|memory| memory.branched(branches, events)).collect() }
    }

    /// Goes on with the `kept` ones alone of the `branches` that each of `rows` rows has.
    pub(crate) fn keep(&mut self, kept: &[usize], branches: usize, rows: usize, device: &Device) {
        let kept: Vec<i32> =
            (0..rows).flat_map(|row| kept.iter().map(move |branch| (row * branches + branch) as i32)).collect();
        let count = kept.len();
        let kept = Tensor::<1, Int>::from_data(TensorData::new(kept, [count]), device);
        self.memories.iter_mut().for_each(|memory| memory.keep(&kept));
    }
}

impl Decoder {
    pub(crate) fn new(initial: &mut Initial<'_>, config: &ModelConfig) -> Self {
        let (d, layers) = (config.d_model, config.decoder_layers);
        Self {
            events: table(initial, EVENT_COLUMNS, d),
            bars: table(initial, BAR_COLUMNS, d),
            piece: table(initial, PieceLayout::new(config).columns(), d),
            bar_latent: config.latents.then(|| linear(initial, config.latent, d, 1.0)),
            piece_latent: config.latents.then(|| linear(initial, config.latent, d, 1.0)),
            context: linear(initial, d, d, 1.4),
            inject: (0..layers).map(|_| linear(initial, d, d, 1.0)).collect(),
            blocks: (0..layers).map(|_| SequenceBlock::new(initial, config)).collect(),
            note: NoteHeads::new(initial, config),
            bag: config.latents.then(|| BagHead::new(initial, config)),
            heads: config.heads,
        }
    }

    /// The same with layers that are told musical time.
    pub(crate) fn in_musical_time(self, device: &Device) -> Self {
        Self { blocks: self.blocks.into_iter().map(|block| block.in_musical_time(device)).collect(), ..self }
    }

    /// What every step of a bar is told: `piece: [batch, columns]`, `bars: [batch, N, BAR_COLUMNS]`, latents
    /// `[batch, latent]` and `[batch, N, latent]` (not read by a decoder without latents) → `[batch, N, d]`.
    pub(crate) fn context(
        &self,
        piece: Tensor<2>,
        bars: Tensor<3>,
        z_piece: Tensor<2>,
        z_bars: Tensor<3>,
    ) -> Tensor<3> {
        let mut whole = self.piece.forward(piece); // [batch, d]
        let mut each = self.bars.forward(bars); // [batch, N, d]
        if let (Some(piece_latent), Some(bar_latent)) = (&self.piece_latent, &self.bar_latent) {
            whole = whole + piece_latent.forward(z_piece);
            each = each + bar_latent.forward(z_bars);
        }
        relu(self.context.forward(rms_norm(each + whole.unsqueeze_dim::<3>(1))))
    }

    /// −log p of each target in nats, a tensor `[batch, T]` a field; `context: [batch, N, d]`.
    pub(crate) fn nll(&self, batch: &Batch, context: Tensor<3>) -> Vec<Tensor<2>> {
        self.note.nll(self.states(batch, context), batch)
    }

    /// The mean of each event to predict, given those before: `[batch, T, EVENT_COLUMNS]`; `context: [batch, N, d]`.
    pub(crate) fn expected(&self, batch: &Batch, context: Tensor<3>) -> Tensor<3> {
        self.note.expected(self.states(batch, context), batch)
    }

    /// What the heads read at each step: `[batch, T, d]`.
    fn states(&self, batch: &Batch, context: Tensor<3>) -> Tensor<3> {
        let [_, steps, _] = batch.dims();
        let bias = alibi_bias(self.heads, 0, steps, steps, &batch.given.device());
        let places = Places { bias, time: Some(batch.time.clone()) };
        let mut h = self.events.forward(batch.given.clone());
        for (inject, block) in self.inject.iter().zip(&self.blocks) {
            h = h + batch.bar_of_step.clone().matmul(inject.forward(context.clone()));
            h = block.forward(h, &places);
        }
        rms_norm(h)
    }

    /// −log p of each bar's bag of notes in nats, all bars together: `[1]`; `context: [batch, N, d]`. 0 without latents,
    /// which it is there for.
    pub(crate) fn bag_nll(&self, batch: &Batch, context: Tensor<3>) -> Tensor<1> {
        match &self.bag {
            Some(bag) => bag.nll(batch, context),
            None => Tensor::zeros([1], &context.device()),
        }
    }

    /// Before the first event of the rows of `context: [batch, N, d]`; attention remembers at most `capacity` events.
    pub(crate) fn start(&self, context: &Tensor<3>, capacity: usize) -> DecoderState {
        let (batch, device) = (context.dims()[0], context.device());
        DecoderState { memories: self.blocks.iter().map(|block| block.start(batch, capacity, &device)).collect() }
    }

    /// Takes one event `[batch, 1, EVENT_COLUMNS]` at its musical time `[batch, 1, TIME_COLUMNS]` in a bar's context
    /// `[batch, 1, d]`; the state that the heads read: `[batch, 1, d]`. When attention's memory is full the oldest quarter is
    /// forgotten.
    pub(crate) fn step(
        &self,
        state: &mut DecoderState,
        event: Tensor<3>,
        time: Tensor<3>,
        context: Tensor<3>,
    ) -> Tensor<3> {
        let device = event.device();
        let held = state.make_room(1);
        let place = Places { bias: alibi_bias(self.heads, held, 1, held + 1, &device), time: Some(time) };
        let mut h = self.events.forward(event);
        for ((inject, block), memory) in self.inject.iter().zip(&self.blocks).zip(&mut state.memories) {
            h = block.step(h + inject.forward(context.clone()), memory, &place);
        }
        rms_norm(h)
    }

    /// Logits of a field, given the state and the fields of the note so far (`note: [batch, 1, EVENT_COLUMNS]`).
    pub(crate) fn logits(&self, field: Field, state: Tensor<3>, note: &Tensor<3>) -> Tensor<3> {
        self.note.logits(field, state, note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Passage, PassageBar};
    use crate::layers::TIME_COLUMNS;
    use crate::layout::BarFeatures;
    use crate::{ConditionClasses, ModelKind, ModelSize, read_parameters, write_parameters};
    use burn::tensor::activation::log_softmax;
    use partita_encoding::NoteEvent;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn passage(random: &mut ChaCha8Rng) -> Passage {
        let mut note = |position| NoteEvent {
            position,
            program: random.random_range(0..129),
            pitch: random.random_range(0..128),
            cents: random.random_range(0..21),
            duration: random.random_range(0..48),
            velocity: random.random_range(0..32),
        };
        let bars =
            [vec![0, 3, 9, 40], vec![], vec![7, 8, 9]].into_iter().enumerate().map(|(index, positions)| PassageBar {
                features: BarFeatures { metre: 0, index, remaining: 2 - index, density: None, polyphony: Some(1) },
                steps: 48,
                notes: positions.into_iter().map(&mut note).collect(),
            });
        Passage { conditions: ConditionClasses::default(), bars: bars.collect() }
    }

    /// What is trained must be what composes: the whole sequence at once, and one event at a time from the cache.
    #[test]
    fn cached_steps_equal_the_whole_sequence() {
        for kind in [ModelKind::Cvae, ModelKind::Transformer, ModelKind::Lstm, ModelKind::Rnn] {
            steps_equal_the_whole(&ModelConfig::of_kind(kind, ModelSize::Tiny, 2, 2));
        }
        let config = ModelConfig::sized(ModelSize::Tiny, 2, 2);
        steps_equal_the_whole(&ModelConfig { musical_time: true, ..config });
    }

    fn steps_equal_the_whole(config: &ModelConfig) {
        let device = Device::flex();
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let decoder = Decoder::new(&mut Initial::drawn(&mut random, &device), config);
        // What begins at 0 should have a part in it too.
        let moved: Vec<f32> =
            read_parameters(&decoder).into_iter().map(|weight| weight + random.random_range(-0.1..0.1)).collect();
        let decoder = write_parameters(decoder, &moved);
        let passage = passage(&mut random);
        let batch = Batch::new(std::slice::from_ref(&passage), &PieceLayout::new(config), &|_, _| false, &device);
        let [_, steps, bars] = batch.dims();
        let z_bars = Tensor::from_data(
            burn::tensor::TensorData::new((0..bars * 16).map(|i| (i % 7) as f32 - 3.0).collect(), [1, bars, 16]),
            &device,
        );
        let z_piece = Tensor::ones([1, 16], &device);
        let context = decoder.context(batch.piece.clone(), batch.bars.clone(), z_piece, z_bars);
        let whole = decoder.nll(&batch, context.clone());
        let bar_of_step: Vec<usize> =
            passage.bars.iter().enumerate().flat_map(|(bar, b)| vec![bar; b.notes.len() + 1]).collect();
        let mut state = decoder.start(&context, steps);
        for (step, bar) in bar_of_step.into_iter().enumerate() {
            let event = batch.given.clone().slice([0..1, step..step + 1, 0..EVENT_COLUMNS]);
            let d = context.dims()[2];
            let time = batch.time.clone().slice([0..1, step..step + 1, 0..TIME_COLUMNS]);
            let h = decoder.step(&mut state, event, time, context.clone().slice([0..1, bar..bar + 1, 0..d]));
            let note = batch.following().slice([0..1, step..step + 1, 0..EVENT_COLUMNS]);
            for field in Field::ALL {
                let target = batch.targets[field as usize].clone().slice([0..1, step..step + 1]).into_scalar::<i32>();
                let log_p = log_softmax(decoder.logits(field, h.clone(), &note), 2);
                let alone = -log_p.slice([0..1, 0..1, target as usize..target as usize + 1]).into_scalar::<f32>();
                let together = whole[field as usize].clone().slice([0..1, step..step + 1]).into_scalar::<f32>();
                assert!(together == 0.0 || (alone - together).abs() < 1e-4, "{step} {field:?}: {alone} {together}");
            }
        }
    }

    /// What a branch reads is what the whole memory would have read.
    #[test]
    fn branches_go_on_from_what_they_branched_from() {
        for kind in [ModelKind::Cvae, ModelKind::Lstm] {
            let config = ModelConfig {
                musical_time: kind == ModelKind::Cvae,
                ..ModelConfig::of_kind(kind, ModelSize::Tiny, 2, 2)
            };
            let device = Device::flex();
            let mut random = ChaCha8Rng::seed_from_u64(2);
            let decoder = Decoder::new(&mut Initial::drawn(&mut random, &device), &config);
            let moved: Vec<f32> =
                read_parameters(&decoder).into_iter().map(|weight| weight + random.random_range(-0.1..0.1)).collect();
            let decoder = write_parameters(decoder, &moved);
            // A row of values, one a branch.
            let read = |state: &mut DecoderState, values: &[f32]| {
                let rows = |columns: usize| {
                    let rows = values
                        .iter()
                        .flat_map(|value| (0..columns).map(move |column| value * (1.0 + column as f32).sin()));
                    Tensor::<3>::from_data(
                        burn::tensor::TensorData::new(rows.collect::<Vec<f32>>(), [values.len(), 1, columns]),
                        &device,
                    )
                };
                let h = decoder.step(state, rows(EVENT_COLUMNS), rows(TIME_COLUMNS), rows(config.d_model));
                h.into_data_as::<f32>().iter::<f32>().collect::<Vec<_>>()
            };
            let rows = Tensor::<3>::zeros([2, 1, config.d_model], &device);
            let mut whole = decoder.start(&rows, 8);
            read(&mut whole, &[0.3, 0.4]);
            read(&mut whole, &[0.5, 0.6]);
            let mut branched = whole.branched(3, 4);
            let d = config.d_model;
            for (first, second) in [([0.1, 0.2, 0.3], [0.4, 0.5, 0.6]), ([0.7, 0.8, 0.9], [0.9, 0.7, 0.8])] {
                let together = read(&mut branched, &[first, second].concat());
                let alone = read(&mut whole, &[first[1], second[1]]);
                let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
                assert!(close(&together[d..2 * d], &alone[..d]), "{kind:?}");
                assert!(close(&together[4 * d..5 * d], &alone[d..]), "{kind:?}");
            }
            let mut two_left = branched.clone();
            two_left.keep(&[0, 2], 3, 2, &device);
            let together = read(&mut branched, &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
            let left = read(&mut two_left, &[0.1, 0.3, 0.4, 0.6]);
            let of_kept = [0, 2, 3, 5].iter().flat_map(|row| &together[row * d..(row + 1) * d]);
            assert!(of_kept.zip(&left).all(|(a, b)| (a - b).abs() < 1e-4), "{kind:?}");
        }
    }

    #[test]
    fn a_full_memory_forgets_its_oldest_quarter() {
        let config = ModelConfig::sized(ModelSize::Tiny, 2, 2);
        let device = Device::flex();
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let decoder = Decoder::new(&mut Initial::drawn(&mut random, &device), &config);
        let context = Tensor::<3>::ones([1, 1, config.d_model], &device);
        let mut state = decoder.start(&context, 8);
        let held: Vec<usize> = (0..11)
            .map(|_| {
                let time = Tensor::ones([1, 1, TIME_COLUMNS], &device);
                decoder.step(&mut state, Tensor::ones([1, 1, EVENT_COLUMNS], &device), time, context.clone());
                state.clone().make_room(1)
            })
            .collect();
        assert_eq!(held, [1, 2, 3, 4, 5, 6, 7, 6, 7, 6, 7]);
    }
}
