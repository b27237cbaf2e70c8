//! What changes with the step: learning rate, β and competence.

use std::f64::consts::PI;

use crate::recipe::Recipe;

/// Linear warm-up, then constant, then a half cosine to zero over the cool-down at the end.
pub(crate) fn learning_rate(recipe: &Recipe, step: u64) -> f64 {
    recipe.learning_rate * warm_and_cool(step, recipe.steps, recipe.warmup_steps, recipe.cooldown_fraction)
}

/// The CVAE's in the joint phase, whose `step` is counted from its start: warm-up over its first tenth, then the same.
pub(crate) fn joint_learning_rate(recipe: &Recipe, step: u64) -> f64 {
    let steps = recipe.joint_steps;
    recipe.joint_learning_rate * warm_and_cool(step, steps, steps.div_ceil(10), recipe.cooldown_fraction)
}

/// The share of its peak that a learning rate has at `step` of `steps`.
fn warm_and_cool(step: u64, steps: u64, warmup_steps: u64, cooldown_fraction: f64) -> f64 {
    let warm = ((step + 1) as f64 / warmup_steps.max(1) as f64).min(1.0);
    let cooldown_steps = steps as f64 * cooldown_fraction;
    let left = steps.saturating_sub(step) as f64;
    let cool = if left < cooldown_steps { (1.0 - (PI * left / cooldown_steps).cos()) / 2.0 } else { 1.0 };
    warm * cool
}

/// β: 0 at first, so that the latents learn to carry something before they cost anything; then in each cycle it rises linearly from 0 over the first half and stays at its maximum over the second (cyclical
/// annealing, Fu et al. 2019); after the last cycle it stays there.
pub(crate) fn kl_weight(recipe: &Recipe, step: u64) -> f64 {
    let cycle = recipe.kl_cycle_steps;
    let Some(step) = step.checked_sub(recipe.kl_delay_steps) else { return 0.0 };
    if cycle == 0 || step / cycle >= recipe.kl_cycles {
        return recipe.kl_weight_max;
    }
    let place = (step % cycle) as f64 / cycle as f64;
    recipe.kl_weight_max * (2.0 * place).min(1.0)
}

/// Competence-based curriculum (Platanias et al. 2019, the square-root form): the share of the corpus, easiest first,
/// that the CVAE draws from at `step`. √(t/T·(1 − c₀²) + c₀²), at most 1. In the joint phase it begins anew.
pub(crate) fn competence(recipe: &Recipe, step: u64) -> f64 {
    match step.checked_sub(recipe.joint_start()) {
        Some(joint) if recipe.joint_steps > 0 => adversarial_competence(recipe, joint),
        _ => competence_after(recipe, step, recipe.curriculum_steps),
    }
}

/// The same in the later phases, whose curriculum begins anew; `step` counts the generator's, or those of the joint phase.
pub(crate) fn adversarial_competence(recipe: &Recipe, step: u64) -> f64 {
    competence_after(recipe, step, recipe.adversarial_curriculum_steps)
}

fn competence_after(recipe: &Recipe, step: u64, steps: u64) -> f64 {
    let initial = recipe.initial_competence.powi(2);
    let progress = if steps == 0 { 1.0 } else { step as f64 / steps as f64 };
    (progress * (1.0 - initial) + initial).sqrt().min(1.0)
}

/// Bars of a passage at a competence: one at none, `bars_max` at full.
pub(crate) fn bars_at(recipe: &Recipe, competence: f64) -> usize {
    (1.0 + (recipe.bars_max - 1) as f64 * competence).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Recipe {
        Recipe {
            steps: 1000,
            warmup_steps: 100,
            kl_delay_steps: 10,
            kl_cycle_steps: 100,
            kl_cycles: 2,
            curriculum_steps: 400,
            ..Recipe::default()
        }
    }

    #[test]
    fn learning_rate_warms_up_holds_and_cools_down() {
        let at = |step| learning_rate(&recipe(), step) / recipe().learning_rate;
        assert!((at(0) - 0.01).abs() < 1e-12);
        assert!((at(99) - 1.0).abs() < 1e-12);
        assert!((at(699) - 1.0).abs() < 1e-12);
        assert!((at(850) - 0.5).abs() < 1e-12);
        assert!(at(1000).abs() < 1e-12);
    }

    #[test]
    fn kl_weight_rises_and_holds_in_each_cycle() {
        assert_eq!([kl_weight(&recipe(), 0), kl_weight(&recipe(), 9)], [0.0; 2]);
        let at = |step: u64| kl_weight(&recipe(), step + 10) / recipe().kl_weight_max;
        assert_eq!([at(0), at(25), at(50), at(99), at(100), at(125)], [0.0, 0.5, 1.0, 1.0, 0.0, 0.5]);
        assert_eq!([at(200), at(225), at(10_000)], [1.0; 3]);
    }

    #[test]
    fn competence_grows_from_its_start_to_all() {
        let at = |step| competence(&recipe(), step);
        assert!((at(0) - 0.1).abs() < 1e-12);
        assert!((at(100) - (0.25f64 * 0.99 + 0.01).sqrt()).abs() < 1e-12);
        assert_eq!([at(400), at(9999)], [1.0; 2]);
        assert_eq!([bars_at(&recipe(), 0.0), bars_at(&recipe(), 1.0)], [1, 16]);
    }
}
