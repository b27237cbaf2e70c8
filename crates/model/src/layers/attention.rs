//! Multi-head attention (Vaswani et al. 2017) with an additive bias, and its cached form for generation.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData, activation::softmax};

use super::{FORBIDDEN, Initial, MusicalTime, TIME_COLUMNS, linear};

/// The distance penalty grows no further than this, for the same reason.
const FARTHEST: f32 = -40.0;

/// Queries, keys, values and output of `heads` heads. In a layer that is told musical time, queries and keys are longer by what
/// that adds to their product.
#[derive(Module, Debug)]
pub(crate) struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    time: Option<MusicalTime>,
    heads: usize,
}

/// What attention knows of its steps beside their content.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// Added to the scores: broadcast to `[batch, heads, queries, keys]`.
    pub(crate) bias: Tensor<4>,
    /// Musical time of the steps, for layers that are told it: `[batch, T, TIME_COLUMNS]`.
    pub(crate) time: Option<Tensor<3>>,
}

impl From<Tensor<4>> for Places {
    fn from(bias: Tensor<4>) -> Self {
        Self { bias, time: None }
    }
}

/// Keys and values of the steps so far, in buffers that are filled from the front. A branched cache has a batch of several
/// branches a row of the cache that it branched from, whose steps they read together and do not copy.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    keys: Tensor<4>,   // [batch, heads, capacity, d_head (+ TIME_COLUMNS)]
    values: Tensor<4>, // [batch, heads, capacity, d_head]
    filled: usize,
    /// Keys and values of the steps before the branch.
    trunk: Option<Box<[Tensor<4>; 2]>>,
}

impl Cache {
    /// Empty buffers for `capacity` steps, with keys that are longer by `time` columns.
    fn new(batch: usize, heads: usize, capacity: usize, d_head: usize, time: usize, device: &Device) -> Self {
        let empty = |d| Tensor::zeros([batch, heads, capacity, d], device);
        Self { keys: empty(d_head + time), values: empty(d_head), filled: 0, trunk: None }
    }

    /// Steps held.
    pub(crate) fn filled(&self) -> usize {
        self.filled + self.trunk.as_ref().map_or(0, |trunk| trunk[0].dims()[2])
    }

    /// Room for steps, held or to come.
    pub(crate) fn capacity(&self) -> usize {
        self.filled() - self.filled + self.keys.dims()[2]
    }

    /// `branches` caches that go on from each row, with room for `capacity` more steps; row `r`'s are rows `r · branches` and
    /// those after it.
    ///
    /// # Panics
    /// If it is branched already.
    pub(crate) fn branched(&self, branches: usize, capacity: usize) -> Self {
        assert!(self.trunk.is_none(), "a branch has no branches");
        let held = |buffer: &Tensor<4>| {
            let [batch, heads, _, d] = buffer.dims();
            buffer.clone().slice([0..batch, 0..heads, 0..self.filled, 0..d])
        };
        let empty = |buffer: &Tensor<4>| {
            let [batch, heads, _, d] = buffer.dims();
            Tensor::zeros([batch * branches, heads, capacity, d], &buffer.device())
        };
        let trunk = (self.filled > 0).then(|| Box::new([held(&self.keys), held(&self.values)]));
        Self { keys: empty(&self.keys), values: empty(&self.values), filled: 0, trunk }
    }

    /// Leaves some rows of the batch out; of a branched cache, the same branches of each row that it branched from.
    pub(crate) fn keep(&mut self, rows: &Tensor<1, Int>) {
        for buffer in [&mut self.keys, &mut self.values] {
            buffer.inplace(|all| all.select(0, rows.clone()));
        }
    }

    /// Forgets the oldest `count` steps.
    pub(crate) fn forget(&mut self, count: usize) {
        let kept = self.filled - count;
        for buffer in [&mut self.keys, &mut self.values] {
            let [batch, heads, _, d_head] = buffer.dims();
            buffer.inplace(|all| {
                let tail = all.clone().slice([0..batch, 0..heads, count..count + kept, 0..d_head]);
                all.slice_assign([0..batch, 0..heads, 0..kept, 0..d_head], tail)
            });
        }
        self.filled = kept;
    }

    /// Appends one step and returns all of them.
    fn push(&mut self, key: Tensor<4>, value: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        let at = self.filled;
        self.filled += 1;
        let held = self.filled;
        let append = |buffer: &mut Tensor<4>, step: Tensor<4>| {
            let [batch, heads, _, d] = buffer.dims();
            buffer.inplace(|all| all.slice_assign([0..batch, 0..heads, at..at + 1, 0..d], step));
            buffer.clone().slice([0..batch, 0..heads, 0..held, 0..d])
        };
        (append(&mut self.keys, key), append(&mut self.values, value))
    }
}

impl Attention {
    pub(crate) fn new(initial: &mut Initial<'_>, d: usize, heads: usize, output_gain: f32) -> Self {
        Self {
            query: linear(initial, d, d, 1.0),
            key: linear(initial, d, d, 1.0),
            value: linear(initial, d, d, 1.0),
            output: linear(initial, d, d, output_gain),
            time: None,
            heads,
        }
    }

    /// The same, told the musical time of its steps, of which it makes nothing yet.
    pub(crate) fn in_musical_time(self, device: &Device) -> Self {
        let d = self.query.weight.lazy_shape()[0];
        Self { time: Some(MusicalTime::new(d, self.heads, device)), ..self }
    }

    /// `x: [batch, T, d]`.
    pub(crate) fn forward(&self, x: Tensor<3>, places: &Places) -> Tensor<3> {
        let (query, key, value) = self.project(x, places);
        self.attend(query, key, value, places.bias.clone())
    }

    /// One new step `x: [batch, 1, d]`; the bias of its place is `[1, heads, 1, steps held]`.
    pub(crate) fn step(&self, x: Tensor<3>, cache: &mut Cache, place: &Places) -> Tensor<3> {
        let (query, key, value) = self.project(x, place);
        let (keys, values) = cache.push(key, value);
        match &cache.trunk {
            None => self.attend(query, keys, values, place.bias.clone()),
            Some(trunk) => self.attend_with_trunk(query, trunk, keys, values, place.bias.clone()),
        }
    }

    /// The same over a trunk that several branches have in common: a product with all of their queries at once.
    fn attend_with_trunk(
        &self,
        query: Tensor<4>,
        [trunk_keys, trunk_values]: &[Tensor<4>; 2],
        keys: Tensor<4>,
        values: Tensor<4>,
        bias: Tensor<4>,
    ) -> Tensor<3> {
        let [batch, heads, _, _] = query.dims();
        let [rows, _, trunk, _] = trunk_keys.dims();
        let own = keys.dims()[2];
        // [batch, heads, 1, columns] ↔ [rows, heads, branches, columns]
        let together = |x: Tensor<4>, columns| x.reshape([rows, batch / rows, heads, columns]).swap_dims(1, 2);
        let apart = |x: Tensor<4>, columns| x.swap_dims(1, 2).reshape([batch, heads, 1, columns]);
        let columns = query.dims()[3];
        let to_trunk = together(query.clone(), columns).matmul(trunk_keys.clone().swap_dims(2, 3));
        let scores = Tensor::cat(vec![apart(to_trunk, trunk), query.matmul(keys.swap_dims(2, 3))], 3);
        let weights = softmax(scores + bias, 3);
        let of_trunk = weights.clone().slice([0..batch, 0..heads, 0..1, 0..trunk]);
        let of_own = weights.slice([0..batch, 0..heads, 0..1, trunk..trunk + own]);
        let d_head = values.dims()[3];
        let mixed = apart(together(of_trunk, trunk).matmul(trunk_values.clone()), d_head) + of_own.matmul(values);
        self.output.forward(mixed.reshape([batch, 1, heads * d_head]))
    }

    /// An empty cache for `batch` rows that holds at most `capacity` steps.
    pub(crate) fn start(&self, batch: usize, capacity: usize, device: &Device) -> Cache {
        let d_head = self.query.weight.dims()[0] / self.heads;
        let time = if self.time.is_some() { TIME_COLUMNS } else { 0 };
        Cache::new(batch, self.heads, capacity, d_head, time, device)
    }

    /// Queries and keys `[batch, heads, T, d_head (+ TIME_COLUMNS)]`, values `[batch, heads, T, d_head]`; queries are scaled by
    /// 1/√d_head here, where they are smallest.
    fn project(&self, x: Tensor<3>, places: &Places) -> (Tensor<4>, Tensor<4>, Tensor<4>) {
        let [batch, steps, d] = x.dims();
        let d_head = d / self.heads;
        let split = |y: Tensor<3>| y.reshape([batch, steps, self.heads, d_head]).swap_dims(1, 2);
        let mut query = split(self.query.forward(x.clone()));
        let mut key = split(self.key.forward(x.clone()));
        if let (Some(layer), Some(time)) = (&self.time, &places.time) {
            query = Tensor::cat(vec![query, layer.queries(x.clone(), time)], 3);
            key = Tensor::cat(vec![key, layer.keys(time)], 3);
        }
        (query * (d_head as f32).powf(-0.5), key, split(self.value.forward(x)))
    }

    fn attend(&self, query: Tensor<4>, key: Tensor<4>, value: Tensor<4>, bias: Tensor<4>) -> Tensor<3> {
        let [batch, heads, _, d_head] = value.dims();
        let steps = query.dims()[2];
        let weights = softmax(query.matmul(key.swap_dims(2, 3)) + bias, 3);
        let mixed = weights.matmul(value).swap_dims(1, 2).reshape([batch, steps, heads * d_head]);
        self.output.forward(mixed)
    }
}

/// Slope of a head's distance penalty: 1/2, 1/8, … over the first half of the heads, none for the others, so that
/// some heads look near and some anywhere (after ALiBi, Press et al. 2022).
fn slope(head: usize, heads: usize) -> f32 {
    if head < heads.div_ceil(2) { 0.5f32.powi(2 * head as i32 + 1) } else { 0.0 }
}

fn score_bias(slope: f32, query: usize, key: usize) -> f32 {
    if key > query { FORBIDDEN } else { (-slope * (query - key) as f32).max(FARTHEST) }
}

/// Bias of queries at `first..first + queries` over keys `0..keys`: `−slope · distance`, forbidden ahead:
/// `[1, heads, queries, keys]`.
pub(crate) fn alibi_bias(heads: usize, first: usize, queries: usize, keys: usize, device: &Device) -> Tensor<4> {
    let mut values = Vec::with_capacity(heads * queries * keys);
    for head in 0..heads {
        let slope = slope(head, heads);
        for query in first..first + queries {
            values.extend((0..keys).map(|key| score_bias(slope, query, key)));
        }
    }
    Tensor::from_data(TensorData::new(values, [1, heads, queries, keys]), device)
}

/// `0` where `allowed` is 1, forbidden where it is 0.
pub(crate) fn mask_bias(allowed: Tensor<4>) -> Tensor<4> {
    (allowed - 1.0) * -FORBIDDEN
}
