//! The arrays of a run, as one safetensors file.

use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::state::RunState;
use crate::adamw::AdamW;
use crate::adversarial::Players;

/// Before the names of the players' arrays.
const GENERATOR: &str = "generator.";
const CRITIC: &str = "critic.";
/// The weights of generator and critic that a run was brought.
const BROUGHT: &str = "brought";
/// The CVAE's weights as the players see them.
const SEEN: &str = "seen";

/// The optimisers of a run: all arrays that it needs to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizers {
    /// The CVAE's.
    pub cvae: AdamW,
    /// Those of generator and critic, once they are there.
    pub players: Option<Players>,
    /// Generator and critic of latents that stay as they are while another critic learns.
    pub brought: Option<Vec<f32>>,
    /// In the joint phase, the CVAE's weights as the players see them: those at the last turn of their pools.
    pub seen: Option<Vec<f32>>,
}

impl Optimizers {
    /// The file's bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut arrays = named("", &self.cvae).to_vec();
        if let Some(players) = &self.players {
            arrays.extend(named(GENERATOR, &players.generator));
            arrays.extend(named(CRITIC, &players.critic));
        }
        for (name, values) in [(BROUGHT, &self.brought), (SEEN, &self.seen)] {
            arrays.extend(values.iter().map(|values| (name.to_owned(), little_endian(values))));
        }
        let views = arrays.iter().map(|(name, bytes)| {
            (name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).expect("four bytes a value"))
        });
        serialize(views, None).expect("names are unique")
    }

    /// The arrays of a run that stands at `state`; else what is wrong with the file.
    pub(super) fn from_bytes(bytes: &[u8], state: &RunState) -> Result<Self, String> {
        let arrays = Arrays(SafeTensors::deserialize(bytes).map_err(in_words)?);
        // The joint phase begins with a fresh optimiser.
        let cvae_steps = if state.joint_steps > 0 { state.joint_steps } else { state.cvae_steps() };
        let critic_steps = state.generator_steps * state.recipe.critic_steps_per_generator_step;
        let players = arrays.0.names().iter().any(|name| name.starts_with(GENERATOR)).then(|| {
            let generator = arrays.optimizer(GENERATOR, state.generator_steps)?;
            Ok::<_, String>(Players { generator, critic: arrays.optimizer(CRITIC, critic_steps)? })
        });
        let sees_another = state.joint_steps > 0 && !state.is_of_a_taught_decoder();
        Ok(Self {
            cvae: arrays.optimizer("", cvae_steps)?,
            players: players.transpose()?,
            brought: arrays.0.names().contains(&BROUGHT).then(|| arrays.get(BROUGHT)).transpose()?,
            seen: sees_another.then(|| arrays.get(SEEN)).transpose()?,
        })
    }
}

fn named(prefix: &'static str, optimizer: &AdamW) -> [(String, Vec<u8>); 4] {
    let AdamW { weights, average, moment_1, moment_2, .. } = optimizer;
    [("weights", weights), ("average", average), ("moment_1", moment_1), ("moment_2", moment_2)]
        .map(|(name, values)| (format!("{prefix}{name}"), little_endian(values)))
}

fn little_endian(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn in_words(error: SafeTensorError) -> String {
    error.to_string()
}

struct Arrays<'a>(SafeTensors<'a>);

impl Arrays<'_> {
    fn get(&self, name: &str) -> Result<Vec<f32>, String> {
        let view = self.0.tensor(name).map_err(in_words)?;
        if view.dtype() != Dtype::F32 {
            return Err(format!("`{name}` is {:?} where F32 is due", view.dtype()));
        }
        Ok(view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    fn optimizer(&self, prefix: &str, step: u64) -> Result<AdamW, String> {
        let weights = self.get(&format!("{prefix}weights"))?;
        let beside = |name: &str| {
            let values = self.get(&format!("{prefix}{name}"))?;
            let agrees = values.len() == weights.len();
            agrees.then_some(values).ok_or_else(|| format!("`{prefix}{name}` has another length than the weights"))
        };
        let [average, moment_1, moment_2] = [beside("average")?, beside("moment_1")?, beside("moment_2")?];
        Ok(AdamW { step, weights, average, moment_1, moment_2 })
    }
}
