//! Tables of labels.

use std::fs;

use partita_dataset::{DatasetError, PrepareOptions, prepare};

/// A table with every column.
pub fn valid() -> Vec<u8> {
    b"path,genre,composer,mood,split,beat_grid,tempo_source,group,source,license\n\
      a.mid,jazz,monk,V-_A+,valid,no,file,g1,\"here, or there\",MIT\n\
      b.mid,Hip-Hop,,\"0.3,-0.5\",train,yes,,,,\n\
      ./c\\d.mid,hip hop,,calm,,,,,,\n"
        .to_vec()
}

/// Prepares a folder by the table. Its files are no music, so that a table in order ends with nothing kept.
pub fn passes(bytes: &[u8]) -> bool {
    let home = tempfile::tempdir().unwrap();
    let (midi, labels) = (home.path().join("midi"), home.path().join("labels.csv"));
    fs::create_dir_all(midi.join("c")).unwrap();
    for name in ["a.mid", "b.mid", "c/d.mid"] {
        fs::write(midi.join(name), "no music").unwrap();
    }
    fs::write(&labels, bytes).unwrap();
    let options = PrepareOptions { labels: Some(labels), ..PrepareOptions::new(midi, home.path().join("corpus")) };
    matches!(prepare(&options, &()), Err(DatasetError::NothingKept { .. }))
}
