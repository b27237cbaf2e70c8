//! Checkpoints under damage. Their arrays are short: what is in them does not matter here.

use super::*;
use crate::adamw::AdamW;
use crate::recipe::Recipe;

fn save(checkpoints: &Checkpoints, step: u64, kept: usize) {
    let state =
        RunState { step, valid_nll_per_note: Some(step as f64), ..RunState::new(Recipe::default(), "c0".into()) };
    let weights: Vec<f32> = (0..40).map(|i| i as f32 + step as f32).collect();
    let optimizers = Optimizers { cvae: AdamW::new(weights), players: None, brought: None, seen: None };
    checkpoints.save(&state, &optimizers, &[step as u8; 300], kept).unwrap();
}

/// Two checkpoints in a run of its own.
fn two() -> (tempfile::TempDir, Checkpoints) {
    let home = tempfile::tempdir().unwrap();
    let checkpoints = Checkpoints::of_run(home.path());
    save(&checkpoints, 1, 9);
    save(&checkpoints, 2, 9);
    (home, checkpoints)
}

/// The step that a run would go on from, and those found damaged.
fn newest(checkpoints: &Checkpoints) -> (u64, Vec<u64>) {
    let (state, _, damaged) = checkpoints.load_newest().unwrap();
    (state.step, damaged.into_iter().map(|one| one.step).collect())
}

#[test]
fn damage_to_any_file_is_found_and_the_checkpoint_before_is_taken() {
    let (_home, checkpoints) = two();
    assert_eq!(newest(&checkpoints), (2, vec![]));
    for name in [STATE, TENSORS, MODEL, MANIFEST] {
        let path = checkpoints.folder_of(2).join(name);
        let whole = fs::read(&path).unwrap();
        let check = |what: String| assert_eq!(newest(&checkpoints), (1, vec![2]), "{name}, {what}");
        for place in (0..whole.len()).step_by(whole.len().div_ceil(100)) {
            let mut damaged = whole.clone();
            damaged[place] ^= 1 << (place % 8);
            fs::write(&path, &damaged).unwrap();
            check(format!("byte {place}"));
        }
        for length in (0..whole.len()).step_by(whole.len().div_ceil(40)).chain([whole.len() - 1]) {
            fs::write(&path, &whole[..length]).unwrap();
            check(format!("{length} bytes"));
        }
        fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
        check("a byte more".to_owned());
        fs::remove_file(&path).unwrap();
        check("missing".to_owned());
        fs::create_dir(&path).unwrap();
        check("a folder".to_owned());
        fs::remove_dir(&path).unwrap();
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(newest(&checkpoints), (2, vec![]));
}

#[test]
fn a_manifest_names_each_file_once() {
    let (_home, checkpoints) = two();
    let path = checkpoints.folder_of(2).join(MANIFEST);
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let doubled = format!("{whole}{}\n", lines[0]);
    let foreign = format!("{whole}{}\n", lines[0].replace(STATE, "../../other"));
    for text in ["", "\n", lines[0], &lines[..2].join("\n"), &whole[..whole.len() - 1], &doubled, &foreign] {
        fs::write(&path, text).unwrap();
        assert_eq!(newest(&checkpoints), (1, vec![2]), "{text:?}");
        assert_eq!(checkpoints.newest_state().unwrap().step, 1);
        assert!(checkpoints.read_model(2).is_err());
    }
}

#[test]
fn where_all_are_damaged_nothing_is_changed_and_the_newest_is_told() {
    let (_home, checkpoints) = two();
    for step in [1, 2] {
        fs::write(checkpoints.folder_of(step).join(MANIFEST), "").unwrap();
    }
    let error = checkpoints.load_newest().unwrap_err().to_string();
    assert!(
        error.contains("step-00000002: SHA256SUMS does not name") && error.contains("start the run anew"),
        "{error}"
    );
    assert_eq!(checkpoints.steps(), [1, 2]);
}

#[test]
fn a_checkpoint_of_another_version_is_no_damage() {
    let (_home, checkpoints) = two();
    let folder = checkpoints.folder_of(2);
    let state =
        fs::read_to_string(folder.join(STATE)).unwrap().replace("\"format_version\": 1", "\"format_version\": 7");
    let manifest = FILES.map(|name| match name {
        STATE => manifest::line(name, state.as_bytes()),
        name => manifest::line(name, &fs::read(folder.join(name)).unwrap()),
    });
    fs::write(folder.join(STATE), &state).unwrap();
    fs::write(folder.join(MANIFEST), manifest.concat()).unwrap();
    let error = checkpoints.load_newest().unwrap_err().to_string();
    assert!(error.contains("format version 7"), "{error}");
}

#[test]
fn a_damaged_checkpoint_is_in_nobodys_way() {
    let (home, checkpoints) = two();
    fs::write(checkpoints.folder_of(2).join(STATE), "{}").unwrap();
    let (_, _, damaged) = checkpoints.load_newest().unwrap();
    let told = checkpoints.set_aside(&damaged[0]).unwrap();
    assert!(told.contains("state.json is not as it was written") && told.contains("damaged-step-00000002"), "{told}");
    // What is kept are whole ones: the newest, and the best, which is the first.
    save(&checkpoints, 2, 1);
    save(&checkpoints, 3, 1);
    assert_eq!(checkpoints.steps(), [1, 3]);
    assert!(home.path().join("checkpoints/damaged-step-00000002/state.json").exists());
}

/// After each of the calls by which a checkpoint is saved, and old ones are removed, a process can be killed.
#[test]
fn what_a_killed_process_leaves_is_swept_or_brought_back() {
    let hidden =
        |checkpoints: &Checkpoints, name: &str| checkpoints.folder.join(format!(".step-00000002.{name}-aB3dE6"));
    let names = |checkpoints: &Checkpoints| {
        let entries = fs::read_dir(&checkpoints.folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    // While it was written: any part of it lies in a hidden folder.
    for files in 0..=4 {
        let (_home, checkpoints) = two();
        let partial = hidden(&checkpoints, "partial");
        fs::create_dir(&partial).unwrap();
        for name in [STATE, TENSORS, MODEL, MANIFEST].iter().take(files) {
            fs::copy(checkpoints.folder_of(2).join(name), partial.join(name)).unwrap();
        }
        fs::remove_dir_all(checkpoints.folder_of(2)).unwrap();
        checkpoints.sweep().unwrap();
        assert_eq!((names(&checkpoints), newest(&checkpoints)), (vec!["step-00000001".to_owned()], (1, vec![])));
    }
    // Between the renames of a replacement, and after them.
    for replaced in [false, true] {
        let (_home, checkpoints) = two();
        let old = hidden(&checkpoints, "old");
        fs::create_dir(&old).unwrap();
        fs::rename(checkpoints.folder_of(2), old.join("step-00000002")).unwrap();
        if replaced {
            save(&checkpoints, 2, 9);
        }
        checkpoints.sweep().unwrap();
        assert_eq!(names(&checkpoints), ["step-00000001", "step-00000002"]);
        assert_eq!(newest(&checkpoints), (2, vec![]));
    }
    // While an old one was removed: nothing of it comes back.
    let (_home, checkpoints) = two();
    let removed = hidden(&checkpoints, "partial");
    fs::create_dir(&removed).unwrap();
    fs::rename(checkpoints.folder_of(2), removed.join("removed")).unwrap();
    fs::remove_file(removed.join("removed").join(STATE)).unwrap();
    checkpoints.sweep().unwrap();
    assert_eq!(names(&checkpoints), ["step-00000001"]);
}
