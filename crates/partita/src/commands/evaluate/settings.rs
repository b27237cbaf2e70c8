//! How thoroughly is evaluated, and by what.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use clap::Args;
use partita_dataset::Corpus;

use super::composing::Ask;
use crate::failure::WrongUse;

/// The options that every evaluation has.
#[derive(Args, Clone, Debug)]
pub(crate) struct Settings {
    /// A genre to judge; may be given several times. Without it: classical, jazz, rock and pop where the corpus has them,
    /// else all of its genres, or all of the folder's
    #[arg(long = "genre", value_name = "GENRE")]
    pub(super) genres: Vec<String>,
    /// Pieces to judge of each genre
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub(super) pieces: u32,
    /// Held-out pieces of each genre to judge them by, if there are as many
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub(super) reference_pieces: u32,
    /// Whole held-out pieces of each genre for the likelihood
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=2000))]
    pub(super) likelihood_pieces: u32,
    /// Length of every piece; longer ones are cut
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(4..=512))]
    pub(super) bars: u32,
    /// What is asked of each composed piece
    #[arg(long, value_enum, default_value_t)]
    pub(super) ask: Ask,
    /// What chance follows from: the choice of pieces, and what is composed
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// The bank to play with (.sf2), or 'builtin' for the program's own; without it, as render chooses
    #[arg(long, value_name = "SF2|builtin")]
    pub(super) soundfont: Option<PathBuf>,
    /// Where results are kept between runs; without it, partita in the user's cache folder
    #[arg(long, value_name = "DIR")]
    pub(super) cache: Option<PathBuf>,
}

/// The genres that the field's tables have.
const USUAL_GENRES: [&str; 4] = ["classical", "jazz", "rock", "pop"];

impl Settings {
    /// Where results are kept: XDG_CACHE_HOME, else .cache in the home folder.
    pub(super) fn cache_folder(&self) -> Result<PathBuf> {
        if let Some(folder) = &self.cache {
            return Ok(folder.clone());
        }
        let standard = std::env::var_os("XDG_CACHE_HOME").filter(|folder| Path::new(folder).is_absolute());
        let home = || std::env::home_dir().map(|home| home.join(".cache"));
        let folder = standard.map(PathBuf::from).or_else(home);
        Ok(folder
            .ok_or_else(|| anyhow!("there is no home folder for the cache; name one with --cache"))?
            .join("partita"))
    }

    /// The genres to judge with a corpus.
    pub(super) fn genres_of(&self, corpus: &Corpus) -> Result<Vec<String>> {
        let labels = corpus.vocabulary();
        if self.genres.is_empty() {
            let usual = USUAL_GENRES.map(|genre| labels.genre_id(genre));
            let ids: Option<Vec<usize>> = usual.into_iter().collect();
            return Ok(ids.map_or_else(
                || labels.genres.clone(),
                |ids| ids.iter().map(|&id| labels.genres[id].clone()).collect(),
            ));
        }
        let known = |name: &String| {
            let id = labels.genre_id(name);
            id.map(|id| labels.genres[id].clone()).ok_or_else(|| {
                WrongUse(format!("the corpus has no genre {name:?}; it has {}", labels.genres.join(", "))).into()
            })
        };
        self.genres.iter().map(known).collect()
    }
}
