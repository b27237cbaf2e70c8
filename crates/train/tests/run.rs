//! Whole runs on a small corpus: stopping and resuming, threads, and damaged checkpoints.

#![allow(clippy::unwrap_used)] // in helpers of tests, which may fail as tests may

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use partita_dataset::{Corpus, PrepareOptions, Split, prepare};
use partita_encoding::{NoteEvent, Origin};
use partita_model::adversarial::listener::Listener;
use partita_model::adversarial::roll::RollPlayers;
use partita_model::compose::{LatentSource, Plan, PlannedBar, Sampling, compose, compose_rolls};
use partita_model::{
    BarFeatures, Compute, ConditionClasses, Cvae, ModelDescription, ModelFile, Passage, read_parameters,
};
use partita_score::{Note, Pitch, Program, Score, Tick, TimeSignature, Track, Velocity};
use partita_train::{
    Checkpoints, Cutter, Event, Initial, Judge, Judgement, LogLine, Outcome, Recipe, Sitting, TrainError, read_log,
    resume, start,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A melody that no other number gives.
fn melody(number: u32) -> Vec<u8> {
    let mut random = u64::from(number) + 1;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut track = Track::new(Program::clamped(number as u8 % 3));
    for beat in 0..48 {
        track.notes.push(Note {
            onset: Tick(beat * 240),
            duration: Tick(120 + 120 * next(2) as u32),
            pitch: Pitch::clamped(50 + next(25) as u8),
            velocity: Velocity::clamped(60 + next(40) as u8),
        });
    }
    let mut score = Score::new(480);
    score.tracks.push(track);
    score.time_signatures.push(TimeSignature { time: Tick(0), numerator: 4, denominator: 4 });
    partita_score::write(&score).unwrap()
}

fn corpus(home: &Path) -> Corpus {
    let midi = home.join("midi");
    for number in 0..40 {
        let folder = midi.join(["folk", "jazz"][number as usize % 2]);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{number}.mid")), melody(number)).unwrap();
    }
    let path = home.join("corpus");
    prepare(&PrepareOptions::new(&midi, &path), &()).unwrap();
    Corpus::open(&path).unwrap()
}

fn recipe() -> Recipe {
    let small = "size = \"tiny\"\nsteps = 9\nevents_per_replica = 128\nevents_per_passage = 64\nevaluate_interval = 4\n\
                 evaluate_passages = 8\npool_micro_batches = 6\ncurriculum_steps = 6\nkl_cycle_steps = 4\nwarmup_steps = 2\n";
    Recipe::from_toml(small).unwrap()
}

/// One sitting, stopped after `stop_after` steps if that comes first.
fn sit(
    run: &Path,
    threads: usize,
    stop_after: u64,
    sitting: impl FnOnce(Sitting<'_>) -> Result<Outcome, TrainError>,
) -> Result<Outcome, TrainError> {
    sit_judged(run, threads, stop_after, None, sitting)
}

/// The same under the eyes of a judge.
fn sit_judged(
    run: &Path,
    threads: usize,
    stop_after: u64,
    judge: Option<Box<Judge<'_>>>,
    sitting: impl FnOnce(Sitting<'_>) -> Result<Outcome, TrainError>,
) -> Result<Outcome, TrainError> {
    let stop = AtomicBool::new(false);
    let (taken, last) = (Cell::new(0), Cell::new(0));
    let mut observe = |line: &LogLine| {
        let step = match &line.event {
            Event::Step(report) => report.step,
            Event::AdversarialStep(report) => report.step,
            _ => return,
        };
        // A step of the joint phase has both.
        if step > last.replace(step) {
            taken.set(taken.get() + 1);
            stop.store(taken.get() >= stop_after, Ordering::Relaxed);
        }
    };
    let clock = || Duration::from_secs(taken.get());
    let device = Compute::Cpu.device().unwrap();
    sitting(Sitting { run, device, threads, stop: &stop, clock: &clock, observe: &mut observe, judge })
}

fn sums(run: &Path, step: u64) -> String {
    fs::read_to_string(Checkpoints::of_run(run).folder_of(step).join("SHA256SUMS")).unwrap()
}

#[test]
fn a_resumed_run_and_another_number_of_threads_give_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let [straight, stopped] = ["straight", "stopped"].map(|name| home.path().join(name));
    let whole = sit(&straight, 2, 99, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    assert!(whole.finished && whole.steps == 9);

    // Stopped in the middle of a pool, then between two validations.
    let first = sit(&stopped, 1, 3, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    assert!(!first.finished && first.steps == 3 && first.validation.is_none());
    let second = sit(&stopped, 1, 3, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!(second.steps, 6);
    let last = sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!((last.steps, last.notes_seen, last.validation), (9, whole.notes_seen, whole.validation));
    assert_eq!(sums(&straight, 9), sums(&stopped, 9));
    assert_eq!(
        fs::read(straight.join("model.safetensors")).unwrap(),
        fs::read(stopped.join("model.safetensors")).unwrap()
    );

    // Each step once in the log, whatever the sittings.
    let steps: Vec<u64> = read_log(&stopped)
        .unwrap()
        .iter()
        .filter_map(|line| if let Event::Step(report) = &line.event { Some(report.step) } else { None })
        .collect();
    assert_eq!(steps, (1..=9).collect::<Vec<_>>());
}

/// Stopped at steps that end with a validation, which is then made up for: one in the middle, and the last.
#[test]
fn a_run_that_is_stopped_in_a_validation_gives_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let [straight, stopped] = ["straight", "stopped"].map(|name| home.path().join(name));
    let recipe = || recipe().with("checkpoints_kept=9").unwrap();
    let whole = sit(&straight, 2, 99, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    let first = sit(&stopped, 1, 4, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    assert!(!first.finished && first.steps == 4 && first.validation.is_none());
    let second = sit(&stopped, 1, 5, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert!(!second.finished && second.steps == 9);
    let last = sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert!(last.finished && last.validation == whole.validation);
    for step in [4, 8, 9] {
        assert_eq!(sums(&straight, step), sums(&stopped, step), "step {step}");
    }
}

/// Both phases, stopped within each; the second also in the middle of its pools.
#[test]
fn an_adversarial_phase_that_is_resumed_gives_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let changes = ["steps=3", "adversarial_steps=6", "critic_steps_per_generator_step=2", "adversarial_rows=6"];
    let more = ["adversarial_pool_steps=2", "adversarial_pools_kept=2", "adversarial_curriculum_steps=4"];
    let recipe = changes.iter().chain(&more).fold(recipe(), |recipe, change| recipe.with(change).unwrap());
    let [straight, stopped] = ["straight", "stopped"].map(|name| home.path().join(name));
    let whole = sit(&straight, 2, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
    assert!(whole.finished && whole.steps == 9);

    let sittings = [2, 4].map(|steps| match steps {
        2 => sit(&stopped, 1, 2, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap().steps,
        more => sit(&stopped, 1, more, |sitting| resume(&corpus, Ok, sitting)).unwrap().steps,
    });
    assert_eq!(sittings, [2, 6]);
    let changed = sit(&stopped, 1, 99, |sitting| resume(&corpus, |recipe| recipe.with("steps=4"), sitting));
    assert!(changed.unwrap_err().to_string().contains("settled once the generator trains"));
    let last = sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!(last.adversarial, whole.adversarial);
    assert_eq!(sums(&straight, 9), sums(&stopped, 9));

    let bytes = fs::read(&last.model).unwrap();
    let device = Compute::Cpu.device().unwrap();
    let (description, _) = ModelDescription::from_bytes(&bytes, &device).unwrap();
    assert!(ModelFile::read(&bytes).unwrap().adversarial(&device).unwrap().is_some());
    assert!(description.training.figures["latent_distance_generator"] > 0.0);
    let validation = last.adversarial.unwrap();
    assert_eq!(validation.recall_by_genre.keys().collect::<Vec<_>>(), ["folk", "jazz"]);
}

/// Three phases: the CVAE alone for 2 steps, the players for 3, and 5 together; with pools that turn within the last.
fn joint_recipe() -> Recipe {
    let changes = ["steps=2", "adversarial_steps=3", "joint_steps=5", "critic_steps_per_generator_step=2"];
    let more = ["adversarial_rows=6", "adversarial_pool_steps=2", "adversarial_curriculum_steps=3"];
    let small = ["consistency_passages=3", "consistency_bars=2", "evaluate_interval=7", "checkpoints_kept=9"];
    changes.iter().chain(&more).chain(&small).fold(recipe(), |recipe, change| recipe.with(change).unwrap())
}

/// All three phases, stopped within each, at the joint phase's start, and in the middle of its pools.
#[test]
fn a_joint_phase_that_is_resumed_gives_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let [straight, stopped] = ["straight", "stopped"].map(|name| home.path().join(name));
    let whole = sit(&straight, 2, 99, |sitting| start(&corpus, joint_recipe(), None, sitting)).unwrap();
    assert!(whole.finished && whole.steps == 10);

    assert_eq!(sit(&stopped, 1, 1, |sitting| start(&corpus, joint_recipe(), None, sitting)).unwrap().steps, 1);
    // To the middle of the second phase, the joint phase's start, and twice within it: before a pool's turn and after.
    for (steps, at) in [(2, 3), (2, 5), (2, 7), (1, 8)] {
        assert_eq!(sit(&stopped, 1, steps, |sitting| resume(&corpus, Ok, sitting)).unwrap().steps, at);
    }
    let changed = sit(&stopped, 1, 99, |sitting| resume(&corpus, |recipe| recipe.with("adversarial_steps=4"), sitting));
    assert!(changed.unwrap_err().to_string().contains("settled"));
    let last = sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!((&last.adversarial, &last.validation), (&whole.adversarial, &whole.validation));
    for step in [2, 5, 7, 10] {
        assert_eq!(sums(&straight, step), sums(&stopped, step), "step {step}");
    }
    assert!(last.adversarial.unwrap().consistency.unwrap().nll_per_bar > 0.0);
    let log = read_log(&stopped).unwrap();
    let found = |line: &LogLine| matches!(&line.event, Event::Step(report) if report.consistency.is_some());
    assert_eq!(log.iter().filter(|line| found(line)).count(), 5);
    let told = log.iter().filter(|line| matches!(line.event, Event::JointPhase { step: 10, .. }));
    assert_eq!(told.count(), 1);
}

#[test]
fn a_joint_phase_that_makes_the_music_worse_is_undone() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    // Judged at the ends of the CVAE's phase and the generator's, within the joint phase, and at its end.
    let run = |name: &str, judgements: [(f64, f64); 4]| {
        let run = home.path().join(name);
        let mut heard = 0;
        let mut judge = |_: &[u8]| {
            let (distance, diversity) = judgements[heard];
            heard += 1;
            Ok(Some(Judgement { distance, likeness: 0.8, adherence: 0.5, diversity }))
        };
        let begin = |sitting: Sitting<'_>| start(&corpus, joint_recipe(), None, sitting);
        sit_judged(&run, 2, 99, Some(Box::new(&mut judge)), begin).unwrap();
        let verdict = read_log(&run).unwrap().into_iter().find_map(|line| match line.event {
            Event::JointPhase { kept, undone, message, .. } => Some((kept, undone, message)),
            _ => None,
        });
        let best = Checkpoints::of_run(&run).model_of(Checkpoints::of_run(&run).best().unwrap());
        assert_eq!(fs::read(best).unwrap(), fs::read(run.join("model.safetensors")).unwrap());
        verdict.unwrap()
    };
    let (kept, undone, message) = run("worse", [(5.0, 0.9), (4.0, 0.9), (4.5, 0.9), (4.2, 0.8)]);
    assert!(undone && kept == 5, "{message}");
    assert!(message.starts_with("joint phase undone: distance by sound 4.0000 before, 4.2000 after; diversity"));
    let (kept, undone, message) = run("better", [(5.0, 0.9), (4.0, 0.9), (3.0, 0.7), (3.5, 0.9)]);
    assert!(!undone && kept == 10, "{message}");
}

#[test]
fn a_joint_phase_can_begin_with_a_model_and_its_players() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let [first, second, third] = ["first", "second", "third"].map(|name| home.path().join(name));
    let recipe = joint_recipe().with("joint_steps=0").unwrap();
    let trained = sit(&first, 2, 99, |sitting| start(&corpus, recipe, None, sitting)).unwrap();
    let bytes = fs::read(&trained.model).unwrap();
    let device = Compute::Cpu.device().unwrap();
    let (description, network) = ModelDescription::from_bytes(&bytes, &device).unwrap();
    let players = ModelFile::read(&bytes).unwrap().adversarial(&device).unwrap().unwrap();
    let initial = Initial { description: &description, network: &network, players: Some(&players), listener: None };
    let only = ["steps=0", "adversarial_steps=0"].iter().fold(joint_recipe(), |r, change| r.with(change).unwrap());
    let bare = Some(Initial { players: None, ..initial });
    let refused = sit(&third, 2, 99, |sitting| start(&corpus, only.clone(), bare, sitting)).unwrap_err();
    assert!(refused.to_string().contains("needs a trained generator"), "{refused}");

    let outcome = sit(&second, 2, 99, |sitting| start(&corpus, only, Some(initial), sitting)).unwrap();
    assert_eq!(outcome.steps, 5);
    // What it began with is a checkpoint, whose players are those of the file.
    let before = fs::read(Checkpoints::of_run(&second).model_of(0)).unwrap();
    let (copied, _) = ModelDescription::from_bytes(&before, &device).unwrap();
    let copy = ModelFile::read(&before).unwrap().adversarial(&device).unwrap().unwrap();
    assert_eq!(read_parameters(&copy), read_parameters(&players));
    assert_eq!(copied.training.generator_steps, 3);
}

/// Rolls from the CVAE's prior, and from noise without any CVAE; both stopped in the middle of their pools.
#[test]
fn a_roll_phase_that_is_resumed_gives_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let changes = ["adversarial_form=roll", "adversarial_steps=4", "adversarial_rows=4", "roll_bars=2"];
    let more = ["critic_steps_per_generator_step=2", "adversarial_pool_steps=2", "adversarial_pools_kept=2"];
    let recipe = changes.iter().chain(&more).fold(recipe(), |recipe, change| recipe.with(change).unwrap());
    for (name, start_of_z, cvae_steps) in [("hybrid", "prior", 2), ("cgan", "noise", 0)] {
        let steps = format!("steps={cvae_steps}");
        let recipe = recipe.with(&format!("generator_start={start_of_z}")).unwrap().with(&steps).unwrap();
        let [straight, stopped] = ["straight", "stopped"].map(|sitting| home.path().join(name).join(sitting));
        let whole = sit(&straight, 2, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
        assert!(whole.finished && whole.steps == cvae_steps + 4);
        sit(&stopped, 1, cvae_steps + 3, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
        let changed =
            sit(&stopped, 1, 99, |sitting| resume(&corpus, |recipe| recipe.with("adversarial_form=latent"), sitting));
        assert!(changed.unwrap_err().to_string().contains("settled once the generator trains"));
        let last = sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
        assert_eq!(last.roll, whole.roll);
        assert_eq!(sums(&straight, whole.steps), sums(&stopped, whole.steps), "{name}");

        let bytes = fs::read(&last.model).unwrap();
        let device = Compute::Cpu.device().unwrap();
        let (description, model) = ModelDescription::from_bytes(&bytes, &device).unwrap();
        assert_eq!(description.has_cvae(), name == "hybrid");
        assert!(description.training.figures["roll_distance"] > 0.0);
        let players = ModelFile::read(&bytes).unwrap().roll_players(&device).unwrap().unwrap();
        assert_eq!(bars_of_rolls(&description, &model, &players, 3), 3);
    }
}

#[test]
fn a_critic_of_written_music_that_is_resumed_gives_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let changes = ["adversarial_form=written", "adversarial_steps=4", "adversarial_rows=4", "heard_bars=2", "steps=2"];
    let more = ["critic_steps_per_generator_step=2", "adversarial_pool_steps=2", "adversarial_pools_kept=2"];
    let recipe = changes.iter().chain(&more).fold(recipe(), |recipe, change| recipe.with(change).unwrap());
    let [straight, stopped] = ["straight", "stopped"].map(|sitting| home.path().join(sitting));
    let whole = sit(&straight, 2, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
    assert!(whole.finished && whole.steps == 6);
    sit(&stopped, 1, 5, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
    let last = sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!(last.listener, whole.listener);
    assert_eq!(sums(&straight, whole.steps), sums(&stopped, whole.steps));

    let bytes = fs::read(&last.model).unwrap();
    let device = Compute::Cpu.device().unwrap();
    let (description, _) = ModelDescription::from_bytes(&bytes, &device).unwrap();
    assert_eq!(description.listener.unwrap().bars, 2);
    assert!(description.training.figures["listener_told_apart"] > 0.0);
    let listener = ModelFile::read(&bytes).unwrap().listener(&device).unwrap().unwrap();
    let drawn =
        Listener::new(&description.listener.unwrap(), &description.config, &mut ChaCha8Rng::seed_from_u64(0), &device);
    assert_eq!(read_parameters(&listener).len(), read_parameters(&drawn).len());
}

/// With the generator of latents of a model that it begins with, from which it hears music written.
#[test]
fn a_critic_of_written_music_leaves_the_generator_of_latents_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let changed = |changes: &[&str]| changes.iter().fold(recipe(), |recipe, change| recipe.with(change).unwrap());
    let few = ["adversarial_rows=4", "critic_steps_per_generator_step=2", "adversarial_pool_steps=2"];
    let latent = changed(&[&["steps=2", "adversarial_steps=3"], &few[..]].concat());
    let trained = sit(&home.path().join("latent"), 2, 99, |sitting| start(&corpus, latent, None, sitting)).unwrap();
    let bytes = fs::read(&trained.model).unwrap();
    let device = Compute::Cpu.device().unwrap();
    let (description, network) = ModelDescription::from_bytes(&bytes, &device).unwrap();
    let players = ModelFile::read(&bytes).unwrap().adversarial(&device).unwrap().unwrap();
    let with = Initial { description: &description, network: &network, players: Some(&players), listener: None };
    let without = Initial { players: None, ..with };

    let written = ["adversarial_form=written", "steps=0", "adversarial_steps=4", "heard_bars=2"];
    let recipe = changed(&[&written, &few[..]].concat());
    let [straight, stopped, prior] = ["straight", "stopped", "prior"].map(|sitting| home.path().join(sitting));
    let whole = sit(&straight, 2, 99, |sitting| start(&corpus, recipe.clone(), Some(with), sitting)).unwrap();
    sit(&stopped, 1, 3, |sitting| start(&corpus, recipe.clone(), Some(with), sitting)).unwrap();
    sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!(sums(&straight, whole.steps), sums(&stopped, whole.steps));

    let bytes = fs::read(&whole.model).unwrap();
    let (description, _) = ModelDescription::from_bytes(&bytes, &device).unwrap();
    assert!(description.listener.is_some());
    let kept = ModelFile::read(&bytes).unwrap().adversarial(&device).unwrap().unwrap();
    assert_eq!(read_parameters(&kept), read_parameters(&players));
    let listener = |bytes: &[u8]| read_parameters(&ModelFile::read(bytes).unwrap().listener(&device).unwrap().unwrap());
    // Latents of the prior are written otherwise, and the critic hears it.
    let of_prior = sit(&prior, 2, 99, |sitting| start(&corpus, recipe.clone(), Some(without), sitting)).unwrap();
    let other = fs::read(&of_prior.model).unwrap();
    let (of_prior, _) = ModelDescription::from_bytes(&other, &device).unwrap();
    assert!(of_prior.adversarial.is_none());
    assert_ne!(listener(&bytes), listener(&other));

    // A generator that starts from something else would be read wrongly.
    let noise = recipe.with("generator_start=noise").unwrap();
    let refused = sit(&home.path().join("noise"), 1, 99, |sitting| start(&corpus, noise, Some(with), sitting));
    assert!(refused.unwrap_err().to_string().contains("set generator_start"));
}

/// After a critic in the same run, stopped within the phase and at its start; and begun with a model that has a critic.
#[test]
fn a_decoder_that_learns_of_the_critic_is_resumed_to_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let changed = |recipe: Recipe, changes: &[&str]| changes.iter().fold(recipe, |r, change| r.with(change).unwrap());
    let critic = ["adversarial_form=written", "steps=2", "adversarial_steps=2", "adversarial_rows=4", "heard_bars=2"];
    let policy = ["joint_steps=3", "policy_passages=2", "policy_variations=3", "policy_bars=2", "evaluate_interval=6"];
    let all = ["checkpoints_kept=9"];
    let recipe = changed(recipe(), &[&critic[..], &policy, &all].concat());
    let [straight, stopped, later] = ["straight", "stopped", "later"].map(|sitting| home.path().join(sitting));
    let whole = sit(&straight, 2, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
    assert!(whole.finished && whole.steps == 7);
    sit(&stopped, 1, 4, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
    sit(&stopped, 1, 1, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    let last = sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!((&last.listener, &last.validation), (&whole.listener, &whole.validation));
    for step in [4, 6, 7] {
        assert_eq!(sums(&straight, step), sums(&stopped, step), "step {step}");
    }
    assert_eq!(whole.listener.unwrap().told_apart_in_training, None, "the critic rests");
    let log = read_log(&straight).unwrap();
    let taught: Vec<_> = log
        .iter()
        .filter_map(|line| match &line.event {
            Event::Step(report) => report.policy,
            _ => None,
        })
        .collect();
    assert_eq!(taught.len(), 3);
    assert!(taught.iter().all(|report| report.advantage > 0.0 && report.notes_per_bar > 0.0));
    let message = log.iter().find_map(|line| match &line.event {
        Event::JointPhase { step: 7, message, .. } => Some(message),
        _ => None,
    });
    assert!(message.is_some());

    // The decoder moves and the critic stays.
    let device = Compute::Cpu.device().unwrap();
    let read = |run: &Path, step: u64| {
        let bytes = fs::read(Checkpoints::of_run(run).model_of(step)).unwrap();
        let (description, network) = ModelDescription::from_bytes(&bytes, &device).unwrap();
        let listener = ModelFile::read(&bytes).unwrap().listener(&device).unwrap().unwrap();
        (description, network, listener)
    };
    let (description, network, listener) = read(&straight, 4);
    let (_, taught, rested) = read(&straight, 7);
    assert_eq!(read_parameters(&rested), read_parameters(&listener));
    assert_ne!(read_parameters(&taught), read_parameters(&network));
    let with = Initial { description: &description, network: &network, players: None, listener: Some(&listener) };
    let only = changed(recipe, &["steps=0", "adversarial_steps=0"]);
    sit(&later, 1, 99, |sitting| start(&corpus, only.clone(), Some(with), sitting)).unwrap();
    assert_eq!(read_parameters(&read(&later, 0).2), read_parameters(&listener));
    assert_ne!(read_parameters(&read(&later, 3).1), read_parameters(&network));

    // Its music is judged without the critic that teaches it.
    let mut heard = Vec::new();
    let mut judge = |bytes: &[u8]| {
        let (description, _) = ModelDescription::from_bytes(bytes, &device).unwrap();
        heard.push(description.listener.is_some());
        Ok(Some(Judgement { distance: 1.0, likeness: 0.8, adherence: 0.5, diversity: 0.9 }))
    };
    let begin = |sitting: Sitting<'_>| start(&corpus, only.clone(), Some(with), sitting);
    sit_judged(&home.path().join("judged"), 1, 99, Some(Box::new(&mut judge)), begin).unwrap();
    assert_eq!(heard, [false, false]);

    let refused = |recipe: &Recipe, initial| {
        let run = home.path().join("refused");
        sit(&run, 1, 99, |sitting| start(&corpus, recipe.clone(), Some(initial), sitting)).unwrap_err().to_string()
    };
    assert!(refused(&only, Initial { listener: None, ..with }).contains("a trained critic"));
    assert!(refused(&only.with("heard_bars=3").unwrap(), with).contains("set heard_bars=2"));
}

/// How many bars are composed by rolls where `bars` are asked for.
fn bars_of_rolls(description: &ModelDescription, model: &Cvae, players: &RollPlayers, bars: usize) -> usize {
    let plan = plan(bars);
    let (mut random, device) = (ChaCha8Rng::seed_from_u64(1), Compute::Cpu.device().unwrap());
    let source = LatentSource::Roll(&players.roll_generator, description.roll.unwrap());
    let config = &description.config;
    let latents = source.draw(model, config, &plan, &Sampling::default(), &mut random, &device);
    compose_rolls(&players.roll_generator, config, &plan, latents, &mut random, &device).len()
}

#[test]
fn a_generator_of_rolls_from_noise_has_no_model_to_begin_with() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let changes = ["adversarial_form=roll", "adversarial_steps=4", "generator_start=noise"];
    let recipe = changes.iter().fold(recipe(), |recipe, change| recipe.with(change).unwrap());
    let refused = sit(&home.path().join("run"), 1, 99, |sitting| start(&corpus, recipe, None, sitting)).unwrap_err();
    assert!(refused.to_string().contains("has no CVAE"), "{refused}");
}

#[test]
fn a_generator_needs_a_model_to_learn_on() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let run = home.path().join("run");
    let recipe = recipe().with("steps=0").unwrap();
    let nothing = sit(&run, 1, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap_err();
    assert!(nothing.to_string().contains("`steps` is 0"), "{nothing}");
    let recipe = recipe.with("adversarial_steps=2").unwrap();
    let untrained = sit(&run, 1, 99, |sitting| start(&corpus, recipe, None, sitting)).unwrap_err();
    assert!(untrained.to_string().contains("begin with the weights of a model"), "{untrained}");
    assert!(!run.exists());
}

#[test]
fn newest_and_best_checkpoints_are_kept() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let run = home.path().join("run");
    let recipe = recipe().with("evaluate_interval=1").unwrap().with("checkpoints_kept=2").unwrap();
    sit(&run, 2, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
    let checkpoints = Checkpoints::of_run(&run);
    let (kept, best) = (checkpoints.steps(), checkpoints.best().unwrap());
    assert!(kept.ends_with(&[8, 9]) && kept.contains(&best) && kept.len() <= 3, "{kept:?}, best {best}");
    assert_eq!(fs::read(checkpoints.model_of(best)).unwrap(), fs::read(run.join("model.safetensors")).unwrap());

    let again = sit(&run, 2, 99, |sitting| start(&corpus, recipe, None, sitting)).unwrap_err();
    assert!(again.to_string().contains("--resume"), "{again}");
}

/// Files in a run's folder and its checkpoints', by name.
fn names(run: &Path) -> Vec<String> {
    let of = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = of(run.to_owned()).chain(of(run.join("checkpoints"))).collect();
    names.sort();
    names
}

#[test]
fn a_damaged_newest_checkpoint_is_set_aside_and_the_one_before_gives_the_same_bits() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let [straight, run] = ["straight", "run"].map(|name| home.path().join(name));
    let recipe = recipe().with("evaluate_interval=2").unwrap().with("checkpoints_kept=2").unwrap();
    sit(&straight, 2, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
    sit(&run, 2, 6, |sitting| start(&corpus, recipe, None, sitting)).unwrap();
    let checkpoints = Checkpoints::of_run(&run);
    let tensors = checkpoints.folder_of(6).join("optimizer.safetensors");
    let mut bytes = fs::read(&tensors).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&tensors, bytes).unwrap();
    // What a process that was killed leaves.
    fs::create_dir(run.join("checkpoints/.step-00000007.partial-aB3dE6")).unwrap();
    fs::write(run.join("checkpoints/.step-00000007.partial-aB3dE6/state.json"), "{").unwrap();
    for partial in ["model.partial", "log.partial"] {
        fs::write(run.join(partial), "half").unwrap();
    }
    let log = fs::read(run.join("log.jsonl")).unwrap();
    fs::write(run.join("log.jsonl"), [b"\xffstray\n", &log[..], b"{\"elapsed"].concat()).unwrap();

    let outcome = sit(&run, 2, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
    assert_eq!(outcome.steps, 9);
    assert_eq!(sums(&straight, 9), sums(&run, 9));
    let alarms: Vec<_> = read_log(&run)
        .unwrap()
        .into_iter()
        .filter_map(|line| match line.event {
            Event::Alarm { step: 4, message } => Some(message),
            _ => None,
        })
        .collect();
    assert!(alarms[0].contains("checkpoint of step 6 is damaged (optimizer.safetensors is not as it was written)"));
    assert!(alarms[0].ends_with("training goes on from step 4"), "{alarms:?}");
    assert!(alarms[1].contains("1 damaged line of log.jsonl"), "{alarms:?}");
    let best = checkpoints.best().unwrap();
    let steps: BTreeSet<u64> = [best, 8, 9].into();
    let mut expected: Vec<String> = steps.iter().map(|step| format!("step-{step:08}")).collect();
    expected.extend(
        [".lock", "checkpoints", "damaged-step-00000006", "log.damaged", "log.jsonl", "model.safetensors"]
            .map(str::to_owned),
    );
    expected.sort();
    assert_eq!(names(&run), expected);
}

#[test]
fn a_best_checkpoint_that_was_damaged_is_not_published() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let run = home.path().join("run");
    let recipe = recipe().with("evaluate_interval=2").unwrap().with("checkpoints_kept=9").unwrap();
    let mut heard = 0;
    // The first candidate sounds best; then its model is damaged.
    let checkpoints = Checkpoints::of_run(&run);
    let mut judge = |_: &[u8]| {
        heard += 1;
        let model = checkpoints.model_of(2);
        if heard == 3 {
            fs::write(&model, &fs::read(&model).unwrap()[..100]).unwrap();
        }
        Ok(Some(Judgement {
            distance: [1.0, 3.0, 2.0, 4.0, 5.0][heard - 1],
            likeness: 0.8,
            adherence: 0.5,
            diversity: 0.9,
        }))
    };
    let begin = |sitting: Sitting<'_>| start(&corpus, recipe, None, sitting);
    sit_judged(&run, 2, 99, Some(Box::new(&mut judge)), begin).unwrap();
    assert_eq!(checkpoints.steps(), [4, 6, 8, 9]);
    assert_eq!(checkpoints.best(), Some(6));
    assert_eq!(fs::read(checkpoints.model_of(6)).unwrap(), fs::read(run.join("model.safetensors")).unwrap());
    let told = |line: &LogLine| matches!(&line.event, Event::Alarm { step: 6, message } if message.contains("step 2 is damaged"));
    assert!(read_log(&run).unwrap().iter().any(told));
}

#[test]
fn a_recipe_by_which_nothing_can_be_validated_is_refused_before_the_first_step() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let run = home.path().join("run");
    let refused = |changes: &[&str]| {
        let recipe = changes.iter().fold(recipe(), |recipe, change| recipe.with(change).unwrap());
        let error = sit(&run, 1, 99, |sitting| start(&corpus, recipe, None, sitting)).unwrap_err();
        assert!(matches!(error, TrainError::NothingToValidate(_)) && !run.exists(), "{error}");
        error.to_string()
    };
    // A bar is a line and eight notes: four bars are 36 events.
    let lonely = refused(&["evaluate_passages=4", "events_per_passage=36", "events_per_replica=36", "bars_max=4"]);
    assert!(lonely.contains("raise events_per_replica (now 36) to at least 72"), "{lonely}");
    // A run that goes on with such values says the same, and is as it was.
    sit(&run, 1, 1, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    let change =
        |recipe: Recipe| recipe.with("bars_max=4")?.with("events_per_passage=36")?.with("events_per_replica=36");
    let error = sit(&run, 1, 99, |sitting| resume(&corpus, change, sitting)).unwrap_err();
    assert!(matches!(error, TrainError::NothingToValidate(_)), "{error}");
    assert_eq!(Checkpoints::of_run(&run).steps(), [1]);
}

#[test]
fn a_model_file_gives_back_its_description_and_refuses_damage() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let run = home.path().join("run");
    let outcome = sit(&run, 2, 99, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    let bytes = fs::read(&outcome.model).unwrap();
    let device = Compute::Cpu.device().unwrap();
    let (description, _) = ModelDescription::from_bytes(&bytes, &device).unwrap();
    assert_eq!(description.labels.genres, ["folk", "jazz"]);
    let figure = description.training.figures["valid_nll_per_note"];
    assert!(figure > 0.0 && description.training.figures["bigram_nll_per_note"] > 0.0);
    for cut in [0, 7, 100, bytes.len() - 1] {
        assert!(ModelDescription::from_bytes(&bytes[..cut], &device).is_err());
    }
}

#[test]
fn whoever_watches_can_choose_the_checkpoint_by_its_music() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let run = home.path().join("run");
    let mut heard = 0;
    // The second candidate sounds nearest; the third would, but all of its pieces are one.
    let mut judge = |file: &[u8]| {
        ModelDescription::from_bytes(file, &Compute::Cpu.device().unwrap()).map_err(|error| error.to_string())?;
        let (distance, diversity) = [(5.0, 0.9), (4.0, 0.9), (1.0, 0.0)][heard];
        heard += 1;
        Ok(Some(Judgement { distance, likeness: 0.8, adherence: 0.5, diversity }))
    };
    let begin = |sitting: Sitting<'_>| start(&corpus, recipe(), None, sitting);
    sit_judged(&run, 2, 99, Some(Box::new(&mut judge)), begin).unwrap();
    assert_eq!(heard, 3);
    let checkpoints = Checkpoints::of_run(&run);
    assert_eq!(checkpoints.best(), Some(8));
    assert_eq!(fs::read(checkpoints.model_of(8)).unwrap(), fs::read(run.join("model.safetensors")).unwrap());
    let judged = read_log(&run).unwrap().into_iter().filter(|line| matches!(line.event, Event::Judged { .. }));
    assert_eq!(judged.count(), 3);

    let mut deaf = |_: &[u8]| Err("no sound card".to_owned());
    let other = home.path().join("other");
    let failed = sit_judged(&other, 2, 99, Some(Box::new(&mut deaf)), begin).unwrap_err();
    assert!(failed.to_string().contains("step 4: no sound card"), "{failed}");
    assert_eq!(Checkpoints::of_run(&other).steps(), [4], "what was trained is not lost");
}

#[test]
fn a_run_can_begin_with_the_weights_of_another() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let [first, second, third, timed_run] = ["first", "second", "third", "timed"].map(|name| home.path().join(name));
    let trained = sit(&first, 2, 99, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    let bytes = fs::read(&trained.model).unwrap();
    let (description, model) = ModelDescription::from_bytes(&bytes, &Compute::Cpu.device().unwrap()).unwrap();
    let initial = Initial { description: &description, network: &model, players: None, listener: None };
    // A rate of zero leaves the weights as they came, but for the file's 16 bits.
    let still = recipe().with("learning_rate=0").unwrap();
    let outcome = sit(&second, 2, 99, |sitting| start(&corpus, still.clone(), Some(initial), sitting)).unwrap();
    let nll = |outcome: &Outcome| outcome.validation.as_ref().unwrap().nll_per_note;
    assert!((nll(&outcome) - description.training.figures["valid_nll_per_note"]).abs() < 1e-2);
    // Its file tells of both trainings.
    let bytes = fs::read(&outcome.model).unwrap();
    let (continued, _) = ModelDescription::from_bytes(&bytes, &Compute::Cpu.device().unwrap()).unwrap();
    let best = Checkpoints::of_run(&second).best().unwrap();
    assert_eq!(continued.training.steps, description.training.steps + best);
    assert!(continued.training.notes_seen > description.training.notes_seen);

    // What is told of musical time changes nothing until it is learned; what was learned cannot be left out again.
    let timed = still.with("musical_time=true").unwrap();
    let outcome = sit(&timed_run, 2, 99, |sitting| start(&corpus, timed, Some(initial), sitting)).unwrap();
    assert!((nll(&outcome) - description.training.figures["valid_nll_per_note"]).abs() < 1e-2);
    let bytes = fs::read(&outcome.model).unwrap();
    let (description_in_time, model_in_time) =
        ModelDescription::from_bytes(&bytes, &Compute::Cpu.device().unwrap()).unwrap();
    let in_time = Initial { description: &description_in_time, network: &model_in_time, players: None, listener: None };
    let refused = sit(&third, 2, 99, |sitting| start(&corpus, recipe(), Some(in_time), sitting)).unwrap_err();
    assert!(refused.to_string().contains("set musical_time=true"), "{refused}");

    let wider = recipe().with("latent=5").unwrap();
    let refused = sit(&third, 2, 99, |sitting| start(&corpus, wider, Some(initial), sitting)).unwrap_err();
    assert!(refused.to_string().contains("and the recipe's 5; set latent="), "{refused}");
    let larger = recipe().with("size=small").unwrap();
    let refused = sit(&third, 2, 99, |sitting| start(&corpus, larger, Some(initial), sitting)).unwrap_err();
    assert!(refused.to_string().contains("another kind or size"), "{refused}");
    let mut foreign = description.clone();
    foreign.labels = Default::default();
    let refused = sit(&third, 2, 99, |sitting| {
        start(&corpus, recipe(), Some(Initial { description: &foreign, ..initial }), sitting)
    });
    assert!(refused.unwrap_err().to_string().contains("other genres"));
}

#[test]
fn a_run_goes_on_only_with_its_own_corpus_and_size() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let run = home.path().join("run");
    sit(&run, 2, 2, |sitting| start(&corpus, recipe(), None, sitting)).unwrap();
    let bigger = sit(&run, 2, 99, |sitting| resume(&corpus, |recipe| recipe.with("size=small"), sitting)).unwrap_err();
    assert!(bigger.to_string().contains("cannot change its model's kind, size, latents or musical time"), "{bigger}");
    fs::write(home.path().join("midi/folk/new.mid"), melody(99)).unwrap();
    let other = home.path().join("other");
    prepare(&PrepareOptions::new(home.path().join("midi"), &other), &()).unwrap();
    let other = Corpus::open(&other).unwrap();
    let foreign = sit(&run, 2, 99, |sitting| resume(&other, Ok, sitting)).unwrap_err();
    assert!(foreign.to_string().contains("another corpus"), "{foreign}");
}

/// So many bars of common time.
fn plan(bars: usize) -> Plan {
    let bar = |index| PlannedBar {
        features: BarFeatures { metre: 0, index, remaining: bars - 1 - index, density: None, polyphony: None },
        steps: 48,
        origin: Origin::New,
    };
    Plan {
        conditions: ConditionClasses { genre: Some(1), ..ConditionClasses::default() },
        bars: (0..bars).map(bar).collect(),
        notes_per_bar_max: 8,
    }
}

/// How many bars are composed where `bars` are asked for.
fn bars_composed(description: &ModelDescription, model: &Cvae, bars: usize) -> usize {
    let (mut random, device) = (ChaCha8Rng::seed_from_u64(1), Compute::Cpu.device().unwrap());
    compose(model, &description.config, &plan(bars), &Sampling::default(), &mut random, &device).len()
}

#[test]
fn every_system_trains_resumes_to_the_same_bits_and_composes_from_its_file() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    for kind in ["vae", "transformer", "lstm", "rnn"] {
        let recipe = recipe().with(&format!("model={kind}")).unwrap().with("steps=5").unwrap();
        let recipe = Recipe { musical_time: kind == "transformer", ..recipe };
        let [straight, stopped] = ["straight", "stopped"].map(|name| home.path().join(kind).join(name));
        let outcome = sit(&straight, 2, 99, |sitting| start(&corpus, recipe.clone(), None, sitting)).unwrap();
        sit(&stopped, 1, 3, |sitting| start(&corpus, recipe, None, sitting)).unwrap();
        let other = sit(&stopped, 1, 99, |sitting| resume(&corpus, |recipe| recipe.with("model=cvae"), sitting));
        assert!(other.unwrap_err().to_string().contains("kind, size, latents or musical time"));
        sit(&stopped, 1, 99, |sitting| resume(&corpus, Ok, sitting)).unwrap();
        assert_eq!(sums(&straight, 5), sums(&stopped, 5), "{kind}");

        let bytes = fs::read(&outcome.model).unwrap();
        let (description, model) = ModelDescription::from_bytes(&bytes, &Compute::Cpu.device().unwrap()).unwrap();
        assert_eq!(bars_composed(&description, &model, 3), 3);
        let validation = outcome.validation.unwrap();
        if kind == "vae" {
            assert_eq!(validation.nll_per_note, validation.nll_unconditional_per_note);
        } else {
            assert_eq!(validation.kl_per_note, 0.0);
            assert_eq!(validation.reconstruction_per_note, validation.reconstruction_shuffled_per_note);
            let alarmed = |line: &LogLine| matches!(line.event, Event::Alarm { .. });
            assert!(!read_log(&straight).unwrap().iter().any(alarmed), "{kind}");
        }
    }
}

#[test]
fn a_whole_piece_is_cut_into_passages_that_hold_each_note_once() {
    let home = tempfile::tempdir().unwrap();
    let corpus = corpus(home.path());
    let id = corpus.pieces(Split::Train)[0];
    let piece = corpus.piece(id);
    assert_eq!((piece.bar_count(), piece.note_count()), (6, 48));
    let cut = |changes: [&str; 2]| -> Vec<Passage> {
        let recipe = changes.iter().fold(recipe(), |recipe, change| recipe.with(change).unwrap());
        let cutter = Cutter::new(&corpus, corpus.vocabulary(), &recipe);
        let passages = cutter.whole(id).unwrap();
        let bars = || passages.iter().flat_map(|passage| &passage.bars);
        assert_eq!(
            bars().flat_map(|bar| &bar.notes).copied().collect::<Vec<NoteEvent>>(),
            piece.music().unwrap().notes()
        );
        assert!(
            bars().enumerate().all(|(place, bar)| (bar.features.index, bar.features.remaining) == (place, 5 - place))
        );
        assert!(passages.iter().all(|passage| passage.conditions.genre.is_some() && passage.conditions.key.is_some()));
        passages
    };
    let bars = |passages: &[Passage]| passages.iter().map(|passage| passage.bars.len()).collect::<Vec<_>>();
    // A bar is a line and eight notes.
    assert_eq!(bars(&cut(["bars_max=5", "events_per_passage=64"])), [5, 1]);
    assert_eq!(bars(&cut(["bars_max=16", "events_per_passage=35"])), [3, 3]);
    let quarters: f64 = cut(["bars_max=16", "events_per_passage=64"]).iter().map(Passage::quarters).sum();
    assert_eq!(quarters, 24.0);
}
