//! The loop's joint phase: CVAE, generator and critic learn together, and the decoder learns on the generator's latents; or, in
//! the written form, the decoder learns what the critic hears. It is kept only where the model does not get worse by it.

use partita_model::adversarial::AdversarialForm;
use partita_model::adversarial::listener::ListenerConfig;
use partita_model::compose::LatentSource;
use partita_model::write_parameters;

use super::Trainer;
use super::cvae::Pace;
use crate::adamw::AdamW;
use crate::adversarial::{BroughtGenerator, Opponents, Policy, Rewriting};
use crate::checkpoint::Checkpoints;
use crate::error::TrainError;
use crate::event::Event;
use crate::passages::{Cutter, Dropping};
use crate::replicas::Beside;
use crate::schedule::{adversarial_competence, joint_learning_rate};

/// Pools of the passages whose conditions are written under are numbered from here.
const POLICY_POOL: u64 = 1 << 41;

impl Trainer<'_, '_> {
    /// One step of the CVAE, with what its players ask of it.
    pub(super) fn joint_step(&mut self) -> Result<(), TrainError> {
        let (joint, recipe) = (self.state.joint_steps, &self.state.recipe);
        if joint == 0 {
            // From the average, which is what was kept; its moments would be those of a rate that had fallen to nothing.
            self.optimizer = AdamW::new(self.optimizer.average.clone());
        }
        let pace = Pace { learning_rate: joint_learning_rate(recipe, joint), kl_weight: recipe.kl_weight_max };
        match recipe.adversarial_form {
            AdversarialForm::Written => self.taught_step(pace),
            AdversarialForm::Latent | AdversarialForm::Roll => self.consistent_step(pace),
        }
    }

    /// With the consistency term; then one step of the players.
    fn consistent_step(&mut self, pace: Pace) -> Result<(), TrainError> {
        let (joint, recipe) = (self.state.joint_steps, self.state.recipe.clone());
        if joint.is_multiple_of(recipe.adversarial_pool_steps) {
            self.turn_pools();
        }
        let adversary = self.adversary.as_ref().and_then(Opponents::latent);
        let adversary = adversary.expect("a run with joint steps has players over latents");
        let (generator, start) = (adversary.generator(), adversary.config.start);
        let rewriting = Rewriting::new(&recipe, &generator, start);
        let report = self.cvae_step(pace, Beside::Consistency(&rewriting, recipe.consistency_weight))?;
        let players = self.players_step(report.reconstruction_per_note + report.kl_per_note)?;
        self.state.step += 1;
        self.state.joint_steps += 1;
        self.tell(Event::Step(report))?;
        self.tell_of_players(players)
    }

    /// With the policy gradient of what the critic of written music hears. The critic rests: what it is asked is how real music
    /// sounds, and of the little that a changing decoder has written it would learn each piece by heart.
    fn taught_step(&mut self, pace: Pace) -> Result<(), TrainError> {
        let (joint, recipe) = (self.state.joint_steps, self.state.recipe.clone());
        let adversary = self.adversary.as_ref().and_then(Opponents::written);
        let adversary = adversary.expect("a run with joint steps in the written form has its critic");
        let config = ListenerConfig { log_odds_per_score: self.state.log_odds_per_score, ..adversary.config };
        let (listener, brought) = (adversary.listener(), self.brought.clone());
        let source = brought.as_ref().map_or(LatentSource::Prior, BroughtGenerator::source);
        let policy = Policy::new(&recipe, listener, config, source);
        let cutter = Cutter { dropping: Dropping::AsComposed, ..self.cutter() };
        let asked = cutter.pool_at(&self.curriculum, POLICY_POOL + joint, adversarial_competence(&recipe, joint))?;
        let report = self.cvae_step(pace, Beside::Policy(&policy, &asked, recipe.policy_weight))?;
        self.state.step += 1;
        self.state.joint_steps += 1;
        self.state.generator_steps += 1;
        self.tell(Event::Step(report))
    }

    /// The players' pools are encoded anew, by the CVAE as it is now. Until the next turn they see it as this, so that a
    /// checkpoint holds all that a resumed run needs to encode the same.
    fn turn_pools(&mut self) {
        let weights = self.optimizer.average.clone();
        self.seen = Some((write_parameters(self.averaged.clone(), &weights), weights));
        if let Some(adversary) = self.adversary.as_mut().and_then(Opponents::latent_mut) {
            adversary.turn_pools();
        }
    }

    /// Whether the next step is the first of the joint phase.
    pub(super) fn joint_begins_here(&self) -> bool {
        let recipe = &self.state.recipe;
        recipe.joint_steps > 0 && self.state.joint_steps == 0 && self.state.step == recipe.joint_start()
    }

    /// Whether the decoder learns of the critic of written music, from here on if not yet.
    pub(super) fn decoder_learns(&self) -> bool {
        let is_joint = self.state.joint_steps > 0 || self.joint_begins_here();
        is_joint && self.state.recipe.adversarial_form == AdversarialForm::Written
    }

    /// Keeps the figures of the validation before the joint phase.
    pub(super) fn remember_before_joint(&mut self) {
        if self.joint_begins_here() {
            self.state.before_joint = self.state.standing();
        }
    }

    /// Validates and saves the model before the joint phase, unless that was done by the same measures.
    pub(super) fn settle_before_joint(&mut self) -> Result<(), TrainError> {
        let judged = self.state.before_joint.is_some_and(|before| before.judgement.is_some());
        let settled = self.state.before_joint.is_some() && (judged || self.sitting.judge.is_none());
        if self.joint_begins_here() && !settled {
            self.validate_and_save()?;
        }
        Ok(())
    }

    /// Tells whether the finished joint phase is kept.
    pub(super) fn tell_of_the_joint_phase(&mut self) -> Result<(), TrainError> {
        let (step, start) = (self.state.step, self.state.recipe.joint_start());
        if self.state.joint_steps == 0 || step < self.state.recipe.all_steps() {
            return Ok(());
        }
        let kept = Checkpoints::of_run(self.sitting.run).best().unwrap_or(step);
        let undone = kept <= start;
        let message = if undone {
            let worse = self.state.before_joint.zip(self.last_standing);
            let worse = worse.map_or_else(Vec::new, |(before, now)| now.worse_than(&before));
            let why = if worse.is_empty() { "nothing got better".to_owned() } else { worse.join("; ") };
            format!("joint phase undone: {why}; the model of step {kept}, from before it, is kept")
        } else {
            format!("joint phase kept: the model of step {kept} is no worse than before and nearer to real music")
        };
        self.tell(Event::JointPhase { step, kept, undone, message })
    }
}
