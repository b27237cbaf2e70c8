//! Data sets as their authors hand them out: what a file's place and name say, and what the tables beside the files do.
//!
//! | layout | files | labels from |
//! |---|---|---|
//! | plain | any folders | `genre/composer/…` |
//! | [`lakh`] | `lmd_full/0/MD5.mid`, `lmd_matched/A/B/C/TRACK/MD5.mid` | `match_scores.json`, a list of genres |
//! | [`maestro`] | `2018/….midi` | `maestro-v….csv` or `.json`, its splits |
//! | [`pop909`] | `001/001.mid`, `001/versions/001-v1.mid` | the folder: one song; `index.csv` |
//! | [`adl_piano`] | `genre/subgenre/artist/title.mid` | the folders |
//! | [`giant_midi`] | `Surname, Firstname, Title, ID.mid` | the name, the data set's table |
//! | `parquet` | rows of `.parquet` files | columns, names of the files |

mod adl_piano;
mod catalogue;
mod found;
mod giant_midi;
mod lakh;
mod maestro;
mod name;
mod plain;
mod pop909;
mod survey;
mod table;

pub(crate) use catalogue::{Catalogue, Choice, Entry};
pub use found::LayoutFound;
pub use name::{Layout, UnknownLayout};
#[cfg(feature = "parquet")]
pub(crate) use survey::is_parquet_name;

use crate::DatasetError;
use std::path::{Path, PathBuf};
use survey::Survey;

/// A layout, ready to tell what it knows of each file.
pub(crate) struct Opened {
    pub(crate) layout: Layout,
    pub(crate) catalogue: Box<dyn Catalogue>,
    /// The labels file, unless it is a table of the layout and so part of the catalogue.
    pub(crate) labels: Option<PathBuf>,
}

/// Finds out how `folder` is laid out, unless it is said, and reads the tables that belong to it.
pub(crate) fn open(folder: &Path, layout: Option<Layout>, labels: Option<&Path>) -> Result<Opened, DatasetError> {
    let survey = Survey::of(folder);
    let layout = layout.unwrap_or_else(|| detect(&survey));
    let mut rest = labels.map(Path::to_path_buf);
    let catalogue: Box<dyn Catalogue> = match layout {
        Layout::Plain | Layout::Parquet => Box::new(plain::Folders),
        Layout::Lakh => Box::new(lakh::Lakh::open(folder, rest.take_if(|list| lakh::is_genre_list(list)).as_deref())?),
        Layout::Maestro => Box::new(maestro::Maestro::open(&survey)?),
        Layout::Pop909 => Box::new(pop909::Pop909::open(&survey)?),
        Layout::AdlPiano => Box::new(adl_piano::AdlPiano::new(folder)),
        Layout::GiantMidi => {
            let table = rest.take_if(|table| giant_midi::is_table(table));
            Box::new(giant_midi::GiantMidi::open(&survey, table)?)
        }
    };
    Ok(Opened { layout, catalogue, labels: rest })
}

/// The layout whose marks the folder bears. All of the files looked at must bear them.
fn detect(survey: &Survey) -> Layout {
    let every =
        |least: usize, fits: fn(&str) -> bool| survey.midi.len() >= least && survey.midi.iter().all(|path| fits(path));
    if maestro::table(survey).is_some() {
        Layout::Maestro
    } else if every(1, lakh::fits) {
        Layout::Lakh
    } else if every(2, pop909::fits) {
        Layout::Pop909
    } else if every(1, adl_piano::fits) {
        Layout::AdlPiano
    } else if every(2, giant_midi::fits) {
        Layout::GiantMidi
    } else if survey.midi.is_empty() && survey.parquet {
        Layout::Parquet
    } else {
        Layout::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(files: &[&str]) -> Layout {
        let home = tempfile::tempdir().unwrap();
        for file in files {
            let path = home.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        detect(&Survey::of(home.path()))
    }

    #[test]
    fn each_layout_is_known_by_its_marks() {
        let md5 = "0a000000000000000000000000000000.mid";
        assert_eq!(detected(&[&format!("lmd_full/0/{md5}")]), Layout::Lakh);
        assert_eq!(detected(&[&format!("A/B/C/TRABCDE128F0000001/{md5}")]), Layout::Lakh);
        assert_eq!(detected(&["maestro-v3.0.0.csv", "2018/a.midi"]), Layout::Maestro);
        assert_eq!(detected(&["maestro-v2.0.0/maestro-v2.0.0.json", "maestro-v2.0.0/2018/a.midi"]), Layout::Maestro);
        assert_eq!(detected(&["POP909/001/001.mid", "POP909/001/versions/001-v1.mid"]), Layout::Pop909);
        assert_eq!(detected(&["Rock/Indie/Band/Song.mid", "Jazz/Bebop/Trio/Song.mid"]), Layout::AdlPiano);
        let giants = ["midis/Abel, Frederic, Lola Polka, SLNJF0uiqRw.mid", "midis/Bach, C., Solo, 8Wv-KK_1b2c.mid"];
        assert_eq!(detected(&giants), Layout::GiantMidi);
        assert_eq!(detected(&["data/train-00000-of-00001.parquet"]), Layout::Parquet);
    }

    #[test]
    fn what_only_resembles_a_layout_is_plain() {
        assert_eq!(detected(&[]), Layout::Plain);
        assert_eq!(detected(&["jazz/monk/a.mid"]), Layout::Plain);
        assert_eq!(detected(&["jazz/monk/a.mid", "train.parquet"]), Layout::Plain);
        assert_eq!(detected(&["001/001.mid", "002/003.mid"]), Layout::Plain);
        assert_eq!(detected(&["Rock/Indie/Band/Song.mid", "polka/Indie/Band/Song.mid"]), Layout::Plain);
        assert_eq!(detected(&["0/0a000000000000000000000000000000.mid", "0/song.mid"]), Layout::Plain);
        assert_eq!(detected(&["Bach, C., Solo, 8Wv-KK_1b2c.mid", "Bach.mid"]), Layout::Plain);
    }
}
