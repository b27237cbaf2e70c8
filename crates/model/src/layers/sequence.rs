//! The layers that a decoder may be stacked from: each carries something from event to event.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};

use super::Initial;
use super::attention::{Cache, Places};
use super::block::Block;
use super::cell::{Cell, CellState};
use super::recurrent::Recurrent;
use crate::config::{ModelConfig, SequenceLayer};

/// One causal layer.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // of a decoder's layers, which are few and all of one kind
pub(crate) enum SequenceBlock {
    Attention(Block),
    Recurrent(Recurrent),
}

/// What one layer keeps of the events so far.
#[derive(Clone, Debug)]
pub(crate) enum Memory {
    /// The newest events' keys and values.
    Attention(Cache),
    /// A state that does not grow.
    Recurrent(CellState),
}

impl Memory {
    /// Forgets the oldest quarter of the events, and again, until there is room for so many more, at most as many as it holds;
    /// how many are held then.
    pub(crate) fn make_room(&mut self, events: usize) -> usize {
        let Self::Attention(cache) = self else { return 0 };
        while cache.filled() + events > cache.capacity() && cache.filled() > 0 {
            cache.forget(cache.capacity().div_ceil(4).min(cache.filled()));
        }
        cache.filled()
    }

    /// `branches` memories that go on from each row, with room for so many more events; row `r`'s are rows `r · branches` and
    /// those after it.
    pub(crate) fn branched(&self, branches: usize, events: usize) -> Self {
        match self {
            Self::Attention(cache) => Self::Attention(cache.branched(branches, events)),
            Self::Recurrent(state) => Self::Recurrent(state.repeated(branches)),
        }
    }

    /// Leaves some rows out; of a branched memory, the same branches of each row that it branched from.
    pub(crate) fn keep(&mut self, rows: &Tensor<1, Int>) {
        match self {
            Self::Attention(cache) => cache.keep(rows),
            Self::Recurrent(state) => state.keep(rows),
        }
    }
}

impl SequenceBlock {
    /// One of the decoder's layers.
    pub(crate) fn new(initial: &mut Initial<'_>, config: &ModelConfig) -> Self {
        let d = config.d_model;
        let recurrent = |initial: &mut Initial<'_>, cell| Self::Recurrent(Recurrent::new(initial, d, cell));
        match config.sequence {
            SequenceLayer::Lstm => recurrent(initial, Cell::Lstm),
            SequenceLayer::Rnn => recurrent(initial, Cell::Elman),
            SequenceLayer::Attention => {
                let (heads, multiple) = (config.heads, config.feed_forward_multiple);
                let block = Block::new(initial, d, heads, multiple, config.decoder_layers);
                Self::Attention(if config.musical_time { block.in_musical_time(initial.device) } else { block })
            }
        }
    }

    /// The same with attention that is told the musical time of its steps; layers without attention stay as they are.
    pub(crate) fn in_musical_time(self, device: &Device) -> Self {
        match self {
            Self::Attention(block) => Self::Attention(block.in_musical_time(device)),
            Self::Recurrent(_) => self,
        }
    }

    /// `x: [batch, T, d]`; where its steps stand only attention needs to be told.
    pub(crate) fn forward(&self, x: Tensor<3>, places: &Places) -> Tensor<3> {
        match self {
            Self::Attention(block) => block.forward(x, places),
            Self::Recurrent(layer) => layer.forward(x),
        }
    }

    /// One new step `x: [batch, 1, d]`; for attention the bias of its place is `[1, heads, 1, steps held]`.
    ///
    /// # Panics
    /// With the memory of another kind of layer.
    pub(crate) fn step(&self, x: Tensor<3>, memory: &mut Memory, place: &Places) -> Tensor<3> {
        match (self, memory) {
            (Self::Attention(block), Memory::Attention(cache)) => block.step(x, cache, place),
            (Self::Recurrent(layer), Memory::Recurrent(state)) => layer.step(x, state),
            _ => unreachable!("a layer's memory comes from the layer"),
        }
    }

    /// An empty memory for `batch` rows; attention's holds at most `capacity` events.
    pub(crate) fn start(&self, batch: usize, capacity: usize, device: &Device) -> Memory {
        match self {
            Self::Attention(block) => Memory::Attention(block.start(batch, capacity, device)),
            Self::Recurrent(layer) => Memory::Recurrent(layer.start(batch, device)),
        }
    }
}
