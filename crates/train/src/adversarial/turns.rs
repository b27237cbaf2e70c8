//! The players' turns: several steps of the critic, then one of the generator.

use partita_model::ParameterShape;

use super::encoded::EncodedPools;
use super::players::{AdversarialReport, Players, constants};
use super::round::{CriticSums, GeneratorSums, PlayersWeights};
use crate::recipe::Recipe;
use crate::schedule::adversarial_competence;
use crate::streams::{Purpose, stream};

/// Rows of a step with the stream of their noise.
pub(super) type Rows<'a, P> = (Vec<&'a P>, rand_chacha::ChaCha8Rng);

/// The `taken`-th turns of the phase, counted from 0; each step's gradient is found by `critic` or `generator` for the weights
/// and the number of the step. Tells everything but where the run stands. `shapes` are the generator's and the critic's.
pub(super) fn turns(
    players: &mut Players,
    shapes: &[Vec<ParameterShape>; 2],
    recipe: &Recipe,
    taken: u64,
    critic: impl Fn(PlayersWeights<'_>, u64) -> CriticSums,
    generator: impl Fn(PlayersWeights<'_>, u64) -> GeneratorSums,
) -> AdversarialReport {
    let first = taken * (recipe.critic_steps_per_generator_step + 1);
    let report = critic_turns(players, &shapes[1], recipe, taken, first, critic);
    let own = generator(weights(players), first + recipe.critic_steps_per_generator_step);
    let constants = constants(recipe, recipe.generator_learning_rate);
    let generator_gradient_norm = players.generator.update(&own.gradient, &shapes[0], constants);
    let generator_loss = -own.generated_score / own.rows.max(1) as f64;
    AdversarialReport { generator_loss, generator_gradient_norm, ..report }
}

/// The critic's steps alone, the first of which has the number `first`; for L_G stands that of the critic's own rows.
pub(super) fn critic_turns(
    players: &mut Players,
    shapes: &[ParameterShape],
    recipe: &Recipe,
    taken: u64,
    first: u64,
    critic: impl Fn(PlayersWeights<'_>, u64) -> CriticSums,
) -> AdversarialReport {
    let mut sums = CriticSums::default();
    for turn in 0..recipe.critic_steps_per_generator_step {
        let one = critic(weights(players), first + turn);
        players.critic.update(&one.gradient, shapes, constants(recipe, recipe.critic_learning_rate));
        sums = sums.add(one);
    }
    let rows = sums.rows.max(1) as f64;
    let wasserstein = (sums.real_score - sums.generated_score) / rows;
    AdversarialReport {
        step: 0,
        generator_steps: taken + 1,
        critic_loss: (sums.loss + recipe.gradient_penalty_weight * sums.penalty) / rows,
        generator_loss: -sums.generated_score / rows,
        hybrid_loss: 0.0,
        wasserstein,
        gradient_norm_at_interpolates: sums.gradient_norm / rows,
        generator_gradient_norm: 0.0,
        competence: adversarial_competence(recipe, taken),
        passages: 0,
    }
}

/// The rows of the phase's `index`-th step, drawn anew for each, in as many parts as the recipe has replicas.
pub(super) fn micro_batches<'a, P>(pools: &'a EncodedPools<P>, recipe: &Recipe, index: u64) -> Vec<Rows<'a, P>> {
    let parts = recipe.replicas as u64;
    let one = |part: u64| {
        let mut random = stream(recipe.seed, Purpose::Latents, index * parts + part);
        let rows = recipe.adversarial_rows.div_ceil(recipe.replicas);
        (pools.draw(rows, &mut random), random)
    };
    (0..parts).map(one).collect()
}

fn weights(players: &Players) -> PlayersWeights<'_> {
    PlayersWeights { generator: &players.generator.weights, critic: &players.critic.weights }
}
