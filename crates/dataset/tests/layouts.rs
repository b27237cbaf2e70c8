//! Data sets as their authors hand them out: which files are taken, with what labels, on what side.

#![allow(clippy::unwrap_used)] // a test may fail

mod common;

use common::{melody, save, save_bytes, text};
use partita_dataset::{Corpus, DatasetError, Layout, PrepareOptions, PrepareReport, Split, prepare};
use std::path::Path;
use tempfile::TempDir;

/// A folder `set` of melodies, each with its own notes.
fn data_set(files: &[&str]) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    files.iter().zip(1..).for_each(|(file, number)| save(&home.path().join("set"), file, &melody(number, 40, 0)));
    home
}

fn write(home: &TempDir, name: &str, text: &str) {
    save_bytes(home.path(), name, text.as_bytes());
}

fn options(home: &Path) -> PrepareOptions {
    PrepareOptions::new(home.join("set"), home.join("corpus"))
}

fn prepared(home: &TempDir) -> PrepareReport {
    prepare(&options(home.path()), &()).unwrap()
}

fn prepared_with_labels(home: &TempDir, labels: &str) -> Result<PrepareReport, DatasetError> {
    prepare(&PrepareOptions { labels: Some(home.path().join(labels)), ..options(home.path()) }, &())
}

/// Path, genre, composer and side of each piece; "-" where there is none.
fn pieces(home: &TempDir) -> Vec<(String, String, String, Split)> {
    let corpus = Corpus::open(&home.path().join("corpus")).unwrap();
    let or_none = |name: Option<&str>| name.unwrap_or("-").to_owned();
    let all = corpus.all();
    all.map(|piece| (piece.path().into(), or_none(piece.genre()), or_none(piece.composer()), piece.split())).collect()
}

fn labels(home: &TempDir) -> Vec<[String; 3]> {
    pieces(home).into_iter().map(|(path, genre, composer, _)| [path, genre, composer]).collect()
}

fn told(report: &PrepareReport) -> (Layout, u64, bool) {
    let found = report.layout.as_ref().unwrap();
    (found.layout, found.files, found.own_splits)
}

const MAESTRO: &str = "canonical_composer,canonical_title,split,year,midi_filename,audio_filename,duration\n\
    Alban Berg,\"Sonata, Op. 1\",test,2018,2018/a.midi,2018/a.wav,698.6\n\
    Franz Liszt,Sonata,validation,2008,2008/b.midi,2008/b.wav,759.5\n\
    Franz Liszt,Waltz,train,2008,2008/lost.midi,2008/lost.wav,759.5\n";

#[test]
fn maestro_by_its_csv() {
    let home = data_set(&["maestro-v3.0.0/2008/b.midi", "maestro-v3.0.0/2018/a.midi", "maestro-v3.0.0/2018/c.midi"]);
    write(&home, "set/maestro-v3.0.0/maestro-v3.0.0.csv", MAESTRO);
    let report = prepared(&home);
    assert_eq!(told(&report), (Layout::Maestro, 3, true));
    assert_eq!((report.kept, report.unlabelled, report.reasons["missing"]), (3, 1, 1));
    let pieces = pieces(&home);
    let of = |number: usize| (pieces[number].1.as_str(), pieces[number].2.as_str(), pieces[number].3);
    assert_eq!(of(0), ("classical", "Franz Liszt", Split::Valid));
    assert_eq!(of(1), ("classical", "Alban Berg", Split::Test));
    assert_eq!((pieces[2].1.as_str(), pieces[2].2.as_str()), ("classical", "-"));
    let files = text(&home.path().join("corpus"), "report.csv");
    assert!(files.contains("maestro-v3.0.0/2008/lost.midi,rejected,missing,"), "{files}");
}

#[test]
fn maestro_by_its_json_and_with_the_users_labels_above_it() {
    let home = data_set(&["2008/b.midi", "2018/a.midi"]);
    let json = r#"{"canonical_composer": {"0": "Alban Berg", "1": "Franz Liszt"}, "year": {"0": 2018, "1": 2008},
        "split": {"0": "test", "1": "validation"}, "midi_filename": {"0": "2018/a.midi", "1": "2008/b.midi"}}"#;
    write(&home, "set/maestro-v3.0.0.json", json);
    write(&home, "labels.csv", "path,genre,split\n2018/a.midi,expressionism,\n2008/b.midi,romantic,train\n");
    prepared_with_labels(&home, "labels.csv").unwrap();
    let row = |path: &str, genre: &str, composer: &str, split| (path.into(), genre.into(), composer.into(), split);
    let expected = [
        row("2008/b.midi", "romantic", "Franz Liszt", Split::Train),
        row("2018/a.midi", "expressionism", "Alban Berg", Split::Test),
    ];
    assert_eq!(pieces(&home), expected);
}

#[test]
fn a_table_with_a_mistake_is_an_error_that_writes_nothing() {
    let home = data_set(&["2018/a.midi"]);
    write(&home, "set/maestro-v3.0.0.csv", &MAESTRO.replace("validation", "dev"));
    let error = prepare(&options(home.path()), &()).unwrap_err().to_string();
    assert!(error.ends_with("maestro-v3.0.0.csv, line 3, column split: \"dev\" is not train, validation or test"));
    assert!(!home.path().join("corpus").exists());
}

const TRACKS: [&str; 2] = ["TRAAAAA128F0000001", "TRAAAAB128F0000002"];

fn md5(digit: char) -> String {
    digit.to_string().repeat(32)
}

/// `lmd_matched` with three files of the first track, the best of them broken, and one of the second.
fn lakh_matched() -> TempDir {
    let [first, second] = TRACKS.map(|track| format!("lmd_matched/A/A/A/{track}"));
    let files =
        [('a', &first), ('b', &first), ('d', &second)].map(|(file, track)| format!("{track}/{}.mid", md5(file)));
    let home = data_set(&files.each_ref().map(String::as_str));
    write(&home, &format!("set/{first}/{}.mid", md5('c')), "broken");
    let [a, b, c, d] = ['a', 'b', 'c', 'd'].map(md5);
    let scores =
        format!(r#"{{"{}": {{"{a}": 0.6, "{b}": 0.7, "{c}": 0.8}}, "{}": {{"{d}": 0.9}}}}"#, TRACKS[0], TRACKS[1]);
    write(&home, "match_scores.json", &scores);
    write(&home, "genres.cls", &format!("# genres\n{}\tPop_Rock\tJazz\n{}\tRap\n", TRACKS[0], TRACKS[1]));
    home
}

#[test]
fn lakh_matched_has_the_best_file_of_each_track_that_can_be_kept() {
    let home = lakh_matched();
    let report = prepared_with_labels(&home, "genres.cls").unwrap();
    assert_eq!(told(&report), (Layout::Lakh, 4, false));
    assert_eq!((report.files, report.kept, report.rejected, report.duplicates), (4, 2, 1, 1));
    let path = |track: usize, file| format!("lmd_matched/A/A/A/{}/{}.mid", TRACKS[track], md5(file));
    let expected = [[path(0, 'b'), "Pop_Rock".into(), "-".into()], [path(1, 'd'), "Rap".into(), "-".into()]];
    assert_eq!(labels(&home), expected);
    let files = text(&home.path().join("corpus"), "report.csv");
    let reason =
        format!("{},duplicate,same work,\"of {}, as {} is, which is kept\"", path(0, 'a'), TRACKS[0], path(0, 'b'));
    assert!(files.contains(&reason), "{files}");
    assert!(report.layout.unwrap().notes.is_empty());
}

#[test]
fn lakh_full_finds_its_tracks_through_the_scores() {
    let files = ['a', 'b', 'd', 'e'].map(|file| format!("lmd_full/{file}/{}.mid", md5(file)));
    let home = data_set(&files.each_ref().map(String::as_str));
    let scores = format!(r#"{{"{}": {{"{}": 0.6, "{}": 0.7}}}}"#, TRACKS[0], md5('a'), md5('b'));
    write(&home, "set/match_scores.json", &scores);
    write(&home, "genres.cls", &format!("{}\tJazz\n", TRACKS[0]));
    let report = prepared_with_labels(&home, "genres.cls").unwrap();
    assert_eq!((report.kept, report.duplicates), (3, 1));
    let expected = [(1, "Jazz"), (2, "-"), (3, "-")].map(|(n, genre)| [files[n].clone(), genre.into(), "-".into()]);
    assert_eq!(labels(&home), expected);
}

#[test]
fn lakh_without_its_tables_says_what_is_missing() {
    let home = data_set(&[&format!("lmd_full/a/{}.mid", md5('a'))]);
    let notes = prepared(&home).layout.unwrap().notes;
    assert!(notes[0].starts_with("match_scores.json is not there") && notes[1].contains("--labels"), "{notes:?}");
    let list = "genres.cls";
    write(&home, list, &format!("{}\n", TRACKS[0]));
    std::fs::remove_dir_all(home.path().join("corpus")).unwrap();
    let error = prepared_with_labels(&home, list).unwrap_err().to_string();
    assert!(error.ends_with("genres.cls, line 1, column 2: the genre is missing"), "{error}");
}

#[test]
fn pop909_keeps_one_version_of_each_song() {
    let songs = ["POP909/001/001.mid", "POP909/001/versions/001-v1.mid", "POP909/002/versions/002-v1.mid"];
    let home = data_set(&songs);
    save(&home.path().join("set"), "POP909/002/versions/002-v2.mid", &melody(9, 40, 0));
    write(&home, "set/POP909/002/002.mid", "broken");
    let report = prepared(&home);
    assert_eq!(told(&report), (Layout::Pop909, 5, false));
    assert_eq!((report.files, report.kept, report.rejected, report.duplicates), (5, 2, 1, 2));
    let pop = |path: &str| [path.to_owned(), "pop".into(), "-".into()];
    assert_eq!(labels(&home), [pop("POP909/001/001.mid"), pop("POP909/002/versions/002-v2.mid")]);
    let corpus = Corpus::open(&home.path().join("corpus")).unwrap();
    assert_eq!(corpus.all().map(|piece| piece.group()).collect::<Vec<_>>(), [Some("POP909 001"), Some("POP909 002")]);
}

#[test]
fn adl_piano_has_genre_and_artist_in_its_folders() {
    let home = data_set(&["adl-piano-midi/Jazz/Ragtime/Scott Joplin/The Entertainer.mid"]);
    save(&home.path().join("set"), "adl-piano-midi/Unknown/Unknown/Anybody/Song.mid", &melody(9, 40, 0));
    let report = prepared(&home);
    assert_eq!(told(&report), (Layout::AdlPiano, 2, false));
    assert_eq!(report.sources[0].source, "ADL Piano MIDI");
    let taken: Vec<_> = labels(&home).into_iter().map(|[_, genre, composer]| [genre, composer]).collect();
    assert_eq!(taken, [["Jazz", "Scott Joplin"], ["-", "Anybody"]]);
}

#[test]
fn giant_midi_has_composers_in_its_names_and_splits_in_its_table() {
    let files =
        ["midis/Abel, Frederic, Lola Polka, SLNJF0uiqRw.mid", "midis/Liszt, Franz, Étude, S.1, 8Wv-KK_1b2c.mid"];
    let home = data_set(&files);
    assert_eq!(told(&prepared(&home)), (Layout::GiantMidi, 2, false));
    let [first, second] = files.map(str::to_owned);
    let classical = |path: String, composer: &str| [path, "classical".into(), composer.into()];
    assert_eq!(labels(&home), [classical(first, "Frederic Abel"), classical(second, "Franz Liszt")]);
    let table = "surname\tfirstname\tmusic\taudio_name\tsplit\tgiant_midi_piano\n\
        Abel\tFrederic\tLola Polka\tAbel, Frederic, Lola Polka, SLNJF0uiqRw\ttest\t1\n\
        Liszt\tFranz\tÉtude, S.1\tLiszt, Franz, Étude, S.1, 8Wv-KK_1b2c\tvalidation\t1\n";
    write(&home, "works.csv", table);
    let options = PrepareOptions { overwrite: true, ..options(home.path()) };
    let report = prepare(&PrepareOptions { labels: Some(home.path().join("works.csv")), ..options }, &()).unwrap();
    assert_eq!(told(&report), (Layout::GiantMidi, 2, true));
    assert_eq!(pieces(&home).into_iter().map(|piece| piece.3).collect::<Vec<_>>(), [Split::Test, Split::Valid]);
}

#[test]
fn plain_switches_a_layout_off_and_a_name_switches_it_on() {
    let home = data_set(&["Jazz/Ragtime/Scott Joplin/The Entertainer.mid"]);
    let plain = PrepareOptions { layout: Some(Layout::Plain), ..options(home.path()) };
    assert_eq!(told(&prepare(&plain, &()).unwrap()), (Layout::Plain, 1, false));
    assert_eq!(labels(&home)[0][1..], ["Jazz", "Ragtime"]);
    let maestro = PrepareOptions { layout: Some(Layout::Maestro), overwrite: true, ..options(home.path()) };
    let error = prepare(&maestro, &()).unwrap_err().to_string();
    assert!(error.contains("MAESTRO's table (maestro-v….csv or .json) is not in it"), "{error}");
}
